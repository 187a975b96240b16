"""Matches → hits: highlights, the best passages, places in the untouched file, collapsed duplicates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from seedsearch.engines.budget import NO_LIMIT, Budget
from seedsearch.engines.entries import (
    Match,
)
from seedsearch.engines.query import Fuzzy, Gapped, Near, Number, Pattern, Query, Run, Spelled, Terms, pattern_places
from seedsearch.metadata.document_records import Record, from_bytes
from seedsearch.offsets import OffsetMap, Span
from seedsearch.searching.ranking import FEW_SENTENCES, NEARLY, SAME_PASSAGE
from seedsearch.searching.results import (
    Hit,
    Snippet,
)
from seedsearch.searching.snippets import Stretch, best_stretches, first_stretch, sentences, with_lines
from seedsearch.text.analyzer import placed_words
from seedsearch.text.folding import HAN, fold, is_han
from seedsearch.text.joints import crossing
from seedsearch.text.run_text import Place, gapped, near, near_in_order, occurrences, readable_places

_ENDS, _LEAST = "！？!?\n", 6  # marks that end a sentence like 。; the length of a sentence that identifies a text
_NOT_HAN = re.compile(f"[^{HAN}]+")

Places: TypeAlias = Mapping[str, Sequence[int]]
NOWHERE: Places = MappingProxyType({})


class Shown(NamedTuple):
    """How much of a hit to show: `snippets` at most, as whole lines with `lines` of context, or as sentences if that is
    None.
    """

    snippets: int = 1
    lines: int | None = None


class Found(NamedTuple):
    """A match with what to show of it: its record and its best stretches.

    `first` is where the first occurrence of the best stretch begins in the run text; `tier` is the tier of the answer.
    """

    match: Match
    record: Record
    stretches: tuple[Stretch, ...]
    first: int = 0
    tier: str = ""

    @property
    def passage(self) -> str:
        """The sentences of the best stretch, folded, without punctuation and blanks: equal in files that share the
        passage.
        """
        return _NOT_HAN.sub("", self._folded(self.stretches[0])) if self.stretches else ""

    def _folded(self, stretch: Stretch) -> str:
        readable = self.match.readable
        start, end = sentences(readable, stretch)
        if stretch.found:
            # Faster than folding again: the run text has the same characters side by side, without blanks.
            at = stretch.found[0][0]
            before, behind = readable[start:at].split(), readable[at:end].split()
            folded = self.match.run[self.first - len("".join(before)) : self.first + len("".join(behind))]
            if " " not in folded:
                return folded
        return fold(readable[start:end])


def found(
    match: Match,
    wanted: Sequence[Query],
    shown: Shown,
    budget: Budget = NO_LIMIT,
    places: Places = NOWHERE,
    tier: str = "",
) -> Found:
    """Return a match with its best stretches; with its beginning if there is nothing to highlight.

    `places` has known places of texts in its run text, overlapping ones included; other texts are searched for.
    """
    disjoint = _disjoint(match, wanted, budget, places)
    kept = readable_places(match.run, match.readable, disjoint)
    stretches = best_stretches(match.readable, kept, shown.snippets) or first_stretch(match.readable)
    if shown.lines is not None:
        stretches = [with_lines(match.readable, stretch, kept, shown.lines) for stretch in stretches]
    best = stretches[0].found if stretches else ()
    first = disjoint[kept.index(best[0])][0] if best else 0
    return Found(match, from_bytes(match.stored), tuple(stretches), first, tier)


def all_places(match: Match, wanted: Sequence[Query], budget: Budget) -> tuple[Span, ...]:
    """Return all places of a match in its readable text, in order and without overlaps."""
    disjoint = _disjoint(match, wanted, budget, NOWHERE, every=True)
    return tuple([Span(start, end) for start, end, _ in readable_places(match.run, match.readable, disjoint)])


def _disjoint(
    match: Match, wanted: Sequence[Query], budget: Budget, places: Places, *, every: bool = False
) -> list[Place]:
    """Return the places of the leaves of a query in a run text, each with the number of its leaf, without overlaps.

    Places across joints are searched for if there are no others, or with `every`.
    """
    spans: list[tuple[int, int, int]] = []  # of several that begin at one place, the longest first
    for number, leaf in enumerate(wanted):
        if isinstance(leaf, Run):
            text = leaf.text
            last, size = 0, len(text)
            for at in places[text] if text in places else occurrences(match.run, text):
                if at >= last:
                    last = at + size
                    spans.append((at, -last, number))
            if size > 1 and (every or not last):
                spans += [(start, -end, number) for start, end in crossing(match.run, text)]
        else:
            spans += [(start, -end, number) for start, end in _spans(match, leaf, budget)]
    spans.sort()
    disjoint: list[Place] = []
    last = 0
    for start, minus, number in spans:
        if start >= last:
            last = -minus
            disjoint.append((start, last, number))
    return disjoint


@dataclass(slots=True)
class _Group:
    """A hit, the paths of the files collapsed into it, and the sentences of its text."""

    hit: Hit
    sentences: Sequence[str]
    also_in: list[str]


class Collapsing:
    """Turns matches into hits; matches that share a passage or have nearly the same text become one.

    Only the sentences by which texts are compared are kept in memory.
    """

    def __init__(self, several: Iterator[Found]) -> None:
        self._several = several
        self._held: Found | None = None  # the first match of the next hit
        self._groups: list[_Group] = []
        self._by_passage: dict[int, _Group] = {}
        self._seen: set[str] = set()  # the sentences of the first text of each group

    def first(self, wanted: int) -> tuple[list[Hit], bool]:
        """Return the first `wanted` hits, and whether there are more."""
        while (one := self._held or next(self._several, None)) is not None:
            self._held = None
            key, sentences = self._key(one), _sentences(one.match.readable)
            group = self._group_of(key, sentences)
            if group is None and len(self._groups) >= wanted:
                self._held = one
                break
            if group is None:
                self._groups.append(group := _Group(hit(one), sentences, []))
                self._seen.update(sentences)
            else:
                group.also_in.append(one.record.path)
            self._by_passage.setdefault(key, group)
        hits = [
            replace(group.hit, also_in=tuple(group.also_in)) if group.also_in else group.hit for group in self._groups
        ]
        return hits[:wanted], self._held is not None or len(hits) > wanted

    def _key(self, one: Found) -> int:
        """Return a key that is equal for texts that share a passage or are the same."""
        passage = one.passage
        return hash(passage if len(passage) >= SAME_PASSAGE else one.match.readable)

    def _group_of(self, key: int, sentences: Sequence[str]) -> _Group | None:
        group = self._by_passage.get(key)
        if group is None and not self._seen.isdisjoint(sentences):
            group = next((g for g in self._groups if _nearly_same(g.sentences, sentences)), None)
        return group


def _sentences(readable: str) -> list[str]:
    """Return the sentences of a text that are long enough to tell it from others."""
    for mark in _ENDS:
        readable = readable.replace(mark, "。")
    return [sentence for sentence in readable.split("。") if len(sentence) >= _LEAST]


def _nearly_same(some: Sequence[str], others: Sequence[str]) -> bool:
    """Tell whether two texts share nearly all of their sentences."""
    a, b = set(some), set(others)
    return len(a & b) >= NEARLY * max(len(a | b), FEW_SENTENCES)


def hit(one: Found) -> Hit:
    """Return a match as a hit of its own."""
    return Hit(
        path=one.record.path,
        score=one.match.score,
        snippets=tuple([_snippet(one, stretch) for stretch in one.stretches]),
        tier=one.tier,
        encoding=one.record.encoding,
        confidence=one.record.confidence,
        damage=one.record.damage,
    )


def _spans(match: Match, leaf: Query, budget: Budget) -> Iterator[tuple[int, int]]:
    """Yield the places, in the run text of a match, of a leaf that is not an exact run."""
    run, look = match.run, partial(budget.spend, leaf)
    match leaf:
        case Near(texts=texts, distance=distance, ordered=ordered):
            find = near_in_order if ordered else near
            yield from ((span.start, span.end) for spans in find(run, texts, distance, look) for span in spans)
        case Pattern(regex=regex):
            yield from pattern_places(regex, run, look)
        case Number():
            yield from leaf.places(run)
        case Spelled():
            yield from leaf.places(run, match.readable)
        case Gapped(texts=texts, gaps=gaps):
            yield from ((span.start, span.end) for span in gapped(run, texts, gaps, look))
        case Terms(test=test):
            of_han = isinstance(test, Fuzzy) and any(map(is_han, test.text))
            text = run if of_han else re.sub(f"[{HAN}]", " ", run)
            yield from ((at, at + len(word)) for at, word in placed_words(text) if test.accepts(word))


def _snippet(one: Found, stretch: Stretch) -> Snippet:
    readable, record = one.match.readable, one.record
    start, end = stretch.span.start, stretch.span.end
    to_raw = OffsetMap(record.replaced).to_raw if record.replaced else _as_it_is
    raws = [to_raw(Span(first, last)) for first, last, _ in stretch.found] or [to_raw(Span(start, start + 1))]
    line, column = record.place(raws[0].start)
    before, after = _inside_paragraph(readable, start, end)
    return Snippet(
        text=readable[start:end],
        highlights=tuple([Span(first - start, last - start) for first, last, _ in stretch.found]),
        line=line,
        column=column,
        raw_span=raws[0],
        cut_before=before,
        cut_after=after,
        restored=record.restored(to_raw(stretch.span)) if end > start and record.replaced else {},
        places=tuple([(*record.place(raw.start), raw) for raw in raws[: len(stretch.found)]]),
    )


def _as_it_is(span: Span) -> Span:
    """Return the span of a text in which nothing was repaired."""
    return span


def _inside_paragraph(readable: str, start: int, end: int) -> tuple[bool, bool]:
    """Tell whether a stretch begins, and whether it ends, inside a paragraph."""
    before = readable[readable.rfind("\n", 0, start) + 1 : start]
    after = readable[end:].partition("\n")[0]
    return bool(before.strip()), bool(after.strip())
