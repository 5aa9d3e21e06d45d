"""The zip rules, over archives made byte by byte."""

import struct
import unittest
import zipfile
import zlib
from io import BytesIO

from refusal import Refusal
from zip_container import read_directory, unpack

FIXED = (1980, 1, 1, 0, 0, 0)


def make_zip(files, method=zipfile.ZIP_DEFLATED, date=FIXED, mode=0o100644, level=9) -> bytes:
    """A zip of (path, bytes) pairs in the given order."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", method, compresslevel=level) as archive:
        for path, data in files:
            info = zipfile.ZipInfo(path, date)
            info.compress_type = method
            info.external_attr = mode << 16
            archive.writestr(info, data)
    return out.getvalue()


FILES = [("a.json", b"{}"), ("log/tile/0/000", bytes(9000)), ("log/tile/x001/000", b"x")]


class Container(unittest.TestCase):
    def refused(self, data: bytes, code: str = "container-zip") -> None:
        with self.assertRaises(Refusal) as caught:
            for entry in read_directory(data):
                unpack(data, entry)
        self.assertEqual(caught.exception.code, code)

    def test_reads_stored_and_deflated_files(self):
        for data in (make_zip(FILES), make_zip(FILES, zipfile.ZIP_STORED), make_zip(FILES, level=1)):
            entries = read_directory(data)
            self.assertEqual([(entry.path, unpack(data, entry)) for entry in entries], FILES)

    def test_refuses_paths_that_leave_hide_or_alias(self):
        for path in ("../a", "/a", "a//b", "a/./b", "a/../b", "a\\b", "C:a", "a b", "a\u00e9", ".a", "a/"):
            self.refused(make_zip([(path, b"")]), "container-path")

    def test_refuses_disorder_and_duplicates(self):
        self.refused(make_zip([FILES[1], FILES[0]]))
        double = make_zip([("a.json", b"1"), ("b.json", b"2")]).replace(b"b.json", b"a.json")
        self.refused(double)

    def test_refuses_links_folders_and_clocks(self):
        self.refused(make_zip(FILES, mode=0o120777), "container-link")
        self.refused(make_zip(FILES, date=(2024, 1, 1, 0, 0, 0)))

    def test_refuses_bytes_before_between_and_after(self):
        data = make_zip(FILES)
        self.refused(b"#!" + data)
        self.refused(data + b"\x00")
        self.refused(data[:-2] + b"\x01\x00x")

    def test_refuses_records_that_contradict_each_other(self):
        data = make_zip(FILES, zipfile.ZIP_STORED)
        self.refused(data.replace(b"PK\x03\x04\x14\x00\x00\x00", b"PK\x03\x04\x14\x00\x01\x00", 1))
        self.refused(data.replace(b"{}", b"[]", 1))

    def test_refuses_a_bomb_before_it_grows(self):
        data = bytearray(make_zip([("a", bytes(1 << 20))]))
        for offset in (22, data.index(b"PK\x01\x02") + 24):  # uncompressed size, both records
            data[offset : offset + 4] = struct.pack("<I", 10)
        self.refused(bytes(data))

    def test_refuses_a_deflate_stream_with_a_tail(self):
        packed = zlib.compress(b"hello", 9)[2:-4]
        good = make_zip([("a", b"hello")])
        self.assertIn(packed, good)
        tail = bytearray(good.replace(packed, packed + b"!"))
        for offset in (18, tail.index(b"PK\x01\x02") + 20):
            tail[offset : offset + 4] = struct.pack("<I", len(packed) + 1)
        end = len(tail) - 6
        tail[end : end + 4] = struct.pack("<I", tail.index(b"PK\x01\x02"))
        self.refused(bytes(tail))
