"""Merkle trees of RFC 6962 section 2.1, their proofs, C2SP tiles, entry bundles and tlog-proof files."""

import re

from digests import sha256
from refusal import Refusal, demand
from signed_note import Checkpoint, decode_base64, parse_checkpoint
from strict_json import MAX_SAFE, decode_utf8

WIDTH = 256
EMPTY_ROOT = sha256(b"")
MAX_PROOF_BYTES = 128 * 1024
EXTRA = re.compile(r"extra [A-Za-z0-9+/]+={0,2}")
INDEX = re.compile(r"index (0|[1-9][0-9]{0,15})")


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\x00" + data)


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right)


def tree_root(leaves: list[bytes]) -> bytes:
    """The root over leaf hashes. A lone node at the right edge moves up unchanged, which is the RFC's split."""
    if not leaves:
        return EMPTY_ROOT
    row = leaves
    while len(row) > 1:
        paired = [node_hash(row[i], row[i + 1]) for i in range(0, len(row) - 1, 2)]
        row = paired + row[len(row) & ~1 :]
    return row[0]


def inclusion_root(index: int, size: int, leaf: bytes, proof: list[bytes]) -> bytes | None:
    """The root that a proof leads to, RFC 9162 section 2.1.3.2; None when its length is not the one demanded."""
    if not 0 <= index < size:
        return None
    first, last, value = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return None
        if first & 1 or first == last:
            value = node_hash(sibling, value)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            value = node_hash(value, sibling)
        first, last = first >> 1, last >> 1
    return value if last == 0 else None


def is_consistent(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: list[bytes]) -> bool:
    """True when the newer tree extends the older, RFC 9162 section 2.1.4.2. An empty tree needs no proof."""
    if old_size > new_size:
        return False
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    if old_size == new_size:
        return not proof and old_root == new_root
    path = list(proof) if old_size & old_size - 1 else [old_root, *proof]
    if not path:
        return False
    first, last = old_size - 1, new_size - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        first, last = first >> 1, last >> 1
    return last == 0 and old == old_root and new == new_root


def tile_index(number: int) -> str:
    """1234067 becomes x001/x234/067."""
    text = f"{number % 1000:03d}"
    while number >= 1000:
        number //= 1000
        text = f"x{number % 1000:03d}/{text}"
    return text


def _tile_paths(label: str, count: int) -> list[tuple[str, int]]:
    full, rest = divmod(count, WIDTH)
    tiles = [(f"tile/{label}/{tile_index(i)}", WIDTH) for i in range(full)]
    return tiles + ([(f"tile/{label}/{tile_index(full)}.p/{rest}", rest)] if rest else [])


def hash_tiles(size: int) -> list[list[tuple[str, int]]]:
    """By level, path and width of every tile that a tree of `size` has."""
    levels, count = [], size
    while count:
        levels.append(_tile_paths(str(len(levels)), count))
        count //= WIDTH
    return levels


def entry_bundles(size: int) -> list[tuple[str, int]]:
    """Path and number of entries of every bundle that a tree of `size` has."""
    return _tile_paths("entries", size)


def tile_rows(leaves: list[bytes]) -> list[bytes]:
    """By level, the concatenated hashes that the tiles hold: roots of the complete subtrees of 256^level leaves."""
    rows, row = [], leaves
    while row:
        rows.append(b"".join(row))
        row = [tree_root(row[i : i + WIDTH]) for i in range(0, len(row) - WIDTH + 1, WIDTH)]
    return rows


def read_bundle(data: bytes, count: int) -> list[bytes] | None:
    """The entries of a bundle, or None when it does not hold exactly `count`."""
    entries, at = [], 0
    for _ in range(count):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if at + 2 > len(data) or end > len(data):
            return None
        entries.append(data[at + 2 : end])
        at = end
    return entries if at == len(data) else None


class TlogProof:
    """An index, an inclusion path and the checkpoint it leads to."""

    def __init__(self, index: int, hashes: list[bytes], checkpoint: Checkpoint) -> None:
        self.index, self.hashes, self.checkpoint = index, hashes, checkpoint

    def includes(self, entry: bytes) -> bool:
        size = self.checkpoint.size
        return inclusion_root(self.index, size, leaf_hash(entry), self.hashes) == self.checkpoint.root


def parse_tlog_proof(data: bytes) -> TlogProof:
    """C2SP tlog-proof; one `extra` line is ignored. Refuses `malformed-receipt`, `malformed-log`."""
    try:
        text = decode_utf8(data[: MAX_PROOF_BYTES + 1])
    except Refusal:
        raise Refusal("malformed-receipt", "expected UTF-8") from None
    split = text.find("\n\n")
    demand(len(data) <= MAX_PROOF_BYTES and split >= 0, "malformed-receipt")
    rows = text[:split].split("\n")
    demand(rows.pop(0) == "c2sp.org/tlog-proof@v1", "malformed-receipt")
    if rows and EXTRA.fullmatch(rows[0]):
        rows.pop(0)
    match = INDEX.fullmatch(rows.pop(0)) if rows else None
    demand(match is not None and int(match[1]) <= MAX_SAFE and len(rows) <= 63, "malformed-receipt")
    hashes = [decode_base64(row) for row in rows]
    demand(all(value is not None and len(value) == 32 for value in hashes), "malformed-receipt")
    return TlogProof(int(match[1]), hashes, parse_checkpoint(text[split + 2 :].encode("utf-8")))
