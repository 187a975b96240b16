"""A query tree → documents and scores, by array work over the segments of one commit.

The terms of a query are read together, for many small arrays take longer than a few larger ones. What matches is found
as an ascending list of documents or as a mask over all of them, whichever is at hand. Terms that few documents have are
added up for all documents at once; those that many have only for documents that can still be among the best.

What a term adds to a score is rounded to 32 bits and, weighted, to a whole number of units (2 ** -36): sums of these
are exact (under 2 ** 17), so that equal documents have equal scores in whatever order and segment they are added up.
"""

from __future__ import annotations

import typing
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from heapq import nsmallest
from itertools import groupby
from typing import TYPE_CHECKING, TypeAlias, TypeGuard

import numpy as np

from seedsearch.engines.bm25 import K1, B, rarity
from seedsearch.engines.budget import Budget
from seedsearch.engines.embedded import closeness
from seedsearch.engines.embedded.expansion import accepted
from seedsearch.engines.embedded.postings import Lists
from seedsearch.engines.embedded.segment import Key, Segment
from seedsearch.engines.embedded.tagged import Tagged, page, ranks, tagged, tally
from seedsearch.engines.entries import (
    Match,
    Matches,
)
from seedsearch.engines.lru_cache import LRUCache
from seedsearch.engines.query import (
    All,
    Any,
    AtLeast,
    Field,
    Gapped,
    Near,
    Not,
    Number,
    OnText,
    Pattern,
    Query,
    Ranked,
    Run,
    Spelled,
    Term,
    Terms,
)
from seedsearch.text.array_types import Ints, Mask, Scores, Small
from seedsearch.text.code_points import text_of
from seedsearch.text.joints import holds
from seedsearch.text.run_text import run_grams

if TYPE_CHECKING:
    from numpy.typing import NDArray

Documents: TypeAlias = "NDArray[typing.Any]"  # whole numbers, ascending
Matched: TypeAlias = "NDArray[typing.Any]"  # documents, or a mask over all of them

READING = "the lists of its terms"  # a part of every question
LOOKS = 1024  # documents or terms between two looks at the budget
KEPT_BYTES = 96 << 20  # of lists and masks that were worked out
# What it takes, in µs: to look for a run in a text, to decode a text and look closer, to read a list, and each posting.
LOOK_FOR_RUN, LOOK_CLOSER, READ_LIST, READ_POSTING = 0.7, 20.0, 25.0, 0.03
MANY = 8  # a term that one document in so many has is kept as the counts of all
UNIT = 2.0**-36
PUT_OFF = 64  # documents that are looked at for a run though it may not matter
AT_ONCE = 512  # documents for which what is left to be added is not worth another look at which can be left out

_NONE: Documents = np.zeros(0, dtype=np.int64)


@dataclass(slots=True)
class Listed:
    """The documents of a segment that have a term, `size` of them.

    Few are listed in `documents`, with what the term `added` to the score of each; where they are many, `counts` says
    how often each document of the segment has it. `weight`: what the term adds to a score at most.
    """

    size: int
    weight: float
    documents: Small
    added: NDArray[np.float32]
    counts: NDArray[np.unsignedinteger] | None = None

    @property
    def nbytes(self) -> int:
        """The memory it takes."""
        return 400 + self.documents.nbytes + self.added.nbytes + (0 if self.counts is None else self.counts.nbytes)

    @property
    def matched(self) -> Matched:
        """The documents."""
        return self.documents if self.counts is None else self.counts != 0

    def among(self, documents: Documents) -> Documents:
        """Return those of `documents` that have it."""
        if self.counts is None:
            return _in_both(documents, self.documents)
        found: Documents = documents[self.counts[documents] != 0]
        return found


_NOWHERE = Listed(0, 0.0, np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32))


