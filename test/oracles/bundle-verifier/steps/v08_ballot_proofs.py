"""V8: every ballot in the log, counted or not, proves what it must."""

from babyjubjub import CURVE, NEUTRAL
from ballots import Ballot
from definition import varying_signals
from groth16 import first_refused, make_proof
from refusal import demand


def check(audit) -> None:
    audit.ballots = [(i, entry) for i, entry in enumerate(audit.entries) if isinstance(entry, Ballot)]
    items = []
    for index, ballot in audit.ballots:
        demand(len(ballot.c) == audit.pairs, "ballot-proof", f"ciphertexts of entry {index}")
        demand(all(CURVE.on_curve(*point) for point in (ballot.r, *ballot.c)), "ballot-proof", f"points of entry {index}")
        demand(ballot.r != NEUTRAL, "ballot-proof", f"R of entry {index}")
        a, b0, b1, c = ballot.proof
        items.append((make_proof(a, (b0, b1), c), varying_signals(ballot)))
    bad = first_refused(audit.folded_key, items, audit.jobs)
    demand(bad is None, "ballot-proof", bad is not None and f"entry {audit.ballots[bad][0]}" or "")
