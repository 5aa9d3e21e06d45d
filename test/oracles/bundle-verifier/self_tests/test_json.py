"""Strict JSON and RFC 8785."""

import unittest

from refusal import Refusal
from strict_json import canonical, parse_canonical, parse_json

REFUSED = {
    "a duplicate name": b'{"a":1,"a":1}',
    "a duplicate name in another spelling": b'{"a":1,"\\u0061":1}',
    "a forbidden name": b'{"__proto__":1}',
    "an escaped forbidden name": b'{"\\u005f_proto__":1}',
    "null": b"null",
    "a fraction": b"1.0",
    "an exponent": b"1e2",
    "minus zero": b"-0",
    "a leading zero": b"01",
    "an unsafe integer": b"9007199254740992",
    "an integer of many digits": b"1" * 5000,
    "a lone surrogate": b'"\\ud800"',
    "surrogates in the wrong order": b'"\\udc00\\ud800"',
    "bytes that are not UTF-8": b'"\xff"',
    "an encoded surrogate": b'"\xed\xa0\x80"',
    "a byte order mark": b"\xef\xbb\xbf1",
    "text after the document": b"1 1",
    "a control character": b'"\n"',
    "an unknown escape": b'"\\x41"',
    "a trailing comma": b"[1,]",
    "a comma too many": b'{"a":1,}',
    "an open string": b'"' + b"a" * 8000,
    "a single quote": b"'a'",
    "NaN": b"NaN",
    "nothing": b"",
    "a non-breaking space": b"\xc2\xa01",
    "a depth of ten": b"[" * 9 + b"1" + b"]" * 9,
    "a long string": b'"' + b"a" * 8193 + b'"',
}


class StrictJson(unittest.TestCase):
    def test_refuses_what_has_two_meanings(self):
        for what, data in REFUSED.items():
            with self.subTest(what), self.assertRaises(Refusal):
                parse_json(data, 10000)

    def test_refuses_more_bytes_than_allowed(self):
        with self.assertRaises(Refusal) as caught:
            parse_json(b"[1,2]", 4)
        self.assertEqual(caught.exception.code, "too-large")

    def test_reads_every_kind_of_value(self):
        text = ' {"a" : [true, false, -1, 9007199254740991, "\\ud83d\\ude00\\n\\/"], "b":{}} '
        expected = {"a": [True, False, -1, 2**53 - 1, "\U0001f600\n/"], "b": {}}
        self.assertEqual(parse_json(text.encode(), 100), expected)

    def test_reads_eight_levels(self):
        self.assertEqual(canonical(parse_json(b"[[[[[[[[1]]]]]]]]", 100)), b"[[[[[[[[1]]]]]]]]")

    def test_sorts_names_by_utf16_units(self):
        # RFC 8785 section 3.2.3: U+1F600 begins with the unit D83D, hence before U+FB33.
        names = {"\ufb33": 1, "\U0001f600": 2, "\r": 3, "1": 4, "\u0080": 5, "\u00f6": 6, "\u20ac": 7}
        expected = '{"\\r":3,"1":4,"\u0080":5,"\u00f6":6,"\u20ac":7,"\U0001f600":2,"\ufb33":1}'
        self.assertEqual(canonical(names).decode(), expected)

    def test_escapes_as_ecmascript_does(self):
        text = '\u20ac$\x0f\nA\'B"\\\\"/\x7f\u2028\x1f\b\t\f\r'
        expected = '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/\x7f\u2028\\u001f\\b\\t\\f\\r"'
        self.assertEqual(canonical(text).decode(), expected)

    def test_refuses_bytes_that_are_not_canonical(self):
        for data in (b'{"b":1,"a":1}', b"[1, 2]", b'"\\u0061"', b'"\\/"', b" 1"):
            with self.subTest(data), self.assertRaises(Refusal):
                parse_canonical(data, 100)
        self.assertEqual(parse_canonical(b'{"a":1,"b":1}', 100), {"a": 1, "b": 1})
