"""V10: the close says what the entries before it say, and came when it was due."""

from babyjubjub import CURVE, sum_points
from digests import i32, tagged_hash
from merkle_log import tree_root
from refusal import demand

FLUSH_SECONDS = 60  # a head cosigned so long after the close of voting holds whatever was in time
CLOCK_SECONDS = 5  # difference of clocks that is no evidence
LATE_SECONDS = 900  # beyond it the end of voting rests on the service's word


def check(audit) -> None:
    close = audit.control["election-close"][0]
    index, ballots = audit.control_index["election-close"], audit.counted_ballots
    counted = len(ballots)
    numbers = {
        "logSize": index,
        "accepted": audit.accepted,
        "counted": counted,
        "superseded": audit.accepted - counted,
        "challenged": audit.challenged,
    }
    demand(all(close[member] == number for member, number in numbers.items()), "close", "numbers")
    audit.numbers = numbers
    audit.sum_r = sum_points(CURVE.lift(*ballot.r) for ballot in ballots)
    audit.sum_c = [sum_points(CURVE.lift(*ballot.c[c]) for ballot in ballots) for c in range(audit.pairs)]
    demand(
        close["R"] == _wire(audit.sum_r) and close["C"] == [_wire(c) for c in audit.sum_c], "close", "sums"
    )
    audit.close_hash = tagged_hash("sotto/close/1", i32(audit.identity), tree_root(audit.leaves[: index + 1]))
    _check_times(audit, index)


def _wire(point) -> list[str]:
    return [str(number) for number in CURVE.affine(point)]


def _check_times(audit, log_size: int) -> None:
    """Cosignature times are the only clock that an auditor has."""
    closes, at_close = audit.closes_at, audit.at_close
    if at_close is not None:
        demand(
            all(time >= closes + FLUSH_SECONDS for time in at_close.times.values()),
            "close",
            "at-close too early",
        )
    for note in audit.notes:
        early = any(time < closes - CLOCK_SECONDS for time in note.times.values())
        demand(not (note.has_quorum and note.size > log_size and early), "close-early")
    demand(at_close is None or log_size <= at_close.size, "ballots-late")
    seen = None if at_close is None else at_close.quorum_time(audit.policy)
    if seen is None or seen > closes + LATE_SECONDS:
        audit.warnings.add("at-close-late")
