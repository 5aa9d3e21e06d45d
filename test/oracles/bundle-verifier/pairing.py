"""Products of optimal ate pairings on BN254 (Vercauteren, eprint 2008/096), many at once.

All Miller loops of a product walk in step: they share one squaring chain, and the slopes of one step share one
inversion. G2 is the order-r subgroup of y² = x³ + 3/ξ over Fq2; a pairing tells here, at no extra cost, whether its
second argument lies in it.
"""

from bn254_fields import (
    FROBENIUS,
    ONE12,
    Q,
    XI,
    ZERO2,
    add2,
    conj12,
    conj2,
    frobenius12,
    inv12,
    inv2,
    inverses,
    inverses2,
    mul12,
    mul2,
    mul_by_line,
    neg2,
    pow12,
    scale2,
    sqr2,
    sub2,
)
from digests import FIELD as R

X = 4965661367192848881  # q and r are polynomials in it: Barreto and Naehrig, eprint 2005/133
LOOP = 6 * X + 2
TWIST_B = scale2(inv2(XI), 3)
HARD_EXPONENT = (Q**4 - Q**2 + 1) // R
PSI_X, PSI_Y = FROBENIUS[2], FROBENIUS[3]  # ξ^((q-1)/3) and ξ^((q-1)/2)

G2_GENERATOR = (
    (
        10857046999023057135944570762232829481370756359578518086990519993285655852781,
        11559732032986387107991004021392285783925812861821192530917403151452391805634,
    ),
    (
        8495653923123431417604973247489272438418190587263600148770280649306958101930,
        4082367875863433681332203403145435568316851327593401208105741076214120093531,
    ),
)


def on_twist(x, y) -> bool:
    return sqr2(y) == add2(mul2(sqr2(x), x), TWIST_B)


def psi(point):
    """The image of Frobenius on the twist: (x, y) to (x̄·ξ^((q-1)/3), ȳ·ξ^((q-1)/2))."""
    x, y = point
    return (mul2(conj2(x), PSI_X), mul2(conj2(y), PSI_Y))


def negate(point):
    return (point[0], neg2(point[1]))


def _signed_bits(number: int) -> list[int]:
    """Non-adjacent form, highest first."""
    digits = []
    while number:
        digit = 2 - number % 4 if number & 1 else 0
        digits.append(digit)
        number = (number - digit) >> 1
    return digits[::-1]


LOOP_DIGITS = tuple(_signed_bits(LOOP)[1:])


class _Walk:
    """The running points T_i of all loops, their fixed arguments P_i, and the product of lines so far."""

    def __init__(self, pairs) -> None:
        self.product = ONE12
        self.points = [q for _, q in pairs]
        self.outside: set[int] = set()
        inverse_y = inverses([p[1] for p, _ in pairs])  # y is never 0: the order r is odd
        self.places = [(-p[0] * inverse % Q, inverse) for (p, _), inverse in zip(pairs, inverse_y)]

    def _steps(self, numerators, denominators, others) -> None:
        """Multiplies the product by the line through T with the given slope, at P, and moves T to the sum with `other`.

        Where the slope has no value, T met ±other or a point of order 2: impossible for a point of order r.
        """
        for i, denominator in enumerate(denominators):
            if denominator == ZERO2:
                self.outside.add(i)
                denominators[i] = (1, 0)
        product, moved = self.product, []
        rows = zip(numerators, inverses2(denominators), self.points, others, self.places)
        for numerator, inverse, (x, y), (x_other, _), (minus_x_over_y, one_over_y) in rows:
            slope = mul2(numerator, inverse)
            constant = sub2(mul2(slope, x), y)
            product = mul_by_line(product, scale2(slope, minus_x_over_y), scale2(constant, one_over_y))
            s0, s1 = sqr2(slope)
            x_new = ((s0 - x[0] - x_other[0]) % Q, (s1 - x[1] - x_other[1]) % Q)
            moved.append((x_new, sub2(mul2(slope, sub2(x, x_new)), y)))
        self.product, self.points = product, moved

    def double(self) -> None:
        self.product = mul12(self.product, self.product)
        numerators = []
        for x, _ in self.points:
            s0, s1 = sqr2(x)
            numerators.append((3 * s0, 3 * s1))
        self._steps(numerators, [(2 * y[0] % Q, 2 * y[1] % Q) for _, y in self.points], self.points)

    def add(self, others) -> None:
        numerators = [sub2(y, other[1]) for (_, y), other in zip(self.points, others)]
        denominators = [sub2(x, other[0]) for (x, _), other in zip(self.points, others)]
        self._steps(numerators, denominators, others)


def miller_product(pairs):
    """Π of the Miller loops of (P, Q), and the indices whose Q is on the twist but outside the subgroup of order r.

    P is a finite point of G1, Q a finite point of the twist, both affine and checked to be on their curves. The
    product means nothing unless the list of indices is empty.

    Membership: the loop ends in T = [6x+2]Q + ψ(Q) - ψ²(Q), and T = -ψ³(Q) exactly for points of G2, because the norm
    of 6x+2 + ψ - ψ² + ψ³ in Z[ψ] shares no factor but r with the order of the twist (a self-test computes it).
    """
    walk = _Walk(pairs)
    origins = [q for _, q in pairs]
    opposite = [negate(q) for q in origins]
    for digit in LOOP_DIGITS:
        walk.double()
        if digit:
            walk.add(origins if digit == 1 else opposite)
    first = [psi(q) for q in origins]
    second = [psi(q) for q in first]
    walk.add(first)
    walk.add([negate(q) for q in second])
    for i, point in enumerate(second):
        if walk.points[i] != negate(psi(point)):
            walk.outside.add(i)
    return walk.product, sorted(walk.outside)


def final_exponentiation(f):
    """f^((q^12 - 1)/r): the easy part by Frobenius, the hard part by plain exponentiation."""
    f = mul12(conj12(f), inv12(f))
    f = mul12(frobenius12(frobenius12(f)), f)
    return pow12(f, HARD_EXPONENT)


def in_subgroup(point) -> bool:
    """True when a finite point of the twist has order r."""
    return not miller_product([((1, 2), point)])[1]