class Answering:
    """Answers from the segments of one commit."""

    def __init__(self, segments: Sequence[Segment], room: int = KEPT_BYTES) -> None:
        """`room`: the bytes of lists and masks that are kept."""
        self.budget = Budget()
        self._segments = segments
        self._kept = LRUCache(room)
        self._read_ahead: object = None  # the terms of the last query to be scored: they are at hand
        self.count = sum(segment.count for segment in segments)

    def totals(self, queries: Sequence[Query]) -> list[int]:
        """Return how many documents match each query."""
        # A run that stands nowhere is mostly told by the dictionary of pairs; what comes next will need more of that.
        runs = [q for q in queries if isinstance(q, Ranked) and isinstance(q.required, OnText) and not _key(q.required)]
        self._read([q for q in queries if q not in runs] if runs else queries)
        for query in runs:
            missing = self._kept.missing([*_keys_of_scores([query]), *_keys(query)])
            for segment in self._segments:
                segment.look_up(missing)
        return [sum(_size(self._matched(i, query)) for i in range(len(self._segments))) for query in queries]

    def any_match(self, queries: Sequence[Query]) -> list[bool]:
        """Tell whether any document matches each query."""
        self._read(queries)
        return [any(self._any_matches(i, query) for i in range(len(self._segments))) for query in queries]

    def _any_matches(self, i: int, query: Query) -> bool:
        candidates = self._candidates(i, query)
        if candidates is None or not isinstance(query, Run):
            return _size(self._matched(i, query)) > 0
        documents = self._segments[i].documents
        code = documents.alphabet.bytes_of(query.text)
        for some in _slices(candidates, LOOKS):
            if any(True for _ in documents.holding(some.tolist(), code)):
                return True
            self.budget.spend(query)
        return False

    def search(self, query: Query, limit: int, offset: int = 0) -> Matches:
        """Return the `limit` best matches from `offset` on, and how many there are."""
        matched = self._all_matched(query)
        total = sum(map(_size, matched))
        if not limit or offset >= total:
            return Matches(total, ())
        return Matches(total, self._matches(self._best(query, matched, offset + limit)[offset:]))

    def every_match(self, query: Query, prefix: str, descending: bool) -> Iterator[tuple[str, bytes]]:
        """Yield the doc_id and what was stored of every match; no text is read.

        In the order of `search`, or, with the `prefix` of tags, in that of `in_order`.
        """
        matched = self._all_matched(query)
        total = sum(map(_size, matched))
        best = (
            self._placed(query, matched, prefix, descending, 0, total) if prefix else self._best(query, matched, total)
        )
        for _, doc_id, i, document in best:
            yield doc_id, self._segments[i].documents.stored(document)

    def tally(self, query: Query, prefix: str) -> list[tuple[str, int]]:
        """Return the tags that begin with `prefix` and that a match has, sorted, each with how many matches have it."""
        found: Counter[str] = Counter()
        of_each = zip(self._segments, self._tagged(prefix), self._all_matched(query), strict=True)
        for segment, tags, matched in of_each:
            found.update(dict(tally(tags, _as_mask(matched, segment.documents.count))))
            self.budget.spend(query)
        return sorted(found.items())

    def in_order(self, query: Query, prefix: str, descending: bool, offset: int, limit: int) -> Matches:
        """Return some of the matches in the order of a tag that begins with `prefix`, and how many there are."""
        matched = self._all_matched(query)
        return Matches(
            sum(map(_size, matched)), self._matches(self._placed(query, matched, prefix, descending, offset, limit))
        )

    def _placed(
        self, query: Query, matched: Sequence[Matched], prefix: str, descending: bool, offset: int, limit: int
    ) -> list[tuple[float, str, int, int]]:
        """Return some of what matched in the order of a tag, as `_best` does."""
        key = prefix, descending
        if (keys := self._kept.get(key)) is None:
            made = ranks(self._segments, self._tagged(prefix), last=descending)
            keys = self._kept.put(key, made, sum(some.nbytes for some in made))
        documents = list(map(_as_documents, matched))
        some = page(self._segments, documents, keys, descending=descending, offset=offset, limit=limit)
        self.budget.spend(query)
        return [(-0.0, self._segments[i].id_of(number), i, number) for i, number in some]

    def _tagged(self, prefix: str) -> list[Tagged]:
        """Return the tags of each segment that begin with `prefix`."""
        if (found := self._kept.get(prefix)) is None:
            made = [tagged(segment, prefix) for segment in self._segments]
            found = self._kept.put(prefix, made, sum(tags.nbytes for tags in made))
        return found  # type: ignore[no-any-return]

    def _all_matched(self, query: Query) -> list[Matched]:
        """Return what matches in each segment, once what is known of the terms has been read."""
        if not isinstance(query, Ranked) or query.scored is not self._read_ahead:
            self._read([query])
        return [self._matched(i, query) for i in range(len(self._segments))]

    def _best(self, query: Query, matched: Sequence[Matched], limit: int) -> list[tuple[float, str, int, int]]:
        """Return the best of what matched: the score, negative, the doc_id, the segment, the number of the document
        in it.
        """
        best: list[tuple[float, str, int, int]] = []
        for i, some in enumerate(matched):
            segment = self._segments[i]
            documents, scores = self._scored(i, some, query, limit)
            chosen = best_of(scores, documents, segment, limit)
            rows = zip(scores[chosen].tolist(), documents[chosen].tolist(), strict=True)
            best += [(-score, segment.id_of(document), i, document) for score, document in rows]
        return nsmallest(limit, best)

    def having(self, terms: Sequence[Term]) -> list[int]:
        """Return how many documents have each term."""
        keys = [(term.field, term.text) for term in terms]
        self._load(keys)
        return [sum(listed.size for listed in self._listed(key)) for key in keys]

    def _matches(self, best: Sequence[tuple[float, str, int, int]]) -> tuple[Match, ...]:
        texts: dict[tuple[int, int], tuple[str, str]] = {}
        for i, segment in enumerate(self._segments):
            numbers = [document for _, _, of, document in best if of == i]
            texts.update(zip(((i, n) for n in numbers), segment.documents.texts(numbers), strict=True))
        return tuple(
            Match(doc_id, -score, *texts[i, n], self._segments[i].documents.stored(n)) for score, doc_id, i, n in best
        )

    def _scored(self, i: int, matched: Matched, query: Query, limit: int) -> tuple[Documents, Scores]:
        """Return the documents that matched, but for those that cannot be among the `limit` best, and their scores."""
        documents = _as_documents(matched)
        if not isinstance(query, Ranked):
            return documents, np.zeros(len(documents))
        listed = [(self._listed((term.field, term.text))[i], term.field, weight) for term, weight in query.scored]
        scores = self._of_few(i, listed)[documents]
        many = [row for row in listed if row[0].counts is not None]
        many.sort(key=lambda row: row[0].weight * row[2])
        while many:
            if len(documents) > limit:
                left = sum(one.weight * weight / UNIT + 1 for one, _, weight in many)
                kept = (scores >= _border(scores, limit) - left).nonzero()[0]
                documents, scores = documents[kept], scores[kept]
            at = -1 if len(documents) > AT_ONCE else 0
            scores += self._of_many(i, many[at:], documents)
            del many[at:]
        return documents, scores * UNIT

    def _of_few(self, i: int, listed: Sequence[tuple[Listed, Field, float]]) -> Scores:
        """Return what the terms with lists add to the score of each document of a segment, in units."""
        few = [(one, weight / UNIT) for one, _, weight in listed if one.size and one.counts is None]
        if not few:
            return np.zeros(self._segments[i].documents.count)
        units = np.repeat([weight for _, weight in few], [one.size for one, _ in few])
        units *= np.concatenate([one.added for one, _ in few])
        documents = np.concatenate([one.documents for one, _ in few])
        sums = np.bincount(documents, np.rint(units, out=units), minlength=self._segments[i].documents.count)
        return sums.astype(np.float64, copy=False)

    def _of_many(self, i: int, listed: Sequence[tuple[Listed, Field, float]], documents: Documents) -> Scores:
        """Return what the terms with counts add to the scores of some documents, in units."""
        counts = np.concatenate([one.counts[documents] for one, _, _ in listed if one.counts is not None])
        norms = {field: self._norms(i, field)[documents] for field in {field for _, field, _ in listed}}
        weights, shares = np.array([(one.weight, weight / UNIT) for one, _, weight in listed]).T[:, :, None]
        of_each = np.concatenate([norms[field] for _, field, _ in listed]).reshape(len(listed), -1)
        added = _added(weights, counts.reshape(of_each.shape), of_each)
        units: Scores = np.rint(added * shares).sum(axis=0)
        return units

    def _listed(self, key: Key) -> tuple[Listed, ...]:
        """Return what each segment has of a term."""
        if (found := self._kept.get(key)) is None:
            found = self._load([key])[key]  # the room may be too small for it
        return found  # type: ignore[no-any-return]

    def _read(self, queries: Sequence[Query]) -> None:
        """Read at once what will be needed."""
        for query in queries:
            if isinstance(query, Ranked):
                self._read_ahead = query.scored
        self._load([*_keys_of_scores(queries), *(key for query in queries for key in _keys(query))])

    def _load(self, keys: Iterable[Key]) -> dict[Key, tuple[Listed, ...]]:
        """Read the lists of the terms that are not at hand."""
        missing = self._kept.missing(keys)
        if not missing:
            return {}
        parts = []
        for i, segment in enumerate(self._segments):
            for part in segment.read(missing):
                parts.append((i, *part))
                self.budget.spend(READING)
        sizes = [0] * len(missing)
        for _, places, lists in parts:
            for place, size in zip(places, lists.lengths.tolist(), strict=True):
                sizes[place] += size
        weights = [rarity(self.count, size) * (K1 + 1) for size in sizes]
        made = [[_NOWHERE] * len(self._segments) for _ in missing]
        for i, places, lists in parts:
            for place, listed in zip(
                places, self._weighed(i, [missing[p] for p in places], lists, [weights[p] for p in places]), strict=True
            ):
                made[place][i] = listed
        read = {key: tuple(of_segments) for key, of_segments in zip(missing, made, strict=True)}
        for key, found in read.items():
            self._kept.put(key, found, sum(listed.nbytes for listed in found))
        return read

    def _weighed(self, i: int, keys: Sequence[Key], lists: Lists, weights: Sequence[float]) -> Iterator[Listed]:
        """Lists of a segment with what they add to scores."""
        every = self._segments[i].documents.count
        lengths = lists.lengths.tolist()
        if len(lengths) == 1 and lengths[0] * MANY >= every:
            yield _spread(lists.documents, lists.counts, weights[0], every)
            return
        ends = np.cumsum(lists.lengths).tolist()
        norms = np.empty(len(lists.documents))
        begin = 0
        for field, same in groupby(zip(keys, ends, strict=True), key=lambda row: row[0][0]):
            *_, (_, end) = same
            self._norms(i, field).take(lists.documents[begin:end], out=norms[begin:end], mode="clip")
            begin = end
        added = _added(np.repeat(weights, lists.lengths), lists.counts, norms)
        documents = lists.documents.astype(np.int32)
        for begin, end, weight in zip([0, *ends], ends, weights, strict=False):
            if (end - begin) * MANY < every:
                yield Listed(end - begin, weight, documents[begin:end].copy(), added[begin:end].copy())
            else:
                yield _spread(lists.documents[begin:end], lists.counts[begin:end], weight, every)

    def _norms(self, i: int, field: Field) -> Scores:
        """Return what BM25 adds to a count for the length of each document."""
        key = i, field
        if (norms := self._kept.get(key)) is None:
            made = K1 * (1 - B + B * self._segments[i].lengths(field) / self._mean(field))
            norms = self._kept.put(key, made, made.nbytes)
        return norms  # type: ignore[no-any-return]

    def _mean(self, field: Field) -> float:
        """Return the mean length of a field."""
        return max(sum(segment.total(field) for segment in self._segments), 1) / max(self.count, 1)

    def _matched(self, i: int, node: Query) -> Matched:
        if isinstance(node, Ranked):
            return self._matched(i, node.required)
        if (key := _key(node)) is not None:
            return self._listed(key)[i].matched
        if (found := self._kept.get((i, node))) is None:
            made = self._made(i, node)
            found = self._kept.put((i, node), made, 400 + made.nbytes)
            if not isinstance(node, All | Any | AtLeast | Not):  # what they hold was charged
                self.budget.spend(node)
        return found  # type: ignore[no-any-return]

    def _made(self, i: int, node: Query) -> Matched:
        match node:
            case Terms():
                segment = self._segments[i]
                return segment.together(accepted(segment, node.field, node.test, partial(self.budget.spend, node)))[0]
            case Run() | Number() | Near() | Gapped() | Pattern() | Spelled():
                return self._on_text(i, node, None)
            case All(children=children):
                return self._all(i, children)
            case Any(children=children):
                return self._at_least(i, 1, children)
            case AtLeast(count=count, children=children):
                return self._at_least(i, count, children)
            case Not(child=child):
                return _without(self._everywhere(i), self._matched(i, child))
            case _:
                return self._matched(i, node)

    def _all(self, i: int, children: Sequence[Query]) -> Matched:
        """First what is quickly told of the fewest documents, then what is left of these in their texts."""
        keys = [key for child in children if (key := _key(child)) is not None]
        listed = sorted((self._listed(key)[i] for key in keys), key=lambda one: one.size)
        found: Matched | None = None
        for one in listed:
            if found is None:
                found = one.matched
            elif found.dtype == np.bool_:
                found = found & one.matched
            else:
                found = one.among(found)
            if not len(found):
                return _NONE
        others = [child for child in children if _key(child) is None]
        for child in sorted(others, key=_effort):
            if isinstance(child, OnText) and self._kept.get((i, child)) is None:
                found = self._on_text(i, child, found)
            elif isinstance(child, Not):
                found = _without(self._everywhere(i) if found is None else found, self._matched(i, child.child))
            else:
                some = self._matched(i, child)
                found = some if found is None else _both(found, some)
            if not len(found):
                return _NONE
        return self._everywhere(i) if found is None else found

    def _at_least(self, i: int, count: int, children: Sequence[Query]) -> Matched:
        if count < 1:
            return self._everywhere(i)
        parts: list[Matched] = []
        unsure: list[tuple[Run, Documents]] = []
        for child in children:
            candidates = self._candidates(i, child)
            if isinstance(child, Run) and candidates is not None:
                unsure.append((child, candidates))
            else:
                parts.append(self._matched(i, child))
        masks = [part for part in parts if part.dtype == np.bool_]
        lists = [part for part in parts if part.dtype != np.bool_ and len(part)]
        if len(masks) + len(lists) + len(unsure) < count:
            return _NONE
        if len(masks) + len(lists) == 1 and not unsure:
            return [*masks, *lists][0]
        documents = np.concatenate(lists) if lists else _NONE
        every = self._segments[i].documents.count
        if count == 1 and not unsure:
            found = np.zeros(every, dtype=bool)
            found[documents] = True
            for mask in masks:
                found |= mask
            return found
        sums = np.bincount(documents, minlength=every)
        for mask in masks:
            sums += mask
        if unsure:
            most = sums + np.bincount(np.concatenate([candidates for _, candidates in unsure]), minlength=every)
            depends = (most >= count) & (sums < count)
            for run, candidates in unsure:
                sums[self._holding(i, run, candidates[depends[candidates]])] += 1
        return sums >= count

    def _candidates(self, i: int, node: Query) -> Documents | None:
        """Return the documents that may hold a run, where these are so many that a look at all of them is better put
        off.
        """
        if not isinstance(node, Run) or _key(node) is not None or self._kept.get((i, node)) is not None:
            return None
        candidates = self._with_all(i, run_grams(node.text), LOOK_FOR_RUN, None)
        if len(candidates) > PUT_OFF:
            return candidates
        found = self._holding(i, node, candidates)
        self._kept.put((i, node), found, 400 + found.nbytes)
        return None

    def _everywhere(self, i: int) -> Mask:
        live = self._segments[i].live
        return np.ones(self._segments[i].documents.count, dtype=bool) if live is None else live

    def _on_text(self, i: int, node: OnText, among: Matched | None) -> Documents:
        """Return the documents (of `among`) whose run text holds what is meant; they have all its grams, and are
        looked at.
        """
        grams = list(dict.fromkeys(gram for text in node.texts for gram in run_grams(text)))
        candidates = self._with_all(i, grams, LOOK_FOR_RUN if isinstance(node, Run) else LOOK_CLOSER, among)
        if not len(candidates):
            return _NONE
        if isinstance(node, Run):
            return self._holding(i, node, candidates)
        look = partial(self.budget.spend, node)
        if _is_close(node):
            return closeness.holding(self._segments[i].documents, candidates, node, look)
        found = [some[self._holds(i, node, some)] for some in _slices(candidates, LOOKS) if look() is None]
        return np.concatenate(found)

    def _holds(self, i: int, node: Number | Near | Gapped | Pattern | Spelled, documents: Documents) -> Mask:
        """Tell whether the text of each document holds what is meant, text by text."""
        if isinstance(node, Spelled):
            both = self._segments[i].documents.texts(documents.tolist())
            return np.array([node.holds(run, readable) for readable, run in both], dtype=bool)
        runs, lengths = self._segments[i].documents.runs(documents.tolist())
        texts, ends = text_of(runs), np.cumsum(lengths).tolist()
        return np.array([node.holds(texts[a:b]) for a, b in zip([0, *ends], ends, strict=False)], dtype=bool)

    def _holding(self, i: int, run: Run, candidates: Documents) -> Documents:
        """Return those of `candidates` in whose texts a run stands, as they are or without their joints."""
        documents = self._segments[i].documents
        code = documents.alphabet.bytes_of(run.text)
        found: list[int] = []
        for some in _slices(candidates, LOOKS):
            found += documents.holding(some.tolist(), code)
            self.budget.spend(run)
        if len(found) < len(candidates) and (more := self._across(i, run, np.setdiff1d(candidates, found))):
            found = sorted(found + more)
        return np.array(found, dtype=np.int64)

    def _across(self, i: int, run: Run, candidates: Documents) -> list[int]:
        """Return those of `candidates` in whose texts a run stands across joints: they have all its pairs, few
        others have.
        """
        grams = run_grams(run.text)
        self._load([("gram", gram) for gram in grams])
        for gram in grams:
            candidates = self._listed(("gram", gram))[i].among(candidates)
            if not len(candidates):
                return []
        found: list[int] = []
        for some in _slices(candidates, LOOKS):
            points, lengths = self._segments[i].documents.runs(some.tolist())
            texts, ends = text_of(points), np.cumsum(lengths).tolist()
            places = zip(some.tolist(), [0, *ends], ends, strict=False)
            found += [document for document, begin, end in places if holds(texts[begin:end], run.text)]
            self.budget.spend(run)
        return found

    def _at_most_with(self, i: int, grams: Sequence[str]) -> list[int]:
        """Return how many documents may have each gram."""
        known = {gram: listed[i].size for gram in grams if (listed := self._kept.get(("gram", gram))) is not None}
        if missing := [gram for gram in grams if gram not in known]:
            known.update(zip(missing, self._segments[i].at_most_with(missing), strict=True))
        return [known[gram] for gram in grams]

    def _with_all(self, i: int, grams: Sequence[str], look: float, among: Matched | None) -> Documents:
        """Return the documents with all grams, or so few more that looking at their texts (`look` µs each) is less
        work.
        """
        if not grams:
            return _as_documents(self._everywhere(i) if among is None else among)
        sized = sorted(zip(self._at_most_with(i, grams), grams, strict=True))
        if not sized[0][0]:
            return _NONE
        self._load([("gram", gram) for _, gram in sized[:2]])
        if among is None or among.dtype == np.bool_ or len(among) > sized[0][0]:
            first = self._listed(("gram", sized.pop(0)[1]))[i].matched
            candidates = _as_documents(first if among is None else _both(first, among))
        else:
            candidates = among
        for size, gram in sized:
            if look * len(candidates) < READ_LIST + READ_POSTING * size:
                break
            candidates = self._listed(("gram", gram))[i].among(candidates)
        return candidates


