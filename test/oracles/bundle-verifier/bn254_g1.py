"""G1 of BN254: y² = x³ + 3 over Fq, prime order r, so a point on the curve is in the group.

Points are Jacobian (X, Y, Z), x = X/Z², y = Y/Z³; Z = 0 is the point at infinity. Formulas: dbl-2009-l, add-2007-bl.
"""

from bn254_fields import Q, inverses

INFINITY = (1, 1, 0)
GENERATOR = (1, 2)
NAF_WIDTH = 5
BUCKET_BITS = 7


def on_curve(x: int, y: int) -> bool:
    return (y * y - x * x * x - 3) % Q == 0


def double(point):
    x, y, z = point
    a, b = x * x % Q, y * y % Q
    c = b * b % Q
    d = 2 * ((x + b) * (x + b) - a - c) % Q
    e = 3 * a
    f = (e * e - 2 * d) % Q
    return (f, (e * (d - f) - 8 * c) % Q, 2 * y * z % Q)


def add_affine(point, other):
    """A Jacobian point plus an affine one."""
    x1, y1, z1 = point
    x2, y2 = other
    if z1 == 0:
        return (x2, y2, 1)
    zz = z1 * z1 % Q
    h, r = (x2 * zz - x1) % Q, (y2 * z1 * zz - y1) % Q
    if h == 0:
        return double(point) if r == 0 else INFINITY
    hh = h * h % Q
    hhh, v = h * hh % Q, x1 * hh % Q
    x3 = (r * r - hhh - 2 * v) % Q
    return (x3, (r * (v - x3) - y1 * hhh) % Q, z1 * h % Q)


def add(left, right):
    """Two Jacobian points."""
    x1, y1, z1 = left
    x2, y2, z2 = right
    if z1 == 0 or z2 == 0:
        return right if z1 == 0 else left
    zz1, zz2 = z1 * z1 % Q, z2 * z2 % Q
    u1, s1 = x1 * zz2 % Q, y1 * z2 * zz2 % Q
    h, r = (x2 * zz1 - u1) % Q, (y2 * z1 * zz1 - s1) % Q
    if h == 0:
        return double(left) if r == 0 else INFINITY
    hh = h * h % Q
    hhh, v = h * hh % Q, u1 * hh % Q
    x3 = (r * r - hhh - 2 * v) % Q
    return (x3, (r * (v - x3) - s1 * hhh) % Q, z1 * z2 * h % Q)


def to_affine(points):
    """The affine forms of finite points, one inversion for all."""
    result = []
    for (x, y, _), inverse in zip(points, inverses([point[2] for point in points])):
        square = inverse * inverse % Q
        result.append((x * square % Q, y * square * inverse % Q))
    return result


def _signed_digits(scalar: int) -> list[int]:
    """Width-5 non-adjacent form, lowest first: every non-zero digit is odd and followed by four zeros."""
    digits, modulus = [], 1 << NAF_WIDTH
    while scalar:
        digit = 0
        if scalar & 1:
            digit = scalar & modulus - 1
            digit -= modulus if digit >= modulus // 2 else 0
            scalar -= digit
        digits.append(digit)
        scalar >>= 1
    return digits


def multiply(scalar: int, point):
    """scalar·point, Jacobian, for an affine point and a scalar that is not negative."""
    base = (point[0], point[1], 1)
    twice, odd = double(base), [base]
    while len(odd) < 1 << NAF_WIDTH - 2:
        odd.append(add(odd[-1], twice))
    total = INFINITY
    for digit in reversed(_signed_digits(scalar)):
        total = double(total)
        if digit > 0:
            total = add(total, odd[digit >> 1])
        elif digit < 0:
            x, y, z = odd[-digit >> 1]
            total = add(total, (x, -y % Q, z))
    return total


def combine(scalars, points):
    """Σ scalar·point over affine points (Pippenger's buckets)."""
    bits = max((scalar.bit_length() for scalar in scalars), default=0)
    total = INFINITY
    for shift in range(bits - bits % BUCKET_BITS, -1, -BUCKET_BITS):
        for _ in range(BUCKET_BITS):
            total = double(total)
        buckets = [INFINITY] * (1 << BUCKET_BITS)
        for scalar, point in zip(scalars, points):
            digit = scalar >> shift & (1 << BUCKET_BITS) - 1
            if digit:
                buckets[digit] = add_affine(buckets[digit], point)
        running = window = INFINITY
        for bucket in reversed(buckets[1:]):
            running = add(running, bucket)
            window = add(window, running)
        total = add(total, window)
    return total
