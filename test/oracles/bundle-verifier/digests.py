"""Hashes of the specification: tagged SHA-256, tagged SHA-512 to a scalar, and H31 into the BN254 scalar field."""

import hashlib
import struct

from strict_json import canonical

FIELD = (
    21888242871839275222246405745257275088548364400416034343698204186575808495617  # r, BN254 scalars, EIP-197
)
BASE_FIELD = 21888242871839275222246405745257275088696311157297823662689037894645226208583  # q, EIP-197
SUBGROUP = 2736030358979909402780800718157159386076813972158567259200215660948447373041  # l, ERC-2494


def u8(value: int) -> bytes:
    return value.to_bytes(1, "big")


def u16(value: int) -> bytes:
    return value.to_bytes(2, "big")


def u24(value: int) -> bytes:
    return value.to_bytes(3, "big")


def u32(value: int) -> bytes:
    return value.to_bytes(4, "big")


def i32(value: int) -> bytes:
    """32 bytes, big-endian."""
    return value.to_bytes(32, "big")


def enc(point: tuple[int, int]) -> bytes:
    """A point as i32(x) || i32(y)."""
    return i32(point[0]) + i32(point[1])


def jcs(value) -> bytes:
    """A JSON part of a hash: its length as u32, then its canonical bytes."""
    data = canonical(value)
    return struct.pack(">I", len(data)) + data


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _tagged(tag: str, parts: tuple[bytes, ...]) -> bytes:
    return u8(len(tag)) + tag.encode("ascii") + b"".join(parts)


def tagged_hash(tag: str, *parts: bytes) -> bytes:
    """SHA-256(u8(length of tag) || tag || parts)."""
    return sha256(_tagged(tag, parts))


def hash_to_scalar(tag: str, *parts: bytes) -> int:
    """SHA-512 of the same bytes, modulo l: a bias below 2^-261."""
    return int.from_bytes(hashlib.sha512(_tagged(tag, parts)).digest(), "big") % SUBGROUP


def h31(label: str, data: bytes) -> int:
    """The first 31 bytes of SHA-256(label || 0x00 || data): below 2^248, hence canonical as it stands."""
    return int.from_bytes(sha256(label.encode("utf-8") + b"\x00" + data)[:31], "big")
