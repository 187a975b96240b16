"""The mapping of the index: the fields of documents, and the form of their terms.

    run      the run text, one token per character with its position, and again the first character of each joint
    pair     its pairs of adjacent characters (copied from `run` by the cluster), and the pairs across its joints
    joined   the run text without its joints, with positions, if it has any
    word     each distinct word with its count; its sub-field `all` has the words alone, for counting
    tag, id, key, digest, born, died, gram_length, word_length

so that the frequencies of `run` and `pair` are those of the field `gram`. Only `died` of a document ever changes. The
rest is only returned by the cluster (`readable`, `stored`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import blake2b, sha256
from typing import Any, TypeAlias

from seedsearch.engines.stored import UTF8

Json: TypeAlias = Mapping[str, Any]

OWNER = "seedsearch"  # the key below `_meta` that marks our indexes
COUNT = "\t"  # separates a word from its count; no word contains it
# The longest term in bytes that is stored whole; Lucene refuses documents with terms of more than 32,766.
LONGEST_TERM = 8000

_SURROGATES = re.compile("[\ud800-\udfff]")
_AWAY = 0x100000  # from a lone surrogate to a private character, which Lucene distinguishes

ANALYSIS: Json = {
    "tokenizer": {
        "one": {"type": "ngram", "min_gram": 1, "max_gram": 1},
        "two": {"type": "ngram", "min_gram": 2, "max_gram": 2},
    },
    "filter": {"counted": {"type": "delimited_term_freq", "delimiter": COUNT}},
    "char_filter": {"uncounted": {"type": "pattern_replace", "pattern": f"{COUNT}.*", "replacement": ""}},
    "analyzer": {
        "one": {"type": "custom", "tokenizer": "one"},
        "two": {"type": "custom", "tokenizer": "two"},
        "counted": {"type": "custom", "tokenizer": "keyword", "filter": ["counted"]},
    },
    "normalizer": {"uncounted": {"type": "custom", "char_filter": ["uncounted"]}},
}
# A similarity whose score is the count of a term in a document, and nothing else.
SIMILARITY: Json = {"frequency": {"type": "scripted", "script": {"source": "return doc.freq;"}}}
_TEXT: Json = {"type": "text", "norms": False, "similarity": "frequency"}
_SORTED: Json = {"type": "keyword", "index": False}
PROPERTIES: Json = {
    "run": {**_TEXT, "analyzer": "one", "index_options": "positions", "position_increment_gap": 2, "copy_to": "pair"},
    "pair": {**_TEXT, "analyzer": "two", "index_options": "freqs"},
    "joined": {**_TEXT, "analyzer": "one", "index_options": "positions"},
    "word": {
        **_TEXT,
        "analyzer": "counted",
        "index_options": "freqs",
        "fields": {"all": {**_SORTED, "normalizer": "uncounted"}},
    },
    "tag": {"type": "keyword"},
    "id": {"type": "keyword"},
    "key": {"type": "keyword", "doc_values": False},
    "digest": _SORTED,
    "born": {"type": "integer"},
    "died": {"type": "integer"},
    "gram_length": {"type": "integer", "index": False},
    "word_length": {"type": "integer", "index": False},
}


def data_index(shards: int, replicas: int | None, owner: str, alias: str) -> Json:
    """Return the settings of a data index; without a number of replicas, there is one if a second node exists."""
    return {
        "settings": {
            "number_of_shards": shards,
            **_copies(replicas),
            "refresh_interval": "-1",  # writers refresh explicitly
            "codec": "best_compression",
            "analysis": ANALYSIS,
            "similarity": SIMILARITY,
        },
        "mappings": {"dynamic": False, "_meta": {OWNER: owner}, "properties": PROPERTIES},
        "aliases": {alias: {}},
    }


def control_index(replicas: int | None, owner: str) -> Json:
    """Return the settings of the control index."""
    return {
        "settings": {"number_of_shards": 1, **_copies(replicas)},
        "mappings": {"dynamic": False, "_meta": {OWNER: owner}, "properties": {}},
    }


def _copies(replicas: int | None) -> Json:
    return {"auto_expand_replicas": "0-1"} if replicas is None else {"number_of_replicas": replicas}


def key_of(doc_id: str) -> str:
    """Return the hash by which the versions of a document are found."""
    return blake2b(doc_id.encode(*UTF8), digest_size=16).hexdigest()


def plain(text: str) -> str:
    """Replace lone surrogates, which an index cannot distinguish, by private characters."""
    return text if is_plain(text) else _SURROGATES.sub(lambda found: chr(ord(found[0]) + _AWAY), text)


def is_plain(text: str) -> bool:
    """Tell whether a text has no lone surrogates."""
    return text.isascii() or _SURROGATES.search(text) is None


def term_of(text: str) -> str:
    """Return the indexed form of a term; one that is too long becomes its beginning and a digest."""
    text = plain(text)
    if len(text) * 4 <= LONGEST_TERM or len(content := text.encode()) <= LONGEST_TERM:
        return text
    return f"{content[:LONGEST_TERM].decode(errors='ignore')}…{sha256(content).hexdigest()}"
