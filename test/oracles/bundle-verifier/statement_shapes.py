"""Statements as they stand in the gate of a census: the shape of sotto/statement/1 and of its parameters."""

from refusal import Refusal, demand
from shapes import array, boolean, fr, integer, name, obj, one_of, pattern, record, text
from strict_json import MAX_SAFE

versioned_name = pattern(r"[a-z0-9][a-z0-9._-]{0,62}/[0-9a-z][0-9a-z.-]{0,31}")
field = pattern(r"[a-z][A-Za-z0-9]{0,40}(?:\.(?:first|last))?")
parameter_name = pattern("[a-z][A-Za-z0-9]{0,40}")
number = integer(-MAX_SAFE, MAX_SAFE)
unit = text(1, 128)


def either(*shapes):
    """A value of at least one of these shapes."""

    def shape(value) -> None:
        for each in shapes:
            try:
                return each(value)
            except Refusal:
                continue
        raise Refusal("malformed", "no alternative fits")

    return shape


literal = either(text(1, 512), number)
parameter = obj({"param": parameter_name})
value = either(literal, parameter)
values = either(array(value, 0, 64), obj({"valueSet": versioned_name}), parameter)
bound = either(value, obj({"field": field}, {"plus": number}))
condition = either(
    obj({"field": field, "eq": value}, {"unit": unit}),
    obj({"field": field, "in": values}, {"unit": unit}),
    obj({"field": field, "between": array(value, 2, 2)}, {"unit": unit}),
    obj({"field": field, "atLeast": bound}, {"unit": unit}),
    obj({"field": field, "atMost": bound}, {"unit": unit}),
    obj({"field": field, "sameAs": field}),
    obj({"field": field, "present": boolean}),
)


def where(clause) -> None:
    """AND, OR, NOT over conditions."""
    demand(type(clause) is dict, "malformed", "where")
    for word in ("all", "any"):
        if word in clause:
            return obj({word: array(where, 0, 64)})(clause)
    if "not" in clause:
        return obj({"not": where})(clause)
    return condition(clause)


statement = obj(
    {
        "type": one_of("sotto/statement/1"),
        "id": versioned_name,
        "title": obj({"en": text(1, 200)}),
        "schema": versioned_name,
        "subject": one_of("self", "ward"),
        "where": where,
    },
    {"omits": array(text(1, 100), 1, 64)},
)
parameters = record(parameter_name, either(literal, array(literal, 0, 64)))
alternative = obj({"registry": name, "schemaId": fr, "statement": statement, "parameters": parameters})
