"""Translates query trees into OpenSearch queries, without sending requests.

Nodes that the cluster cannot answer exactly (`Number`, `Near`, `Gapped`, `Pattern`, `Spelled`) are answered by
`looked_at`, which also gets the other conditions on the documents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from seedsearch.engines.bm25 import K1, B, rarity
from seedsearch.engines.opensearch.mapping import Json, plain, term_of
from seedsearch.engines.query import (
    All,
    Any,
    AtLeast,
    Between,
    Field,
    Fuzzy,
    Not,
    OnText,
    Prefix,
    Query,
    Ranked,
    Run,
    Term,
    Terms,
    Wildcard,
)
from seedsearch.text.run_text import run_grams

EVERYTHING: Json = {"match_all": {}}
NOTHING: Json = {"match_none": {}}
# Pairs required in addition to a long run, so that the cluster compares positions in few documents. A cluster accepts
# 1,024 clauses in total.
PAIRS = 5
MANY = 60  # nodes of a query from which on no pairs are added

# Called with a node and the other conditions on the documents.
LookedAt: TypeAlias = Callable[[OnText, Sequence[Json]], Json]

# Okapi BM25 of a term; `_score` is its count in the document (mapping.py). The sources never change, so they are
# compiled once.
SCORES = {
    field: f"""
