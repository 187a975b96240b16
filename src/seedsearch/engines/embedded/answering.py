"""A query tree → documents and scores, by array work over the segments of one commit.

For each node a mask over the documents of a segment; scores only for the documents of the mask. What a term adds to a
score is rounded to 32 bits, so that equal documents have equal scores whatever segment they are in.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from heapq import nsmallest
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from seedsearch.bm25 import K1, B, rarity
from seedsearch.code_points import text_of
from seedsearch.engines.embedded.expansion import accepted
from seedsearch.engines.embedded.postings import Ints
from seedsearch.engines.embedded.segment import Found, Mask, Segment
from seedsearch.model import Match, Matches
from seedsearch.query import (
    All,
    Any,
    AtLeast,
    Field,
    Gapped,
    Near,
    Not,
    OnText,
    Query,
    Ranked,
    Run,
    Term,
    Terms,
)
from seedsearch.runs import run_grams

Scores = NDArray[np.floating]
T = TypeVar("T")

KEPT_BYTES = 96 << 20  # of masks and lists that were worked out
# What it takes, in µs: to look for a run in a text, to decode a text and look closer, to read a list, and each posting.
LOOK_FOR_RUN, LOOK_CLOSER, READ_LIST, READ_POSTING = 0.7, 20.0, 25.0, 0.03
FEW = 64  # scores of which no block maxima are taken


_NONE: Ints = np.zeros(0, dtype=np.int64)


class Kept:
    """What was worked out before, as long as there is room."""

    def __init__(self, room: int = KEPT_BYTES) -> None:
        self._room = room
        self._items: OrderedDict[Hashable, tuple[object, int]] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T], size: Callable[[T], int]) -> T:
        """What `make` gives, from before or now."""
        if key in self._items:
            self._items.move_to_end(key)
            return self._items[key][0]  # type: ignore[return-value]  # a key goes with one kind of value
        made = make()
        self._items[key] = made, size(made)
        self._room -= size(made)
        while self._room < 0:
            _, (_, given_back) = self._items.popitem(last=False)
            self._room += given_back
        return made


class Answering:
    """Answers from the segments of one commit."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._segments = segments
        self._kept = Kept()
        self.count = sum(segment.count for segment in segments)

    def search(self, query: Query, limit: int) -> Matches:
        """The `limit` best matches and how many there are."""
        required = query.required if isinstance(query, Ranked) else query
        found = [np.flatnonzero(self._mask(i, required)) for i in range(len(self._segments))]
        total = sum(map(len, found))
        if not limit or not total:
            return Matches(total, ())
        best: list[tuple[float, str, int, int]] = []
        for i, documents in enumerate(found):
            scores = self._scores(i, documents, query)
            chosen = best_of(scores, self._segments[i].ranks[documents], limit)
            rows = zip(scores[chosen].tolist(), documents[chosen].tolist(), strict=True)
            best += [(-score, self._segments[i].id_of(document), i, document) for score, document in rows]
        return Matches(total, self._matches(nsmallest(limit, best)))

    def having(self, term: Term) -> int:
        """How many documents have a term."""
        return sum(len(self._found(i, term)[0]) for i in range(len(self._segments)))

    def _matches(self, best: Sequence[tuple[float, str, int, int]]) -> tuple[Match, ...]:
        texts: dict[tuple[int, int], tuple[str, str]] = {}
        for i, segment in enumerate(self._segments):
            numbers = [document for _, _, of, document in best if of == i]
            texts.update(zip(((i, n) for n in numbers), segment.documents.texts(numbers), strict=True))
        return tuple(
            Match(doc_id, -score, *texts[i, n], self._segments[i].documents.stored(n)) for score, doc_id, i, n in best
        )

    def _scores(self, i: int, documents: Ints, query: Query) -> Scores:
        scores = np.zeros(len(documents))
        if not isinstance(query, Ranked):
            return scores
        places: Ints | None = None
        for term, weight in query.scored:
            having, added = self._added(i, term)
            if len(having) == self._segments[i].documents.count:
                scores += weight * added[documents].astype(np.float64)
                continue
            if places is None:
                places = np.full(self._segments[i].documents.count, -1)
                places[documents] = np.arange(len(documents))
            at = places[having]
            hit = at >= 0
            scores[at[hit]] += weight * added[hit].astype(np.float64)
        return scores

    def _found(self, i: int, term: Term) -> Found:
        return self._kept.get(
            (i, term.field, term.text),
            lambda: self._segments[i].with_term(term.field, term.text),
            lambda found: 200 + found[0].nbytes + found[1].nbytes,
        )

    def _added(self, i: int, term: Term) -> tuple[Ints, NDArray[np.float32]]:
        """The documents with a term and what it adds to their scores; all documents where that is as good."""
        return self._kept.get(
            ("added", i, term.field, term.text),
            lambda: self._weigh(i, term),
            lambda added: 200 + added[0].nbytes + added[1].nbytes,
        )

    def _weigh(self, i: int, term: Term) -> tuple[Ints, NDArray[np.float32]]:
        documents, counts = self._found(i, term)
        weight = rarity(self.count, self.having(term)) * (K1 + 1)
        added = (weight * counts / (counts + self._norms(i, term.field)[documents])).astype(np.float32)
        every = self._segments[i].documents.count
        if len(documents) * 8 < every:
            return documents, added
        spread = np.zeros(every, dtype=np.float32)
        spread[documents] = added
        return self._everything(i), spread

    def _everything(self, i: int) -> Ints:
        return np.broadcast_to(np.int64(0), (self._segments[i].documents.count,))

    def _norms(self, i: int, field: Field) -> Scores:
        """What BM25 adds to a count for the length of each document."""
        return self._kept.get(
            ("norms", i, field),
            lambda: K1 * (1 - B + B * self._segments[i].lengths(field) / self._mean(field)),
            lambda norms: norms.nbytes,
        )

    def _mean(self, field: Field) -> float:
        """The mean length of a field."""
        return max(sum(segment.total(field) for segment in self._segments), 1) / max(self.count, 1)

    def _mask(self, i: int, node: Query) -> Mask:
        return self._kept.get((i, node), lambda: self._made_mask(i, node), lambda mask: 200 + mask.nbytes)

    def _made_mask(self, i: int, node: Query) -> Mask:
        match node:
            case Term():
                return self._of(i, self._found(i, node)[0])
            case Terms():
                segment = self._segments[i]
                return self._of(i, segment.together(accepted(segment, node.field, node.test))[0])
            case Run() | Near() | Gapped():
                return self._of(i, self._on_text(i, node))
            case All(children=children):
                return self._all(i, children)
            case Any(children=children):
                return self._any(i, children)
            case AtLeast(count=count, children=children):
                return self._at_least(i, count, children)
            case Not(child=child):
                return self._everywhere(i) & ~self._mask(i, child)
            case Ranked(required=required):
                return self._mask(i, required)

    def _all(self, i: int, children: Sequence[Query]) -> Mask:
        mask = self._everywhere(i).copy()
        for child in children:
            mask &= self._mask(i, child)
        return mask

    def _any(self, i: int, children: Sequence[Query]) -> Mask:
        mask = self._nowhere(i)
        for child in children:
            mask |= self._mask(i, child)
        return mask

    def _at_least(self, i: int, count: int, children: Sequence[Query]) -> Mask:
        sums = np.zeros(self._segments[i].documents.count, dtype=np.uint16)
        for child in children:
            sums += self._mask(i, child)
        mask: Mask = self._everywhere(i) & (sums >= count)
        return mask

    def _nowhere(self, i: int) -> Mask:
        return np.zeros(self._segments[i].documents.count, dtype=bool)

    def _everywhere(self, i: int) -> Mask:
        live = self._segments[i].live
        return np.ones(self._segments[i].documents.count, dtype=bool) if live is None else live

    def _of(self, i: int, documents: Ints) -> Mask:
        mask = self._nowhere(i)
        mask[documents] = True
        return mask

    def _on_text(self, i: int, node: OnText) -> Ints:
        """The documents whose run text holds what is meant: those that have all its grams, and are then looked at."""
        grams = list(dict.fromkeys(gram for text in node.texts for gram in run_grams(text)))
        is_run = isinstance(node, Run)
        candidates = self._with_all(i, grams, LOOK_FOR_RUN if is_run else LOOK_CLOSER)
        documents = self._segments[i].documents
        if isinstance(node, Run):
            if grams == [node.text] or not len(candidates):
                return candidates
            code = documents.alphabet.bytes_of(node.text)
            return np.array(documents.holding(candidates.tolist(), code), dtype=np.int64)
        runs, lengths = documents.runs(candidates.tolist())
        texts, ends = text_of(runs), np.cumsum(lengths).tolist()
        holds = [node.holds(texts[a:b]) for a, b in zip([0, *ends], ends, strict=False)]
        there: Ints = candidates[np.array(holds, dtype=bool)]
        return there

    def _with_all(self, i: int, grams: Sequence[str], look: float) -> Ints:
        """The documents with all grams, or so few more that looking at their texts (`look` µs each) is less work."""
        if not grams:
            return np.flatnonzero(self._everywhere(i))
        sized = sorted((self._segments[i].at_most_with(gram), gram) for gram in grams)
        candidates = self._found(i, Term("gram", sized[0][1]))[0] if sized[0][0] else _NONE
        for size, gram in sized[1:]:
            if look * len(candidates) < READ_LIST + READ_POSTING * size:
                break
            documents = self._found(i, Term("gram", gram))[0]
            at = np.searchsorted(documents, candidates)
            at[at == len(documents)] = 0
            candidates = candidates[documents[at] == candidates] if len(documents) else _NONE
        return candidates


def best_of(scores: Scores, ranks: Ints, limit: int) -> Ints:
    """The places of the `limit` highest scores, of equal ones those of the lowest ranks; in no order."""
    if len(scores) <= limit:
        return np.arange(len(scores))
    places = np.arange(len(scores))
    if len(scores) > FEW * limit:
        # The limit-th highest of the block maxima is reached by `limit` scores: nothing under it is needed.
        blocks = scores[: len(scores) // FEW * FEW].reshape(-1, FEW).max(axis=1)
        places = np.flatnonzero(scores >= np.partition(blocks, -limit)[-limit])
    some = scores[places]
    border = np.partition(some, -limit)[-limit]
    above, equal = places[some > border], places[some == border]
    left = limit - len(above)
    if left < len(equal):
        equal = equal[np.argpartition(ranks[equal], left - 1)[:left]]
    return np.concatenate([above, equal])
