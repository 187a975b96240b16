"""Filters (`path:报告`, `ext:txt`, `date:2026-01`): conditions on the properties of documents.

A filter with a meaningless value is refused with a message, and so are filters of other search engines that have no
meaning here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from unicodedata import normalize

from seedsearch.damage import Damage
from seedsearch.engines.query import Any, Prefix, Query, Spelled, Term, Terms, Wildcard, any_of
from seedsearch.errors import QueryError
from seedsearch.searching.ranges import by_date, by_size
from seedsearch.text.folding import other_forms
from seedsearch.text.run_text import run_text

# Names that other programs use.
ALIASES = {
    "filetype": "ext",
    "extension": "ext",
    "filename": "name",
    "dir": "folder",
    "intitle": "title",
    "since": "after",
    "until": "before",
}
_REFUSED = {
    "site": "files have no site; type path:… or folder:…",
    "inurl": "files have no address; type path:… or name:…",
    "intext": "words are searched in the text anyway; type them alone",
    "related": "use the command: seedsearch similar FILE",
    "modified": "type date:…, after:… or before:…",
    "created": "only the last change is known; type date:…, after:… or before:…",
}
NAMES = ("path", "name", "folder", "ext", "encoding", "damage", "title", "author", "size", "date", "after", "before")
SPELLED = {"exact": True, "case": False}  # match the exact spelling; True: the script counts too
SORT = "sort"
FILTER = re.compile(rf"({'|'.join([*NAMES, *ALIASES, *_REFUSED, *SPELLED, SORT])}):(.*)", re.DOTALL)

_CHINESE_ENCODINGS = {
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "cp936": "gb18030",
    "utf8": "utf-8",
    "big5hkscs": "big5-hkscs",
}
# The codecs under which a file in Big5 may be recorded.
_BIG5 = ("big5", "cp950", "big5-hkscs")
_KINDS = frozenset(map(str, Damage))
# Their names in Chinese.
_IN_CHINESE = {
    "拼音": "reading-mark",
    "注音": "reading-mark",
    "标签": "markup",
    "实体": "entity",
    "重复": "repeated-passage",
}
_BETWEEN = "[,，、;；|]"


def filter_of(text: str) -> Query | None:
    """Return the documents that match a filter; None if `text` is not a filter or has no value.

    Raises QueryError for a filter that is refused.
    """
    found = FILTER.fullmatch(text)
    value = found[2].strip() if found else ""
    if found is None or not value:
        return None
    return _by_name(ALIASES.get(found[1], found[1]), value)


def _by_name(name: str, value: str) -> Query | None:
    if name in _REFUSED:
        raise QueryError(
            f"{name}:{value} cannot be asked: {_REFUSED[name]}", code="filter-not-known", texts=[f"{name}:{value}"]
        )
    if name == "path":
        return _like("path", value)
    if name == "name":
        return _like("name", value)
    if name in ("title", "author"):
        return _of_text(name, value)
    if name == "folder":
        return _below(value)
    if name in ("size", "date", "after", "before"):
        plain = normalize("NFKC", value)
        return by_size(plain) if name == "size" else by_date(name, plain)
    if name in SPELLED:
        return _spelled(value, SPELLED[name])
    return _any(name, [part.strip() for part in re.split(_BETWEEN, value)]) if name != SORT else None


def _like(name: str, value: str) -> Query:
    """Return the documents with a tag that contains a value, in composed or decomposed form: file systems use both.

    A path that begins with a slash may also begin without it.
    """
    found: list[Query] = []
    for form in (value, *other_forms(value)):
        first = form.lstrip("/")
        found.append(Terms("tag", Wildcard(f"{name}:{form}" if "*" in form else f"{name}:*{form}*")))
        if first != form and first and "*" not in form:
            found.append(Terms("tag", Prefix(f"{name}:{first}")))
    return any_of(found)


def _of_text(name: str, value: str) -> Query | None:
    folded = run_text(value).strip()
    return _like(name, folded) if folded else None


def _below(value: str) -> Query:
    """Return the documents below a folder: one whose path contains the value, or whose last names equal it (`a/b/`)."""
    if not value.endswith("/") or not (whole := value.rstrip("/")):
        return _like("folder", value)
    forms = (whole, *other_forms(whole))
    ends = [(Term("tag", f"folder:{form}"), Terms("tag", Wildcard(f"folder:*/{form}"))) for form in forms]
    return Any(tuple(query for both in ends for query in both))


def _spelled(value: str, script: bool) -> Query | None:
    folded = run_text(value).strip()
    return Spelled(folded, value, script) if folded else None


def _any(name: str, values: list[str]) -> Query | None:
    """Return the documents with one of several values."""
    if negated := next((value for value in values if value[:1] in ("-", "!")), None):
        raise QueryError(
            f"{name}:{negated} cannot be asked",
            code="sign-in-filter",
            texts=[f"{name}:{negated}"],
            hint=f"type -{name}:{negated[1:]}",
        )
    terms = tuple(dict.fromkeys(term for value in values if value for term in _terms(name, value.lower())))
    return any_of(terms) if terms else None


def _terms(name: str, value: str) -> Sequence[Term | Terms]:
    value = value.removeprefix("*.").removeprefix(".") if name == "ext" else value
    if "*" in value:
        return [Terms("tag", Wildcard(f"{name}:{value}"))]
    if name == "damage" and value not in _KINDS:
        meant = [_IN_CHINESE[value]] if value in _IN_CHINESE else sorted(kind for kind in _KINDS if value in kind)
        hint = f"type one of {', '.join(meant or sorted(_KINDS))}"
        raise QueryError(f"damage:{value} cannot be asked", code="filter-value", texts=[f"damage:{value}"], hint=hint)
    if name == "encoding" and value == "big5":
        return [Term("tag", f"encoding:{told}") for told in _BIG5]
    return [Term("tag", f"{name}:{_CHINESE_ENCODINGS.get(value, value)}")]
