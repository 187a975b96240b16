"""The query tree, which every engine understands.

Matching and scoring are separate: every node but `Ranked` selects documents, and only the terms of `Ranked` give
scores. Each node defines its own meaning, by `holds` for a run text and `accepts` for a term; an engine may find the
same documents faster and is tested against these definitions. Every text in a tree is a run text (run_text.py).

Three fields have terms: `gram` and `word`, and `tag` for the properties of a document (`ext:txt`, `encoding:gb18030`,
`damage:reading-mark`, `path:seeds/a.txt`, `date:2026-01-31`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain
from typing import Any as Anything
from typing import Literal, TypeAlias

from seedsearch.text.folding import fold
from seedsearch.text.joints import crossing, holds
from seedsearch.text.run_text import gapped, near, near_in_order, occurrences, readable_places

Field: TypeAlias = Literal["gram", "word", "tag"]
FIELDS: tuple[Field, ...] = ("gram", "word", "tag")


@dataclass(frozen=True, slots=True)
class Term:
    """Documents with this term in this field."""

    field: Field
    text: str


@dataclass(frozen=True, slots=True)
class Run:
    """Documents whose run text contains `text`, with or without its joints (joints.py)."""

    text: str

    @property
    def texts(self) -> tuple[str, ...]:
        """Runs that every matching document holds."""
        return (self.text,)

    def holds(self, run_text: str) -> bool:
        """Return whether a document with this run text matches."""
        return holds(run_text, self.text)


@dataclass(frozen=True, slots=True)
class Number:
    """Documents that contain `text` like a run, where a number at either end of it is a whole number: 4年, but not
    in 2024年.
    """

    text: str

    @property
    def texts(self) -> tuple[str, ...]:
        """Runs that every matching document holds."""
        return (self.text,)

    def holds(self, run_text: str) -> bool:
        """Return whether a document with this run text matches."""
        return next(self.places(run_text), None) is not None

    def places(self, run_text: str) -> Iterator[tuple[int, int]]:
        """Return its places in a run text as (start, end), those across joints last."""
        from seedsearch.text.numerals import is_whole

        size = len(self.text)
        found = chain(((at, at + size) for at in occurrences(run_text, self.text)), crossing(run_text, self.text))
        return ((start, end) for start, end in found if is_whole(run_text, start, end))


@dataclass(frozen=True, slots=True)
class Near:
    """Documents that contain all `texts` with at most `distance` tokens in total between them.

    In any order, or in this order if `ordered`. A token is an ideograph or a sequence of other letters and digits;
    punctuation and blanks do not count.
    """

    texts: tuple[str, ...]
    distance: int
    ordered: bool = False

    def holds(self, run_text: str) -> bool:
        """Return whether a document with this run text matches."""
        find = near_in_order if self.ordered else near
        return next(find(run_text, self.texts, self.distance), None) is not None


@dataclass(frozen=True, slots=True)
class Gapped:
    """Documents that contain all `texts` in this order, with `gaps` (least, most) of characters between each two."""

    texts: tuple[str, ...]
    gaps: tuple[tuple[int, int], ...]

    def holds(self, run_text: str) -> bool:
        """Return whether a document with this run text matches."""
        return next(gapped(run_text, self.texts, self.gaps), None) is not None


@dataclass(frozen=True, slots=True)
class Pattern:
    """Documents whose run text matches `regex`, an RE2 regular expression, in linear time.

    It does not tell which terms they contain, so an engine has to read every text that other conditions have not ruled
    out.
    """

    regex: str

    @property
    def texts(self) -> tuple[str, ...]:
        """Runs that every matching document contains: none are known."""
        return ()

    def holds(self, run_text: str) -> bool:
        """Return whether a document with this run text matches."""
        return compiled(self.regex).search(run_text) is not None


@dataclass(frozen=True, slots=True)
class Spelled:
    """Documents that contain `text` exactly as `typed`: in that case, and with `script` also in that script and width.

    Blanks that a run text omits do not count; `text` is the run text of `typed`.
    """

    text: str
    typed: str
    script: bool

    @property
    def texts(self) -> tuple[str, ...]:
        """Runs that every matching document holds."""
        return (self.text,)

    def holds(self, run_text: str, readable: str) -> bool:
        """Return whether a document with this readable text and its run text matches."""
        return next(self.places(run_text, readable), None) is not None

    def places(self, run_text: str, readable: str) -> Iterator[tuple[int, int]]:
        """Yield its places in a run text as (start, end)."""
        found = [(at, at + len(self.text), 0) for at in occurrences(run_text, self.text)]
        for (start, end, _), (a, b, _) in zip(found, readable_places(run_text, readable, found), strict=True):
            if self._is_spelled(readable[a:b]):
                yield start, end

    def _is_spelled(self, piece: str) -> bool:
        left = [char for char in reversed(self.typed) if not char.isspace()]
        for char in piece:
            if left and fold(char) == fold(left[-1]):  # other characters are between them, which do not count
                typed = left.pop()
                if char != typed if self.script else char.isupper() != typed.isupper():
                    return False
        return not left


@lru_cache(maxsize=64)
def compiled(regex: str) -> Anything:
    """Compile a regular expression; raises ValueError with RE2's reason if it is invalid."""
    import re2  # deferred: a C++ library that only such a query needs

    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(regex, options)
    except re2.error as error:
        raise ValueError(error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)) from error


