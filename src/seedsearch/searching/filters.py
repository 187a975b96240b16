"""Typed filters (`path:报告`, `ext:txt`, `date:2026-01`): documents by what is known of them besides their text."""

from __future__ import annotations

import re

from seedsearch.engines.query import All, Any, Between, Not, Prefix, Query, Term, Terms, Wildcard

FILTER = re.compile(r"(path|ext|encoding|damage|date|after|before):(.*)", re.DOTALL)
LAST = "\uffff"  # sorts after every date that begins the same

_DATE = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")
_CHINESE_ENCODINGS = {
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "cp936": "gb18030",
    "utf8": "utf-8",
    "big5hkscs": "big5-hkscs",
}
# What a file in Big5 may be told as, by the codec that reads all of it.
_BIG5 = ("big5", "cp950", "big5-hkscs")


def filter_of(text: str) -> Query | None:
    """Return the documents that a filter takes; None where `text` is not one."""
    found = FILTER.fullmatch(text)
    return _by_name(found[1], found[2].strip()) if found else None


def _by_name(name: str, value: str) -> Query | None:
    if name == "path" and value:
        return Terms("tag", Wildcard(f"path:{value}" if "*" in value else f"path:*{value}*"))
    if name == "encoding" and value.lower() == "big5":
        return Any(tuple(Term("tag", f"encoding:{told}") for told in _BIG5))
    if name in ("ext", "encoding", "damage") and value:
        value = value.lower().removeprefix(".") if name == "ext" else value.lower()
        return Term("tag", f"{name}:{_CHINESE_ENCODINGS.get(value, value)}")
    return _by_date(name, value)


def _by_date(name: str, value: str) -> Query | None:
    first, _, last = value.partition("..")
    if name == "date" and _DATE.fullmatch(first) and (not last or _DATE.fullmatch(last)):
        return Terms("tag", Between(f"date:{first}", f"date:{last or first}{LAST}"))
    if name == "after" and _DATE.fullmatch(value):
        return Terms("tag", Between(f"date:{value}", f"date:{LAST}"))
    if name == "before" and _DATE.fullmatch(value):
        return All((Terms("tag", Prefix("date:")), Not(Terms("tag", Between(f"date:{value}", f"date:{LAST}")))))
    return None
