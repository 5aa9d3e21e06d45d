"""From a statement that a person can read to clauses over slots: conditions checked against their schema, negations at
the leaves, conjunctive normal form. Credential document, section 3.2, steps 1 to 3 and 6.
"""

from itertools import product
from typing import NamedTuple

from attribute_values import ORDERED_ZERO, encode_value, read_decimal, resolve_day, resolve_instant
from refusal import demand

EQUAL, BETWEEN, IN, DIFFERENCE, SAME, PRESENT, IN_SET = range(1, 8)
NO_BOUND = 2**64 - 1
LIST = 16
MAX_CLAUSES = 64  # distribution is exponential and statements come from strangers


class Slot(NamedTuple):
    """A literal; its order as a tuple is the canonical one."""

    field: int
    op: int
    field2: int = 0
    negated: bool = False
    low: int = 0
    high: int = 0
    values: tuple = ()
    value_set: str = ""


class Field(NamedTuple):
    """A named field: one position, or the two of a partial date named as a whole."""

    definition: dict
    first: int
    last: int

    @property
    def is_partial(self) -> bool:
        return self.first != self.last


class Compiler:
    """Compiles one statement. `find_set` answers a value set's ascending members by id, or None."""

    def __init__(self, schema: dict, parameters: dict, as_of: int, find_set) -> None:
        self.schema, self.parameters, self.as_of, self.find_set = schema, parameters, as_of, find_set
        self.places: dict[str, tuple[dict, int]] = {}
        for definition in schema["attributes"]:
            sides = (".first", ".last") if definition["type"] == "partialDate" else ("",)
            for side in sides:
                self.places[definition["name"] + side] = (definition, len(self.places))

    def clauses(self, statement: dict) -> list[tuple[Slot, ...]]:
        """The clauses in canonical order. Refuses with `statement` and the codes of values."""
        schema = self.schema
        named = set(_parameters_in(statement["where"]))
        demand(named == set(self.parameters), "statement", "parameters")
        name = f"{schema['name']}/{schema['version']}"
        demand(
            (statement["schema"], statement["subject"]) == (name, schema["subject"]), "statement", "schema"
        )
        found = [_absorb(clause) for clause in self._where(statement["where"], False)]
        return sorted(_drop_implied(found))

    def _where(self, where: dict, negated: bool) -> list[tuple[Slot, ...]]:
        if "not" in where:
            return self._where(where["not"], not negated)
        for word in ("all", "any"):
            if word in where:
                demand(bool(where[word]), "statement", "an empty list of conditions")
                parts = [self._where(part, negated) for part in where[word]]
                return _both(parts) if (word == "all") != negated else _either(parts)
        return self._condition(where, negated)

    def _field(self, name: str) -> Field:
        if name in self.places:
            definition, position = self.places[name]
            kind = "date" if definition["type"] == "partialDate" else definition["type"]
            return Field({**definition, "type": kind}, position, position)
        first, last = (self.places.get(f"{name}.{side}") for side in ("first", "last"))
        demand(first is not None, "statement", "field")
        return Field(first[0], first[1], last[1])

    def _condition(self, condition: dict, negated: bool) -> list[tuple[Slot, ...]]:
        field = self._field(condition["field"])
        if "present" in condition:
            return [(Slot(field.first, PRESENT, negated=negated == condition["present"]),)]
        if "sameAs" in condition:
            other = self._comparable(field, self._field(condition["sameAs"]))
            demand(not field.is_partial, "statement", "operator")
            return [(Slot(field.first, SAME, other.first, negated),)]
        self._check_unit(condition, field)
        if "eq" in condition:
            return self._equal(field, condition["eq"], negated)
        if "in" in condition:
            return [(self._among(field, condition["in"], negated),)]
        demand(field.definition["type"] not in ("code", "string"), "statement", "operator")
        if "between" in condition:
            low, high = (
                self._literal(field, self._value(v), s)
                for v, s in zip(condition["between"], ("lower", "upper"))
            )
            demand(low <= high, "statement", "an empty interval")
            return _interval(field, low, high, negated)
        side = "atLeast" if "atLeast" in condition else "atMost"
        return self._bound(field, condition[side], side == "atLeast", negated)

    def _equal(self, field: Field, value, negated: bool) -> list[tuple[Slot, ...]]:
        demand(field.definition["type"] != "string", "statement", "operator")
        encoded = self._literal(field, self._value(value), "exact")
        if field.is_partial:  # an uncertain date equals a day only if it cannot be another
            return _interval(field, encoded, encoded, negated)
        return [(Slot(field.first, EQUAL, negated=negated, low=encoded),)]

    def _among(self, field: Field, listed, negated: bool) -> Slot:
        kind = field.definition["type"]
        demand(kind != "string" and not field.is_partial, "statement", "operator")
        if isinstance(listed, dict) and "valueSet" in listed:
            demand(kind == "code", "statement", "operator")
            members = self.find_set(listed["valueSet"])
            demand(members is not None, "statement", "value set")
            if len(members) > LIST:
                demand(not negated, "statement", "not over a value set")
                return Slot(field.first, IN_SET, value_set=listed["valueSet"])
            return Slot(field.first, IN, negated=negated, values=_padded(members))
        literals = listed if isinstance(listed, list) else self.parameters.get(listed["param"])
        demand(isinstance(literals, list) and 0 < len(literals) <= LIST, "statement", "list")
        values = [self._literal(field, self._value(literal), "exact") for literal in literals]
        return Slot(field.first, IN, negated=negated, values=_padded(values))

    def _bound(self, field: Field, bound, is_lower: bool, negated: bool) -> list[tuple[Slot, ...]]:
        if isinstance(bound, dict) and "field" in bound:
            other = self._comparable(field, self._field(bound["field"]))
            offset = self._offset(field, bound.get("plus", 0))
            if negated:  # the opposite comparison, one further
                is_lower, offset = not is_lower, offset + (-1 if is_lower else 1)
            biased = offset + 2**63
            if is_lower:  # each side of an uncertain date such that the difference is the least favourable
                return [(Slot(field.first, DIFFERENCE, other.last, low=biased, high=NO_BOUND),)]
            return [(Slot(field.last, DIFFERENCE, other.first, low=0, high=biased),)]
        value = self._literal(field, self._value(bound), "lower" if is_lower else "upper")
        return _interval(field, *((value, None) if is_lower else (None, value)), negated)

    @staticmethod
    def _comparable(field: Field, other: Field) -> Field:
        """Two fields compare when type, scale and unit agree."""
        a, b = field.definition, other.definition
        same = all(a.get(member) == b.get(member) for member in ("type", "scale", "unit"))
        demand(
            field.is_partial == other.is_partial and a["type"] != "string" and same, "statement", "comparable"
        )
        return other

    @staticmethod
    def _offset(field: Field, plus: int) -> int:
        definition = field.definition
        offset = read_decimal(str(plus), definition["scale"]) if definition["type"] == "decimal" else plus
        demand(-(2**62) < offset < 2**62, "statement", "offset")
        return offset

    @staticmethod
    def _check_unit(condition: dict, field: Field) -> None:
        bound = condition.get("atLeast", condition.get("atMost"))
        has_number = not (isinstance(bound, dict) and "field" in bound and "plus" not in bound)
        unit, given = field.definition.get("unit"), condition.get("unit")
        demand(given == unit or (given is None and not has_number), "statement", "unit")

    def _value(self, value):
        """A literal, with a parameter put in."""
        if isinstance(value, dict):
            value = self.parameters.get(value["param"])
        demand(type(value) in (str, int), "statement", "parameters")
        return value

    def _literal(self, field: Field, literal, side: str) -> int:
        kind = field.definition["type"]
        timed = kind in ("instant", "date", "partialDate")
        if timed and isinstance(literal, str) and literal.startswith(("today", "now")):
            instant = kind == "instant"
            resolved = (
                resolve_instant(literal, self.as_of) if instant else resolve_day(literal, side, self.as_of)
            )
            return ORDERED_ZERO + resolved
        return encode_value(field.definition, literal)


