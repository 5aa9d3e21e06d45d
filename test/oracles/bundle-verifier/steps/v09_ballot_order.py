"""V9: no randomness twice, no sequence skipped, few challenges, nothing outside the time of voting."""

from babyjubjub import CURVE, read_point
from digests import enc, hash_to_scalar, i32
from proofs_of_knowledge import schnorr_holds
from refusal import demand

MAX_CHALLENGES = 8  # per nullifier
MAX_SEQUENCE = 2**24 - 1


def check(audit) -> None:
    opened, closed = audit.control_index["election-open"], audit.control_index["election-close"]
    most = MAX_SEQUENCE if audit.definition["revote"] else 1
    last: dict[int, int] = {}
    newest: dict[int, object] = {}
    challenges: dict[int, int] = {}
    seen: set[tuple[int, int]] = set()
    for index, ballot in audit.ballots:
        place, nullifier = f"entry {index}", ballot.nullifier
        demand(opened < index < closed, "ballot-order", place)
        demand(1 <= ballot.sequence <= most and ballot.r not in seen, "ballot-order", place)
        seen.add(ballot.r)
        if ballot.kind == "ballot":
            demand(ballot.sequence == last.get(nullifier, 0) + 1, "ballot-order", place)
            last[nullifier], newest[nullifier] = ballot.sequence, ballot
        else:
            challenges[nullifier] = challenges.get(nullifier, 0) + 1
            demand(challenges[nullifier] <= MAX_CHALLENGES, "ballot-order", place)
            demand(_knows_randomness(audit.identity, ballot), "ballot-order", place)
    audit.counted_ballots = list(newest.values())
    audit.accepted, audit.challenged = sum(last.values()), sum(challenges.values())


def _knows_randomness(identity: int, ballot) -> bool:
    """Without this proof whoever carries a ballot could burn it."""
    t = read_point(*ballot.t)
    if t is None:
        return False
    parts = (i32(identity), ballot.hash(identity), enc(ballot.r), enc(ballot.t))
    return schnorr_holds(hash_to_scalar("sotto/challenge/1", *parts), CURVE.lift(*ballot.r), t, ballot.z)
