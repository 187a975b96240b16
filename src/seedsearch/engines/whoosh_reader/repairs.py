"""Three fixes to Whoosh 2.7.4, applied when a seedsearch index is opened.

`a AND NOT b` skips the first document of a if the first one of b comes before it. `NOT b` finds deleted documents that
follow the last one of b. Both fixes apply to every index that the process opens.

`hit.highlights("text")`: Whoosh highlights in a field only terms that were queried in that field, but queries use
`word` or `gram`, whose text is the field `text`; and it splits a sequence of grams if some of them were not queried.
This fix applies only to our schema.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from seedsearch.engines.stored import UTF8
from seedsearch.engines.whoosh_reader.analyzers import GramTokenizer
from seedsearch.engines.whoosh_reader.library import AndNotMatcher, InverseMatcher, highlight
from seedsearch.engines.whoosh_reader.schema import IndexSchema

TEXT = "text"


def _find_first(matcher: Any) -> None:
    """Move to the first document that matches only the first part."""
    if matcher.a.is_active():
        matcher._find_next()


_find_next = InverseMatcher._find_next


def _find_next_there(matcher: Any) -> None:
    """Move to the next live document that the child does not match."""
    _find_next(matcher)
    while matcher._id < matcher.limit and matcher.missing(matcher._id):
        matcher._id += 1


_highlight_hit = highlight.Highlighter.highlight_hit


def _highlight_text(
    self: Any, hit: Any, fieldname: str, text: str | None = None, top: int = 3, minscore: float = 1
) -> Any:
    """Highlight the matched terms in the text in which they were found."""
    if not isinstance(hit.results.searcher.schema, IndexSchema):
        return _highlight_hit(self, hit, fieldname, text, top, minscore)
    text = hit[TEXT] if text is None else text
    if fieldname == TEXT:
        fieldname = next((name for name in (TEXT, "word", "gram") if _asked(hit, name)), TEXT)
    if fieldname != "gram":
        return _highlight_hit(self, hit, fieldname, text, top, minscore)
    tokens = self._merge_matched_tokens(_gram_tokens(text, _asked(hit, "gram")))
    fragments = self.fragmenter.fragment_tokens(text, tokens)
    return self.formatter.format(highlight.top_fragments(fragments, top, self.scorer, self.order, minscore=minscore))


def _asked(hit: Any, fieldname: str) -> frozenset[str]:
    """Return the terms of a field in the query."""
    terms = hit.results.query_terms(expand=True, fieldname=fieldname)
    return frozenset(text.decode(*UTF8) for _, text in terms)


def _gram_tokens(text: str, asked: frozenset[str]) -> Iterator[Any]:
    """Yield the queried grams of a text, and its characters that are in none of them."""
    end = 0
    for token in GramTokenizer()(text, positions=True, chars=True):
        token.matched = token.text in asked
        if token.matched or (len(token.text) == 1 and token.startchar >= end):
            end = token.endchar
            yield token


def install() -> None:
    """Apply the fixes."""
    AndNotMatcher._find_first = _find_first
    InverseMatcher._find_next = _find_next_there
    highlight.Highlighter.highlight_hit = _highlight_text
