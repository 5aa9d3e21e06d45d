"""A Groth16 key whose trapdoor is at hand, so that proofs of any signals can be simulated in milliseconds."""

import random

import bn254_g1 as g1
from bn254_fields import inverses2, mul2, scale2, sqr2, sub2
from digests import FIELD, sha256
from pairing import G2_GENERATOR
from strict_json import canonical

draw = random.Random(7)


def g2_multiple(scalar: int):
    """scalar·G2, affine double and add."""
    total, point = None, G2_GENERATOR
    while scalar:
        if scalar & 1:
            total = point if total is None else _add(total, point)
        point = _add(point, point)
        scalar >>= 1
    return total


def _add(left, right):
    (x1, y1), (x2, y2) = left, right
    top = scale2(sqr2(x1), 3) if left == right else sub2(y2, y1)
    bottom = scale2(y1, 2) if left == right else sub2(x2, x1)
    slope = mul2(top, inverses2([bottom])[0])
    x = sub2(sub2(sqr2(slope), x1), x2)
    return x, sub2(mul2(slope, sub2(x1, x)), y1)


def g1_multiple(scalar: int):
    return g1.to_affine([g1.multiply(scalar % FIELD, g1.GENERATOR)])[0]


def _wire1(point) -> list[str]:
    return [str(number) for number in point]


class MadeCircuit:
    """α, β, γ, δ and one scalar per IC point, all known."""

    def __init__(self, signals: int) -> None:
        self.alpha, self.beta, self.gamma, self.delta = (draw.randrange(2, FIELD) for _ in range(4))
        self.ic = [draw.randrange(1, FIELD) for _ in range(signals + 1)]
        g2 = {f"vk_{n}_2": self._wire2(getattr(self, n)) for n in ("beta", "gamma", "delta")}
        points = [[*_wire1(g1_multiple(scalar)), "1"] for scalar in self.ic]
        head = {"protocol": "groth16", "curve": "bn128", "nPublic": signals, "IC": points}
        self.vkey = canonical({**head, "vk_alpha_1": [*_wire1(g1_multiple(self.alpha)), "1"], **g2})
        self.digest = sha256(self.vkey).hex()

    @staticmethod
    def _wire2(scalar: int) -> list[list[str]]:
        return [[str(number) for number in pair] for pair in g2_multiple(scalar)] + [["1", "0"]]

    def prove(self, signals: list[int]):
        """Coordinates (a, b0, b1, c) of a valid proof, true or not."""
        a, b = draw.randrange(1, FIELD), draw.randrange(1, FIELD)
        public = (self.ic[0] + sum(x * y for x, y in zip(self.ic[1:], signals))) * self.gamma
        c = (a * b - self.alpha * self.beta - public) * pow(self.delta, -1, FIELD)
        return (g1_multiple(a), *g2_multiple(b), g1_multiple(c))