def pattern_places(regex: str, run_text: str, look: Callable[[], object]) -> Iterator[tuple[int, int]]:
    """Yield the non-empty matches of a regular expression in a run text as (start, end); `look` may raise."""
    for found in compiled(regex).finditer(run_text):
        look()
        if found.end() > found.start():
            yield found.span()


@dataclass(frozen=True, slots=True)
class Prefix:
    """Terms that begin with `text`."""

    text: str

    def accepts(self, term: str) -> bool:
        """Return whether the term is meant."""
        return term.startswith(self.text)


@dataclass(frozen=True)
class Wildcard:
    """Terms that match `pattern`, where `?` stands for one character and `*` for any number of characters."""

    pattern: str

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The pattern as a regular expression for a whole term."""
        first, *others = ["".join("." if c == "?" else re.escape(c) for c in p) for p in re.split(r"\*+", self.pattern)]
        # Atomic groups: each piece is searched for once, so matching takes linear time.
        middle = "".join(f"(?>.*?{piece})" for piece in others[:-1])
        return re.compile(first + middle + "".join(f".*{piece}" for piece in others[-1:]), re.DOTALL)

    def accepts(self, term: str) -> bool:
        """Return whether the term is meant."""
        return self.regex.fullmatch(term) is not None


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """Terms at most `edits` (1 or 2) insertions, deletions, replacements or swaps of neighbours from `text`."""

    text: str
    edits: int

    def accepts(self, term: str) -> bool:
        """Return whether the term is meant."""
        return abs(len(term) - len(self.text)) <= self.edits and edit_distance(self.text, term) <= self.edits


@dataclass(frozen=True, slots=True)
class Between:
    """Terms from `low` to `high`, both included, in the order of code points."""

    low: str
    high: str

    def accepts(self, term: str) -> bool:
        """Return whether the term is meant."""
        return self.low <= term <= self.high


@dataclass(frozen=True, slots=True)
class Terms:
    """Documents that have a term of this field accepted by `test`."""

    field: Field
    test: Prefix | Wildcard | Fuzzy | Between


@dataclass(frozen=True, slots=True)
class All:
    """Documents that match every child."""

    children: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """Documents that match at least one child."""

    children: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """Documents that match at least `count` children."""

    count: int
    children: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Documents that do not match the child."""

    child: Query


@dataclass(frozen=True, slots=True)
class Ranked:
    """Documents that match `required`, scored by the terms of `scored` that they have: a sum of weighted BM25."""

    required: Query
    scored: tuple[tuple[Term, float], ...]


OnText: TypeAlias = Run | Number | Near | Gapped | Pattern | Spelled
Query: TypeAlias = Term | Terms | OnText | All | Any | AtLeast | Not | Ranked


def any_of(queries: Iterable[Query]) -> Query:
    """Combine one or more queries into one that matches the documents of any of them."""
    some = tuple(queries)
    return some[0] if len(some) == 1 else Any(some)


def all_of(queries: Iterable[Query]) -> Query:
    """Combine queries into one that matches the documents of all of them."""
    some = tuple(queries)
    return some[0] if len(some) == 1 else All(some)


def edit_distance(a: Sequence[str], b: Sequence[str]) -> int:
    """Count the insertions, deletions, replacements and swaps of neighbours between two texts, editing each place at
    most once.

    The optimal string alignment distance (Damerau 1964; Wagner and Fischer 1974).
    """
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        earlier, before, row = before, row, [i]
        for j, y in enumerate(b, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1]
