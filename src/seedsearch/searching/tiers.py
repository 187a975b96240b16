"""A parsed query → the tiers of its answer, strictest first.

Plain text is searched for as a whole run, and then by its words: all of them, most, any. Every page is filled from all
tiers. For a few words the tiers follow one another. For a question, the whole run comes first and the others are ranked
together, by score alone; each hit names its own tier.

Measured on 480 titles, questions and keywords of the development half (benchmarks/questions.py), nDCG@10: keywords .906
with "all words" before the rest, .870 without; titles .871 and .873, questions .837 both ways. On questions about
encyclopaedia texts (cmrc2018, DRCD), the order after the whole run makes no difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

from seedsearch.engines.query import (
    All,
    Any,
    AtLeast,
    Gapped,
    Near,
    Not,
    Number,
    Query,
    Ranked,
    Run,
    Spelled,
    all_of,
    any_of,
)
from seedsearch.metadata.synonyms import NONE as NO_SYNONYMS
from seedsearch.metadata.synonyms import Synonyms
from seedsearch.searching.explain import Put, explained, in_english
from seedsearch.searching.parsed_query import ParsedQuery, parse
from seedsearch.searching.query_parser import Expression
from seedsearch.searching.ranking import MOST, VARIANT, Weighted, scored_terms
from seedsearch.searching.variants import NONE as NO_VARIANTS
from seedsearch.searching.variants import Variants, variant, variants_of
from seedsearch.text.analyzer import query_words
from seedsearch.text.folding import is_han, other_forms
from seedsearch.text.lexicon import NONE, OwnWords


class Grade(NamedTuple):
    """A tier as shown to people: its name, and the documents that belong to it or to a stricter one."""

    name: str
    required: Query


class Tier(NamedTuple):
    """Documents that are ranked together.

    `required` selects its documents, `wanted` is what to highlight in them, `scored` what they are ranked by,
    `excluded` the documents of earlier tiers. `judged` tells whether to score passages (a document with the whole run
    already has the best one). `grades` are the tiers by which its documents are named, strictest first, if there are
    several. `learns` tells that the documents after the first ones are also ranked by terms of the best one, `learned`.
    """

    name: str
    required: Query
    wanted: tuple[Query, ...]
    scored: Weighted
    judged: bool = True
    excluded: Query | None = None
    grades: tuple[Grade, ...] = ()
    learns: bool = False
    learned: Weighted = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """The runs that it looks for."""
        return tuple(leaf.text for leaf in self.wanted if isinstance(leaf, Run | Number))

    @property
    def documents(self) -> Query:
        """Its own documents: those required, without those of an earlier tier."""
        return self.required if self.excluded is None else All((self.required, Not(self.excluded)))

    @property
    def query(self) -> Ranked:
        """The query for the engine."""
        return Ranked(self.documents, (*self.scored, *self.learned) if self.learned else self.scored)

    @property
    def named(self) -> tuple[Grade, ...]:
        """The tiers by which its documents are named."""
        return self.grades or (Grade(self.name, self.required),)

    def takes(self, run: str) -> bool:
        """Tell whether a document of the answer with this run text belongs to the tier; filters have been applied."""
        return _holds(self.required, run)

    def name_of(self, run: str) -> str:
        """Return the name of the tier of a document with this run text."""
        return next((grade.name for grade in self.grades[:-1] if _holds(grade.required, run)), self.named[-1].name)


def expression_tier(expression: Expression) -> Tier:
    """Return the one tier of an expression."""
    texts = [text for leaf in expression.wanted for text in _texts(leaf)]
    return Tier("query", expression.query, expression.wanted, scored_terms(" ".join(texts), texts))


def plain_tiers(parsed: ParsedQuery, synonyms: Synonyms = NO_SYNONYMS, variants: Variants = NO_VARIANTS) -> list[Tier]:
    """Return the tiers of plain text: the whole run, its variants, and its words unless it is a single word."""
    whole, is_one = _any_of((parsed.run, *parsed.forms, *synonyms.of(parsed.run))), parsed.words == (parsed.run,)
    words = [_any_of((word, *other_forms(word), *synonyms.of(word)), variants.of(word)) for word in parsed.words]
    scored, learns = _scored(parsed, synonyms, variants), bool(words) and not is_one
    tiers = [Tier("phrase", narrowed(whole, parsed), _runs([whole]), scored, judged=False, learns=learns)]
    if variants.whole:
        others, typed = _any_of((), variants.whole), whole
        whole = Any((typed, others))
        required = narrowed(whole, parsed)
        tiers.append(Tier("variant", required, _runs([others]), scored, judged=False, excluded=typed, learns=learns))
    if not learns:
        return tiers
    # A document with the whole run has all words; with synonyms of the whole run, this must be stated.
    also = () if isinstance(whole, Run) else (whole,)
    graded = tuple(
        Grade(name, narrowed(Any((one, *also)) if also else one, parsed)) for name, one in _grades(words, parsed)
    )
    wanted = _runs([*map(Run, parsed.parts), *words])
    if parsed.is_long:
        required = graded[-1].required
        return [*tiers, Tier("words", required, wanted, scored, excluded=whole, grades=graded, learns=True)]
    before = whole
    for grade in graded:
        tiers.append(Tier(grade.name, grade.required, wanted, scored, excluded=before, learns=True))
        before = grade.required
    return tiers


def _grades(words: Sequence[Query], parsed: ParsedQuery) -> list[tuple[str, Query]]:
    """Return the grades for all words, most and any; each includes the ones before.

    Among a few words a single ideograph says too little, so "any" means any word of two or more.
    """
    every = tuple(words)
    grades: list[tuple[str, Query]] = [("all", all_of(every))]
    if len(every) == 1:
        return grades
    most = ceil(MOST * len(every))
    if parsed.is_long:
        grades.append(("most", AtLeast(most, every)))
    telling = every if parsed.is_long else tuple(word for word in every if not _is_one_ideograph(word))
    if telling and (most > 1 or not parsed.is_long):
        grades.append(("any", Any(telling)))
    return grades


def _is_one_ideograph(word: Query) -> bool:
    return isinstance(word, Run) and len(word.text) == 1 and is_han(word.text)


def _scored(parsed: ParsedQuery, synonyms: Synonyms, variants: Variants) -> Weighted:
    """Return the terms that rank all tiers: the words of the query with their synonyms, its pairs and its characters.

    Terms of variants are weighted by VARIANT.
    """
    words = list(dict.fromkeys(text for word in parsed.scored for text in (word, *synonyms.of(word))))
    added = [word for word in (*words, *synonyms.of(parsed.run)) if word not in parsed.said]
    typed = scored_terms(" ".join([parsed.said, *added]), words)
    if not (others := [text for word in parsed.words for text in variants.of(word)]):
        return typed
    there = {term for term, _ in typed}
    more = scored_terms(" ".join(others), [word for text in others for word in query_words(text)])
    return (*typed, *[(term, VARIANT * weight) for term, weight in more if term not in there])


def _any_of(texts: Sequence[str], variants: Sequence[str] = ()) -> Query:
    """Return a query for documents with any of these runs or of other queries."""
    some = (*map(Run, texts), *map(variant, variants))
    return any_of(some)


def narrowed(query: Query, parsed: ParsedQuery) -> Query:
    """Restrict a query to the documents that match the filters."""
    return All((query, *parsed.filters)) if parsed.filters else query


def _runs(queries: Sequence[Query]) -> tuple[Query, ...]:
    """Return the distinct runs of some texts and their synonyms, for highlighting."""
    runs = (run for query in queries for run in (query.children if isinstance(query, Any) else (query,)))
    return tuple(dict.fromkeys(runs))


def _texts(leaf: Query) -> tuple[str, ...]:
    return leaf.texts if isinstance(leaf, Run | Number | Near | Gapped | Spelled) else ()


def _holds(query: Query, run: str) -> bool:
    """Tell whether a document of the tier with this run text meets a grade; filters have been applied."""
    match query:
        case Run() | Number():
            return query.holds(run)
        case All(children=children):
            return all(_holds(child, run) for child in children)
        case Any(children=children):
            return any(_holds(child, run) for child in children)
        case AtLeast(count=count, children=children):
            return sum(_holds(child, run) for child in children) >= count
        case _:
            return True


def readings(typed: str, own: OwnWords = NONE, synonyms: Synonyms = NO_SYNONYMS, put: Put = in_english) -> list[str]:
    """Describe how a query is understood, one line per tier, in the order in which an answer is filled."""
    parsed = parse(typed, own, synonyms)
    expression = parsed.expression
    tiers = [expression_tier(expression)] if expression else []
    if expression is None or not expression.strict:
        tiers += plain_tiers(parsed, synonyms, variants_of(parsed.run, parsed.placed, parsed.words))
    lines = [f"{grade.name}: {explained(grade.required, put)}" for tier in tiers for grade in tier.named]
    optional = ", ".join(explained(one, put) for one in expression.optional) if expression else ""
    return [put("{read}, better with {words}", read=lines[0], words=optional), *lines[1:]] if optional else lines
