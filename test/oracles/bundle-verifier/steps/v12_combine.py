"""V12: the shares open the sums to the published counts, whichever trustees' shares are used."""

from babyjubjub import CURVE, G, J
from definition import bit_of
from digests import SUBGROUP
from refusal import demand


def check(audit) -> None:
    counts, definition = audit.control["tally"][0]["body"]["counts"], audit.definition
    demand(len(counts) == len(definition["choices"]), "combine", "counts")
    audit.totals = [0] * (2 * audit.pairs)
    for place, count in enumerate(counts):
        audit.totals[bit_of(definition, place)] = count
    indices = sorted(audit.valid_shares)
    audit.trustees = indices[: audit.t]
    for used in {tuple(audit.trustees), tuple(indices[-audit.t :])}:
        for c in range(audit.pairs):
            even, odd = audit.totals[2 * c : 2 * c + 2]
            opened = _open(audit.sum_c[c], {i: audit.valid_shares[i][c] for i in used})
            demand(CURVE.equal(opened, CURVE.combine(((even, G), (odd, J)))), "combine", f"ciphertext {c}")


def _open(total, deltas):
    """C - Σ λ_i·δ_i, with the Lagrange coefficients at 0 modulo l."""
    terms = []
    for i, delta in deltas.items():
        coefficient = 1
        for k in deltas:
            if k != i:
                coefficient = coefficient * k * pow(k - i, -1, SUBGROUP) % SUBGROUP
        terms.append((coefficient, delta))
    return CURVE.add(total, CURVE.negate(CURVE.combine(terms)))
