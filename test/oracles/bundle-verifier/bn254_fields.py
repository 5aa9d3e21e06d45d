"""The fields above BN254's base field: Fq2 = Fq[u]/(u² + 1) and Fq12 = Fq2[w]/(w⁶ - ξ), ξ = 9 + u.

An Fq2 element is a pair (c0, c1), an Fq12 element six of them, lowest power of w first. Plain tuples and functions:
these run some 10^4 times a proof.
"""

from digests import BASE_FIELD as Q

ZERO2, ONE2 = (0, 0), (1, 0)
XI = (9, 1)
ONE12 = (ONE2, ZERO2, ZERO2, ZERO2, ZERO2, ZERO2)


def mul2(a, b):
    a0, a1 = a
    b0, b1 = b
    low, high = a0 * b0, a1 * b1
    return ((low - high) % Q, ((a0 + a1) * (b0 + b1) - low - high) % Q)


def sqr2(a):
    a0, a1 = a
    return ((a0 + a1) * (a0 - a1) % Q, 2 * a0 * a1 % Q)


def add2(a, b):
    return ((a[0] + b[0]) % Q, (a[1] + b[1]) % Q)


def sub2(a, b):
    return ((a[0] - b[0]) % Q, (a[1] - b[1]) % Q)


def neg2(a):
    return (-a[0] % Q, -a[1] % Q)


def conj2(a):
    """a^q."""
    return (a[0], -a[1] % Q)


def scale2(a, factor: int):
    return (a[0] * factor % Q, a[1] * factor % Q)


def inv2(a):
    norm = pow(a[0] * a[0] + a[1] * a[1], -1, Q)
    return (a[0] * norm % Q, -a[1] * norm % Q)


def pow2(a, exponent: int):
    result = ONE2
    for bit in f"{exponent:b}":
        result = sqr2(result)
        if bit == "1":
            result = mul2(result, a)
    return result


def inverses2(values):
    """The inverses of non-zero elements with one inversion in Fq (Montgomery's trick)."""
    prefix, running = [], ONE2
    for value in values:
        prefix.append(running)
        running = mul2(running, value)
    running = inv2(running)
    for i in range(len(prefix) - 1, -1, -1):
        prefix[i] = mul2(prefix[i], running)
        running = mul2(running, values[i])
    return prefix


def inverses(values):
    """As `inverses2`, in Fq."""
    prefix, running = [], 1
    for value in values:
        prefix.append(running)
        running = running * value % Q
    running = pow(running, -1, Q)
    for i in range(len(prefix) - 1, -1, -1):
        prefix[i] = prefix[i] * running % Q
        running = running * values[i] % Q
    return prefix


def mul12(a, b):
    low, high = [0] * 11, [0] * 11
    for i, (a0, a1) in enumerate(a):
        for j, (b0, b1) in enumerate(b):
            low[i + j] += a0 * b0 - a1 * b1
            high[i + j] += a0 * b1 + a1 * b0
    for k in range(5):  # w^(6+k) = ξ·w^k
        c0, c1 = low[k + 6], high[k + 6]
        low[k] += 9 * c0 - c1
        high[k] += c0 + 9 * c1
    return tuple((low[k] % Q, high[k] % Q) for k in range(6))


def mul_by_line(f, b, c):
    """f·(1 + b·w + c·w³): the shape of every line of the Miller loop, after a division that the last step undoes."""
    b0, b1 = b
    c0, c1 = c
    d0, d1 = 9 * c0 - c1, c0 + 9 * c1  # c·ξ
    (p0, p1), (q0, q1), (r0, r1), (s0, s1), (t0, t1), (v0, v1) = f
    e0, e1 = 9 * v0 - v1, v0 + 9 * v1  # ξ times the highest coefficient
    return (
        ((p0 + b0 * e0 - b1 * e1 + d0 * s0 - d1 * s1) % Q, (p1 + b0 * e1 + b1 * e0 + d0 * s1 + d1 * s0) % Q),
        ((q0 + b0 * p0 - b1 * p1 + d0 * t0 - d1 * t1) % Q, (q1 + b0 * p1 + b1 * p0 + d0 * t1 + d1 * t0) % Q),
        ((r0 + b0 * q0 - b1 * q1 + d0 * v0 - d1 * v1) % Q, (r1 + b0 * q1 + b1 * q0 + d0 * v1 + d1 * v0) % Q),
        ((s0 + b0 * r0 - b1 * r1 + c0 * p0 - c1 * p1) % Q, (s1 + b0 * r1 + b1 * r0 + c0 * p1 + c1 * p0) % Q),
        ((t0 + b0 * s0 - b1 * s1 + c0 * q0 - c1 * q1) % Q, (t1 + b0 * s1 + b1 * s0 + c0 * q1 + c1 * q0) % Q),
        ((v0 + b0 * t0 - b1 * t1 + c0 * r0 - c1 * r1) % Q, (v1 + b0 * t1 + b1 * t0 + c0 * r1 + c1 * r0) % Q),
    )


def conj12(a):
    """a^(q^6): the sign of w changes."""
    return (a[0], neg2(a[1]), a[2], neg2(a[3]), a[4], neg2(a[5]))


FROBENIUS = tuple(pow2(XI, k * ((Q - 1) // 6)) for k in range(6))  # w^(kq) = FROBENIUS[k]·w^k


def frobenius12(a):
    """a^q."""
    return tuple(mul2(conj2(coefficient), factor) for coefficient, factor in zip(a, FROBENIUS))


def inv12(a):
    """The inverse, by the norm down to Fq: a^(q + q² + .. + q^11) divided by a·(the same)."""
    product, image = ONE12, a
    for _ in range(11):
        image = frobenius12(image)
        product = mul12(product, image)
    norm = mul12(product, a)[0][0]
    factor = pow(norm, -1, Q)
    return tuple(scale2(coefficient, factor) for coefficient in product)


def pow12(a, exponent: int):
    """Four bits at a time."""
    rows = [ONE12]
    while len(rows) < 16:
        rows.append(mul12(rows[-1], a))
    result = ONE12
    for digit in f"{exponent:x}":
        for _ in range(4):
            result = mul12(result, result)
        if digit != "0":
            result = mul12(result, rows[int(digit, 16)])
    return result
