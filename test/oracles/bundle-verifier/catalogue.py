"""Schemas and value sets of the release, by id. The file beside this one is data; ids and roots are computed here."""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from attribute_values import encode_code
from digests import h31, sha256
from poseidon import poseidon, tree4_root
from strict_json import canonical, parse_json

FILE = Path(__file__).parent / "catalogue.json"


class ValueSet(NamedTuple):
    """A set of codes as field values, and how a request describes it."""

    members: tuple[int, ...]
    root: int
    description: dict


@lru_cache(maxsize=1)
def documents() -> tuple[dict, dict]:
    """Schemas by schema id, value-set documents by their id."""
    read = parse_json(FILE.read_bytes(), 1 << 22)
    schemas = {str(h31("sotto/schema/1", canonical(schema))): schema for schema in read["schemas"]}
    return schemas, {document["id"]: document for document in read["valueSets"]}


def find_schema(schema_id: str) -> dict | None:
    return documents()[0].get(schema_id)


@lru_cache(maxsize=None)
def find_value_set(name: str) -> ValueSet | None:
    """A value set with the root of its tree; None when the catalogue has none of this id."""
    document = documents()[1].get(name)
    if document is None:
        return None
    members = tuple(encode_code(code) for code in document["codes"])
    root = tree4_root([poseidon(1009, member) for member in members], 6)
    digest = f"sha256:{sha256(canonical(document)).hex()}"
    return ValueSet(members, root, {"digest": digest, "root": str(root), "size": len(members)})
