"""Harm: what restoration does to clean text, by kind of text.

Every edit of a byte or mark kind in these texts is harm, and the aim is none. Edits of other kinds (an entity, a
compatibility character, a passage dropped) stand beside them. The texts are those of `harm_kinds` and `harm_others`,
and the corpus by genre where one is given, as it is and with marks and readings planted in it. The first offenders of
each row are listed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from random import Random

from benchmarks import harm_kinds, harm_others
from benchmarks.corpus import documents
from benchmarks.harm_kinds import planted, texts
from seedsearch.damage import Damage
from seedsearch.offsets import Edit
from seedsearch.restoring.steps import restore

# The kinds of bytes and marks: an edit of one of these in clean text is harm.
HARM = frozenset(
    {
        Damage.READING_MARK,
        Damage.SHIFTED_BYTES,
        Damage.UTF8_AS_GBK,
        Damage.UTF8_AS_LATIN1,
        Damage.GBK_AS_LATIN1,
        Damage.MISREAD_BYTES,
        Damage.MISREAD_CODE_PAGE,
        Damage.BIG5_AS_GBK,
        Damage.GBK_AS_BIG5,
    }
)
SMOKE = 40  # texts of a kind in a smoke run
LISTED = 4  # offenders of a row that are printed
AROUND = 12  # characters printed on each side of an edit


@dataclass(slots=True)
class Row:
    """What was done to the texts of one kind: counts, and where harm was done."""

    texts: int = 0
    characters: int = 0
    harm: int = 0
    others: Counter[str] = field(default_factory=Counter)
    offenders: list[str] = field(default_factory=list)

    def add(self, text: str) -> None:
        """Restore `text` and count the edits."""
        self.texts += 1
        self.characters += len(text)
        for e in restore(text).edits:
            if e.kind not in HARM:
                self.others[str(e.kind)] += 1
                continue
            self.harm += 1
            if len(self.offenders) < LISTED:
                self.offenders.append(shown(text, e))


def row(made: Iterable[str]) -> Row:
    """Return the row of some texts of one kind."""
    counted = Row()
    for text in made:
        counted.add(text)
    return counted


def shown(text: str, e: Edit) -> str:
    """Return an edit in its surroundings, on one line."""
    before = text[max(0, e.span.start - AROUND) : e.span.start]
    after = text[e.span.end : e.span.end + AROUND]
    return f"{e.kind} {before}[{e.span.cut(text)}→{e.replacement}]{after}".replace("\n", "⏎")


def run(corpus: Path | None, *, smoke: bool = False) -> None:
    """Print a row a kind of text, and a row a genre of the corpus."""
    print(f"{'clean text':44} {'texts':>8} {'characters':>11} {'harm':>6}  other edits")
    total = 0
    for name, made in _rows(corpus, SMOKE if smoke else None):
        counted = row(made)
        total += counted.harm
        others = ", ".join(f"{count} {kind}" for kind, count in counted.others.most_common())
        print(f"{name:44} {counted.texts:8} {counted.characters:11} {counted.harm:6}  {others}", flush=True)
        for offender in counted.offenders:
            print(f"    {offender}")
    print(f"edits of byte and mark kinds in all: {total}")


def _rows(corpus: Path | None, wanted: int | None) -> Iterator[tuple[str, Iterable[str]]]:
    for name, kind in (harm_kinds.KINDS | harm_others.KINDS).items():
        yield name, texts(name, kind, wanted)
    if corpus is not None:
        for genre, found in groupby(documents(corpus), key=lambda document: document.genre):
            listed = [document.text for document in found]
            yield f"corpus: {genre}", listed
            rng = Random(genre)
            yield f"corpus, planted: {genre}", (planted(text, rng) for text in listed)
