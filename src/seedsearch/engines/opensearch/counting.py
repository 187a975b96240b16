"""What is counted in a cluster, and how the answers are read."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from seedsearch.engines.opensearch.asking import by_test
from seedsearch.engines.opensearch.mapping import Json, plain
from seedsearch.engines.query import Field, Fuzzy, Prefix

# Terms of one request: few at first, for often the first is all that is asked for.
FIRST_PAGE, NEXT_PAGE = 100, 5000
MOST_NEAR = 10_000  # terms that are near one, at most
EXACT = 40_000  # terms up to which their number is exact: the largest that OpenSearch takes

_CHANGED = re.compile("[\U0010d800-\U0010dfff]|…[0-9a-f]{64}$")
# The fields whose terms are listed.
_LISTED: dict[Field, str] = {"word": "word.all", "tag": "tag"}
_LENGTHS = ("gram_length", "word_length")


def is_changed(text: str) -> bool:
    """Tell whether a text of the index may stand for another one (mapping.py)."""
    return not text.isascii() and _CHANGED.search(text) is not None


def totals(matching: Sequence[Json], filters: Sequence[Json]) -> Json:
    """Return the search that counts what matches and each of some filters besides: one pass over the parts of an
    index, where a search for each took as long as its share of a hundred.
    """
    return {
        "size": 0,
        "track_total_hits": False,
        "query": {"bool": {"filter": list(matching)}},
        "aggs": {"counts": {"filters": {"filters": list(filters)}}},
    }


def totals_of(answer: Any) -> list[int]:
    """Return what `totals` asks for."""
    return [bucket["doc_count"] for bucket in answer["aggregations"]["counts"]["buckets"]]


def sums(matching: Sequence[Json]) -> Json:
    """Return the search that counts what matches, and adds up its lengths."""
    counted = {"size": 0, "track_total_hits": True, "query": {"bool": {"filter": list(matching)}}}
    return {**counted, "aggs": {name: {"sum": {"field": name}} for name in _LENGTHS}}


def sums_of(answer: Any) -> tuple[int, int, int]:
    """Return what `sums` asks for: how many documents, and the lengths of the fields `gram` and `word` in all."""
    grams, words = (round(answer["aggregations"][name]["value"]) for name in _LENGTHS)
    return answer["hits"]["total"]["value"], grams, words


def distinct_terms(matching: Sequence[Json]) -> Json:
    """Return the search that counts the terms of the fields `word` and `tag`."""
    counted = {field: {"cardinality": {"field": name, "precision_threshold": EXACT}} for field, name in _LISTED.items()}
    return {"size": 0, "query": {"bool": {"filter": list(matching)}}, "aggs": counted}


def distinct_of(answer: Any) -> tuple[int, int]:
    """Return what `distinct_terms` asks for."""
    found = answer["aggregations"]
    return found["word"]["value"], found["tag"]["value"]


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a field, page by page."""

    field: Field
    prefix: str

    def page(self, matching: Sequence[Json], size: int, after: str | None) -> Json:
        """Return the search for the next terms behind `after`, each with how many documents have it."""
        begins = [by_test(self.field, Prefix(self.prefix))] if self.prefix else []
        asked: dict[str, Any] = {"size": size, "sources": [{"term": {"terms": {"field": _LISTED[self.field]}}}]}
        if after is not None:
            asked["after"] = {"term": plain(after)}
        return {
            "size": 0,
            "query": {"bool": {"filter": [*matching, *begins]}},
            "aggs": {"terms": {"composite": asked}},
        }


def before(prefix: str) -> str | None:
    """Return a text between those that begin with a prefix and all that come before them."""
    if not prefix or prefix.endswith("\0"):
        return None
    last = ord(prefix[-1]) - 1
    return prefix[:-1] + chr(0xD7FF if 0xD800 <= last <= 0xDFFF else last) + "\U0010ffff"


def rows_of(answer: Any) -> list[tuple[str, int]]:
    """Return the terms of an answer with the documents that have them."""
    buckets = answer["aggregations"]["terms"]["buckets"]
    return [(one["key"]["term"] if isinstance(one["key"], dict) else one["key"], one["doc_count"]) for one in buckets]


def near(field: Field, wanted: Fuzzy, matching: Sequence[Json]) -> Json:
    """Return the search for the terms that one edit makes of a text."""
    listed = {
        "field": _LISTED[field],
        "size": MOST_NEAR,
        "order": {"_key": "asc"},
        "include": one_edit(plain(wanted.text)),
    }
    return {
        "size": 0,
        "query": {"bool": {"filter": [*matching, by_test(field, wanted)]}},
        "aggs": {"terms": {"terms": listed}},
    }


def one_edit(text: str) -> str:
    """Return a regular expression of Lucene for a text and what one edit makes of it."""
    ways = {escaped(text)}
    for at in range(len(text) + 1):
        left, right = text[:at], text[at:]
        ways.add(f"{escaped(left)}.{escaped(right)}")
        if right:
            ways |= {escaped(left + right[1:]), f"{escaped(left)}.{escaped(right[1:])}"}
        if len(right) > 1:
            ways.add(escaped(left + right[1] + right[0] + right[2:]))
    return "|".join(sorted(filter(None, ways)))


def escaped(text: str) -> str:
    """Return a text in which no character of Lucene's regular expressions means anything else."""
    return re.sub(r"([^\w])", r"\\\1", text)


def stored_in(hit: Any) -> bytes:
    """Return what was stored with the document of a hit."""
    return b64decode(hit["_source"]["stored"])
