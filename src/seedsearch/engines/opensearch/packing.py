"""Turns entries into lines of JSON, in the process that has the entries; sending.py sends them."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from seedsearch import engines
from seedsearch.engines.batch import Batch
from seedsearch.engines.entries import IndexEntry
from seedsearch.engines.opensearch.mapping import COUNT, is_plain, key_of, plain, term_of
from seedsearch.engines.stored import UTF8
from seedsearch.text.array_types import Keys
from seedsearch.text.batch import Part
from seedsearch.text.code_points import text_of
from seedsearch.text.joints import Joined

# The number of smallest hashes of grams that an index keeps. The number of distinct grams is exact up to this, and
# within one in 180 above (Bar-Yossef et al., Counting distinct elements, 2002).
SKETCH = 1 << 15
_BITS = 64
_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / the golden ratio (Knuth, Sorting and Searching, 6.4)


@dataclass(frozen=True, slots=True)
class Packed:
    """A document: its id, its key, and its JSON without the opening brace."""

    doc_id: str
    key: str
    json: bytes


@dataclass(frozen=True, slots=True)
class Pack(engines.Pack):
    """Some documents in order, and the hashes of their grams."""

    documents: tuple[Packed, ...]
    grams: Keys


@dataclass(frozen=True, slots=True)
class Sent(engines.Pack):
    """Some documents sent for a writer, in order, as (doc_id, key, id in the index).

    `refused` maps ids in the index to the reasons for which the cluster refused them.
    """

    number: int
    documents: tuple[tuple[str, str, str], ...]
    grams: Keys
    refused: Mapping[str, str]


def pack(batch: Batch) -> Pack:
    """Return the entries in the form in which they are sent."""
    found = [_Text() for _ in batch.entries]
    grams = np.zeros(0, dtype=np.uint64)
    for part in batch.parts:
        grams = united(grams, _grams(part))
        _take(part, found)
    return Pack(tuple(map(_packed, batch.entries, found)), grams)


class _Text:
    """Accumulates the parts of a batch for one document."""

    __slots__ = ("pairs", "runs", "words")

    def __init__(self) -> None:
        self.runs: list[str] = []
        self.pairs: list[str] = []
        self.words: Counter[str] = Counter()


def _take(part: Part, found: Sequence[_Text]) -> None:
    begin = 0
    for owner, length in zip(part.owners.tolist(), part.runs.lengths.tolist(), strict=True):
        found[owner].runs.append(text_of(part.runs.points[begin : begin + length]))
        begin += length + 1
    for owner, pair in part.pairs:
        found[owner].pairs.append(pair)
    terms, owners = np.array(part.words.numbers, dtype=np.int64), np.array(part.words.owners, dtype=np.int64)
    size = len(part.words.terms)
    both, counts = np.unique(owners * size + terms, return_counts=True)
    names = list(map(term_of, part.words.terms))
    for at, count in zip(both.tolist(), counts.tolist(), strict=True):
        found[at // size].words[names[at % size]] += count


def _packed(entry: IndexEntry, text: _Text) -> Packed:
    run = "".join(text.runs)
    pieces = [len(piece) for piece in run.split(" ") if piece]
    key = key_of(entry.doc_id)
    words = text.words
    content = {
        "key": key,
        "id": term_of(entry.doc_id),
        "digest": term_of(entry.digest),
        "run": [plain(run), *(plain(pair[0]) for pair in text.pairs)],
        "pair": [plain(pair) for pair in text.pairs],
        "joined": plain(Joined(run).read) if text.pairs else None,
        # Sorted and without counts of one, they take a tenth less space.
        "word": [word if (count := words[word]) == 1 else f"{word}{COUNT}{count}" for word in sorted(words)],
        "tag": sorted(set(map(term_of, entry.tags))),
        # Characters, pairs, and both for each joint.
        "gram_length": 2 * sum(pieces) - len(pieces) + 2 * len(text.pairs),
        "word_length": text.words.total(),
        "readable": entry.readable,
        "stored": b64encode(entry.stored).decode(),
    }
    if not (is_plain(entry.readable) and content["id"] == entry.doc_id and content["digest"] == entry.digest):
        del content["readable"]
        raw = json.dumps([entry.doc_id, entry.digest, entry.readable])
        content["raw"] = b64encode(raw.encode(*UTF8)).decode()
    made = json.dumps(
        {name: value for name, value in content.items() if value is not None and value != []},
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return Packed(entry.doc_id, key, made[1:].encode())


def _grams(part: Part) -> Keys:
    """Return sorted hashes of the characters and pairs of a part; pieces of a text are consecutive."""
    points = part.runs.points.astype(np.uint64)
    space, end = np.uint64(0x20), np.uint64(0)
    is_text = part.runs.is_text()
    singles = points[is_text & (points != space)]
    after = np.append(points[1:], end)
    ends = np.flatnonzero(~is_text)
    if len(ends):
        last = ends - 1
        inside = last >= 0
        after[last[inside]] = part.following[inside].astype(np.uint64)
    pairs = is_text & (points != space) & (after != space)
    across = [ord(pair[0]) << 21 | ord(pair[1]) for _, pair in part.pairs]
    both = np.concatenate([points[pairs] << np.uint64(21) | after[pairs], np.array(across, dtype=np.uint64)])
    return least(np.concatenate([_hashed(singles + (np.uint64(1) << np.uint64(50))), _hashed(both)]))


def _hashed(keys: Keys) -> Keys:
    """Hash numbers (a step of SplitMix, Steele et al., 2014)."""
    mixed = keys * _MIX
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    hashed: Keys = mixed ^ (mixed >> np.uint64(31))
    return hashed


def least(hashes: Keys) -> Keys:
    """Return the smallest distinct hashes, sorted."""
    return np.unique(hashes)[:SKETCH]


def united(a: Keys, b: Keys) -> Keys:
    """Return the smallest hashes of two sorted arrays."""
    both = np.concatenate([a, b])
    both.sort(kind="stable")  # merges two sorted runs
    return both[np.append(True, both[1:] != both[:-1])][:SKETCH] if len(both) else both


def distinct(hashes: Keys) -> int:
    """Estimate the number of distinct values from their smallest hashes."""
    if len(hashes) < SKETCH:
        return len(hashes)
    return round((SKETCH - 1) / (float(hashes[-1]) + 1) * 2.0**_BITS)


def original(source: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return doc_id, digest and readable text of a document returned by the cluster."""
    if (raw := source.get("raw")) is not None:
        doc_id, digest, readable = json.loads(b64decode(raw).decode(*UTF8))
        return doc_id, digest, readable
    return source["id"], source.get("digest", ""), source.get("readable", "")
