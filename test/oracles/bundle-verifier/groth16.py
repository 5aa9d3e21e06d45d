"""Groth16 over BN254: keys, folding of constant signals, and verification in batches.

A proof holds when e(A, B) = e(α, β)·e(L, γ)·e(C, δ), L = IC_0 + Σ signal·IC. A batch checks one random combination
of many such equations; what a batch refuses is halved until single proofs remain, so a "no" is never a guess.
"""

import re
import secrets
from multiprocessing import get_context

import bn254_g1 as g1
import pairing
from bn254_fields import ONE12, Q
from digests import FIELD
from refusal import Refusal, demand
from strict_json import parse_canonical

CANONICAL = re.compile(r"0|[1-9][0-9]{0,76}")  # at most 77 digits, as many as r and q have
MAX_KEY_BYTES = 1 << 20
MEMBERS = {"IC", "curve", "nPublic", "protocol", "vk_alpha_1", "vk_beta_2", "vk_delta_2", "vk_gamma_2"}
BATCH = 1024
SINGLE = 4  # at so few, halving costs more than checking one by one


def read_decimal(value, modulus: int) -> int | None:
    """The number of a canonical decimal string below `modulus`, or None."""
    if not isinstance(value, str) or CANONICAL.fullmatch(value) is None:
        return None
    number = int(value)
    return number if number < modulus else None


def _coordinates(value, count: int) -> list[int]:
    demand(isinstance(value, list) and len(value) == count, "proof-malformed")
    numbers = [read_decimal(item, Q) for item in value]
    if any(number is None for number in numbers):
        raise Refusal("field-element-not-canonical")
    return numbers


class Proof:
    """Three points on their curves, finite. That B has order r is seen in the pairing."""

    __slots__ = ("a", "b", "c")

    def __init__(self, a, b, c) -> None:
        self.a, self.b, self.c = a, b, c

    def __getstate__(self):
        return (self.a, self.b, self.c)

    def __setstate__(self, state) -> None:
        self.a, self.b, self.c = state


def make_proof(a, b, c) -> Proof:
    """A proof of coordinates below q. Refuses `proof-off-curve`; (0, 0) is on neither curve."""
    demand(g1.on_curve(*a) and g1.on_curve(*c) and pairing.on_twist(*b), "proof-off-curve")
    return Proof(a, b, c)


def parse_proof(value) -> Proof:
    """The wire form {"a": [x, y], "b": [[x0, x1], [y0, y1]], "c": [x, y]} in canonical decimals."""
    demand(isinstance(value, dict) and sorted(value) == ["a", "b", "c"], "proof-malformed")
    b = value["b"]
    demand(isinstance(b, list) and len(b) == 2, "proof-malformed")
    pairs = [tuple(_coordinates(pair, 2)) for pair in (value["a"], *b, value["c"])]
    return make_proof(pairs[0], (pairs[1], pairs[2]), pairs[3])


class VerificationKey:
    """α in G1; β, γ, δ in G2; one IC point for 1 and one for each public signal, all affine."""

    def __init__(self, alpha, beta, gamma, delta, ic) -> None:
        self.alpha, self.beta, self.gamma, self.delta, self.ic = alpha, beta, gamma, delta, ic

    def fold(self, constants: dict[int, int]) -> "VerificationKey":
        """The key for the signals that are not in `constants` (position from 0 to value, below r), in their order.

        IC_0' = IC_0 + Σ value·IC: the equation sees only this sum, so the folded check is the full check.
        """
        points = [self.ic[position + 1] for position in constants]
        total = g1.add_affine(g1.combine(list(constants.values()), points), self.ic[0])
        demand(total[2] != 0, "verification-key-refused", "folded to infinity")
        rest = [point for i, point in enumerate(self.ic[1:]) if i not in constants]
        return VerificationKey(
            self.alpha, self.beta, self.gamma, self.delta, [g1.to_affine([total])[0], *rest]
        )

    @property
    def signals(self) -> int:
        return len(self.ic) - 1


