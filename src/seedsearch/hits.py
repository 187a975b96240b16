"""Matches → hits: what to highlight, the best stretches, places in the untouched file, passages that repeat."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from seedsearch.analysis import placed_words
from seedsearch.folding import HAN
from seedsearch.model import Hit, Match, Snippet
from seedsearch.offsets import Span
from seedsearch.query import Fuzzy, Gapped, Near, Query, Run, Terms
from seedsearch.records import Record, from_bytes
from seedsearch.runs import RunText, gapped, near, placed, run_text
from seedsearch.snippets import Occurrence, Stretch, best_stretches, first_stretch, sentences, with_lines

# A passage of so many ideographs is no coincidence: files that share it are named together.
SAME_PASSAGE = 24

# Texts are nearly the same if this share of their sentences is; of fewer sentences than FEW none are.
NEARLY, FEW = 0.8, 4

_SENTENCE = re.compile(r"[^。！？!?\n]{6,}")
_NOT_HAN = re.compile(f"[^{HAN}]+")


@dataclass(frozen=True, slots=True)
class Shown:
    """How much of a hit is shown: `snippets` at most, and whole lines with so many `lines` around (None: sentences)."""

    snippets: int = 1
    lines: int | None = None


@dataclass(frozen=True)
class Found:
    """A match with what is to be shown of it."""

    match: Match
    record: Record
    stretches: tuple[Stretch, ...]

    @cached_property
    def sentences(self) -> frozenset[str]:
        """The sentences of the text."""
        return frozenset(_SENTENCE.findall(self.match.readable))

    @property
    def passage(self) -> str:
        """The sentences of the best stretch, folded, without marks and blanks: equal in files that share them."""
        text = sentences(self.match.readable, self.stretches[0]) if self.stretches else ""
        return _NOT_HAN.sub("", run_text(text).text)


def found(match: Match, wanted: Sequence[Query], shown: Shown) -> Found:
    """A match with its best stretches; where nothing is to be highlighted, its beginning."""
    run = placed(match.run, match.readable)
    places = sorted(
        (Occurrence(span, i) for i, leaf in enumerate(wanted) for span in _spans(run, leaf)),
        key=lambda place: (place.span.start, -place.span.end),
    )
    kept: list[Occurrence] = []
    for place in places:
        if not kept or place.span.start >= kept[-1].span.end:
            kept.append(place)
    stretches = best_stretches(match.readable, kept, shown.snippets) or first_stretch(match.readable)
    if shown.lines is not None:
        stretches = [with_lines(match.readable, stretch, kept, shown.lines) for stretch in stretches]
    return Found(match, from_bytes(match.stored), tuple(stretches))


def collapsed(several: Iterator[Found], wanted: int) -> list[list[Found]]:
    """The first `wanted` hits, each with the others that are nearly the same text or share its passage."""
    groups: list[list[Found]] = []
    by_passage: dict[str, list[Found]] = {}
    for one in several:
        passage = one.passage
        key = passage if len(passage) >= SAME_PASSAGE else one.match.readable
        group = by_passage.get(key) or next((g for g in groups if _nearly_same(g[0], one)), None)
        if group is None and len(groups) == wanted:
            break
        if group is None:
            groups.append(group := [])
        by_passage.setdefault(key, group).append(one)
    return groups


def _nearly_same(a: Found, b: Found) -> bool:
    """Whether two texts have nearly all of their sentences in common."""
    return len(a.sentences & b.sentences) >= NEARLY * max(len(a.sentences | b.sentences), FEW)


def hit(group: Sequence[Found]) -> Hit:
    """The hit that a group of matches makes: the first of them, and the paths of the others."""
    first = group[0]
    return Hit(
        path=first.record.path,
        score=first.match.score,
        snippets=tuple(_snippet(first, stretch) for stretch in first.stretches),
        also_in=tuple(other.record.path for other in group[1:]),
    )


def _spans(run: RunText, leaf: Query) -> Iterator[Span]:
    """Where a leaf of a query stands, in the readable text."""
    match leaf:
        case Run(text=text):
            return run.find(text)
        case Near(texts=texts, distance=distance):
            spans: Iterator[Span] = (span for spans in near(run.text, texts, distance) for span in spans)
        case Gapped(texts=texts, gaps=gaps):
            spans = gapped(run.text, texts, gaps)
        case Terms(test=test):
            of_han = isinstance(test, Fuzzy) and re.search(f"[{HAN}]", test.text) is not None
            text = run.text if of_han else re.sub(f"[{HAN}]", " ", run.text)
            spans = (Span(at, at + len(word)) for at, word in placed_words(text) if test.accepts(word))
        case _:
            spans = iter(())
    return map(run.to_readable.to_raw, spans)


def _snippet(one: Found, stretch: Stretch) -> Snippet:
    first = stretch.found[0].span if stretch.found else Span(stretch.span.start, stretch.span.start + 1)
    raw = one.record.to_raw(first)
    line, column = one.record.place(raw.start)
    start = stretch.span.start
    before, after = _inside_paragraph(one.match.readable, stretch.span)
    return Snippet(
        text=stretch.span.cut(one.match.readable),
        highlights=tuple(Span(f.span.start - start, f.span.end - start) for f in stretch.found),
        line=line,
        column=column,
        raw_span=raw,
        cut_before=before,
        cut_after=after,
        restored=one.record.restored(one.record.to_raw(stretch.span)) if len(stretch.span) else {},
    )


def _inside_paragraph(readable: str, span: Span) -> tuple[bool, bool]:
    """Whether a stretch begins, and whether it ends, where there is more of the same paragraph."""
    before = readable[readable.rfind("\n", 0, span.start) + 1 : span.start]
    after = readable[span.end :].partition("\n")[0]
    return bool(before.strip()), bool(after.strip())
