"""Chooses the tiers that answer a query: as typed, or else by sound."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING

from seedsearch.engines import Engine
from seedsearch.engines.query import Any, Query, Ranked
from seedsearch.metadata.synonyms import Synonyms
from seedsearch.searching.notes import Note
from seedsearch.searching.parsed_query import ParsedQuery
from seedsearch.searching.ranking import MOST
from seedsearch.searching.tiers import Grade, Tier, expression_tier, narrowed, plain_tiers
from seedsearch.searching.variants import NONE as NO_VARIANTS
from seedsearch.searching.variants import Variants, variants_of
from seedsearch.text.folding import is_han
from seedsearch.text.lexicon import NONE, OwnWords

if TYPE_CHECKING:
    from seedsearch.searching.near_words import NearText

WORD = 6  # characters that may be one mistyped word, which the segmenter cuts into single ones, as if it were long
WHOLE = frozenset(("phrase", "variant", "all"))  # the tiers whose documents match the whole query


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a query: the `tiers` with documents, in order, the number of documents of each, and notes.

    `asked` names the tiers that were tried if none has documents; `variants` are the other wordings searched for;
    `near` are texts near the query if no document has all of it.
    """

    tiers: tuple[Tier, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    asked: tuple[str, ...] = ()
    variants: Variants = NO_VARIANTS
    near: tuple[NearText, ...] = ()

    @property
    def matched(self) -> str:
        """The strictest tier that has documents; empty if none has."""
        return next(iter(self.counts), "")


def answer_of(
    parsed: ParsedQuery, engine: Engine, synonyms: Synonyms, *, strict: bool = False, own: OwnWords = NONE
) -> Answer:
    """Count the documents of each tier of a query; with `strict`, answer from the first tier that has any."""
    expression = parsed.expression
    notes: tuple[Note, ...] = parsed.notes
    if expression is not None:
        tier = expression_tier(expression)
        tier = tier._replace(required=narrowed(tier.required, parsed))
        if counts := _counts(engine, [tier]):
            return Answer((tier,), counts, notes)
        if expression.strict:
            return Answer(notes=notes, asked=("query",))
        says = f"nothing matches {parsed.raw} as a pattern; looked for it as it stands"
        notes += (Note("not-a-pattern", says, [parsed.raw]),)
    variants = variants_of(parsed.run, parsed.placed, parsed.words, engine)
    tiers = plain_tiers(parsed, synonyms, variants)
    counts = _counts(engine, tiers)
    near = _near(parsed, engine, own) if expression is None and not counts.keys() & {"phrase", "variant"} else ()
    if not counts.keys() & WHOLE and not (parsed.is_long and any(map(is_han, parsed.run))):
        counts = {} if strict else counts
        if answer := _heard(parsed, engine, tiers, counts, near):
            return answer
    if not counts:
        asked = [grade.name for tier in tiers for grade in tier.named if not strict or grade.name != "any"]
        return Answer(notes=parsed.notes, asked=(*(["query"] if expression else []), *asked), near=near)
    if strict:
        tiers, counts = _strictest(tiers, counts)
    notes += _also(parsed, tiers, counts)
    return Answer(
        tuple(tier for tier in tiers if any(one.name in counts for one in tier.named)),
        counts,
        notes,
        (),
        variants,
        near,
    )


def _counts(engine: Engine, tiers: Sequence[Tier]) -> dict[str, int]:
    """Return the number of documents of each tier, by name; empty tiers are left out.

    Each grade includes the documents of all stricter ones, so its own number is a difference.
    """
    grades = [(grade, tier.scored) for tier in tiers for grade in tier.named]
    totals = engine.count([Ranked(grade.required, scored) for grade, scored in grades])
    new = [totals[0], *(after - before for before, after in pairwise(totals))]
    return {grade.name: count for (grade, _), count in zip(grades, new, strict=True) if count}


def _is_form(text: str, parsed: ParsedQuery) -> bool:
    """Tell whether a text is part of the query in another normalization form."""
    return bool(parsed.forms) and any(text in form for form in parsed.forms)


def _strictest(tiers: Sequence[Tier], counts: Mapping[str, int]) -> tuple[list[Tier], dict[str, int]]:
    """Return the documents of the strictest tier that has any."""
    name = next(iter(counts))
    tier, grade = next((tier, grade) for tier in tiers for grade in tier.named if grade.name == name)
    return [tier._replace(name=name, required=grade.required, grades=())], {name: counts[name]}


def _near(parsed: ParsedQuery, engine: Engine, own: OwnWords) -> tuple[NearText, ...]:
    """Return texts near a query that is not a question; none if it has no ideographs."""
    if (parsed.is_long and len(parsed.run) > WORD) or not any(map(is_han, parsed.run)):
        return ()
    from seedsearch.searching.near_words import near_texts

    return tuple(near_texts(parsed, engine, own))


def _heard(
    parsed: ParsedQuery, engine: Engine, tiers: Sequence[Tier], counts: Mapping[str, int], near: Sequence[NearText]
) -> Answer | None:
    """Return the first reading by sound that has documents, followed by the documents with some of the words as
    typed.
    """
    from seedsearch.searching.near_words import as_typed
    from seedsearch.searching.phonetic import heard  # deferred: loads the readings of all characters

    for fallback in heard(parsed.run, engine, [text.text for text in near if text.sounds and text.is_run]):
        first = fallback.tier._replace(required=narrowed(fallback.tier.required, parsed))
        rest = [_behind(tier, first.required) for tier in tiers[1:]] if counts else []
        if (found := _counts(engine, [first, *rest])).get(first.name):
            texts = [as_typed(text, parsed.raw) for text in fallback.tier.texts]
            note = Note("heard", as_typed(fallback.note, parsed.raw), texts)
            return Answer((first, *rest), found, (*parsed.notes, note))
    return None


def _behind(tier: Tier, before: Query) -> Tier:
    """Return a tier that also leaves out these documents."""
    grades = tuple(Grade(grade.name, Any((before, grade.required))) for grade in tier.grades)
    excluded = before if tier.excluded is None else Any((before, tier.excluded))
    return tier._replace(required=Any((before, tier.required)), grades=grades, excluded=excluded)


def _also(parsed: ParsedQuery, tiers: Iterable[Tier], counts: Mapping[str, int]) -> tuple[Note, ...]:
    """Return the notes that name the other wordings searched for, and that say that no document has all the words."""
    texts = dict.fromkeys(text for tier in tiers for text in tier.texts)
    added = [
        text for text in texts if text not in parsed.run and text not in parsed.parts and not _is_form(text, parsed)
    ]
    notes = [Note("also-looked-for", f"also looked for: {', '.join(added)}", added)] if added else []
    if not counts.keys() & WHOLE:
        least = ceil(MOST * len(parsed.words)) if "most" in counts else 1
        words = ", ".join(parsed.words)
        says = f"no document has all of the words; these have at least {least} of {words}"
        notes.append(Note("not-all-words", says, parsed.words, least))
    return tuple(notes)
