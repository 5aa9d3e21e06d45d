"""Shapes of documents: what a parsed JSON value must be, member by member; unknown members are refused.

A shape is a function that refuses `malformed` or returns nothing. Lengths of texts count UTF-16 units.
"""

import re
import unicodedata

from digests import FIELD, SUBGROUP
from refusal import demand
from strict_json import MAX_SAFE, utf16_length

DECIMAL = re.compile(r"0|[1-9][0-9]{0,76}")  # at most 77 digits, as many as r and q have
# Control characters, surrogates, line separators and bidirectional formatting: what is seen must be what is signed.
HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]"
)


def obj(members: dict, optional: dict | None = None):
    """An object with exactly these members; those of `optional` may be missing."""
    extra = optional or {}

    def shape(value) -> None:
        demand(type(value) is dict and members.keys() <= value.keys(), "malformed", "members")
        for name, item in value.items():
            check = members.get(name) or extra.get(name)
            demand(check is not None, "malformed", "an unknown member")
            check(item)

    return shape


def record(name, item):
    """An object of any members whose names and values have these shapes."""

    def shape(value) -> None:
        demand(type(value) is dict, "malformed", "an object")
        for key, member in value.items():
            name(key)
            item(member)

    return shape


def array(item, least: int, most: int):
    def shape(value) -> None:
        demand(type(value) is list and least <= len(value) <= most, "malformed", "an array")
        for member in value:
            item(member)

    return shape


def integer(least: int, most: int):
    def shape(value) -> None:
        demand(type(value) is int and least <= value <= most, "malformed", "an integer")

    return shape


def text(least: int, most: int):
    def shape(value) -> None:
        demand(type(value) is str and least <= utf16_length(value) <= most, "malformed", "a text")

    return shape


def shown(most: int):
    """Text for people: NFC, nothing that hides or reorders."""
    length = text(1, most)

    def shape(value) -> None:
        length(value)
        demand(
            unicodedata.is_normalized("NFC", value) and not HIDDEN.search(value), "malformed", "a shown text"
        )

    return shape


def pattern(expression: str):
    compiled = re.compile(expression)

    def shape(value) -> None:
        demand(type(value) is str and compiled.fullmatch(value) is not None, "malformed", "a pattern")

    return shape


def one_of(*values):
    def shape(value) -> None:
        demand(any(type(value) is type(each) and value == each for each in values), "malformed", "a constant")

    return shape


def boolean(value) -> None:
    demand(type(value) is bool, "malformed", "a boolean")


def decimal(modulus: int):
    """A canonical decimal below `modulus`."""

    def shape(value) -> None:
        canonical = type(value) is str and DECIMAL.fullmatch(value) is not None and int(value) < modulus
        demand(canonical, "malformed", "a canonical number")

    return shape


fr = decimal(FIELD)
scalar = decimal(SUBGROUP)
point = array(fr, 2, 2)
hex64 = pattern("[0-9a-f]{64}")
counter = integer(0, MAX_SAFE)
unix_seconds = integer(0, 10**11)
vkey = text(1, 512)
name = pattern("[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")
digest = pattern("sha256:[0-9a-f]{64}")
party = obj({"name": shown(120), "key": vkey})
