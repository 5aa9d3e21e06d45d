"""Schnorr and Chaum-Pedersen proofs over BabyJubJub, their challenges over the whole statement."""

from babyjubjub import CURVE, G, read_point
from digests import enc, hash_to_scalar, i32, u8
from refusal import demand

ENC_G = enc(CURVE.affine(G))
ENCRYPTION_KEY, CONSTANT_TERM, BOX_KEY = 1, 2, 3  # roles of the key ceremony


def wire_numbers(wire: list[str]) -> tuple[int, int]:
    """The numbers of a point whose shape was checked."""
    return int(wire[0]), int(wire[1])


def wire_point(wire: list[str]):
    """A point of order l, not O. Refuses `point`."""
    point = read_point(*wire_numbers(wire))
    demand(point is not None, "point")
    return point


def enc_wire(wire: list[str]) -> bytes:
    return enc(wire_numbers(wire))


def schnorr_holds(challenge: int, point, t, z: int) -> bool:
    """z·G = T + e·A."""
    return CURVE.equal(CURVE.multiply(z, G), CURVE.add(t, CURVE.multiply(challenge, point)))


def check_knowledge(
    identity: bytes, n: int, t: int, role: int, i: int, x: int, point: list[str], proof: dict
) -> None:
    """Knowledge of the logarithm of a point in wire form, in its role. Refuses `point`, `knowledge`."""
    numbers = b"".join(map(u8, (n, t, role, i, x)))
    parts = (identity, numbers, ENC_G, enc_wire(point), enc_wire(proof["T"]))
    challenge = hash_to_scalar("sotto/pok/1", *parts)
    demand(schnorr_holds(challenge, wire_point(point), wire_point(proof["T"]), int(proof["z"])), "knowledge")


def check_share(context: bytes, tag: str, key, base, share: dict):
    """The point δ of a share: log_G key = log_base δ, proved for this context. Refuses `point`, `share`.

    Two equations, each by its own: z·G = A1 + e·key and z·base = A2 + e·δ.
    """
    delta, a1, a2 = (wire_point(share[member]) for member in ("delta", "A1", "A2"))
    known = enc(CURVE.affine(key)) + enc(CURVE.affine(base))
    shown = b"".join(enc_wire(share[member]) for member in ("delta", "A1", "A2"))
    challenge, z = hash_to_scalar(tag, context, ENC_G, known, shown), int(share["z"])
    holds = schnorr_holds(challenge, key, a1, z) and CURVE.equal(
        CURVE.multiply(z, base), CURVE.add(a2, CURVE.multiply(challenge, delta))
    )
    demand(holds, "share")
    return delta


def check_shares(head: bytes, tag: str, trustee: int, keys, base, shares: list[dict]):
    """The δ of every key of a trustee; `head` is what comes before the indices of trustee and ciphertext."""
    demand(len(shares) == len(keys), "share")
    return [
        check_share(head + u8(trustee) + u8(c), tag, key, base, share)
        for c, (key, share) in enumerate(zip(keys, shares))
    ]


def election_head(election_id: int, moment: bytes) -> bytes:
    """Election, and the close hash or the round of a drill."""
    return i32(election_id) + moment
