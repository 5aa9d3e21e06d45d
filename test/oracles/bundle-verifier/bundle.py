"""The files of an audit bundle: which may be there, and that the manifest says the truth about each."""

import re

from digests import sha256
from refusal import demand
from shapes import array, counter, fr, hex64, obj, one_of, text
from strict_json import parse_canonical
from zip_container import read_directory, unpack

MANIFEST = "manifest.json"
MAX_MANIFEST_BYTES = 64 * 2**20
AT_CLOSE = "log/at-close"
REQUIRED = (
    "log/checkpoint",
    "definition.json",
    "result.json",
    "census/plan.json",
    "census/census.json",
    "census/leaves.bin",
    "census/commitments.bin",
    "census/evidence.jsonl",
    "circuit/vkey.json",
    "circuit/provenance.json",
    "main/circuit-key.entry",
    "main/circuit-key.tlog-proof",
    "main/election-anchor-open.entry",
    "main/election-anchor-open.tlog-proof",
)
REGISTRY = "registry-epoch-[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?"
MAIN = re.compile(
    rf"main/(circuit-key|circuit-key-presentation|election-anchor-open|election-anchor-tally|{REGISTRY})"
    r"\.(entry|tlog-proof)"
)
TILE = re.compile(
    r"log/tile/(?:entries|[0-9]|[1-5][0-9]|6[0-3])/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?"
)
RECEIPT = re.compile(r"receipts/[a-z0-9-]{1,64}\.tlog-proof")
PROMISE = re.compile(r"promises/[a-z0-9-]{1,64}\.json")
manifest_shape = obj(
    {
        "electionId": fr,
        "files": array(obj({"bytes": counter, "path": text(1, 255), "sha256": hex64}), 0, 65_535),
        "format": one_of("sotto-audit-bundle/1"),
    }
)


def is_tile_path(path: str) -> bool:
    """A hash tile or an entry bundle, in the one spelling of its index."""
    match = TILE.fullmatch(path)
    if match is None or len(path) > 68:
        return False
    index, width = match[1], match[2]
    return (width is None or int(width) < 256) and not index.startswith("x000/")


def is_allowed_path(path: str) -> bool:
    """True for the closed list of files that a bundle may hold."""
    single = (*REQUIRED, MANIFEST, AT_CLOSE, "circuit/presentation-vkey.json")
    families = (MAIN, RECEIPT, PROMISE)
    return path in single or is_tile_path(path) or any(family.fullmatch(path) for family in families)


class Bundle:
    """A bundle whose files are what its manifest says; each is unpacked again when it is read."""

    def __init__(self, data, entries, election_id: str) -> None:
        self._data = data
        self._entries = {entry.path: entry for entry in entries}
        self.election_id = election_id
        self.paths = [entry.path for entry in entries]

    def has(self, path: str) -> bool:
        return path in self._entries

    def read(self, path: str) -> bytes:
        return unpack(self._data, self._entries[path])

    def main_names(self) -> list[str]:
        """Names of the main log's entries that the bundle brings."""
        matches = (MAIN.fullmatch(path) for path in self.paths)
        return sorted({match[1] for match in matches if match})

    def receipts(self) -> list[str]:
        return [path for path in self.paths if RECEIPT.fullmatch(path)]

    def promises(self) -> list[str]:
        return [path for path in self.paths if PROMISE.fullmatch(path)]


def open_bundle(data, max_bytes: int, needs_at_close: bool) -> Bundle:
    """Reads a bundle and checks every file against the manifest. Refuses with codes of its parts."""
    entries = read_directory(data)
    demand(sum(entry.size for entry in entries) <= max_bytes, "container-size")
    by_path = {entry.path: entry for entry in entries}
    demand(all(is_allowed_path(path) for path in by_path), "container-path")
    required = (*REQUIRED, MANIFEST, *((AT_CLOSE,) if needs_at_close else ()))
    demand(all(path in by_path for path in required), "container-path", "a required file")
    bundle_names = {match[1] for match in map(MAIN.fullmatch, by_path) if match}
    paired = all(f"main/{name}.{end}" in by_path for name in bundle_names for end in ("entry", "tlog-proof"))
    demand(paired, "container-path", "an entry without its proof")
    demand(by_path[MANIFEST].size <= MAX_MANIFEST_BYTES, "container-size", MANIFEST)
    manifest = parse_canonical(unpack(data, by_path[MANIFEST]), MAX_MANIFEST_BYTES, 3, 255)
    manifest_shape(manifest)
    files = manifest["files"]
    listed = [file["path"] for file in files]
    demand(all(a < b for a, b in zip(listed, listed[1:])), "container-manifest", "ascending paths")
    demand(sorted([*listed, MANIFEST]) == sorted(by_path), "container-manifest", "the files that are there")
    for file in files:
        entry = by_path[file["path"]]
        demand(entry.size == file["bytes"], "container-manifest", entry.path)
        demand(sha256(unpack(data, entry)).hex() == file["sha256"], "container-digest", entry.path)
    return Bundle(data, entries, manifest["electionId"])
