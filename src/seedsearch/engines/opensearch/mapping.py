"""What an index of the cluster looks like: the fields of a document, and how its terms are written.

    run      the run text, a token for each character with its place, and once more the first character of each joint
    pair     each two neighbours of it (copied from `run` by the cluster), and the pairs across its joints
    joined   the run text without its joints, with places, where it has any
    word     each word once, with how often it stands there; its sub-field `all` has the words alone, to be counted
    tag, id, key, digest, born, died, gram_length, word_length

so that the frequencies of `run` and `pair` are those of the field `gram`. A document is never changed but for `died`:
what it holds otherwise is what the cluster gives back (`readable`, `stored`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import blake2b, sha256
from typing import Any, TypeAlias

from seedsearch.engines.stored import UTF8

Json: TypeAlias = Mapping[str, Any]

OWNER = "seedsearch"  # the key below `_meta` of an index of ours
COUNT = "\t"  # between a word and how often it stands there; no word has it
# Bytes of a term that is kept whole: Lucene refuses the document with one of more than 32,766.
LONGEST_TERM = 8000

_SURROGATES = re.compile("[\ud800-\udfff]")
_AWAY = 0x100000  # from a lone surrogate to a private character, which Lucene keeps apart

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
# What the score of a term is made of: how often it stands in a document, and nothing else.
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
    """Return what an index for documents is made with; without a number of replicas there is one where it has room."""
    return {
        "settings": {
            "number_of_shards": shards,
            **_copies(replicas),
            "refresh_interval": "-1",  # a writer says when
            "codec": "best_compression",
            "analysis": ANALYSIS,
            "similarity": SIMILARITY,
        },
        "mappings": {"dynamic": False, "_meta": {OWNER: owner}, "properties": PROPERTIES},
        "aliases": {alias: {}},
    }


def control_index(replicas: int | None, owner: str) -> Json:
    """Return what the index of the manifest and of what is kept beside the documents is made with."""
    return {
        "settings": {"number_of_shards": 1, **_copies(replicas)},
        "mappings": {"dynamic": False, "_meta": {OWNER: owner}, "properties": {}},
    }


def _copies(replicas: int | None) -> Json:
    return {"auto_expand_replicas": "0-1"} if replicas is None else {"number_of_replicas": replicas}


def key_of(doc_id: str) -> str:
    """Return the digits by which the versions of a document are found, whatever its id is."""
    return blake2b(doc_id.encode(*UTF8), digest_size=16).hexdigest()


def plain(text: str) -> str:
    """Return a text with private characters in the place of lone surrogates, which an index cannot tell apart."""
    return text if is_plain(text) else _SURROGATES.sub(lambda found: chr(ord(found[0]) + _AWAY), text)


def is_plain(text: str) -> bool:
    """Tell whether a text has no lone surrogates."""
    return text.isascii() or _SURROGATES.search(text) is None


def term_of(text: str) -> str:
    """Return a term as it is in the index: one that is too long by its beginning and a digest."""
    text = plain(text)
    if len(text) * 4 <= LONGEST_TERM or len(content := text.encode()) <= LONGEST_TERM:
        return text
    return f"{content[:LONGEST_TERM].decode(errors='ignore')}…{sha256(content).hexdigest()}"
