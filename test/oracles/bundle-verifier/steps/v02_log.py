"""V2: one signed and cosigned tree of well-formed entries by the right authors, which holds every receipt."""

from ceremony import ceremony_id, check_ceremony, check_signers, election_origin, host_of
from entry_shapes import parse_election_entry, parse_main_entry
from envelope import signatures_hold
from merkle_log import (
    WIDTH,
    entry_bundles,
    hash_tiles,
    inclusion_root,
    leaf_hash,
    read_bundle,
    tile_rows,
    tree_root,
)
from bundle import is_tile_path
from refusal import demand
from seen_notes import keys_under, read_election_note, read_main_proof, read_receipt


def check(audit) -> None:
    bundle, policy = audit.bundle, audit.policy
    seen = read_election_note(bundle.read("log/checkpoint"), policy)
    demand(seen.has_quorum, "quorum", "log/checkpoint")
    audit.origin, audit.log_keys = seen.origin, keys_under(policy, seen.origin)
    _read_entries(audit, seen.size)
    demand(tree_root(audit.leaves) == seen.root, "log-root")
    audit.notes = [seen]
    audit.at_close = None
    if bundle.has("log/at-close"):
        audit.at_close = _read_at_close(audit)
        audit.notes.append(audit.at_close)
    audit.main = {name: _read_main_entry(audit, name) for name in bundle.main_names()}
    for path in bundle.receipts():
        proof, receipt = read_receipt(bundle.read(path), policy, audit.origin)
        there = proof.index < len(audit.leaves)
        root = there and inclusion_root(proof.index, receipt.size, audit.leaves[proof.index], proof.hashes)
        demand(root == receipt.root, "receipt-missing", path)
        audit.notes.append(receipt)


def _read_entries(audit, size: int) -> None:
    """Every entry of the log, in order; tiles must say what the entries say, and no other tile may be there."""
    bundle = audit.bundle
    demand(0 < size <= WIDTH * len(bundle.paths), "log-tiles")  # the size is attacker-controlled
    bundles, tiles = entry_bundles(size), hash_tiles(size)
    expected = {f"log/{path}" for path, _ in [*bundles, *(tile for level in tiles for tile in level)]}
    demand(expected == {path for path in bundle.paths if is_tile_path(path)}, "log-tiles")
    audit.entries, audit.leaves = [], []
    for path, count in bundles:
        packed = read_bundle(bundle.read(f"log/{path}"), count)
        demand(packed is not None, "log-bundle", path)
        for data in packed:
            audit.leaves.append(leaf_hash(data))
            audit.entries.append(_read_entry(audit, data))
    for level, row in zip(tiles, tile_rows(audit.leaves)):
        for i, (path, width) in enumerate(level):
            start = i * WIDTH * 32
            demand(bundle.read(f"log/{path}") == row[start : start + width * 32], "log-tiles", path)


def _read_entry(audit, data: bytes):
    entry = parse_election_entry(data)
    if not audit.entries:
        demand(isinstance(entry, dict) and entry["kind"] == "ceremony", "log-opening")
        body = entry["body"]
        check_ceremony(body)
        audit.ceremony, audit.ceremony_id = body, ceremony_id(body)
        demand(election_origin(host_of(audit.origin), audit.ceremony_id) == audit.origin, "log-origin")
        audit.t, audit.n = body["threshold"]["t"], body["threshold"]["n"]
    check_signers(entry, audit.ceremony)
    return entry


def _read_at_close(audit):
    seen = read_election_note(audit.bundle.read("log/at-close"), audit.policy, audit.origin)
    demand(seen.has_quorum, "quorum", "log/at-close")
    prefix = seen.size <= len(audit.leaves) and tree_root(audit.leaves[: seen.size]) == seen.root
    demand(prefix, "log-history", "log/at-close")
    return seen


def _read_main_entry(audit, name: str) -> dict:
    data = audit.bundle.read(f"main/{name}.entry")
    entry = parse_main_entry(data)
    kind = entry["kind"]
    if kind == "registry-epoch":
        demand(name == f"registry-epoch-{entry['body']['registry']}", "main-name", name)
        demand(signatures_hold(entry), "main-signature", name)
    elif kind == "election-anchor":
        demand(name == f"election-anchor-{entry['phase']}", "main-name", name)
    else:
        demand(name.startswith("circuit-key"), "main-name", name)
    proof = read_main_proof(audit.bundle.read(f"main/{name}.tlog-proof"), audit.policy)
    demand(proof.includes(data), "main-inclusion", name)
    return entry
