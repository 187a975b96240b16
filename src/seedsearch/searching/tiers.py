"""What was typed → the ways to read it, strictest first.

Plain text is read as a whole run, then as all of its words, then (a question) as most of them. A later
stage is asked only when the ones before found nothing; within a stage the documents of an earlier tier come first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Self

from seedsearch.engines.query import All, Any, AtLeast, Gapped, Near, Not, Query, Ranked, Run
from seedsearch.errors import QueryError
from seedsearch.metadata.synonyms import NONE as NO_SYNONYMS
from seedsearch.metadata.synonyms import Synonyms
from seedsearch.searching.query_parser import explained, expression_of
from seedsearch.searching.ranking import Weighted, asks, content_words, scored_terms, without_interrogatives
from seedsearch.text.analyzer import placed_query_words
from seedsearch.text.lexicon import NONE, OwnWords
from seedsearch.text.run_text import run_text

# Code points of a query; longer ones are refused, not cut.
LONGEST_QUERY = 2000
# The share of the words that a document must have when none has all. Questions and their answers share few words:
# asking for half of them missed up to one answer in twenty to questions on encyclopaedia texts, asking for a quarter
# one in three hundred. What shares one word of many stays out, and the ranking does the rest.
MOST = 0.25
LONG = 4  # words that say something: so many are a question, as is anything with an interrogative or such an end
_QUESTION_END = re.compile(r"(?:\?|是|为)\W*$")


@dataclass(frozen=True, slots=True)
class Tier:
    """One way to read a query.

    `required` says which documents it takes, `wanted` what to highlight in them, `scored` what they are ranked by.
    `judged`: whether passages tell its documents apart (a document with the whole run has the best one).
    """

    name: str
    required: Query
    wanted: tuple[Query, ...]
    scored: Weighted
    judged: bool = True
    excluded: Query | None = None

    @property
    def texts(self) -> tuple[str, ...]:
        """The runs that it looks for."""
        return tuple(leaf.text for leaf in self.wanted if isinstance(leaf, Run))

    @property
    def documents(self) -> Query:
        """Which documents are its own: those required without those of an earlier tier of the stage."""
        return self.required if self.excluded is None else All((self.required, Not(self.excluded)))

    @property
    def query(self) -> Ranked:
        """What the engine is asked."""
        return Ranked(self.documents, self.scored)


@dataclass(frozen=True, slots=True)
class _Words:
    """Texts to look for, each once, with their synonyms: what is required, and every run to highlight and score by."""

    required: tuple[Query, ...]
    wanted: tuple[Run, ...]

    @classmethod
    def of(cls, texts: Sequence[str], synonyms: Synonyms) -> Self:
        if not synonyms.groups:
            runs = tuple(map(Run, texts))
            return cls(runs, runs)
        groups = [tuple(map(Run, (text, *synonyms.of(text)))) for text in texts]
        return cls(
            tuple(Any(group) if len(group) > 1 else group[0] for group in groups),
            tuple(dict.fromkeys(run for group in groups for run in group)),
        )

    @property
    def texts(self) -> list[str]:
        return [run.text for run in self.wanted]


def stages(typed: str, own: OwnWords = NONE, synonyms: Synonyms = NO_SYNONYMS) -> Iterator[list[Tier]]:
    """The stages of a query. Raises QueryError for one with nothing to look for or past a limit."""
    whole = run_text(typed).strip()
    if not whole:
        raise QueryError("the query is empty", hint="type a word to look for")
    if len(whole) > LONGEST_QUERY:
        raise QueryError(f"the query is longer than {LONGEST_QUERY} characters", hint="look for a part of it")
    expression = expression_of(typed, synonyms)
    if expression is not None:
        texts = [text for leaf in expression.wanted for text in _texts(leaf)]
        scored = scored_terms(" ".join(texts), texts)
        yield [Tier("query", expression.query, expression.wanted, scored)]
        if expression.strict:
            return
    typed_apart = typed.split()
    parts = list(dict.fromkeys([run_text(part) for part in typed_apart])) if len(typed_apart) > 1 else [whole]
    yield _as_typed(whole, parts, synonyms)
    placed = placed_query_words(whole, own)
    words = list(dict.fromkeys([word for _, word in placed]))
    if words and words != [whole]:
        said = without_interrogatives(whole, placed)
        yield from _by_words(said, words, synonyms, seen=set(words) <= set(parts), asked=_is_question(whole, said))


def _as_typed(whole: str, parts: Sequence[str], synonyms: Synonyms) -> list[Tier]:
    """The whole run, and what was typed with blanks between as well as separate runs."""
    phrase = _Words.of([whole], synonyms)
    scored = scored_terms(" ".join(phrase.texts), phrase.texts)
    stage = [Tier("phrase", phrase.required[0], phrase.wanted, scored, judged=False)]
    if len(parts) > 1:
        several = _Words.of(parts, synonyms)
        scored = scored_terms(" ".join([whole, *several.texts]), several.texts)
        stage.append(Tier("all", All(several.required), several.wanted, scored, excluded=phrase.required[0]))
    return stage


def _is_question(whole: str, said: str) -> bool:
    return whole != said or _QUESTION_END.search(whole) is not None


def _by_words(said: str, words: Sequence[str], synonyms: Synonyms, *, seen: bool, asked: bool) -> Iterator[list[Tier]]:
    """All words (unless that was `seen` to find nothing), and for a question or many words most of them, or any.

    Both at once, for few documents state all that a question asks. `said` is the query without its interrogatives.
    """
    every, content = _Words.of(words, synonyms), _Words.of(content_words(words), synonyms)
    telling = [text for text in every.texts if not asks(text)]
    scored = scored_terms(" ".join([said, *(text for text in telling if text not in said)]), telling)

    def some(count: int) -> Tier:
        return Tier("most", AtLeast(count, content.required), content.wanted, scored, excluded=All(every.required))

    stage = [] if seen else [Tier("all", All(every.required), every.wanted, scored)]
    count = ceil(MOST * len(content.required))
    long = asked or len(content.required) >= LONG
    yield [*stage, some(count)] if long else stage
    if long and count > 1:
        yield [some(1)]


def _texts(leaf: Query) -> tuple[str, ...]:
    return leaf.texts if isinstance(leaf, Run | Near | Gapped) else ()


def readings(typed: str, own: OwnWords = NONE, synonyms: Synonyms = NO_SYNONYMS) -> list[str]:
    """How a query is read, a line a tier, in the order in which they are asked."""
    return [f"{tier.name}: {explained(tier.required)}" for stage in stages(typed, own, synonyms) for tier in stage]
