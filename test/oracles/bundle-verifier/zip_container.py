"""The one zip that a bundle may be: APPNOTE.TXT 6.3.10 without everything that could mean two things.

Entries one after another from the first byte, sorted by path, each once; local and central records agree; stored or
deflated; no encryption, data descriptor, extra field, comment, second disk or 64-bit extension; the fixed timestamp
1980-01-01 00:00; plain relative ASCII paths; no attributes, hence no folders and no links.
"""

import re
import struct
import zlib

from refusal import Refusal, demand

LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
END_SIZE, CENTRAL_SIZE, LOCAL_SIZE = 22, 46, 30
FIXED_TIME, FIXED_DATE = 0, 0x21  # 1980-01-01 00:00:00, the earliest a zip can say
STORED, DEFLATED = 0, 8
SEGMENT = re.compile(r"[A-Za-z0-9._-]+")
MAX_PATH = 255
VERSION = 20  # 2.0 knows deflate; 4.5 would be zip64


class Entry:
    """Where one file's bytes lie; nothing is unpacked."""

    __slots__ = ("path", "method", "packed", "size", "crc", "start")

    def __init__(self, path: str, method: int, packed: int, size: int, crc: int, start: int) -> None:
        self.path, self.method, self.packed, self.size, self.crc, self.start = (
            path,
            method,
            packed,
            size,
            crc,
            start,
        )


def is_plain_path(path: str) -> bool:
    """Relative, no empty segment, none of one or two dots, ASCII letters, digits and . _ - only."""
    segments = path.split("/")
    return len(path) <= MAX_PATH and all(
        SEGMENT.fullmatch(segment) and segment not in (".", "..") for segment in segments
    )


def read_directory(data) -> list[Entry]:
    """The entries of a zip given as a bytes-like object (a file may be mapped). Refuses `container-zip`."""
    demand(len(data) >= END_SIZE and bytes(data[-END_SIZE:-18]) == END, "container-zip", "end record")
    disk, start_disk, here, count, size, offset, comment = struct.unpack("<HHHHIIH", data[-18:])
    plain = disk == start_disk == comment == 0 and here == count
    demand(plain and offset + size == len(data) - END_SIZE, "container-zip", "end record")
    entries, at, next_local = [], offset, 0
    for _ in range(count):
        entry, at, next_local = _read_entry(data, at, next_local)
        entries.append(entry)
    demand(at == offset + size and next_local == offset, "container-zip", "gaps between entries")
    paths = [entry.path for entry in entries]
    demand(all(a < b for a, b in zip(paths, paths[1:])), "container-zip", "paths are ascending, each once")
    return entries


def _read_entry(data, at: int, local_at: int) -> tuple[Entry, int, int]:
    head = bytes(data[at : at + CENTRAL_SIZE])
    demand(len(head) == CENTRAL_SIZE and head[:4] == CENTRAL, "container-zip", "central record")
    made, needed, *common = struct.unpack("<HHHHHHIIIHH", head[4:32])
    flags, method, time, date, crc, packed, size, name_size, extra_size = common
    comment, disk, internal, external, local_offset = struct.unpack("<HHHII", head[32:46])
    name = bytes(data[at + CENTRAL_SIZE : at + CENTRAL_SIZE + name_size])
    path = name.decode("ascii", "replace")
    demand(is_plain_path(path), "container-path")
    demand(flags == 0 and method in (STORED, DEFLATED), "container-zip", path)
    demand(time == FIXED_TIME and date == FIXED_DATE, "container-zip", f"timestamp of {path}")
    demand(extra_size == comment == disk == 0 and local_offset == local_at, "container-zip", path)
    demand(made == VERSION and needed <= VERSION and internal == external == 0, "container-zip", path)
    demand(method == DEFLATED or packed == size, "container-zip", path)
    local = bytes(data[local_at : local_at + LOCAL_SIZE])
    same = struct.pack(
        "<4sHHHHHIIIHH", LOCAL, needed, flags, method, time, date, crc, packed, size, name_size, 0
    )
    start = local_at + LOCAL_SIZE + name_size
    demand(local == same and bytes(data[local_at + LOCAL_SIZE : start]) == name, "container-zip", path)
    entry = Entry(path, method, packed, size, crc, start)
    return entry, at + CENTRAL_SIZE + name_size, start + packed


def unpack(data, entry: Entry) -> bytes:
    """The bytes of an entry: exactly as many as its record says, no more inflated. Refuses `container-zip`."""
    packed = bytes(data[entry.start : entry.start + entry.packed])
    demand(len(packed) == entry.packed, "container-zip", entry.path)
    content = packed
    if entry.method == DEFLATED:
        stream = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            content = stream.decompress(packed, entry.size + 1)
        except zlib.error:
            raise Refusal("container-zip", entry.path) from None
        demand(
            stream.eof and not stream.unused_data and not stream.unconsumed_tail, "container-zip", entry.path
        )
    demand(len(content) == entry.size and zlib.crc32(content) == entry.crc, "container-zip", entry.path)
    return content
