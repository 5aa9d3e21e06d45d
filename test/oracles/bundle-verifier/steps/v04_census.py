"""V4: everyone in the census has evidence, and everyone with a promise is in it."""

import gated_census
import named_census
from census import census_id, check_plan, check_registrars, read_places, root_of
from census_shapes import evidence_lines, parse_document, parse_promise
from definition import MIN_SURVEY, is_weighted
from digests import i32, sha256, tagged_hash
from refusal import demand
from signed_note import decode_base64, parse_vkey

FREEZE_SIGNERS = 2


def check(audit) -> None:
    bundle = audit.bundle
    document = parse_document("census-plan", bundle.read("census/plan.json"))
    check_plan(document, audit.ceremony["organizer"]["key"])
    plan, identity = document["body"], census_id(document["body"])
    _check_files_of_mode(audit, plan)
    leaves, evidence = bundle.read("census/leaves.bin"), bundle.read("census/evidence.jsonl")
    places = read_places(bundle.read("census/commitments.bin"), leaves, plan, audit.jobs)
    lines = evidence_lines(evidence)
    demand(len(lines) == len(places.leaves), "census", "one line of evidence a leaf")
    mode = named_census if plan["mode"] == "named" else gated_census
    slots, replacements = mode.check_evidence(audit, plan, identity, places, lines)
    demand(len(set(slots)) == len(slots), "census", "a slot given twice")
    freeze = bundle.read("census/census.json")
    frozen = parse_document("census", freeze)
    recomputed = {
        "censusId": identity.hex(),
        "root": str(root_of(places.leaves)),
        "size": len(places.leaves),
        "totalWeight": sum(places.weights),
        "replacements": replacements,
        "leavesSha256": sha256(leaves).hex(),
        "evidenceSha256": sha256(evidence).hex(),
    }
    demand(frozen["body"] == recomputed, "census", "freeze")
    check_registrars(frozen, plan, FREEZE_SIGNERS)
    _check_definition(audit.definition, plan, recomputed, sha256(freeze).hex())
    leaves_held, slots_held = set(places.leaves), set(slots)
    for path in bundle.promises():
        promised = _read_promise(bundle.read(path), plan, identity)
        kept = int(promised["leaf"]) in leaves_held or promised["slot"] in slots_held
        demand(kept, "census-promise-broken", path)


def _check_files_of_mode(audit, plan: dict) -> None:
    """Files of a gate are there exactly for a gated census, epochs exactly for its registries."""
    bundle, gate = audit.bundle, plan.get("gate")
    epochs = {name for name in audit.main if name.startswith("registry-epoch-")}
    wanted = {f"registry-epoch-{registry}" for registry in gate["registryEpochs"]} if gate else set()
    demand(epochs == wanted, "census", "epochs")
    demand(
        ("circuit-key-presentation" in audit.main) == (gate is not None), "census", "circuit-key-presentation"
    )
    demand(bundle.has("circuit/presentation-vkey.json") == (gate is not None), "census", "presentation-vkey")


def _check_definition(definition: dict, plan: dict, frozen: dict, digest: str) -> None:
    """The definition names this census, and what it asks fits it."""
    named = definition["census"]
    same = {
        "id": frozen["censusId"],
        "sha256": digest,
        **{m: frozen[m] for m in ("root", "size", "totalWeight")},
    }
    demand(named == same, "census", "definition.census")
    demand(named["size"] >= max(definition["minAnonymity"], plan["minSize"]), "census", "size")
    demand(is_weighted(definition) == plan["weighted"], "census", "weighted")
    surveyed = plan["mode"] == "gated" and plan["minSize"] >= MIN_SURVEY
    demand(definition["kind"] != "survey" or surveyed, "census", "survey")
    demand(plan["enrolmentClosesAt"] <= definition["opensAtUnixSeconds"], "census", "enrolmentClosesAt")


def _read_promise(data: bytes, plan: dict, identity: bytes) -> dict:
    """A promise of this plan's verifier; whether it was kept is the caller's question."""
    promised = parse_promise(data)
    demand(
        promised["key"] == plan["verifier"]["key"] and promised["censusId"] == identity.hex(),
        "census",
        "promise",
    )
    parts = (identity, bytes.fromhex(promised["slot"]), i32(int(promised["leaf"])))
    message = tagged_hash("sotto/census-promise/1", *parts)
    signature = decode_base64(promised["signature"])
    signed = signature is not None and parse_vkey(promised["key"]).verifies(message, signature)
    demand(signed, "census", "promise signature")
    return promised
