"""A query, parsed once: its run text, its parts and words, and its expression if it is one.

All later stages take a `ParsedQuery`; none of them looks at the typed text again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from unicodedata import normalize

from seedsearch.engines.query import Query
from seedsearch.errors import QueryError
from seedsearch.metadata.synonyms import NONE as NO_SYNONYMS
from seedsearch.metadata.synonyms import Synonyms
from seedsearch.searching.filters import FILTER, NAMES
from seedsearch.searching.notes import Note
from seedsearch.searching.query_parser import Expression, expression_of, is_malformed, without_filters
from seedsearch.searching.query_tokens import EVERYTHING, is_option, lonely_filter, without_sorting
from seedsearch.searching.ranking import CONNECTING, LONG, asks, content_words, without_interrogatives
from seedsearch.searching.sorting import Order, order_of
from seedsearch.text.analyzer import placed_query_words
from seedsearch.text.folding import is_han, other_forms
from seedsearch.text.joints import MARKS, Joined
from seedsearch.text.lexicon import NONE, OwnWords
from seedsearch.text.numerals import with_whole_numbers
from seedsearch.text.run_text import run_text

# Code points of a query; longer ones are refused, not truncated.
LONGEST_QUERY = 2000

_QUESTION_END = re.compile(r"(?:\?|是|为)\W*$")
_SAYS = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A parsed query.

    `raw` is what was typed, `run` its run text without the filters, `said` the same without interrogatives. `words` are
    the words to search for, `parts` the runs between blanks, `scored` the words by which documents are ranked.
    `is_long` tells that it is a question or has many words, so that few documents have them all. `expression` is set if
    there are operators; `filters` narrow every tier. `forms` are the run text in composed and decomposed form, if these
    differ, and without its joints; `placed` are its words with their offsets. `order` is the value of `sort:`, and
    `notes` tell how the query was understood if that may not be what was meant.
    """

    raw: str
    run: str
    said: str
    words: tuple[str, ...]
    parts: tuple[str, ...]
    scored: tuple[str, ...]
    is_long: bool
    expression: Expression | None = None
    filters: tuple[Query, ...] = ()
    forms: tuple[str, ...] = ()
    placed: tuple[tuple[int, str], ...] = ()
    order: Order | None = None
    notes: tuple[Note, ...] = ()


def parse(typed: str, own: OwnWords = NONE, synonyms: Synonyms = NO_SYNONYMS) -> ParsedQuery:
    """Parse a query. Raises QueryError if there is nothing to search for or a limit is exceeded."""
    whole = run_text(typed).strip()
    if not whole:
        raise QueryError("the query is empty", code="empty", hint="type a word to look for")
    if len(whole) > LONGEST_QUERY:
        what = f"the query is longer than {LONGEST_QUERY} characters"
        raise QueryError(what, code="too-long", number=LONGEST_QUERY, hint="look for a part of it")
    unsorted, order = without_sorting(typed)
    unsorted = unsorted if unsorted.strip() else EVERYTHING[0]
    plain, filters = without_filters(unsorted)
    expression = None if filters else expression_of(unsorted, synonyms)
    run = run_text(plain).strip()
    if forms := other_forms(run):  # it is segmented in composed form
        plain, typed_run = normalize("NFC", plain), run
        run = run_text(plain).strip()
        forms = tuple(form for form in dict.fromkeys((typed_run, *forms)) if form != run)
    if not MARKS.isdisjoint(run) and (read := Joined(run).text) != run:
        forms = (*forms, read)
    placed = placed_query_words(run, own)
    said = without_interrogatives(run, placed)
    parts = _parts(plain)
    pieces = [(part, placed_query_words(part, own)) for part in parts] or [(run, placed)]
    indexed = [word for _, words in pieces for _, word in words]
    content = _telling(list(dict.fromkeys(word for piece in pieces for _, word in with_whole_numbers(*piece))))
    return ParsedQuery(
        raw=typed,
        run=run,
        said=said,
        words=tuple(content),
        parts=tuple(parts),
        scored=tuple(word for word in dict.fromkeys([*indexed, *(word for _, word in placed)]) if not asks(word)),
        is_long=run != said or _QUESTION_END.search(run) is not None or len(content) >= LONG,
        expression=expression,
        filters=filters,
        forms=forms,
        placed=tuple(placed),
        order=order_of(order) if order else None,
        notes=tuple(_notes(unsorted, expression, filters)),
    )


# Syntax of other programs that means nothing here: it is searched for literally, with a note. Each begins with a string
# that it must contain, so no pattern is compiled in vain.
_UNKNOWN = (
    (("^",), r"(?<!\S)\S*\w\^\d+(?:\.\d+)?(?!\S)", "weights are not known; what stands first does not count for more"),
    (
        ("~",),
        r"(?<!\S)\S*\w~0?\.\d+(?!\S)",
        "a share of likeness is not known; type ~1 or ~2 for the letters that may differ",
    ),
    (("~>",), r"~>\d+", 'type PRE/3 between two words, or "…"~ for words in this order'),
    (("NOT",), r"(?<!\S)(?:ANDNOT|BUTNOT)(?!\S)", "type NOT"),
    (("not", "near/", "pre/"), r"(?<=[^\x00-\x7f]\s)(?:not|near/\d+|pre/\d+)(?=\s)", "operators are in capitals"),
    ((":(",), r"(?<!\S)\w+:\((?=.*\))", f"that is not the name of a filter, which are {', '.join(NAMES)}"),
)


def _unknown(typed: str) -> Iterator[Note]:
    for signs, pattern, says in _UNKNOWN:
        found = re.search(pattern, typed) if any(sign in typed for sign in signs) else None
        if found and not FILTER.match(found[0]):
            yield Note("not-known", f"looked for {found[0].strip()} as it stands: {says}", [found[0].strip()])


def _notes(typed: str, expression: Expression | None, filters: tuple[Query, ...]) -> Iterator[Note]:
    """Yield notes on how a query was understood, if that may not be what was meant."""
    unknown = list(_unknown(typed))
    yield from unknown
    if expression is not None and expression.leaves_out_only:
        says = f"{typed.strip()} leaves documents out, and all others are found"
        yield Note("leaves-out-only", f'{says}; for the text itself type it in quotation marks: "{typed.strip()}"')
    if expression is not None or filters:
        return
    if is_option(typed):
        word = typed.strip().lstrip("-")
        says = f"looked for {typed.strip()} as it stands; to leave documents out type NOT {word}"
        yield Note("minus-as-text", says, [typed.strip()])
    elif name := lonely_filter(typed):
        says = f"looked for {name} as it stands, because a blank follows; to filter, type the value right behind it"
        yield Note("filter-without-value", says, [name])
    elif is_malformed(typed) and not unknown:
        says = f"{typed.strip()} is not a well-formed expression; looked for it as it stands"
        yield Note("not-an-expression", says, [typed.strip()])


def _telling(words: list[str]) -> list[str]:
    """Return the words that carry the meaning; all words if only single ideographs would remain."""
    content = content_words(words)
    return words if all(len(word) == 1 and is_han(word) for word in content) else content


def _parts(plain: str) -> list[str]:
    """Return the distinct runs between blanks; none if the blanks mean nothing.

    Punctuation and connecting words between blanks join the others and are not searched for. If there are only single
    characters between blanks, as in scanned text, they are one run.
    """
    if len(typed := plain.split()) < 2:
        return []
    parts = [run_text(part) for part in typed]
    saying = list(dict.fromkeys(part for part in parts if _SAYS.search(part) and part not in CONNECTING))
    return [] if all(len(part) == 1 for part in saying) else saying
