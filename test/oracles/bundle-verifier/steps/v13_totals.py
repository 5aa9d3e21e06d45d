"""V13: totals that no valid ballots could have are no result."""

from definition import bit_of, is_weighted
from refusal import demand


def check(audit) -> None:
    definition, totals, counted = audit.definition, audit.totals, audit.numbers["counted"]
    weighted = is_weighted(definition)
    most = definition["census"]["totalWeight"] if weighted else counted  # the counted weight is hidden
    demand(all(0 <= total <= most for total in totals), "total", "range")

    def over(places) -> int:
        return sum(totals[bit_of(definition, place)] for place in places)

    for rule in definition["rules"]:
        total = over(rule["plus"]) - over(rule["minus"])
        least = 0 if weighted else rule["min"] * counted
        demand(least <= total <= rule["max"] * most, "total", "rule")
    demand(counted >= definition["minAnonymity"], "below-min-anonymity")
