"""The zip rules, over archives made byte by byte."""

import struct
import unittest
import zlib

from bundle import is_allowed_path
from refusal import Refusal
from zip_container import read_directory, unpack

FILES = [("a.json", b"{}"), ("log/tile/0/000", bytes(9000)), ("log/tile/x001/000", b"x")]


def deflate(data: bytes, level: int) -> bytes:
    packer = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def make_zip(
    files, method: int = 8, level: int = 9, central: dict | None = None, local: dict | None = None, **both
) -> bytes:
    """A zip of (path, bytes) pairs in the given order; fields of its records can be set to something else."""
    out, directory = b"", b""
    for path, data in files:
        name = path.encode("utf-8")
        packed = deflate(data, level) if method == 8 else data
        plain = {"needed": 20, "flags": 0, "method": method, "time": 0, "date": 0x21, "crc": zlib.crc32(data)}
        sizes = {"packed": len(packed), "size": len(data), "name": len(name), "extra": 0}
        at_end = {"comment": 0, "disk": 0, "internal": 0, "external": 0, "offset": len(out)}
        mine = {**plain, **sizes, **both, **(local or {})}
        theirs = {"made": 20, **plain, **sizes, **at_end, **both, **(central or {})}
        directory += struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", *theirs.values()) + name
        out += struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", *mine.values()) + name + packed
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, len(files), len(files), len(directory), len(out), 0)
    return out + directory + end


class Container(unittest.TestCase):
    def refused(self, data: bytes, code: str = "container-zip") -> None:
        with self.assertRaises(Refusal) as caught:
            for entry in read_directory(data):
                unpack(data, entry)
        self.assertEqual(caught.exception.code, code)

    def test_reads_stored_and_deflated_files(self):
        for data in (
            make_zip(FILES),
            make_zip(FILES, 0),
            make_zip(FILES, level=1),
            make_zip(FILES, needed=10),
        ):
            entries = read_directory(data)
            self.assertEqual([(entry.path, unpack(data, entry)) for entry in entries], FILES)

    def test_refuses_paths_that_leave_hide_or_alias(self):
        for path in (
            "../a",
            "/a",
            "a//b",
            "a/./b",
            "a/../b",
            "a\\b",
            "C:a",
            "a b",
            "a\u00e9",
            ".",
            "a/",
            "",
            "a\n",
        ):
            self.refused(make_zip([(path, b"")]), "container-path")

    def test_refuses_disorder_and_duplicates(self):
        self.refused(make_zip([FILES[1], FILES[0]]))
        self.refused(make_zip([FILES[0], FILES[0]]))

    def test_refuses_every_other_value_of_a_field(self):
        for field, value in {
            "needed": 45,
            "flags": 0x800,
            "method": 12,
            "time": 1,
            "date": 0x5821,
            "extra": 1,
        }.items():
            with self.subTest(field):
                self.refused(make_zip(FILES, **{field: value}))
        for field, value in {
            "made": 0x31E,
            "comment": 1,
            "disk": 1,
            "internal": 1,
            "external": 0o120777 << 16,
            "offset": 1,
        }.items():
            with self.subTest(field):
                self.refused(make_zip(FILES, central={field: value}))
        self.refused(make_zip(FILES, central={"external": 0x10}))

    def test_refuses_records_that_contradict_each_other(self):
        for field in ("needed", "crc", "size"):
            with self.subTest(field):
                self.refused(make_zip(FILES[:1], local={field: 10}))
        self.refused(make_zip(FILES[:1], crc=1))
        self.refused(make_zip(FILES[:1], 0, size=1))

    def test_refuses_bytes_before_between_and_after(self):
        data = make_zip(FILES)
        self.refused(b"#!" + data)
        self.refused(data + b"\x00")
        self.refused(data[:-2] + b"\x01\x00x")
        directory = data.index(b"PK\x01\x02")
        gap = bytearray(data[:directory] + b"!" + data[directory:])
        gap[-6:-2] = struct.pack("<I", directory + 1)
        self.refused(bytes(gap))

    def test_refuses_a_bomb_before_it_grows(self):
        self.refused(make_zip([("a", bytes(1 << 20))], size=10))

    def test_refuses_a_deflate_stream_with_a_tail(self):
        data = make_zip([("a", b"hello")])
        packed = deflate(b"hello", 9)
        self.assertIn(packed, data)
        tail = bytearray(data.replace(packed, packed + b"!"))
        directory = tail.index(b"PK\x01\x02")
        tail[18:22] = tail[directory + 20 : directory + 24] = struct.pack("<I", len(packed) + 1)
        tail[-6:-2] = struct.pack("<I", directory)
        self.refused(bytes(tail))


class Paths(unittest.TestCase):
    def test_knows_the_files_of_a_bundle_and_no_other(self):
        allowed = (
            "manifest.json",
            "log/at-close",
            "log/tile/0/000",
            "log/tile/63/x001/234.p/255",
            "log/tile/entries/000.p/1",
            "main/registry-epoch-coverage-us.entry",
            "receipts/mine-1.tlog-proof",
            "promises/a.json",
        )
        refused = (
            "readme.txt",
            "log/tile/64/000",
            "log/tile/00/000",
            "log/tile/0/x000/000",
            "log/tile/0/000.p/256",
            "log/tile/0/000.p/0",
            "main/registry-epoch-.entry",
            "main/circuit-key.json",
            "receipts/Mine.tlog-proof",
            "promises/a/b.json",
        )
        self.assertEqual([path for path in allowed if not is_allowed_path(path)], [])
        self.assertEqual([path for path in refused if is_allowed_path(path)], [])
