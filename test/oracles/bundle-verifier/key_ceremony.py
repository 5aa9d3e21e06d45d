"""The messages of a key ceremony and the keys that follow from them."""

from babyjubjub import CURVE, sum_points
from digests import enc, jcs, sha256, tagged_hash, u8
from proofs_of_knowledge import BOX_KEY, CONSTANT_TERM, check_knowledge, wire_numbers, wire_point
from refusal import demand
from strict_json import canonical


def check_deal(identity: bytes, n: int, t: int, pairs: int, body: dict, commitment: str) -> None:
    """Everything of a deal that all can see. Refuses `deal`, `point`, `knowledge`."""
    dealer = body["trustee"]
    committed = tagged_hash("sotto/dkg-commit/1", identity, u8(dealer), jcs(body)).hex()
    demand(committed == commitment, "deal", "not the committed one")
    rows, boxes = body["A"], body["boxes"]
    sized = (
        len(rows) == len(body["proofs"]) == pairs and all(len(row) == t for row in rows) and len(boxes) == n
    )
    demand(sized, "deal", "sizes")
    for j, (row, proof) in enumerate(zip(rows, body["proofs"])):
        for term in row[1:]:
            wire_point(term)
        check_knowledge(identity, n, t, CONSTANT_TERM, dealer, j, row[0], proof)
    for k, box in enumerate(boxes, 1):
        demand(len(box["box"]) == 64 * pairs, "deal", "box")
        check_knowledge(identity, n, t, BOX_KEY, dealer, k, box["U"], box["proof"])


def derive_keys(deals: list[dict], n: int, pairs: int):
    """PK_j = Σ_i A_(i,j,0), and D_(k,j) = Σ_i Σ_x k^x·A_(i,j,x) by k, then j. Deals are checked."""
    keys, rows = [], []
    for j in range(pairs):
        terms = zip(*(deal["A"][j] for deal in deals))
        sums = [sum_points(CURVE.lift(*wire_numbers(wire)) for wire in wires) for wires in terms]
        keys.append(sums[0])
        rows.append([_evaluate(sums, k) for k in range(1, n + 1)])
    return keys, [[rows[j][k] for j in range(pairs)] for k in range(n)]


def _evaluate(terms, k: int):
    """Horner's rule in the exponent."""
    total = CURVE.neutral
    for term in reversed(terms):
        total = CURVE.add(CURVE.multiply(k, total), term)
    return total


def keys_hash(identity: bytes, deal_entries: list[dict], keys, trustee_keys) -> str:
    digests = b"".join(sha256(canonical(entry)) for entry in deal_entries)
    points = [*keys, *(key for row in trustee_keys for key in row)]
    return tagged_hash(
        "sotto/keys/1", identity, digests, *(enc(CURVE.affine(point)) for point in points)
    ).hex()


def check_keys(keys, trustee_keys) -> None:
    """Each of order l; the election's keys pairwise distinct and none ±1 or ±2 times another. Refuses `keys`.

    Under related keys and one randomness, two ciphertexts show how their marks differ.
    """
    for point in (*keys, *(key for row in trustee_keys for key in row)):
        demand(not CURVE.is_neutral(point) and CURVE.in_subgroup(point), "keys", "order")
    for j, key in enumerate(keys):
        for other in (*keys[:j], *keys[j + 1 :]):
            for multiple in (other, CURVE.double(other)):
                related = CURVE.equal(key, multiple) or CURVE.equal(key, CURVE.negate(multiple))
                demand(not related, "keys", "related")
