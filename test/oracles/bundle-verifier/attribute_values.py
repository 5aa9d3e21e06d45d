"""Field values of a record's attributes, and the times of a statement; integers and texts only, no floats, no clock."""

import datetime
import re

from digests import h31
from refusal import Refusal, demand

ORDERED_ZERO = 2**62  # field value of the ordered value 0: no present value encodes to absent's 0
LARGEST_ORDERED = 2**63 - 1
DAY = 86_400
EPOCH = datetime.date(1970, 1, 1).toordinal()

DECIMAL = re.compile(r"(-?)(0|[1-9][0-9]{0,39})(?:\.([0-9]{1,40}))?(?:[eE]([+-]?[0-9]{1,2}))?")
DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9]|60)(?:\.[0-9]{1,9})?"
    r"(?:Z|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))"
)
CODE = re.compile(r"[^|]+\|[^|]+")
TODAY = re.compile(
    r"today(?:([+-])P(?=[0-9])(?:([0-9]{1,4})Y)?(?:([0-9]{1,4})M)?(?:([0-9]{1,4})W)?(?:([0-9]{1,5})D)?)?"
)
NOW = re.compile(
    r"now(?:([+-])P(?=[0-9T])(?:([0-9]{1,5})D)?(?:T(?=[0-9])(?:([0-9]{1,6})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,8})S)?)?)?"
)


def read_decimal(text: str, scale: int) -> int:
    """value·10^scale, exact. Refuses `value` for another spelling, negative zero, more decimals than `scale`."""
    match = DECIMAL.fullmatch(text)
    demand(match is not None, "value")
    sign, whole, fraction, exponent = match[1], match[2], match[3] or "", int(match[4] or 0)
    digits, shift = int(whole + fraction), scale + exponent - len(fraction)
    demand(digits != 0 or not sign, "value")
    if shift < 0:
        demand(digits % 10**-shift == 0, "value", "precision")
    magnitude = digits * 10**shift if shift >= 0 else digits // 10**-shift
    return -magnitude if sign else magnitude


def read_day(text: str) -> int:
    """Days since 1970-01-01 of a date that exists."""
    match = DATE.fullmatch(text)
    demand(match is not None, "value")
    try:
        return datetime.date(*map(int, match.groups())).toordinal() - EPOCH
    except ValueError:
        raise Refusal("value", "no such day") from None


def read_instant(text: str) -> int:
    """Unix seconds of an RFC 3339 instant with its offset; a fraction is dropped."""
    match = INSTANT.fullmatch(text)
    demand(match is not None, "value")
    date, hour, minute, second, sign, off_hours, off_minutes = match.groups()
    offset = 0 if sign is None else int(off_hours) * 3600 + int(off_minutes) * 60
    local = read_day(date) * DAY + int(hour) * 3600 + int(minute) * 60 + int(second)
    return local + offset if sign == "-" else local - offset


def encode_code(text: str) -> int:
    demand(CODE.fullmatch(text) is not None, "value")
    return h31("sotto/code/1", text.encode("utf-8"))


def encode_value(definition: dict, value) -> int:
    """The field value of a present attribute; a partial date is compared with whole days only. Refuses `value`."""
    kind = definition["type"]
    if kind == "int":
        demand(type(value) is int, "value")
        return _in_range(definition, value)
    demand(type(value) is str, "value")
    if kind == "decimal":
        return _in_range(definition, read_decimal(value, definition["scale"]))
    if kind in ("date", "partialDate"):
        return ORDERED_ZERO + read_day(value)
    if kind == "instant":
        return ORDERED_ZERO + read_instant(value)
    demand(kind == "code", "value")
    return encode_code(value)


def _in_range(definition: dict, number: int) -> int:
    scale = definition.get("scale", 0)
    low, high = (read_decimal(str(definition[bound]), scale) for bound in ("min", "max"))
    demand(low <= number <= high and 1 <= ORDERED_ZERO + number <= LARGEST_ORDERED, "value")
    return ORDERED_ZERO + number


def _days_before(months: int) -> int:
    """Days from 0001-01-01 to the first of a month, counted in months from January of the year 0; any year."""
    year, month = months // 12, months % 12 + 1
    before, leap = year - 1, year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    lengths = (31, 28 + leap, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return 365 * before + before // 4 - before // 100 + before // 400 + sum(lengths[: month - 1])


def add_months(day: int, months: int) -> int:
    """The day so many months later; a day that the month lacks becomes its last."""
    date = datetime.date.fromordinal(day + EPOCH)
    count = date.year * 12 + date.month - 1 + months
    return min(_days_before(count) + date.day, _days_before(count + 1)) - EPOCH


def resolve_day(text: str, side: str, as_of: int) -> int:
    """Days of `today-P14D` and the like, UTC, or of an instant rounded so that it never helps."""
    match = TODAY.fullmatch(text)
    if match is not None:
        sign = -1 if match[1] == "-" else 1
        years, months, weeks, days = (sign * int(digits or 0) for digits in match.groups()[1:])
        return add_months(as_of // DAY, 12 * years + months) + 7 * weeks + days
    demand(side != "exact", "value")
    instant = resolve_instant(text, as_of)
    return instant // DAY if side == "upper" else -(-instant // DAY)


def resolve_instant(text: str, as_of: int) -> int:
    """Unix seconds of `now-PT72H` and the like."""
    match = NOW.fullmatch(text)
    demand(match is not None, "value")
    days, hours, minutes, seconds = (int(digits or 0) for digits in match.groups()[1:])
    distance = days * DAY + hours * 3600 + minutes * 60 + seconds
    return as_of - distance if match[1] == "-" else as_of + distance
