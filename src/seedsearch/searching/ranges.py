"""The values of `date:` and `size:`: days, sizes and ranges, as terms of the field `tag`."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from seedsearch.engines.query import Between, Query, Terms
from seedsearch.errors import QueryError
from seedsearch.metadata.file_states import DIGITS, size_term

LAST = "\uffff"  # sorts after every term with the same prefix

# Compiled when they are used: few queries have a range.
_DATE = r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?|年)?"
_DAYS_AGO = {"today": 0, "今天": 0, "今日": 0, "yesterday": 1, "昨天": 1, "昨日": 1, "前天": 2}
_SIZE = r"(?i:(\d{1,12}(?:\.\d{1,6})?)(?:([kmgt])i?)?b?)"
_UNITS = {"": 0, "k": 10, "m": 20, "g": 30, "t": 40}
_COMPARED = r"(?s:(>=|<=|>|<|=)?\s*(.*))"
_IN_BRACKETS = r"\[\s*(\S+)\s+TO\s+(\S+)\s*\]"

DATES = "type a day, a month or a year, as in date:2026-01-31, date:2025..2026-03, date:>2025, date:today"
SIZES = "type a comparison, as in size:>1mb, size:<=20k, size:1mb..5mb"


class _Ends(NamedTuple):
    """The bounds of a range as typed; empty if open. `after` and `before` tell that a bound is excluded."""

    low: str = ""
    high: str = ""
    after: bool = False
    before: bool = False


def _ends(value: str, name: str) -> _Ends | None:
    """Return the bounds of a range; None if the value is not a range."""
    if found := re.fullmatch(_IN_BRACKETS, value):
        return _Ends("" if found[1] == "*" else found[1], "" if found[2] == "*" else found[2])
    if ".." in value:
        low, _, high = value.partition("..")
        return _Ends(low.strip(), high.strip()) if low or high else None
    compared = re.fullmatch(_COMPARED, value)
    sign, end = (compared[1], compared[2]) if compared else (None, value)
    if sign and not end:
        return None
    if sign in (">", ">="):
        return _Ends(low=end, after=sign == ">")
    if sign in ("<", "<="):
        return _Ends(high=end, before=sign == "<")
    first, slash, second = value.partition("/")
    if name == "date" and slash and re.fullmatch(_DATE, first) and re.fullmatch(_DATE, second):
        return _Ends(first, second)
    return _Ends(end, end) if name == "date" or sign else None


def by_date(name: str, value: str) -> Query:
    """Return the documents whose file was modified then (`name`: date, after or before); raises QueryError if the value
    is not a date.
    """
    if name == "date":
        ends = _ends(value, name)
    else:
        ends = _Ends(low=value) if name == "after" else _Ends(high=value, before=True)
    if ends is None:
        raise _no_value(name, value, DATES)
    low = _day(name, ends.low) if ends.low else ""
    high = _day(name, ends.high) if ends.high else ""
    if low and high and low[: len(high)] > high:
        raise _reversed(name, value, DATES)
    return _between("date", low + LAST if ends.after else low, _before(high) if ends.before else high)


def by_size(value: str) -> Query:
    """Return the documents in files of such a size; raises QueryError if the value is not a size."""
    ends = _ends(value, "size")
    if ends is None:
        raise _no_value("size", value, SIZES)
    low = _bytes(ends.low) + ends.after if ends.low else 0
    high = _bytes(ends.high) - ends.before if ends.high else 10**DIGITS - 1
    if ends.low and ends.high and low > high:
        raise _reversed("size", value, SIZES)
    return _between("size", size_term(low), size_term(high) if high >= 0 else "!")


def _between(name: str, low: str, high: str) -> Query:
    return Terms("tag", Between(f"{name}:{low}", f"{name}:{high}{LAST}"))


def _before(day: str) -> str:
    """Return the previous day, month or year, in the same form."""
    first = date(*map(int, (day + "-01-01").split("-")[:3]))
    return str(first - timedelta(days=1))[: len(day)] if first > date.min else "0000"


def _day(name: str, text: str) -> str:
    """Return the prefix of the terms of a day, a month or a year."""
    if text.lower() in _DAYS_AGO:
        return str(datetime.now(UTC).date() - timedelta(days=_DAYS_AGO[text.lower()]))
    found = re.fullmatch(_DATE, text)
    if found is None:
        raise _no_value(name, text, DATES)
    year, month, day = found.groups()
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        raise _no_value(name, text, DATES) from None
    return "-".join([year, *(f"{int(part):02}" for part in (month, day) if part)])


def _bytes(text: str) -> int:
    found = re.fullmatch(_SIZE, text)
    if found is None:
        raise _no_value("size", text, SIZES)
    return int(float(found[1]) * (1 << _UNITS[(found[2] or "").lower()]))


def _no_value(name: str, value: str, hint: str) -> QueryError:
    kind = "size" if name == "size" else "date"
    what = f"{name}:{value} cannot be asked: “{value}” is not a {kind}"
    return QueryError(what, code="filter-value", texts=[f"{name}:{value}"], hint=hint)


def _reversed(name: str, value: str, hint: str) -> QueryError:
    what = f"{name}:{value} cannot be asked: it ends before it begins"
    return QueryError(what, code="filter-value", texts=[f"{name}:{value}"], hint=hint)
