"""Strict JSON in, canonical JSON out.

RFC 8259 is read with one meaning for every byte: UTF-8 without a byte order mark, no duplicate or forbidden member
names, integers of at most 53 bits, no null, no fractions, no lone surrogates. RFC 8785 is written.
"""

import re

from refusal import Refusal

MAX_SAFE = 2**53 - 1  # integers that every JSON reader holds exactly, RFC 8785 section 3.2.2.3
FORBIDDEN = frozenset(("__proto__", "constructor", "prototype"))  # names that other languages treat as code

SPACE = re.compile(r"[ \t\n\r]*")
INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
STRING = re.compile(r'"(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+"')
ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))")
UNESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
TO_ESCAPE = re.compile(r'[\x00-\x1f"\\]')
ESCAPED = {"\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units, the unit of every length in the specification."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def decode_utf8(data: bytes) -> str:
    """The text of UTF-8 bytes without a byte order mark; `malformed-json` for anything else."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refusal("malformed-json", "not UTF-8") from None
    if text.startswith("\ufeff"):
        raise Refusal("malformed-json", "a byte order mark")
    return text


def parse_json(data: bytes, max_bytes: int, max_depth: int = 8, max_string: int = 8192):
    """The value of attacker-controlled bytes: dict, list, str, int or bool. Refuses `too-large`, `malformed-json`."""
    if len(data) > max_bytes:
        raise Refusal("too-large", f"expected at most {max_bytes} bytes")
    reader = _Reader(decode_utf8(data), max_depth, max_string)
    value = reader.value(1)
    reader.skip()
    if reader.at != len(reader.text):
        raise Refusal("malformed-json", "text after the document")
    return value


def parse_canonical(data: bytes, max_bytes: int, max_depth: int = 8, max_string: int = 8192):
    """As `parse_json`, and the bytes must be exactly the canonical ones of their value (`not-canonical`)."""
    value = parse_json(data, max_bytes, max_depth, max_string)
    if canonical(value) != data:
        raise Refusal("not-canonical", "expected RFC 8785 bytes")
    return value


def canonical(value) -> bytes:
    """The RFC 8785 bytes of a value made of dict, list, str, int and bool."""
    out: list[str] = []
    _write(value, out)
    return "".join(out).encode("utf-8")


def _write(value, out: list[str]) -> None:
    if value is True or value is False:
        out.append("true" if value else "false")
    elif isinstance(value, str):
        out.append(f'"{TO_ESCAPE.sub(_escape, value)}"')
    elif isinstance(value, int):
        if abs(value) > MAX_SAFE:
            raise ValueError("only safe integers are canonical")
        out.append(str(value))
    elif isinstance(value, list):
        for i, item in enumerate(value):
            out.append("," if i else "[")
            _write(item, out)
        out.append("]" if value else "[]")
    elif isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))  # code units, RFC 8785 section 3.2.3
        for i, name in enumerate(names):
            out.append("," if i else "{")
            _write(name, out)
            out.append(":")
            _write(value[name], out)
        out.append("}" if value else "{}")
    else:
        raise TypeError(f"no canonical form for {type(value).__name__}")


def _escape(match: re.Match) -> str:
    return ESCAPED.get(match[0]) or f"\\u{ord(match[0]):04x}"


def _unescape(match: re.Match) -> str:
    return chr(int(match[1], 16)) if match[1] else UNESCAPED.get(match[2], match[2])


class _Reader:
    """One pass over a text. A value may stand at depth 1 .. max_depth + 1, the document itself at 1."""

    def __init__(self, text: str, max_depth: int, max_string: int) -> None:
        self.text = text
        self.at = 0
        self.max_depth = max_depth
        self.max_string = max_string

    def value(self, depth: int):
        if depth > self.max_depth + 1:
            raise Refusal("malformed-json", f"deeper than {self.max_depth}")
        self.skip()
        first = self.text[self.at : self.at + 1]
        if first == "{":
            return self._object(depth)
        if first == "[":
            return self._array(depth)
        if first == '"':
            return self._string()
        for word, value in (("true", True), ("false", False)):
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return value
        return self._integer()

    def skip(self) -> None:
        self.at = SPACE.match(self.text, self.at).end()

    def _takes(self, character: str) -> bool:
        self.skip()
        found = self.text.startswith(character, self.at)
        self.at += found
        return found

    def _object(self, depth: int) -> dict:
        members: dict = {}
        self.at += 1
        if self._takes("}"):
            return members
        while True:
            self.skip()
            name = self._string()
            if name in FORBIDDEN or name in members:
                raise Refusal("malformed-json", "a forbidden or duplicate member name")
            if not self._takes(":"):
                raise Refusal("malformed-json", "expected a colon")
            members[name] = self.value(depth + 1)
            if not self._takes(","):
                break
        if not self._takes("}"):
            raise Refusal("malformed-json", "expected the end of an object")
        return members

    def _array(self, depth: int) -> list:
        items: list = []
        self.at += 1
        if self._takes("]"):
            return items
        while True:
            items.append(self.value(depth + 1))
            if not self._takes(","):
                break
        if not self._takes("]"):
            raise Refusal("malformed-json", "expected the end of an array")
        return items

    def _string(self) -> str:
        match = STRING.match(self.text, self.at)
        if match is None or utf16_length(match[0]) > self.max_string + 2:
            raise Refusal("malformed-json", "expected a string of bounded length")
        self.at = match.end()
        body = match[0][1:-1]
        if "\\" not in body:
            return body
        units = ESCAPE.sub(_unescape, body).encode("utf-16-le", "surrogatepass")
        try:
            return units.decode("utf-16-le")  # joins escaped pairs, refuses lone surrogates
        except UnicodeDecodeError:
            raise Refusal("malformed-json", "a lone surrogate") from None

    def _integer(self) -> int:
        match = INTEGER.match(self.text, self.at)
        if match is None:
            raise Refusal("malformed-json", "expected a value")
        self.at = match.end()
        follows = self.text[self.at : self.at + 1]
        if follows in (".", "e", "E") and follows or len(match[0]) > 17 or match[0] == "-0":
            raise Refusal("malformed-json", "expected a safe integer")
        value = int(match[0])
        if abs(value) > MAX_SAFE:
            raise Refusal("malformed-json", "expected a safe integer")
        return value
