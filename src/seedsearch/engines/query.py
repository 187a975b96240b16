"""The query tree, which every engine understands.

Matching and scoring are apart: every node but `Ranked` says which documents match, and only the terms of `Ranked`
give scores. A node says itself what it means: `holds` of a run text, `accepts` of a term; an engine may find the same
documents in a faster way and is tested against them. Every text in a tree is a run text (runs.py).

Three fields have terms: `gram` and `word` (analysis.py), and `tag`, what is known of a document besides its
text (`ext:txt`, `encoding:gb18030`, `damage:reading-mark`, `path:seeds/a.txt`, `date:2026-01-31`).
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
    """Documents whose run text holds `text`, as it is or without its joints (joints.py)."""

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
    """Documents that hold `text`, as a run does, where the number at an end of it is whole: 4年, and not 2024年."""

    text: str

    @property
    def texts(self) -> tuple[str, ...]:
        """Runs that every matching document holds."""
        return (self.text,)

    def holds(self, run_text: str) -> bool:
        """Return whether a document with this run text matches."""
        return next(self.places(run_text), None) is not None

    def places(self, run_text: str) -> Iterator[tuple[int, int]]:
        """Return where it stands in a run text, (start, end), across joints last."""
        from seedsearch.text.numerals import is_whole

        size = len(self.text)
        found = chain(((at, at + size) for at in occurrences(run_text, self.text)), crossing(run_text, self.text))
        return ((start, end) for start, end in found if is_whole(run_text, start, end))


@dataclass(frozen=True, slots=True)
class Near:
    """Documents that hold all `texts` with at most `distance` tokens in all between them.

    In any order, or `ordered`: in this one. A token is an ideograph or a stretch of other letters and digits; marks and
    blanks count nothing.
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
    """Documents that hold all `texts` in this order, `gaps` (least, most) characters between each two of them."""

    texts: tuple[str, ...]
    gaps: tuple[tuple[int, int], ...]

    def holds(self, run_text: str) -> bool:
        """Return whether a document with this run text matches."""
        return next(gapped(run_text, self.texts, self.gaps), None) is not None


@dataclass(frozen=True, slots=True)
class Pattern:
    """Documents whose run text matches `regex`, an RE2 regular expression, in linear time.

    It does not tell which terms they contain, so an engine has to look at every text that nothing else has ruled out.
    """

    regex: str

    @property
    def texts(self) -> tuple[str, ...]:
        """Runs that every matching document holds: none are known."""
        return ()

    def holds(self, run_text: str) -> bool:
        """Return whether a document with this run text matches."""
        return compiled(self.regex).search(run_text) is not None


@dataclass(frozen=True, slots=True)
class Spelled:
    """Documents that hold `text` as it was `typed`: in that case, and with `script` in that script and width, too.

    Both without the blanks that a run text is without; `text` is the run text of `typed`.
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
        """Yield where it stands in a run text, (start, end)."""
        found = [(at, at + len(self.text), 0) for at in occurrences(run_text, self.text)]
        for (start, end, _), (a, b, _) in zip(found, readable_places(run_text, readable, found), strict=True):
            if self._is_spelled(readable[a:b]):
                yield start, end

    def _is_spelled(self, piece: str) -> bool:
        left = [char for char in reversed(self.typed) if not char.isspace()]
        for char in piece:
            if left and fold(char) == fold(left[-1]):  # others stand between, and are not looked for
                typed = left.pop()
                if char != typed if self.script else char.isupper() != typed.isupper():
                    return False
        return not left


@lru_cache(maxsize=64)
def compiled(regex: str) -> Anything:
    """Return the regular expression; raises ValueError, with RE2's reason, for what it does not take."""
    import re2  # a library of C++ that only such a query needs

    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(regex, options)
    except re2.error as error:
        raise ValueError(error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)) from error


def pattern_places(regex: str, run_text: str, look: Callable[[], object]) -> Iterator[tuple[int, int]]:
    """Yield where a regular expression matches in a run text, (start, end), none of them empty; `look` may raise."""
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
        """The pattern as a regular expression for the whole of a term."""
        first, *others = ["".join("." if c == "?" else re.escape(c) for c in p) for p in re.split(r"\*+", self.pattern)]
        # Atomic groups: a piece is looked for once, so that no pattern takes more than linear time.
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
    """Documents with any term in this field that `test` accepts."""

    field: Field
    test: Prefix | Wildcard | Fuzzy | Between


@dataclass(frozen=True, slots=True)
class All:
    """Documents that match every child."""

    children: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """Documents that match one child or more."""

    children: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """Documents that match `count` of the children or more."""

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
    """Return the documents that match one of the queries or more, of which there are some."""
    some = tuple(queries)
    return some[0] if len(some) == 1 else Any(some)


def all_of(queries: Iterable[Query]) -> Query:
    """Return the documents that match every one of the queries."""
    some = tuple(queries)
    return some[0] if len(some) == 1 else All(some)


def edit_distance(a: Sequence[str], b: Sequence[str]) -> int:
    """Insertions, deletions, replacements and swaps of neighbours between two texts, each place edited once.

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
