"""What each ballot type says about choices and rules, so that a type means something."""

import re

from refusal import demand

ITEM = r"[a-z0-9][a-z0-9_-]*"
SPLIT = re.compile(rf"({ITEM})\.({ITEM})")


def check(definition: dict, circuit: str) -> None:
    """Refuses `ballot-type` for an unknown type, `definition` for terms that are not of their type."""
    family = FAMILIES.get(definition["ballotType"])
    demand(family is not None, "ballot-type")
    good = family(definition["choices"], definition["rules"], definition["ballotType"])
    demand(good, "definition", definition["ballotType"])


def _is_over(rule: dict, plus: list[int], minus: list[int], low: int, high: int) -> bool:
    return (rule["plus"], rule["minus"], rule["min"], rule["max"]) == (plus, minus, low, high)


def _one_question(choices, rules, kind: str) -> bool:
    if len(rules) != 1 or rules[0]["plus"] != list(range(len(choices))) or rules[0]["minus"]:
        return False
    return rules[0]["max"] == 1 if kind.endswith("single-choice") else rules[0]["max"] <= len(choices)


def _questions(choices, rules, _kind) -> bool:
    asked = [place for rule in rules for place in rule["plus"]]
    plain = all(rule["plus"] and not rule["minus"] for rule in rules)
    return len(rules) >= 2 and plain and sorted(asked) == list(range(len(choices)))


def _split(choices) -> list[tuple[str, str]] | None:
    matches = [SPLIT.fullmatch(choice["id"]) for choice in choices]
    return [match.groups() for match in matches] if all(matches) else None


def _grades(choices, rules, _kind) -> bool:
    ids = _split(choices)
    if ids is None or not all(re.fullmatch("[1-9][0-9]?", grade) for _, grade in ids):
        return False
    items: dict[str, list[int]] = {}
    for item, grade in ids:
        items.setdefault(item, []).append(int(grade))
    most = len(ids) // len(items)
    if not all(sorted(grades) == list(range(1, most + 1)) for grades in items.values()):
        return False
    lines = [[i for i, (owner, _) in enumerate(ids) if owner == item] for item in items]
    return _are_lines(rules, lines, 0, 1)


def _borda(choices, rules, _kind) -> bool:
    ids = _split(choices)
    if ids is None or not all(re.fullmatch("[1-9]", rank) for _, rank in ids):
        return False
    items = list(dict.fromkeys(item for item, _ in ids))
    size = len(items)
    if set(ids) != {(item, str(rank)) for item in items for rank in range(1, size + 1)}:
        return False
    rows = [[i for i, (owner, _) in enumerate(ids) if owner == item] for item in items]
    columns = [[i for i, (_, rank) in enumerate(ids) if rank == str(k)] for k in range(1, size + 1)]
    return _are_lines(rules, rows + columns, 1, 1)


def _are_lines(rules, lines, low: int, high: int) -> bool:
    """Each line of positions has its rule, and there is no other."""
    return len(rules) == len(lines) and all(
        any(_is_over(rule, line, [], low, high) for rule in rules) for line in lines
    )


def _pairwise(choices, rules, _kind) -> bool:
    ids = _split(choices)
    if ids is None:
        return False
    items = list(dict.fromkeys(item for pair in ids for item in pair))
    count = len(items)
    pairs = {(i, j): (items[i], items[j]) for i in range(count) for j in range(i + 1, count)}
    if len(ids) != len(pairs) or set(ids) != set(pairs.values()):
        return False
    at = {pair: ids.index(names) for pair, names in pairs.items()}
    triples = [(i, j, k) for i in range(count) for j in range(i + 1, count) for k in range(j + 1, count)]
    ruled = all(
        any(_is_over(rule, sorted((at[i, j], at[j, k])), [at[i, k]], 0, 1) for rule in rules)
        for i, j, k in triples
    )
    return len(rules) == len(triples) and ruled


FAMILIES = {
    "single-choice": _one_question,
    "approval": _one_question,
    "weighted-single-choice": _one_question,
    "weighted-approval": _one_question,
    "questions": _questions,
    "grades": _grades,
    "borda": _borda,
    "pairwise": _pairwise,
}
