"""V8: every ballot in the log, counted or not, proves what it must."""

from babyjubjub import CURVE, NEUTRAL
from ballots import Ballot
from definition import varying_signals
from groth16 import first_refused, make_proof
from refusal import Refusal, demand


def check(audit) -> None:
    audit.ballots = [(i, entry) for i, entry in enumerate(audit.entries) if isinstance(entry, Ballot)]
    items = []
    for index, ballot in audit.ballots:
        place, points = f"entry {index}", (ballot.r, *ballot.c)
        demand(len(ballot.c) == audit.pairs and ballot.r != NEUTRAL, "ballot-proof", place)
        demand(all(CURVE.on_curve(*point) for point in points), "ballot-proof", place)
        a, b0, b1, c = ballot.proof
        items.append((make_proof(a, (b0, b1), c), varying_signals(ballot)))
    bad = first_refused(audit.folded_key, items, audit.jobs)
    if bad is not None:
        raise Refusal("ballot-proof", f"entry {audit.ballots[bad][0]}")
