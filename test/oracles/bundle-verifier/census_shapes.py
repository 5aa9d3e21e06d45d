"""Documents of a census: plan, leaves, freeze, evidence of gated enrolments, promises. All canonical, all closed."""

from entry_shapes import envelope
from refusal import demand
from shapes import (
    array,
    boolean,
    counter,
    digest,
    fr,
    hex64,
    integer,
    name,
    obj,
    one_of,
    party,
    pattern,
    record,
)
from shapes import shown, unix_seconds, vkey
from statement_shapes import alternative, versioned_name
from strict_json import parse_canonical

MAX_PLAN_BYTES = 256 * 1024
MAX_DOCUMENT_BYTES = 8 * 1024
MAX_SIGNATURES = 15

gate = obj(
    {
        "alternatives": array(alternative, 1, 4),
        "nullifierMode": one_of("person", "credential"),
        "asOf": unix_seconds,
        "registryEpochs": record(name, obj({"epoch": counter, "root": fr})),
        "valueSets": record(versioned_name, obj({"digest": digest, "root": fr, "size": integer(1, 4096)})),
        "circuit": obj({"id": one_of("presentation"), "vkey": digest}),
    }
)
plan = obj(
    {
        "title": shown(200),
        "organizer": party,
        "mode": one_of("named", "gated"),
        "weighted": boolean,
        "registrars": array(party, 2, 15),
        "verifier": obj(
            {
                "id": name,
                "name": shown(200),
                "origin": pattern(r"https?://[^/?#\s\ufeff]{1,253}"),
                "key": vkey,
            }
        ),
        "enrolmentOpensAt": unix_seconds,
        "enrolmentClosesAt": unix_seconds,
        "objectionSeconds": integer(0, 90 * 86_400),
        "minSize": integer(10, 2**24),
    },
    {"gate": gate},
)
leaf = obj(
    {"censusId": hex64, "rollCommitment": hex64, "commitment": fr, "weight": integer(1, 2**32 - 1)},
    {"replaces": fr},
)
census = obj(
    {
        "censusId": hex64,
        "root": fr,
        "size": integer(1, 2**53 - 1),
        "totalWeight": integer(1, 2**53 - 1),
        "replacements": counter,
        "leavesSha256": hex64,
        "evidenceSha256": hex64,
    }
)
DOCUMENTS = {
    kind: envelope(kind, body, MAX_SIGNATURES)
    for kind, body in (("census-plan", plan), ("census-leaf", leaf), ("census", census))
}
evidence = obj(
    {
        "commitment": fr,
        "id": pattern("pr_[A-Za-z0-9_-]{22}"),
        "challenge": pattern("[A-Za-z0-9_-]{42}"),
        "alternative": integer(0, 3),
        "nullifier": fr,
        "linkTag": fr,
        "credentialTag": fr,
        "proof": lambda _value: None,  # the proof's own reader judges it
    }
)
promise = obj(
    {
        "type": one_of("sotto/census-promise/1"),
        "censusId": hex64,
        "slot": hex64,
        "leaf": fr,
        "key": vkey,
        "signature": pattern("[A-Za-z0-9+/]{86}=="),
    }
)


def parse_document(kind: str, data: bytes) -> dict:
    """A signed document; nothing is verified."""
    most, depth = (MAX_PLAN_BYTES, 16) if kind == "census-plan" else (MAX_DOCUMENT_BYTES, 8)
    document = parse_canonical(data, most, depth)
    DOCUMENTS[kind](document)
    return document


def parse_evidence(data: bytes) -> dict:
    line = parse_canonical(data, MAX_DOCUMENT_BYTES)
    evidence(line)
    return line


def parse_promise(data: bytes) -> dict:
    document = parse_canonical(data, MAX_DOCUMENT_BYTES, 2)
    promise(document)
    return document


def evidence_lines(data: bytes) -> list[bytes]:
    """The lines of an evidence file, each ended by LF."""
    demand(data.endswith(b"\n"), "evidence", "a line without its end")
    return data[:-1].split(b"\n")
