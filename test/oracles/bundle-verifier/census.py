"""What a census is made of, whatever its mode: the plan, the freeze, leaves and their tree."""

from multiprocessing import get_context

from ceremony import is_admissible
from digests import i32, jcs, tagged_hash
from envelope import signatures_hold, signer_keys
from poseidon import poseidon, tree4_root
from refusal import demand
from signed_note import parse_vkey

LEVELS = 12
MAX_TOTAL_WEIGHT = 2**40
RECORD_BYTES = 36  # i32(commitment) || u32(weight)
CHUNK = 512


def census_id(plan: dict) -> bytes:
    return tagged_hash("sotto/census-plan/1", jcs(plan))


def check_plan(document: dict, organizer: str) -> None:
    """Keys admissible, registrars distinct, an end of enrolment, a gate when gated, the organizer's signature."""
    plan = document["body"]
    registrars = plan["registrars"]
    keys = [each["key"] for each in registrars]
    everyone = (plan["organizer"]["key"], plan["verifier"]["key"], *keys)
    demand(all(map(is_admissible, everyone)), "plan", "keys")
    demand(len({parse_vkey(key).public_key for key in keys}) == len(keys), "plan", "registrars")
    demand(len({each["name"] for each in registrars}) == len(keys), "plan", "registrars")
    demand(plan["enrolmentOpensAt"] < plan["enrolmentClosesAt"], "plan", "enrolment")
    demand(("gate" in plan) == (plan["mode"] == "gated"), "plan", "gate")
    demand(not (plan["weighted"] and plan["mode"] == "gated"), "plan", "weighted")
    signed = signer_keys(document) == [plan["organizer"]["key"]] == [organizer] and signatures_hold(document)
    demand(signed, "plan", "signature")


def check_registrars(document: dict, plan: dict, least: int) -> None:
    """Signatures of registrars of the plan and of nobody else, at least so many."""
    keys, known = signer_keys(document), {each["key"] for each in plan["registrars"]}
    demand(len(keys) >= least and known.issuperset(keys) and signatures_hold(document), "registrars")


class Places:
    """The places of a census in leaf order, recomputed from commitments and weights."""

    def __init__(self, commitments: list[int], weights: list[int], leaves: list[int]) -> None:
        self.commitments, self.weights, self.leaves = commitments, weights, leaves


def read_places(commitments: bytes, leaves: bytes, plan: dict, jobs: int) -> Places:
    """Leaves strictly ascending, each that of its commitment and weight; no commitment twice, none 0."""
    size = len(leaves) // 32
    demand(len(leaves) == 32 * size and len(commitments) == RECORD_BYTES * size, "census", "sizes")
    demand(plan["minSize"] <= size <= 4**LEVELS, "census", "size")
    rows = [commitments[i : i + RECORD_BYTES] for i in range(0, len(commitments), RECORD_BYTES)]
    numbers = [int.from_bytes(row[:32], "big") for row in rows]
    weights = [int.from_bytes(row[32:], "big") for row in rows]
    demand(len(set(numbers)) == size and 0 not in numbers, "census", "commitments")
    allowed = all(1 <= weight if plan["weighted"] else weight == 1 for weight in weights)
    demand(allowed and sum(weights) <= MAX_TOTAL_WEIGHT, "census", "weights")
    computed = _leaves(numbers, weights, jobs)
    demand(all(a < b for a, b in zip(computed, computed[1:])), "census", "order of leaves")
    demand(b"".join(map(i32, computed)) == leaves, "census", "leaves")
    return Places(numbers, weights, computed)


def _leaves(numbers: list[int], weights: list[int], jobs: int) -> list[int]:
    pairs = list(zip(numbers, weights))
    chunks = [pairs[i : i + CHUNK] for i in range(0, len(pairs), CHUNK)]
    if jobs < 2 or len(chunks) < 2:
        return [leaf for chunk in chunks for leaf in _leaves_of(chunk)]
    with get_context("fork").Pool(min(jobs, len(chunks))) as pool:
        return [leaf for part in pool.imap(_leaves_of, chunks) for leaf in part]


def _leaves_of(pairs) -> list[int]:
    return [leaf_of(commitment, weight) for commitment, weight in pairs]


def leaf_of(commitment: int, weight: int) -> int:
    return poseidon(2003, commitment, weight)


def root_of(leaves: list[int]) -> int:
    return tree4_root(leaves, LEVELS)
