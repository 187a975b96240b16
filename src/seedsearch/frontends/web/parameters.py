"""The parameters of each address with their limits, used by the handlers and by the description."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import QueryParams

from seedsearch.frontends.web import problems
from seedsearch.frontends.web.problems import Problem
from seedsearch.searching import facets
from seedsearch.searching.parsed_query import LONGEST_QUERY

MOST_FILTERS = 20  # maximum values of one filter
LONGEST_VALUE = 4096  # code points of a path
LAST_PAGE = 100
DEEPEST = 1000  # largest offset of hits; deeper pages are not worth their cost

_NUMBER = re.compile(r"[0-9]{1,12}")  # ASCII only
# Parameters that a proxy or a browser may add, and the token.
_NOT_OURS = ("token",)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: a text of at most `longest` code points, one of `choices`, or a number from `least` to `most`.

    `several` tells that it may be repeated.
    """

    name: str
    about: str
    default: Any = ""
    longest: int = LONGEST_VALUE
    choices: Sequence[str] = ()
    least: int = 0
    most: int = 0
    several: bool = False
    needed: bool = False

    @property
    def is_number(self) -> bool:
        """Whether the value is a whole number."""
        return self.most > 0

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the value."""
        if self.is_number:
            bounds = {"minimum": self.least, "maximum": self.most}
            return {"type": "integer", **bounds, **({} if self.default is None else {"default": self.default})}
        text: dict[str, Any] = {"type": "string", "maxLength": self.longest}
        if self.choices:
            text = {"type": "string", "enum": list(self.choices)}
        return {"type": "array", "items": text, "maxItems": MOST_FILTERS} if self.several else text

    def value(self, said: Sequence[str]) -> Any:
        """Return the given value or the default; raises Problem if it is invalid."""
        if self.several:
            if len(said) > MOST_FILTERS:
                raise self._refused(f"may be there {MOST_FILTERS} times")
            return tuple(dict.fromkeys(self._one(text) for text in said if text))
        if len(said) > 1:
            raise self._refused("may be there once")
        if not said or (said == [""] and not self.needed):
            if self.needed:
                raise self._refused("is needed")
            return self.default
        return self._one(said[0])

    def _one(self, text: str) -> Any:
        if self.is_number:
            if not _NUMBER.fullmatch(text) or not self.least <= int(text) <= self.most:
                raise self._refused(f"is a whole number from {self.least} to {self.most:,}")
            return int(text)
        if self.choices and text not in self.choices:
            raise self._refused(f"is one of {', '.join(self.choices)}")
        if len(text) > self.longest:
            raise self._refused(f"has {self.longest:,} characters at most")
        return text

    def _refused(self, why: str) -> Problem:
        return Problem(problems.PARAMETER, f"{self.name} {why}")


Table = tuple[Parameter, ...]

FACETS = tuple(facets.FACETS)
_QUERY = Parameter("q", "what to look for, as typed", longest=10 * LONGEST_QUERY)
_ID = Parameter("id", "the id of a document, as a hit has it", needed=True)
FILTERS: Table = (
    Parameter("damage", "only documents with this kind of damage", several=True),
    Parameter("encoding", "only documents that were read in this encoding", several=True),
    Parameter("ext", "only documents with this ending", several=True),
    Parameter("folder", "only documents below this folder", several=True),
    Parameter("year", "only documents whose file was last changed in this year", several=True),
)
LANGUAGE = Parameter("lang", "the language of the page", None, choices=("en", "zh"))
VIEW = Parameter("view", "what of the document is shown", "both", choices=("both", "text", "raw"))
HOME: Table = (_QUERY, *FILTERS, Parameter("page", "which page of hits", 1, least=1, most=LAST_PAGE), LANGUAGE)
DOCUMENT: Table = (_ID, _QUERY, Parameter("at", "an offset of the raw text", None, most=1 << 38), VIEW, LANGUAGE)
RAW: Table = (_ID,)
SEARCH: Table = (
    _QUERY,
    *FILTERS,
    Parameter("limit", "how many hits", 10, most=100),
    Parameter("offset", "how many hits to leave out first", 0, most=DEEPEST),
    Parameter("snippets", "how many snippets a hit has at most", 1, least=1, most=5),
    Parameter("facets", f"which facets to count, with commas between: {','.join(FACETS)}", longest=100),
)
TEXT: Table = (
    _ID,
    _QUERY,
    Parameter("first_line", "the first line of the readable text, from 1", 1, least=1, most=1 << 38),
    Parameter("lines", "how many lines", 200, least=1, most=2000),
)
SUGGEST: Table = (Parameter("q", "the beginning of a word", longest=200),)
NONE: Table = ()
PAGE: Table = (LANGUAGE,)


@dataclass(frozen=True, slots=True)
class Asked:
    """The values of the parameters of a request."""

    values: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def filters(self) -> dict[str, tuple[str, ...]]:
        """Return the selected filters."""
        return {one.name: self.values[one.name] for one in FILTERS if self.values.get(one.name)}


def asked(table: Table, said: QueryParams, *, strict: bool = False) -> Asked:
    """Parse the parameters of a request; raises Problem if one is invalid or, with `strict`, unknown."""
    if strict and (unknown := set(said) - {one.name for one in table} - set(_NOT_OURS)):
        raise Problem(problems.PARAMETER, f"{min(unknown)} is not a parameter here", _known(table))
    return Asked({one.name: one.value(said.getlist(one.name)) for one in table})


def _known(table: Iterable[Parameter]) -> str:
    names = ", ".join(one.name for one in table)
    return f"there are {names}" if names else "there are none"