def _key(node: Query) -> Key | None:
    """Return the term that a node is the same as, if it is."""
    if isinstance(node, Term):
        return node.field, node.text
    if isinstance(node, Run) and 0 < len(node.text) < 3 and " " not in node.text:
        return "gram", node.text
    return None


def _keys_of_scores(queries: Sequence[Query]) -> list[Key]:
    """Return the terms by which documents are scored."""
    scored = {id(query.scored): query.scored for query in queries if isinstance(query, Ranked)}
    return [(term.field, term.text) for terms in scored.values() for term, _ in terms]


def _keys(query: Query) -> list[Key]:
    """Return the terms that tell what a query matches."""
    keys: list[Key] = []
    nodes = [query]
    for node in nodes:
        if isinstance(node, Ranked):
            nodes.append(node.required)
        elif isinstance(node, All | Any | AtLeast):
            nodes += node.children
        elif isinstance(node, Not):
            nodes.append(node.child)
        elif (key := _key(node)) is not None:
            keys.append(key)
    return keys


def _is_close(node: Number | Near | Gapped | Pattern | Spelled) -> TypeGuard[Near | Gapped]:
    """Tell whether all texts can be looked at together for what is meant."""
    if isinstance(node, Near):
        return not node.ordered and not any(" " in text for text in node.texts)
    return isinstance(node, Gapped) and not any(" " in text for text in node.texts)