def parse_key(data: bytes, signals: int) -> VerificationKey:
    """A key in snarkjs's members without the redundant pairing, canonical JSON, checked whole. Refuses `verification-key-refused`.

    A δ that equals ±γ or ± the generator is a setup nobody contributed to: it accepts forgeries for any signals.
    """
    try:
        key = parse_canonical(data, MAX_KEY_BYTES)
        demand(isinstance(key, dict) and key.keys() == MEMBERS, "key", "members")
        demand((key["protocol"], key["curve"]) == ("groth16", "bn128"), "key", "protocol")
        demand(type(key["nPublic"]) is int and key["nPublic"] == signals, "key", "nPublic")
        demand(isinstance(key["IC"], list) and len(key["IC"]) == signals + 1, "key", "IC")
        alpha, *ic = [_read_g1(point) for point in (key["vk_alpha_1"], *key["IC"])]
        beta, gamma, delta = [_read_g2(key[f"vk_{name}_2"]) for name in ("beta", "gamma", "delta")]
    except Refusal as refusal:
        raise Refusal("verification-key-refused", refusal.place or refusal.code) from None
    for point in (gamma, pairing.G2_GENERATOR):
        demand(
            delta not in (point, pairing.negate(point)),
            "verification-key-refused",
            "delta without contribution",
        )
    return VerificationKey(alpha, beta, gamma, delta, ic)


def _read_g1(value):
    demand(isinstance(value, list) and len(value) == 3 and value[2] == "1", "key", "points are affine")
    point = tuple(_coordinates(value[:2], 2))
    demand(g1.on_curve(*point), "key", "a G1 point is off the curve")
    return point


def _read_g2(value):
    demand(isinstance(value, list) and len(value) == 3 and value[2] == ["1", "0"], "key", "points are affine")
    point = tuple(tuple(_coordinates(pair, 2)) for pair in value[:2])
    demand(
        pairing.on_twist(*point) and pairing.in_subgroup(point), "key", "a G2 point is outside the subgroup"
    )
    return point


def _combination_holds(key: VerificationKey, items) -> tuple[bool, list[int]]:
    """One random combination of the equations of (proof, signals), and the positions whose B is outside the subgroup.

    The weights have 128 bits, are drawn after everything was decoded and are never used again.
    """
    weights = [1] if len(items) == 1 else [1 + secrets.randbits(128) for _ in items]
    sums = [sum(weights) % FIELD]
    for j in range(key.signals):
        sums.append(sum(weight * signals[j] for weight, (_, signals) in zip(weights, items)) % FIELD)
    scaled = [g1.multiply(weight, proof.a) for weight, (proof, _) in zip(weights, items)]
    points = g1.to_affine(scaled)
    pairs = [(point, proof.b) for point, (proof, _) in zip(points, items)]
    right = (
        (g1.multiply(sums[0], key.alpha), key.beta),
        (g1.combine(sums, key.ic), key.gamma),
        (g1.combine(weights, [proof.c for proof, _ in items]), key.delta),
    )
    for point, other in right:
        if point[2]:
            pairs.append((g1.to_affine([point])[0], pairing.negate(other)))
    product, outside = pairing.miller_product(pairs)
    if outside:
        return False, outside
    return pairing.final_exponentiation(product) == ONE12, []


def refused_positions(key: VerificationKey, items) -> list[int]:
    """Positions of the proofs that do not hold, ascending. `items` are (Proof, signals below r in the key's order)."""
    if any(len(signals) != key.signals for _, signals in items):
        raise ValueError("one value per signal of the key expected")
    return _search(key, items, list(range(len(items))))


def _search(key: VerificationKey, items, positions: list[int]) -> list[int]:
    if not positions:
        return []
    holds, outside = _combination_holds(key, [items[i] for i in positions])
    if holds:
        return []
    if outside:
        bad = [positions[i] for i in outside]
        rest = [i for i in positions if i not in bad]
        return sorted(bad + _search(key, items, rest))
    if len(positions) == 1:
        return positions
    size = 1 if len(positions) <= SINGLE else (len(positions) + 1) // 2
    parts = [positions[i : i + size] for i in range(0, len(positions), size)]
    return [position for part in parts for position in _search(key, items, part)]


_worker_key: VerificationKey | None = None


def _start_worker(key: VerificationKey) -> None:
    global _worker_key
    _worker_key = key


def _work(chunk):
    return refused_positions(_worker_key, chunk)


def first_refused(key: VerificationKey, items, jobs: int) -> int | None:
    """The lowest position whose proof does not hold, or None; batches are spread over `jobs` processes."""
    chunks = [items[i : i + BATCH] for i in range(0, len(items), BATCH)]
    if jobs < 2 or len(chunks) < 2:
        results = (refused_positions(key, chunk) for chunk in chunks)
        return _first(results)
    with get_context("fork").Pool(min(jobs, len(chunks)), _start_worker, (key,)) as pool:
        return _first(pool.imap(_work, chunks))


def _first(results) -> int | None:
    for number, bad in enumerate(results):
        if bad:
            return number * BATCH + bad[0]
    return None