double count = _score;
return params.weight * count / (count + params.base + params.slope * doc['{field}'].value);
"""
    for field in ("gram_length", "word_length")
}

# Sorts by the first or last tag that begins with a prefix; documents without one come last.
ORDER = """
String found = null;
for (tag in doc['tag']) {
  if (tag.startsWith(params.prefix) && (found == null || params.last)) { found = tag; }
}
if (params.last) { return found == null ? '0' : '1' + found; }
return found == null ? '1' : '0' + found;
"""


def field_of(term: Term) -> str:
    """Return the index field of a term."""
    return term.field if term.field != "gram" else "run" if len(term.text) == 1 else "pair"


class Asking:
    """Translates one query; `look` is called with every node that has a cost."""

    def __init__(self, query: Query, looked_at: LookedAt, look: Callable[[object], None]) -> None:
        self._pairs = PAIRS if _size(query) < MANY else 0
        self._looked_at = looked_at
        self._look = look

    def asked(self, node: Query, among: Sequence[Json] = ()) -> Json:
        """Return the cluster query that selects the same documents among those that match `among`."""
        self._look(node)
        match node:
            case Term():
                return {"term": {field_of(node): term_of(node.text)}}
            case Terms():
                return _any(by_test(field, node.test) for field in _fields_of(node.field))
            case Run():
                return self.run(node.text)
            case All(children=children):
                return self._all(children, among)
            case Any(children=children):
                return _any([self.asked(child, among) for child in children])
            case AtLeast(count=count, children=children):
                if count <= 0:
                    return EVERYTHING
                some = [self.asked(child, among) for child in children]
                return {"bool": {"should": some, "minimum_should_match": count}} if count <= len(some) else NOTHING
            case Not(child=child):
                return {"bool": {"must_not": [self.asked(child, among)]}}
            case Ranked(required=required):
                return self.asked(required, among)
            case _:
                return self._looked_at(node, [*among, *self.candidates(node)])

    def candidates(self, node: OnText) -> list[Json]:
        """Return a necessary condition for a node; None if there is none."""
        return [self.run(text) for text in dict.fromkeys(node.texts)]

    def _all(self, children: Sequence[Query], among: Sequence[Json]) -> Json:
        """Combine all conditions; texts are only searched in documents that match the other conditions."""
        last = [child for child in children if has_to_be_looked_at(child)]
        found = [self.asked(child) for child in children if child not in last]
        for child in last:
            found.append(self.asked(child, [*among, *found]))
        return {"bool": {"filter": found}} if found else EVERYTHING

    def run(self, text: str) -> Json:
        """Return the query for documents whose run text contains a text, with or without its joints."""
        if not text:
            return EVERYTHING
        text = plain(text)
        if len(text) == 1:
            return {"term": {"run": text}}
        if len(text) == 2 and " " not in text:
            return {"term": {"pair": text}}
        grams = run_grams(text)
        some = grams[:: -(-len(grams) // self._pairs)] if grams and self._pairs else []
        phrases = [{"match_phrase": {field: text}} for field in ("run", "joined")]
        narrowed = [{"term": {"pair" if len(gram) == 2 else "run": gram}} for gram in some]
        return {"bool": {"filter": narrowed, "should": phrases, "minimum_should_match": 1}}


def has_to_be_looked_at(node: Query) -> bool:
    """Tell whether a node requires reading the texts of documents."""
    match node:
        case Term() | Terms() | Run():
            return False
        case All(children=children) | Any(children=children) | AtLeast(children=children):
            return any(map(has_to_be_looked_at, children))
        case Not(child=child) | Ranked(required=child):
            return has_to_be_looked_at(child)
        case _:
            return True


def runs_in(node: Query) -> Iterator[Run]:
    """Yield the runs of a query."""
    match node:
        case Run():
            yield node
        case All(children=children) | Any(children=children) | AtLeast(children=children):
            for child in children:
                yield from runs_in(child)
        case Not(child=child) | Ranked(required=child):
            yield from runs_in(child)


def _size(node: Query) -> int:
    match node:
        case All(children=children) | Any(children=children) | AtLeast(children=children):
            return sum(map(_size, children))
        case Not(child=child) | Ranked(required=child):
            return _size(child)
        case Term() | Terms() | Run():
            return 1
        case _:
            return len(node.texts)


def _any(some: Iterable[Json]) -> Json:
    found = list(some)
    return {"bool": {"should": found, "minimum_should_match": 1}} if found else NOTHING


def _fields_of(field: Field) -> tuple[str, ...]:
    return ("run", "pair") if field == "gram" else (field,)


def by_test(field: str, test: Prefix | Wildcard | Fuzzy | Between) -> Json:
    """Return the query for documents with a term of an index field that a test accepts."""
    match test:
        case Prefix(text=text):
            return {"prefix": {field: {"value": plain(text), "rewrite": "constant_score"}}}
        case Wildcard(pattern=pattern):
            # A backslash is an ordinary character of the pattern; in Lucene's patterns it escapes the next one.
            value = plain(pattern).replace("\\", "\\\\")
            return {"wildcard": {field: {"value": value, "rewrite": "constant_score"}}}
        case Fuzzy(text=text, edits=edits):
            how = {"value": plain(text), "fuzziness": edits, "max_expansions": 1024, "rewrite": "constant_score"}
            return {"fuzzy": {field: how}}
        case Between(low=low, high=high):
            return {"range": {field: {"gte": plain(low), "lte": plain(high)}}}


def scored(
    matching: Json, terms: Sequence[tuple[Term, float]], documents: int, having: Sequence[int], means: Sequence[float]
) -> Json:
    """Return the query that scores matches by terms with these document frequencies.

    `means` are the mean lengths of the fields `gram` and `word`.
    """
    found = [
        _score(term, weight * rarity(documents, n) * (K1 + 1), means)
        for (term, weight), n in zip(terms, having, strict=True)
        if n
    ]
    return {"bool": {"filter": [matching], "should": found, "minimum_should_match": 0}}


def _score(term: Term, weight: float, means: Sequence[float]) -> Json:
    """Return the query that scores the documents with a term."""
    is_word = term.field == "word"
    mean = means[is_word] or 1
    params = {"weight": weight, "base": K1 * (1 - B), "slope": K1 * B / mean}
    script = {"source": SCORES["word_length" if is_word else "gram_length"], "params": params}
    return {"script_score": {"query": {"term": {field_of(term): term_of(term.text)}}, "script": script}}


def ordered(prefix: str, descending: bool) -> list[Json]:
    """Return the sort order by a tag that begins with `prefix`, then by id."""
    script = {"source": ORDER, "params": {"prefix": plain(prefix), "last": descending}}
    by_tag = {"_script": {"type": "string", "script": script, "order": "desc" if descending else "asc"}}
    return [by_tag, {"id": "asc"}]