def _parameters_in(part):
    """Every parameter that a part of a statement names."""
    if isinstance(part, dict) and type(part.get("param")) is str:
        yield part["param"]
    elif isinstance(part, (dict, list)):
        for member in part.values() if isinstance(part, dict) else part:
            yield from _parameters_in(member)


def _interval(field: Field, low: int | None, high: int | None, negated: bool) -> list[tuple[Slot, ...]]:
    """low <= field <= high or its negation; an uncertain date lies within only if both its ends do."""

    def least(bound: int, position: int) -> Slot:
        return Slot(position, BETWEEN, low=bound, high=NO_BOUND)

    def most(bound: int, position: int) -> Slot:
        return Slot(position, BETWEEN, low=0, high=bound)

    if negated:
        if low is None:
            return [(least(high + 1, field.first),)]
        if high is None:
            return [(most(low - 1, field.last),)]
        if field.is_partial:
            return [tuple(sorted((most(low - 1, field.last), least(high + 1, field.first))))]
        return [(Slot(field.first, BETWEEN, negated=True, low=low, high=high),)]
    if low is None:
        return [(most(high, field.last),)]
    if high is None:
        return [(least(low, field.first),)]
    if field.is_partial:
        return [(least(low, field.first),), (most(high, field.last),)]
    return [(Slot(field.first, BETWEEN, low=low, high=high),)]


def _both(parts) -> list[tuple[Slot, ...]]:
    clauses = [clause for part in parts for clause in part]
    demand(len(clauses) <= MAX_CLAUSES, "statement", "too wide")
    return clauses


def _either(parts) -> list[tuple[Slot, ...]]:
    """Distribution, bounded at every step."""
    clauses: list[tuple[Slot, ...]] = [()]
    for part in parts:
        demand(len(clauses) * len(part) <= MAX_CLAUSES, "statement", "too wide")
        clauses = [tuple(sorted({*left, *right})) for left, right in product(clauses, part)]
    return clauses


def operands(slot: Slot) -> tuple[int, ...]:
    """The positions whose presence a literal needs."""
    return (slot.field, slot.field2) if slot.op in (DIFFERENCE, SAME) else (slot.field,)


def _implies_presence(slot: Slot, other: Slot) -> bool:
    """True when `other` says that an operand of `slot` is present, which `slot` needs anyway."""
    return slot.op != PRESENT and other.op == PRESENT and not other.negated and other.field in operands(slot)


def _absorb(clause: tuple[Slot, ...]) -> tuple[Slot, ...]:
    return tuple(slot for slot in clause if not any(_implies_presence(slot, other) for other in clause))


def _drop_implied(clauses: list[tuple[Slot, ...]]) -> list[tuple[Slot, ...]]:
    """A clause goes when another one implies it; of two equal ones the first stays."""

    def implies(strong, weak) -> bool:
        return all(any(a == b or _implies_presence(a, b) for b in weak) for a in strong)

    return [
        clause
        for i, clause in enumerate(clauses)
        if not any(
            j != i and implies(other, clause) and (j < i or not implies(clause, other))
            for j, other in enumerate(clauses)
        )
    ]


def _padded(values) -> tuple[int, ...]:
    """Ascending, each once, sixteen by repeating the last."""
    distinct = sorted(set(values))
    return tuple(distinct + distinct[-1:] * (LIST - len(distinct)))
