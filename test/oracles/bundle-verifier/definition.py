"""The definition of an election: its shape, and every rule that needs nothing but itself and the ceremony."""

import ballot_types
from ceremony import PAIRS, is_admissible
from digests import h31
from refusal import demand
from shapes import (
    array,
    boolean,
    counter,
    fr,
    hex64,
    integer,
    obj,
    one_of,
    pattern,
    point,
    shown,
    text,
    unix_seconds,
)
from shapes import vkey
from signed_note import parse_vkey
from strict_json import parse_canonical

MAX_BYTES = 256 * 1024
MIN_SURVEY = 30  # fewest people among whom the answers of a survey hide
RULES = {"ballot8": 8, "ballot16": 20}

position = integer(0, 15)
rule = obj(
    {
        "plus": array(position, 0, 16),
        "minus": array(position, 0, 16),
        "min": integer(0, 16),
        "max": integer(0, 16),
        "label": shown(200),
    }
)
shape = obj(
    {
        "v": one_of(1),
        "kind": one_of("election", "survey"),
        "title": shown(200),
        "description": shown(4000),
        "locale": pattern("[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2}"),
        "ceremonyId": hex64,
        "keys": array(point, 4, 8),
        "keysHash": hex64,
        "log": obj({"origin": text(1, 255), "vkey": vkey}),
        "circuit": obj(
            {
                "id": one_of("ballot8", "ballot16"),
                "r1csSha256": hex64,
                "zkeySha256": hex64,
                "vkeySha256": hex64,
                "ceremony": pattern("[a-z0-9][A-Za-z0-9._:/-]{0,95}"),
            }
        ),
        "census": obj({"id": hex64, "root": fr, "size": counter, "totalWeight": counter, "sha256": hex64}),
        "ballotType": text(1, 64),
        "choices": array(obj({"id": pattern("[a-z0-9][a-z0-9._-]{0,31}"), "label": shown(200)}), 2, 16),
        "rules": array(rule, 0, 20),
        "opensAtUnixSeconds": unix_seconds,
        "closesAtUnixSeconds": unix_seconds,
        "batchWindowSeconds": integer(5, 60),
        "revote": boolean,
        "minAnonymity": integer(10, 2**24),
    }
)


def parse_definition(data: bytes) -> dict:
    """Refuses `malformed` and the codes of JSON."""
    definition = parse_canonical(data, MAX_BYTES, 6)
    shape(definition)
    return definition


def election_id(data: bytes) -> int:
    """The id of a definition's canonical bytes."""
    return h31("sotto/election/1", data)


def check_own_rules(definition: dict, ceremony: dict, identity: bytes) -> None:
    """What definition and ceremony say alone. Refuses `definition`."""
    circuit = definition["circuit"]["id"]
    demand(definition["ceremonyId"] == identity.hex(), "definition", "ceremonyId")
    demand(circuit == ceremony["circuit"], "definition", "circuit.id")
    demand(len(definition["keys"]) == PAIRS[circuit], "definition", "keys")
    log = definition["log"]
    demand(is_admissible(log["vkey"]) and parse_vkey(log["vkey"]).name == log["origin"], "definition", "log")
    opens, closes = definition["opensAtUnixSeconds"], definition["closesAtUnixSeconds"]
    demand(0 < opens < closes, "definition", "times")
    demand(
        definition["kind"] != "survey" or definition["minAnonymity"] >= MIN_SURVEY,
        "definition",
        "minAnonymity",
    )
    check_terms(definition, circuit)
    ballot_types.check(definition, circuit)


def is_weighted(definition: dict) -> bool:
    """True for the types whose marks are multiplied by the weight in the leaf."""
    return definition["ballotType"].startswith("weighted-")


def bit_of(definition: dict, place: int) -> int:
    """The bit of a choice: a weighted counter takes a whole ciphertext, so odd bits do not exist there."""
    return 2 * place if is_weighted(definition) else place


def check_terms(definition: dict, circuit: str) -> None:
    """Choices and rules fit the circuit, words are distinct, and at least two ways of marking are valid."""
    choices, rules, bits = definition["choices"], definition["rules"], 2 * PAIRS[circuit]
    demand(
        bit_of(definition, len(choices) - 1) < bits and len(rules) <= RULES[circuit], "definition", "choices"
    )
    for words in ([c["id"] for c in choices], [c["label"] for c in choices], [r["label"] for r in rules]):
        demand(len(set(words)) == len(words), "definition", "a word given twice")
    for each in rules:
        for places in (each["plus"], each["minus"]):
            ascending = all(a < b for a, b in zip(places, places[1:]))
            demand(ascending and all(place < len(choices) for place in places), "definition", "positions")
        demand(not set(each["plus"]) & set(each["minus"]), "definition", "positions")
        demand(each["min"] <= each["max"] <= bits, "definition", "bounds")
    demand(_valid_marks(len(choices), rules) >= 2, "definition", "nothing to decide")


def _valid_marks(choices: int, rules: list[dict]) -> int:
    """How many of all mark vectors satisfy every rule, counted up to 2."""
    masks = [(_mask(each["plus"]), _mask(each["minus"]), each["min"], each["max"]) for each in rules]
    found = 0
    for marks in range(1 << choices):
        found += all(
            low <= (marks & plus).bit_count() - (marks & minus).bit_count() <= high
            for plus, minus, low, high in masks
        )
        if found == 2:
            break
    return found


def _mask(bits) -> int:
    return sum(1 << bit for bit in bits)


def constant_signals(definition: dict, identity: int) -> dict[int, int]:
    """The public signals that all ballots share, by position from 0.

    Order: censusRoot, nullifier, R[2], C[pairs][2], electionId, sequence, choiceMask, ruleCoefficients, ruleMin,
    ruleMax, electionKeys[pairs][2].
    """
    circuit = definition["circuit"]["id"]
    pairs, most = PAIRS[circuit], RULES[circuit]

    def mask(places) -> int:
        return _mask(bit_of(definition, place) for place in places)

    rules = definition["rules"]
    blank = [0] * (most - len(rules))
    coefficients = [mask(each["plus"]) | mask(each["minus"]) << 2 * pairs for each in rules]
    tail = [mask(range(len(definition["choices"]))), *coefficients, *blank]
    tail += [each["min"] for each in rules] + blank + [each["max"] for each in rules] + blank
    tail += [int(number) for key in definition["keys"] for number in key]
    first = 4 + 2 * pairs
    signals = {0: int(definition["census"]["root"]), first: identity}
    signals.update(enumerate(tail, first + 2))
    return signals


def varying_signals(ballot) -> list[int]:
    """The signals that a folded key is left with: nullifier, R, C, sequence."""
    return [ballot.nullifier, *ballot.r, *(number for point in ballot.c for number in point), ballot.sequence]
