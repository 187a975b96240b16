"""A word, quotation, filter or regular expression → its query."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from seedsearch.engines.query import (
    All,
    Any,
    Fuzzy,
    Gapped,
    Near,
    Pattern,
    Prefix,
    Query,
    Run,
    Spelled,
    Terms,
    Wildcard,
)
from seedsearch.errors import QueryError
from seedsearch.metadata.synonyms import Synonyms
from seedsearch.searching.filters import FILTER, filter_of
from seedsearch.searching.query_tokens import EVERYTHING, Token
from seedsearch.text.analyzer import query_words
from seedsearch.text.folding import fold, is_han, other_forms
from seedsearch.text.run_text import run_text

MOST_PIECES = 16  # pieces of a pattern, or words of a NEAR
STAR = 8  # characters that a star between ideographs matches at most: more than any word has

_FUZZY = re.compile(r"(\w[\w.+#-]*)~([12]?)")
_WILDCARD = re.compile(r"\*|(?<=\w)\?+(?=\w)")


class NotWellFormed(Exception):
    """The text is not an expression."""


def is_operator(token: Token) -> bool:
    """Tell whether the token makes the text an expression; brackets alone are punctuation."""
    if token.kind == "leaf":
        word = token.text
        return bool(is_filter(token) or _has_wildcard(word) or _FUZZY.fullmatch(word))
    return token.kind not in ("(", ")")


def is_filter(token: Token) -> bool:
    """Tell whether the token is a filter with a value."""
    found = FILTER.fullmatch(token.text) if token.kind == "leaf" else None
    return found is not None and bool(found[2].strip())


def is_strict(token: Token) -> bool:
    """Tell whether the token is an operator for certain, and not a mark inside a word that may not be meant as a
    wildcard.
    """
    return token.kind != "leaf" or is_filter(token) or token.text in EVERYTHING


def _has_wildcard(word: str) -> bool:
    return _WILDCARD.search(word) is not None and re.search(r"\w", word) is not None


def node_of(token: Token, synonyms: Synonyms) -> Query:
    """Return the query of a leaf.

    Raises NotWellFormed if it is empty, and QueryError if it is refused.
    """
    if token.kind == "quoted":
        return (
            _near(token.text, token.distance, token.ordered)
            if token.distance >= 0
            else _in_any_form(run_of(token.text))
        )
    if token.kind == "regex":
        from seedsearch.searching.regular_expressions import pattern_of

        return Any((run_of(f"/{token.text}/"), pattern_of(token.text)))
    if (query := filter_of(token.text)) is not None:
        return query
    if token.text in EVERYTHING:
        return All(())
    fuzzy = _FUZZY.fullmatch(token.text)
    if fuzzy:
        word = fold(fuzzy[1])
        edits = int(fuzzy[2] or (1 if len(word) < 6 else 2))
        return Any((run_of(token.text), Terms("word", Fuzzy(word, edits))))
    if _has_wildcard(token.text):
        return Any((run_of(token.text), _pattern(fold(token.text))))
    run = run_of(token.text)
    return _in_any_form(run, synonyms.of(run.text))


def _in_any_form(run: Run, synonyms: Sequence[str] = ()) -> Query:
    """Return a query for a run, in composed or decomposed form, or any of its synonyms."""
    others = tuple(map(Run, (*other_forms(run.text), *synonyms)))
    return Any((run, *others)) if others else run


def of_field(name: str, token: Token) -> Query:
    """Return the query of a leaf inside the brackets of `name:( )`."""
    query = filter_of(f"{name}:{token.text}") if token.kind in ("leaf", "quoted") else None
    if query is None:
        raise NotWellFormed
    return query


def near_one_another(operator: Token, left: Token, right: Token) -> Query:
    """Return the query for NEAR/n or PRE/n between two leaves."""
    if not all(one.kind in ("leaf", "quoted") and not _is_more(one) for one in (left, right)):
        raise QueryError(
            f"{operator.text} cannot be asked of that",
            code="near-of-that",
            texts=[operator.text],
            hint=f"type it between two words or quotations, as in 焊接 {operator.text} 材料",
        )
    return Near((run_of(left.text).text, run_of(right.text).text), operator.distance, operator.ordered)


def _is_more(token: Token) -> bool:
    """Tell whether a leaf is anything but a literal text."""
    return token.distance >= 0 if token.kind == "quoted" else is_operator(token)


def run_of(text: str) -> Run:
    """Return the run of a text; raises NotWellFormed if it has no characters."""
    folded = run_text(text).strip()
    if not folded:
        raise NotWellFormed
    return Run(folded)


def _near(text: str, distance: int, ordered: bool) -> Query:
    parts = [run_text(part) for part in text.split()]
    if len(parts) == 1:
        parts = query_words(parts[0])
    _check_pieces(len(parts))
    return Near(tuple(parts), distance, ordered) if len(parts) > 1 else run_of(text)


def _pattern(pattern: str) -> Query:
    """Return the query of a pattern: over the text between ideographs, over words for letters and digits."""
    if not any(map(is_han, pattern)):
        bare = pattern.rstrip("*")
        simple = pattern != bare and not _WILDCARD.search(bare)
        return Terms("word", Prefix(bare) if simple else Wildcard(pattern))
    texts: list[str] = []
    gaps: list[tuple[int, int]] = []
    for piece in re.findall(r"[*?]+|[^*?]+", pattern.strip("*?")):
        if piece[0] in "*?":
            least = piece.count("?")
            gaps.append((least, least + STAR if "*" in piece else least))
        else:
            texts.append(piece)
    _check_pieces(len(texts))
    return Gapped(tuple(texts), tuple(gaps)) if gaps else Run(texts[0])


def _check_pieces(count: int) -> None:
    if count > MOST_PIECES:
        what = f"a pattern of the query has more than {MOST_PIECES} pieces"
        raise QueryError(what, code="too-many-pieces", number=MOST_PIECES, hint="ask for fewer at a time")


def wanted(query: Query) -> Iterator[Query]:
    """Yield the leaves of a query to highlight in a document: those not under a NOT, without filters other than
    titles.
    """
    match query:
        case All(children=children) | Any(children=children):
            for child in children:
                yield from wanted(child)
        case Terms(field="tag", test=Wildcard(pattern=pattern)) if pattern.startswith("title:"):
            yield from map(Run, filter(None, re.split(r"[*?]+", pattern.removeprefix("title:"))))
        case Run() | Near() | Gapped() | Pattern() | Spelled() | Terms(field="word"):
            yield query
