"""Ed25519 verification, RFC 8032 section 5.1.7, in the strictest reading.

Canonical encodings only, no key of small order, S below the group order, the equation without cofactor, R compared as
bytes. A laxer reading would let two verifiers disagree on one signature.
"""

import hashlib

from edwards import Edwards

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
SQRT_MINUS_ONE = pow(2, (P - 1) // 4, P)
CURVE = Edwards(P, -1, D, ORDER)


def decode_point(data: bytes):
    """The point of 32 bytes, or None: y at or above p, no x on the curve, or a sign bit on x = 0."""
    if len(data) != 32:
        return None
    number = int.from_bytes(data, "little")
    y, sign = number & (1 << 255) - 1, number >> 255
    if y >= P:
        return None
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P  # candidate root of u/v
    if (v * x * x - u) % P:
        x = x * SQRT_MINUS_ONE % P
    if (v * x * x - u) % P or (x == 0 and sign):
        return None
    return CURVE.lift(P - x if x & 1 != sign else x, y)


def encode_point(point) -> bytes:
    x, y = CURVE.affine(point)
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = decode_point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def decode_key(data: bytes):
    """An admissible public key as a point, or None: canonical and of no small order."""
    point = decode_point(data)
    if point is None or CURVE.is_neutral(CURVE.multiply(8, point)):
        return None
    return point


def verify(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """True when `signature` (R || S) is that key holder's over `message`. All three are attacker-controlled."""
    key = decode_key(public_key)
    if key is None or len(signature) != 64:
        return False
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    if s >= ORDER:
        return False
    k = int.from_bytes(hashlib.sha512(r + public_key + message).digest(), "little") % ORDER
    return encode_point(CURVE.combine(((s, BASE), (k, CURVE.negate(key))))) == r