def _effort(node: Query) -> int:
    """Return the order in which nodes other than terms are looked at: what narrows most for least work is first."""
    return 0 if isinstance(node, Run) else 3 if isinstance(node, Pattern) else 2 if isinstance(node, OnText) else 1


def _added(weights: Scores, counts: Ints, norms: Scores) -> NDArray[np.float32]:
    """Return what a term adds to scores."""
    added: NDArray[np.float32] = (weights * counts / (counts + norms)).astype(np.float32)
    return added


def _spread(documents: Ints, counts: Ints, weight: float, every: int) -> Listed:
    """Return a list as the counts of `every` document."""
    spread = np.zeros(every, dtype=np.min_scalar_type(int(counts.max(initial=0))))
    spread[documents] = counts
    return Listed(len(documents), weight, _NOWHERE.documents, _NOWHERE.added, spread)


def _slices(documents: Documents, size: int) -> Iterator[Documents]:
    return (documents[at : at + size] for at in range(0, len(documents), size))


def _size(matched: Matched) -> int:
    return int(np.count_nonzero(matched)) if matched.dtype == np.bool_ else len(matched)


def _as_mask(matched: Matched, every: int) -> Mask:
    if matched.dtype == np.bool_:
        return matched
    mask: Mask = np.zeros(every, dtype=bool)
    mask[matched] = True
    return mask


