"""Requests that count in a cluster, and the parsing of their responses."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from seedsearch.engines.opensearch.asking import by_test
from seedsearch.engines.opensearch.mapping import Json, plain
from seedsearch.engines.query import Field, Fuzzy, Prefix

# Terms per request: few at first, because often only the first is needed.
FIRST_PAGE, NEXT_PAGE = 100, 5000
MOST_NEAR = 10_000  # maximum number of near terms
EXACT = 40_000  # number of terms up to which counts are exact; the maximum of OpenSearch

_CHANGED = re.compile("[\U0010d800-\U0010dfff]|…[0-9a-f]{64}$")
# The fields whose terms can be listed.
_LISTED: dict[Field, str] = {"word": "word.all", "tag": "tag"}
_LENGTHS = ("gram_length", "word_length")


def is_changed(text: str) -> bool:
    """Tell whether a term of the index may represent another one (mapping.py)."""
    return not text.isascii() and _CHANGED.search(text) is not None


def totals(matching: Sequence[Json], filters: Sequence[Json]) -> Json:
    """Return a search that counts the matches of a query together with each of several filters, in one pass over the
    shards. A separate search for each took as long as one for a hundred.
    """
    return {
        "size": 0,
        "track_total_hits": False,
        "query": {"bool": {"filter": list(matching)}},
        "aggs": {"counts": {"filters": {"filters": list(filters)}}},
    }


def totals_of(answer: Any) -> list[int]:
    """Parse the response to `totals`."""
    return [bucket["doc_count"] for bucket in answer["aggregations"]["counts"]["buckets"]]


def sums(matching: Sequence[Json]) -> Json:
    """Return a search that counts the matches and sums their lengths."""
    counted = {"size": 0, "track_total_hits": True, "query": {"bool": {"filter": list(matching)}}}
    return {**counted, "aggs": {name: {"sum": {"field": name}} for name in _LENGTHS}}


def sums_of(answer: Any) -> tuple[int, int, int]:
    """Parse the response to `sums`: the number of documents and the total lengths of the fields `gram` and `word`."""
    grams, words = (round(answer["aggregations"][name]["value"]) for name in _LENGTHS)
    return answer["hits"]["total"]["value"], grams, words


def distinct_terms(matching: Sequence[Json]) -> Json:
    """Return a search that counts the terms of the fields `word` and `tag`."""
    counted = {field: {"cardinality": {"field": name, "precision_threshold": EXACT}} for field, name in _LISTED.items()}
    return {"size": 0, "query": {"bool": {"filter": list(matching)}}, "aggs": counted}


def distinct_of(answer: Any) -> tuple[int, int]:
    """Parse the response to `distinct_terms`."""
    found = answer["aggregations"]
    return found["word"]["value"], found["tag"]["value"]


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a field, page by page."""

    field: Field
    prefix: str

    def page(self, matching: Sequence[Json], size: int, after: str | None) -> Json:
        """Return a search for the next terms after `after`, each with its number of documents."""
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
    """Return a text that sorts just before all texts with a prefix."""
    if not prefix or prefix.endswith("\0"):
        return None
    last = ord(prefix[-1]) - 1
    return prefix[:-1] + chr(0xD7FF if 0xD800 <= last <= 0xDFFF else last) + "\U0010ffff"


def rows_of(answer: Any) -> list[tuple[str, int]]:
    """Parse the terms of a response with their numbers of documents."""
    buckets = answer["aggregations"]["terms"]["buckets"]
    return [(one["key"]["term"] if isinstance(one["key"], dict) else one["key"], one["doc_count"]) for one in buckets]


def near(field: Field, wanted: Fuzzy, matching: Sequence[Json]) -> Json:
    """Return a search for the terms one edit away from a text."""
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
    """Return a Lucene regular expression for a text and everything one edit away."""
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
    """Escape a text for Lucene regular expressions."""
    return re.sub(r"([^\w])", r"\\\1", text)


def stored_in(hit: Any) -> bytes:
    """Return the stored data of a hit."""
    return b64decode(hit["_source"]["stored"])
