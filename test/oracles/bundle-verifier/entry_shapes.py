"""Entries of an election's log, and the entries of a main log that a bundle brings."""

from ballots import parse_ballot
from refusal import demand
from shapes import (
    array,
    boolean,
    counter,
    fr,
    hex64,
    integer,
    name,
    obj,
    one_of,
    party,
    pattern,
    point,
    scalar,
)
from shapes import shown, text, unix_seconds, vkey
from strict_json import parse_canonical

MAX_TRUSTEES = 15
MAX_ENTRY_BYTES = 65_535
MAX_MAIN_BYTES = 1024
MAX_TEXT = 16_384
MAX_EXTENSIONS = 3

trustee = integer(1, MAX_TRUSTEES)
knowledge = obj({"T": point, "z": scalar})
share = obj({"delta": point, "A1": point, "A2": point, "z": scalar})


def pairs(item):
    return array(item, 4, 8)


box = obj({"U": point, "proof": knowledge, "box": pattern("(?:[0-9a-f]{64}){4,8}")})
BODIES = {
    "ceremony": obj(
        {
            "title": shown(200),
            "organizer": party,
            "circuit": one_of("ballot8", "ballot16"),
            "threshold": obj({"t": integer(2, MAX_TRUSTEES), "n": integer(2, MAX_TRUSTEES)}),
            "trustees": array(obj({"index": trustee, "name": shown(120), "key": vkey}), 2, MAX_TRUSTEES),
            "policy": text(1, MAX_TEXT),
            "stepTimeoutSeconds": integer(60, 30 * 86_400),
            "nonce": hex64,
        }
    ),
    "trustee-key": obj({"ceremonyId": hex64, "trustee": trustee, "key": point, "proof": knowledge}),
    "dkg-commit": obj({"ceremonyId": hex64, "trustee": trustee, "commitment": hex64}),
    "dkg-deal": obj(
        {
            "ceremonyId": hex64,
            "trustee": trustee,
            "salt": hex64,
            "A": pairs(array(point, 2, MAX_TRUSTEES)),
            "proofs": pairs(knowledge),
            "boxes": array(box, 2, MAX_TRUSTEES),
        }
    ),
    "dkg-confirm": obj({"ceremonyId": hex64, "trustee": trustee, "keysHash": hex64}),
    "dkg-complaint": obj(
        {
            "ceremonyId": hex64,
            "trustee": trustee,
            "dealer": trustee,
            "Z": point,
            "proof": obj({"A1": point, "A2": point, "z": scalar}),
        }
    ),
    "ceremony-aborted": obj(
        {
            "ceremonyId": hex64,
            "reason": one_of("dealer-faulty", "complaint-false", "silent"),
            "trustee": trustee,
        }
    ),
    "definition": obj({"electionId": fr, "definitionSha256": hex64}),
    "definition-signature": obj({"electionId": fr, "trustee": trustee, "keysHash": hex64}),
    "drill-share": obj(
        {"electionId": fr, "trustee": trustee, "round": integer(1, 2), "shares": pairs(share)}
    ),
    "election-open": obj({"electionId": fr}),
    "extension": obj({"electionId": fr, "number": integer(1, MAX_EXTENSIONS), "closesAt": unix_seconds}),
    "decryption-share": obj(
        {"electionId": fr, "trustee": trustee, "closeHash": hex64, "shares": pairs(share)}
    ),
    "tally": obj(
        {
            "electionId": fr,
            "closeHash": hex64,
            "trustees": array(trustee, 2, MAX_TRUSTEES),
            "counts": array(counter, 2, 16),
            "resultSha256": hex64,
        }
    ),
    "void": obj({"electionId": fr, "reason": shown(500)}),
}
ORGANIZER_KINDS = frozenset(("ceremony", "ceremony-aborted", "definition", "election-open", "tally", "void"))


def signatures(most: int):
    return array(obj({"key": vkey, "signature": pattern("[A-Za-z0-9+/]{86}==")}), 1, most)


def envelope(kind: str, body, most: int):
    return obj({"kind": one_of(kind), "v": one_of(1), "body": body, "signatures": signatures(most)})


CONTROL = {kind: envelope(kind, body, 1 + MAX_TRUSTEES) for kind, body in BODIES.items()}
CONTROL["election-close"] = obj(
    {
        "kind": one_of("election-close"),
        "v": one_of(1),
        "electionId": fr,
        **{member: counter for member in ("logSize", "accepted", "counted", "superseded", "challenged")},
        "R": point,
        "C": pairs(point),
    }
)

identifier = pattern("[a-z0-9][A-Za-z0-9._:/-]{0,95}")


def plain(most: int):
    """Printable ASCII without quote and backslash."""
    return pattern(f"[\\x20\\x21\\x23-\\x5b\\x5d-\\x7e]{{1,{most}}}")


registry_epoch = obj(
    {
        "registry": name,
        "number": integer(1, 2**53 - 1),
        "root": fr,
        "leafCount": counter,
        "bundleDigest": hex64,
        "previousRoot": fr,
        "notBefore": unix_seconds,
        "urgent": boolean,
    }
)
MAIN = {
    "circuit-key": obj(
        {
            "kind": one_of("circuit-key"),
            "v": one_of(1),
            "circuitId": identifier,
            "vkeySha256": hex64,
            "r1csSha256": hex64,
            "ceremony": identifier,
        }
    ),
    "registry-epoch": obj(
        {
            "kind": one_of("registry-epoch"),
            "v": one_of(1),
            "body": registry_epoch,
            "signatures": array(obj({"key": plain(300), "signature": plain(88)}), 1, 1),
        }
    ),
    "election-anchor": obj(
        {
            "kind": one_of("election-anchor"),
            "v": one_of(1),
            "phase": one_of("open", "tally"),
            "electionId": fr,
            "origin": plain(200),
            "size": counter,
            "root": hex64,
            "digest": hex64,
        }
    ),
}


def _parse(data: bytes, shapes: dict, most: int) -> dict:
    entry = parse_canonical(data, most, 6, MAX_TEXT)
    shape = shapes.get(entry.get("kind")) if type(entry) is dict and type(entry.get("kind")) is str else None
    demand(shape is not None, "malformed", "kind")
    shape(entry)
    return entry


def parse_main_entry(data: bytes) -> dict:
    """An entry of a main log of the three kinds that a bundle holds. Refuses `malformed` and the codes of JSON."""
    return _parse(data, MAIN, MAX_MAIN_BYTES)


def parse_election_entry(data: bytes):
    """An entry of an election's log: a Ballot, or the dict of a control entry. Refuses as `parse_main_entry`."""
    demand(len(data) <= MAX_ENTRY_BYTES, "too-large")
    return parse_ballot(data) or _parse(data, CONTROL, MAX_ENTRY_BYTES)