def _as_documents(matched: Matched) -> Documents:
    return matched.nonzero()[0] if matched.dtype == np.bool_ else matched


def _in_both(some: Documents, others: Documents) -> Documents:
    """Return those of `some` that are in `others` too."""
    if not len(others):
        return _NONE
    found: Documents = some[others.take(others.searchsorted(some), mode="clip") == some]
    return found


def _both(a: Matched, b: Matched) -> Matched:
    if a.dtype == np.bool_:
        return a & b if b.dtype == np.bool_ else b[a[b]]
    if b.dtype == np.bool_:
        return a[b[a]]
    return _in_both(a, b) if len(a) < len(b) else _in_both(b, a)


def _without(a: Matched, b: Matched) -> Matched:
    if not len(b):
        return a
    if b.dtype == np.bool_:
        return a & ~b if a.dtype == np.bool_ else a[~b[a]]
    if a.dtype == np.bool_:
        without: Mask = a.copy()
        without[b] = False
        return without
    left: Documents = a[b.take(b.searchsorted(a), mode="clip") != a]
    return left


def _border(scores: Scores, limit: int) -> float:
    """Return something that `limit` of the scores reach, of more than `limit`: the lowest of the highest of as many
    blocks.
    """
    size = len(scores) // (8 * limit)
    if size > 1:
        scores = scores[: len(scores) // size * size].reshape(-1, size).max(axis=1)
    return float(np.partition(scores, -limit)[-limit])


def best_of(scores: Scores, documents: Documents, segment: Segment, limit: int) -> Ints:
    """Return the places of the `limit` highest scores, of equal ones those whose ids come first; in no order."""
    if len(scores) <= limit:
        return np.arange(len(scores))
    places = (scores >= _border(scores, limit)).nonzero()[0]
    some = scores[places]
    border = np.partition(some, -limit)[-limit]
    above, equal = places[some > border], places[some == border]
    left = limit - len(above)
    if left < len(equal):
        equal = equal[np.argpartition(segment.ranks[documents[equal]], left - 1)[:left]]
    return np.concatenate([above, equal])
