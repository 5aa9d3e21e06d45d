"""Evidence of a gated census: each place was earned by a proof of the gate's statement, under one request for all."""

import base64
import binascii

from attribute_values import DAY, ORDERED_ZERO
from catalogue import find_schema, find_value_set
from census_shapes import parse_evidence
from digests import FIELD, h31, i32, sha256
from groth16 import first_refused, parse_key, parse_proof
from poseidon import poseidon, tree4_root
from refusal import demand
from statements import BETWEEN, EQUAL, IN, IN_SET, Compiler
from strict_json import canonical

SLOTS = CLAUSES = 6
SIGNALS = 125
EPOCH_LIFE = 25 * 3600  # seconds that a registry's epoch is current
VARYING = (0, 1, 2, 8)  # nullifier, linkTag, credentialTag, requestHash
HASHED_APART = ("challenge", "verifier", "purpose", "expiresAt", "circuit", "boundData")
NO_SET_ROOT = tree4_root([poseidon(1009, 0)], 6)


def check_evidence(audit, plan: dict, identity: bytes, places, lines: list[bytes]) -> tuple[list[str], int]:
    """The slots, in leaf order; nothing replaces anything in a gated census."""
    gate = plan["gate"]
    parts = [compile_part(plan, alternative) for alternative in gate["alternatives"]]
    _check_gate(plan)
    for registry, named in gate["registryEpochs"].items():
        _check_epoch(audit.main[f"registry-epoch-{registry}"]["body"], named, gate["asOf"])
    key = _read_key(audit, gate)
    request = request_of_all(plan, identity)
    constants = [constant_signals(plan, request, *pair) for pair in zip(gate["alternatives"], parts)]
    claims: list[list] = [[] for _ in parts]
    slots = []
    for line, commitment, leaf in zip(lines, places.commitments, places.leaves):
        one = parse_evidence(line)
        demand(one["commitment"] == str(commitment) and one["alternative"] < len(parts), "census", "evidence")
        asked = request_hash(
            {**request, "id": one["id"], "challenge": one["challenge"], "boundData": str(leaf)}
        )
        outputs = [int(one[member]) for member in ("nullifier", "linkTag", "credentialTag")]
        claims[one["alternative"]].append((parse_proof(one["proof"]), [*outputs, asked]))
        slots.append(i32(outputs[0]).hex())
    for fixed, items in zip(constants, claims):
        demand(first_refused(key.fold(fixed), items, audit.jobs) is None, "census", "an enrolment proof")
    return slots, 0


def _check_gate(plan: dict) -> None:
    """Fixed before enrolment, one credential kind where credentials are counted, exactly its registries and sets."""
    gate = plan["gate"]
    demand(gate["asOf"] <= plan["enrolmentOpensAt"], "census", "gate.asOf")
    demand(gate["nullifierMode"] == "person" or len(gate["alternatives"]) == 1, "census", "gate.alternatives")
    registries = {alternative["registry"] for alternative in gate["alternatives"]}
    demand(registries == set(gate["registryEpochs"]), "census", "gate.registryEpochs")
    for name, named in gate["valueSets"].items():
        known = find_value_set(name)
        demand(known is not None and known.description == named, "census", "gate.valueSets")


def compile_part(plan: dict, alternative: dict):
    """The one part of an alternative: slots, clauses, value set. It must demand that the record was bound before asOf."""
    gate, schema = plan["gate"], find_schema(alternative["schemaId"])
    demand(schema is not None, "census", "schema")

    def members(name: str):
        known = find_value_set(name)
        named = gate["valueSets"].get(name)
        demand(known is None or known.description == named, "census", "value set")
        return None if known is None else known.members

    compiler = Compiler(schema, alternative["parameters"], gate["asOf"], members)
    clauses = compiler.clauses(alternative["statement"])
    latest = ORDERED_ZERO + gate["asOf"] // DAY - 1
    place = compiler.places.get("boundOn")
    demand(place is not None, "census", "boundOn")
    demanded = any(all(_is_early(slot, place[1], latest) for slot in clause) for clause in clauses)
    demand(demanded, "census", "boundOn")
    slots = sorted({slot for clause in clauses for slot in clause})
    demand(len(clauses) <= CLAUSES and len(slots) <= SLOTS, "census", "more than one part")
    asked = [tuple(slot for slot in clause if slot.op == IN_SET) for clause in clauses]
    asked = [literals for literals in asked if literals]
    one_set = len({slot.value_set for literals in asked for slot in literals}) <= 1
    demand(one_set and all(literals == asked[0] for literals in asked), "census", "more than one part")
    masks = sorted(sum(1 << slots.index(slot) for slot in clause) for clause in clauses)
    masks += masks[:1] * (CLAUSES - len(masks))
    return slots, sum(mask << SLOTS * c for c, mask in enumerate(masks))


