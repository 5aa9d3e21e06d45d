"""Twisted Edwards curves a·x² + y² = 1 + d·x²·y² with complete addition (a is a square, d is not).

Points are extended coordinates (X, Y, Z, T), x = X/Z, y = Y/Z, x·y = T/Z: Hisil, Wong, Carter, Dawson, eprint 2008/522.
"""

WINDOW_BITS = 4


class Edwards:
    """One curve; `order` is that of the prime subgroup."""

    def __init__(self, modulus: int, a: int, d: int, order: int) -> None:
        self.modulus, self.a, self.d, self.order = modulus, a % modulus, d % modulus, order
        self.neutral = (0, 1, 1, 0)

    def on_curve(self, x: int, y: int) -> bool:
        xx, yy, p = x * x % self.modulus, y * y % self.modulus, self.modulus
        return (self.a * xx + yy - 1 - self.d * (xx * yy % p)) % p == 0

    def lift(self, x: int, y: int):
        """The point with these affine coordinates; the caller has checked that it is on the curve."""
        return (x, y, 1, x * y % self.modulus)

    def affine(self, point) -> tuple[int, int]:
        x, y, z, _ = point
        inverse = pow(z, -1, self.modulus)
        return x * inverse % self.modulus, y * inverse % self.modulus

    def equal(self, left, right) -> bool:
        p = self.modulus
        return (left[0] * right[2] - right[0] * left[2]) % p == 0 and (
            left[1] * right[2] - right[1] * left[2]
        ) % p == 0

    def is_neutral(self, point) -> bool:
        return point[0] % self.modulus == 0 and (point[1] - point[2]) % self.modulus == 0

    def negate(self, point):
        return (-point[0] % self.modulus, point[1], point[2], -point[3] % self.modulus)

    def add(self, left, right):
        """add-2008-hwcd; complete, so doublings and the neutral point need no case."""
        p = self.modulus
        x1, y1, z1, t1 = left
        x2, y2, z2, t2 = right
        a, b = x1 * x2 % p, y1 * y2 % p
        c, d = self.d * t1 % p * t2 % p, z1 * z2 % p
        e, f, g, h = (x1 + y1) * (x2 + y2) - a - b, d - c, d + c, b - self.a * a
        e, h = e % p, h % p
        return (e * f % p, g * h % p, f * g % p, e * h % p)

    def double(self, point):
        """dbl-2008-hwcd."""
        p = self.modulus
        x, y, z, _ = point
        a, b = x * x % p, y * y % p
        d = self.a * a % p
        e, g = ((x + y) * (x + y) - a - b) % p, d + b
        f, h = g - 2 * z * z % p, d - b
        return (e * f % p, g * h % p, f * g % p, e * h % p)

    def _table(self, point) -> list:
        rows = [self.neutral, point]
        while len(rows) < 1 << WINDOW_BITS:
            rows.append(self.add(rows[-1], point))
        return rows

    def multiply(self, scalar: int, point):
        """scalar·point for a scalar of any size, not reduced: the point may lie outside the subgroup."""
        return self.combine(((scalar, point),))

    def combine(self, terms):
        """Σ scalar·point with shared doublings (Straus). Scalars are not negative."""
        terms = tuple(terms)
        tables = [self._table(point) for _, point in terms]
        bits = max((scalar.bit_length() for scalar, _ in terms), default=0)
        total = self.neutral
        for shift in range(bits - bits % WINDOW_BITS, -1, -WINDOW_BITS):
            for _ in range(WINDOW_BITS if total is not self.neutral else 0):
                total = self.double(total)
            for (scalar, _), table in zip(terms, tables):
                digit = scalar >> shift & (1 << WINDOW_BITS) - 1
                if digit:
                    total = self.add(total, table[digit])
        return total

    def in_subgroup(self, point) -> bool:
        return self.is_neutral(self.multiply(self.order, point))
