"""Variants of a query: numbers in other digits, other spellings, vocabulary of the other side of the strait, other word
order.

Only the query is varied; the index stores each text as it is. Variants that occur in no document are dropped before the
query runs, first by their parts and then as a whole, so a variant costs no more than looking up its pairs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import compress, islice, product

from seedsearch.engines import Engine
from seedsearch.engines.query import Number, Query, Run
from seedsearch.offsets import Span
from seedsearch.text.analyzer import query_words
from seedsearch.text.folding import is_han

MOST = 24  # variants of the whole query: enough for all combinations of two numbers or three regional words
OF_A_WORD = 8
JOINING = "、与和及"


@dataclass(frozen=True, slots=True)
class Variants:
    """Run texts that mean the same: `whole` for the whole query, `words` for each word."""

    whole: tuple[str, ...] = ()
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, word: str) -> tuple[str, ...]:
        """Return the variants of a word of the query."""
        return self.words.get(word, ())

    @property
    def texts(self) -> tuple[str, ...]:
        """All of them, without repetition."""
        return tuple(dict.fromkeys([*self.whole, *(text for texts in self.words.values() for text in texts)]))

    def in_use(self, engine: Engine) -> Variants:
        """Return those that occur in a document."""
        if not (texts := self.texts):
            return NONE
        there = _standing(engine, [(text, variant(text)) for text in texts])
        words = {word: kept for word, some in self.words.items() if (kept := tuple(filter(there.__contains__, some)))}
        return Variants(tuple(filter(there.__contains__, self.whole)), words)


NONE = Variants()


def variant(text: str) -> Run | Number:
    """Return the documents with a variant; a number in it must be the whole number: 四年 matches 4年, but not part of
    2024年.
    """
    from seedsearch.text.numerals import may_go_on

    return Number(text) if may_go_on(text) else Run(text)


def _standing(engine: Engine, texts: Sequence[tuple[str, Query]]) -> set[str]:
    """Return the texts that are found in a document."""
    there = engine.exists([query for _, query in texts])
    return {text for text, _ in compress(texts, there)}


def variants_of(
    run: str, placed: Sequence[tuple[int, str]], words: Sequence[str] = (), engine: Engine | None = None
) -> Variants:
    """Return the variants of the run text of a query, whose words are `placed` (offset, word).

    `words` are the words to search for if they differ, because runs between blanks are segmented separately. With an
    `engine`, only variants that occur in one of its documents are returned, including rare forms of characters, of
    which there are too many to list without knowing the documents.
    """
    made = _variants(run, placed, engine)
    if len(placed) == 1 and set(words) <= {run}:
        made = Variants((*made.whole, *_turned(run))[:MOST], made.words)
    for word in set(words).difference(word for _, word in placed):
        made.words.update(_variants(word, [(0, word)], engine).words)
    return made.in_use(engine) if engine else made


def _variants(run: str, placed: Sequence[tuple[int, str]], engine: Engine | None) -> Variants:
    found = sorted(_found(run, placed, rare_too=engine is not None))
    if engine and found:
        parts = dict.fromkeys(text for _, some in found for text in some)
        there = _standing(engine, [(text, Run(text)) for text in parts])
        kept = ((span, tuple(filter(there.__contains__, some))) for span, some in found)
        found = [(span, some) for span, some in kept if some]
    if not found:
        return Variants()
    choices = [(run[span.start : span.end], *texts) for span, texts in found]
    spans = [span for span, _ in found]
    whole = (_replaced(run, spans, texts) for texts in product(*choices))
    words: dict[str, tuple[str, ...]] = {}
    for at, word in placed:
        for span, texts in found:
            here = _of_word(word, at, span, texts)
            words[word] = tuple(dict.fromkeys((*words.get(word, ()), *here)))[:OF_A_WORD]
    return Variants(tuple(islice(whole, 1, MOST + 1)), {word: texts for word, texts in words.items() if texts})


def _turned(run: str) -> Iterator[str]:
    """Yield a compound of two words in reverse order, and both orders with a connecting word: 四书五经, 五经与四书."""
    first, second = run[:2], run[2:]
    if len(run) != 4 or first == second or not all(map(is_han, run)):
        return
    if any(query_words(half) != [half] for half in (first, second)):
        return
    yield second + first
    for a, b in ((first, second), (second, first)):
        yield from (a + joint + b for joint in JOINING)


def _found(run: str, placed: Sequence[tuple[int, str]], *, rare_too: bool) -> Iterable[tuple[Span, tuple[str, ...]]]:
    """Return the stretches of a run text that have variants, without overlaps."""
    from seedsearch.text.numerals import numbers
    from seedsearch.text.wordings import RARE, wordings

    if run.isascii() and not any(map(str.isdigit, run)):
        return []
    found = list(numbers(run))
    borders = {border for at, word in placed for border in (at, at + len(word))}
    for wording in wordings(run, borders):
        if (rare_too or wording.kind != RARE) and all(
            wording.span.end <= span.start or span.end <= wording.span.start for span, _ in found
        ):
            found.append((wording.span, wording.others))
    return found


def _replaced(run: str, spans: Sequence[Span], texts: Sequence[str]) -> str:
    made, last = "", 0
    for span, text in zip(spans, texts, strict=True):
        made += run[last : span.start] + text
        last = span.end
    return made + run[last:]


def _of_word(word: str, at: int, span: Span, texts: Sequence[str]) -> list[str]:
    """Return the variants of a word at `at`, derived from those of a stretch that contains it or is contained in it."""
    end = at + len(word)
    if span.start <= at and end <= span.end:
        return [text for text in texts if word not in text]
    if at <= span.start and span.end <= end:
        return [word[: span.start - at] + text + word[span.end - at :] for text in texts]
    return []