def _is_early(slot, position: int, latest: int) -> bool:
    """True when a literal can only hold for a record bound before the day of asOf."""
    if slot.field != position or slot.negated:
        return False
    if slot.op == BETWEEN:
        return slot.high <= latest
    return (slot.op == EQUAL and slot.low <= latest) or (slot.op == IN and max(slot.values) <= latest)


def _check_epoch(body: dict, named: dict, as_of: int) -> None:
    same = (body["number"], body["root"]) == (named["epoch"], named["root"])
    demand(same and body["notBefore"] <= as_of < body["notBefore"] + EPOCH_LIFE, "census", "epoch")


def _read_key(audit, gate: dict):
    anchored = audit.main["circuit-key-presentation"]
    demand(anchored["kind"] == "circuit-key" and anchored["circuitId"] == "presentation", "census", "circuit")
    demand(f"sha256:{anchored['vkeySha256']}" == gate["circuit"]["vkey"], "census", "vkey")
    if anchored["ceremony"] == "dev":
        demand(audit.allow_dev_keys, "census", "development keys")
        audit.warnings.add("development-keys")
    data = audit.bundle.read("circuit/presentation-vkey.json")
    demand(sha256(data).hex() == anchored["vkeySha256"], "census", "vkey")
    return parse_key(data, SIGNALS)


def request_of_all(plan: dict, identity: bytes) -> dict:
    """The request that everyone gets, without what is drawn."""
    gate = plan["gate"]
    return {
        "type": "sotto/presentation-request/1",
        "createdAt": gate["asOf"],
        "asOf": gate["asOf"],
        "expiresAt": plan["enrolmentClosesAt"],
        "zone": "Z",
        "verifier": plan["verifier"],
        "purpose": {"code": f"enrol-{identity.hex()[:32]}", "text": {"en": plan["title"]}, "retainDays": 0},
        "circuit": gate["circuit"],
        "registries": gate["registryEpochs"],
        "valueSets": gate["valueSets"],
        "links": [],
        "items": [
            {
                "alternatives": gate["alternatives"],
                "nullifier": {"mode": gate["nullifierMode"], "use": "pseudonym", "epoch": "always"},
            }
        ],
    }


def _hash(label: str, value) -> int:
    return h31(f"sotto/{label}/1", canonical(value))


def request_hash(request: dict) -> int:
    """P(1008, challenge, audience, purpose, policy, expiresAt, circuit, boundData)."""
    policy = {member: value for member, value in request.items() if member not in HASHED_APART}
    return poseidon(
        1008,
        _challenge(request["challenge"]),
        _hash("audience", request["verifier"]),
        _hash("purpose", request["purpose"]),
        _hash("policy", policy),
        request["expiresAt"],
        _hash("circuit", request["circuit"]),
        int(request["boundData"]),
    )


def _challenge(text: str) -> int:
    """31 bytes, base64url without padding, in the one spelling."""
    try:
        data = base64.urlsafe_b64decode(text + "==")
    except (binascii.Error, ValueError):
        data = b""
    canonical_text = base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    demand(len(data) == 31 and canonical_text == text, "census", "challenge")
    return int.from_bytes(data, "big")


def constant_signals(plan: dict, request: dict, alternative: dict, part) -> dict[int, int]:
    """The signals that all enrolments of one alternative share, by position from 0."""
    slots, clauses = part
    gate, verifier = plan["gate"], plan["verifier"]
    value_set = next((slot.value_set for slot in slots if slot.value_set), None)
    scope = {
        "epoch": "always",
        "origin": verifier["origin"],
        "purpose": request["purpose"]["code"],
        "use": "pseudonym",
        "verifier": verifier["id"],
    }
    signals = [0] * SIGNALS
    signals[3] = int(alternative["schemaId"])
    signals[4] = int(gate["registryEpochs"][alternative["registry"]]["root"])
    signals[5] = NO_SET_ROOT if value_set is None else find_value_set(value_set).root
    signals[6] = _hash("scope", scope)
    signals[7] = 1 if gate["nullifierMode"] == "credential" else 0
    signals[9] = gate["asOf"]
    for k, slot in enumerate(slots):
        signals[10 + k] = slot.field + 16 * slot.field2 + 256 * slot.op + 2048 * slot.negated
        signals[16 + k], signals[22 + k] = slot.low, slot.high
        for i, value in enumerate(slot.values):
            signals[28 + 16 * k + i] = value
    signals[124] = clauses
    return {position: value % FIELD for position, value in enumerate(signals) if position not in VARYING}
