"""Finds the documents of a segment that match a query: first by the lists of its terms, then by searching the remaining
texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeGuard

import numpy as np

from seedsearch.engines.budget import Budget
from seedsearch.engines.embedded.matched import NONE, Documents, Matched, as_documents, both, size_of, slices, without
from seedsearch.engines.embedded.segment import Key
from seedsearch.engines.embedded.term_lists import TermLists
from seedsearch.engines.query import (
    All,
    Any,
    AtLeast,
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
from seedsearch.text.array_types import Mask
from seedsearch.text.run_text import run_grams

LOOKS = 1024  # documents or terms between two checks of the budget
# Costs in µs: searching a run in a text, decoding a text to check it, reading a list, and each posting.
LOOK_FOR_RUN, LOOK_CLOSER, READ_LIST, READ_POSTING = 0.7, 20.0, 25.0, 0.03
PUT_OFF = 64  # documents that are searched for a run even if that may turn out unnecessary


class Matching:
    """Finds the matches in the segments of these lists."""

    def __init__(self, lists: TermLists) -> None:
        self._lists = lists
        self._segments = lists.segments
        self._kept = lists.kept

    @property
    def _budget(self) -> Budget:
        return self._lists.budget

    def matched(self, i: int, node: Query) -> Matched:
        """Return the matching documents of segment number `i`."""
        if isinstance(node, Ranked):
            return self.matched(i, node.required)
        if (key := key_of(node)) is not None:
            return self._lists.listed(key)[i].matched
        if (found := self._kept.get(("matched", i, node))) is None:
            made = self._made(i, node)
            found = self._kept.put(("matched", i, node), made, 400 + made.nbytes)
            if not isinstance(node, All | Any | AtLeast | Not):  # the children have been charged
                self._budget.spend(node)
        return found  # type: ignore[no-any-return]

    def any_matches(self, i: int, query: Query) -> bool:
        """Tell whether any document of segment `i` matches."""
        candidates = self._candidates(i, query)
        if candidates is None or not isinstance(query, Run | Number):
            return size_of(self.matched(i, query)) > 0
        find = self._finder(i, query)
        for some in slices(candidates, LOOKS):
            if any(True for _ in find(some.tolist())):
                return True
            self._budget.spend(query)
        return bool(self._across(i, query, candidates))

    def _made(self, i: int, node: Query) -> Matched:
        match node:
            case Terms():
                from seedsearch.engines.embedded.expansion import accepted  # deferred, as closeness is: seldom needed

                segment = self._segments[i]
                return segment.together(accepted(segment, node.field, node.test, partial(self._budget.spend, node)))[0]
            case Run() | Number() | Near() | Gapped() | Pattern() | Spelled():
                return self._on_text(i, node, None)
            case All(children=children):
                return self._all(i, children)
            case Any(children=children):
                return self._at_least(i, 1, children)
            case AtLeast(count=count, children=children):
                return self._at_least(i, count, children)
            case Not(child=child):
                return without(self._everywhere(i), self.matched(i, child))
            case _:
                return self.matched(i, node)

    def _all(self, i: int, children: Sequence[Query]) -> Matched:
        """Intersect, cheap and selective conditions first, then search the texts of the remaining documents."""
        keys = [key for child in children if (key := key_of(child)) is not None]
        listed = sorted((self._lists.listed(key)[i] for key in keys), key=lambda one: one.size)
        found: Matched | None = None
        for one in listed:
            if found is None:
                found = one.matched
            elif found.dtype == np.bool_:
                found = found & one.matched
            else:
                found = one.among(found)
            if not len(found):
                return NONE
        others = [child for child in children if key_of(child) is None]
        for child in sorted(others, key=_effort):
            if isinstance(child, OnText) and self._kept.get(("matched", i, child)) is None:
                found = self._on_text(i, child, found)
            elif isinstance(child, Not):
                found = without(self._everywhere(i) if found is None else found, self.matched(i, child.child))
            else:
                some = self.matched(i, child)
                found = some if found is None else both(found, some)
            if not len(found):
                return NONE
        return self._everywhere(i) if found is None else found

    def _at_least(self, i: int, count: int, children: Sequence[Query]) -> Matched:
        if count < 1:
            return self._everywhere(i)
        parts: list[Matched] = []
        unsure: list[tuple[Run | Number, Documents]] = []
        for child in children:
            candidates = self._candidates(i, child)
            if isinstance(child, Run | Number) and candidates is not None:
                unsure.append((child, candidates))
            else:
                parts.append(self.matched(i, child))
        masks = [part for part in parts if part.dtype == np.bool_]
        lists = [part for part in parts if part.dtype != np.bool_ and len(part)]
        if len(masks) + len(lists) + len(unsure) < count:
            return NONE
        if len(masks) + len(lists) == 1 and not unsure:
            return [*masks, *lists][0]
        documents = np.concatenate(lists) if lists else NONE
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
        """Return the documents that may contain a run, if they are so many that searching their texts is better
        postponed.
        """
        if not isinstance(node, Run | Number) or key_of(node) or self._kept.get(("matched", i, node)) is not None:
            return None
        candidates = self._with_all(i, run_grams(node.text), LOOK_FOR_RUN, None)
        if len(candidates) > PUT_OFF:
            return candidates
        found = self._holding(i, node, candidates)
        self._kept.put(("matched", i, node), found, 400 + found.nbytes)
        return None

    def _everywhere(self, i: int) -> Mask:
        live = self._segments[i].live
        return np.ones(self._segments[i].documents.count, dtype=bool) if live is None else live

    def _on_text(self, i: int, node: OnText, among: Matched | None) -> Documents:
        """Return the documents (of `among`) whose run text matches, by searching those that have all its grams."""
        grams = list(dict.fromkeys(gram for text in node.texts for gram in run_grams(text)))
        candidates = self._with_all(i, grams, LOOK_FOR_RUN if isinstance(node, Run | Number) else LOOK_CLOSER, among)
        if not len(candidates):
            return NONE
        if isinstance(node, Run):
            return self._holding(i, node, candidates)
        if isinstance(node, Number):
            return self._holding(i, node, candidates)
        look = partial(self._budget.spend, node)
        if _is_close(node):
            from seedsearch.engines.embedded import closeness

            return closeness.holding(self._segments[i].documents, candidates, node, look)
        found = [some[self._holds(i, node, some)] for some in slices(candidates, LOOKS) if look() is None]
        return np.concatenate(found)

    def _holds(self, i: int, node: Near | Gapped | Pattern | Spelled, documents: Documents) -> Mask:
        """Tell for each document whether its text matches, text by text."""
        if isinstance(node, Spelled):
            both = self._segments[i].documents.texts(documents.tolist())
            return np.array([node.holds(run, readable) for readable, run in both], dtype=bool)
        return np.array(
            [node.holds(text) for text in self._segments[i].documents.run_texts(documents.tolist())], dtype=bool
        )

    def _holding(self, i: int, node: Run | Number, candidates: Documents) -> Documents:
        """Return the `candidates` whose texts contain a run, with or without their joints."""
        find = self._finder(i, node)
        found: list[int] = []
        for some in slices(candidates, LOOKS):
            found += find(some.tolist())
            self._budget.spend(node)
        there = np.array(found, dtype=np.int64)
        if len(there) < len(candidates) and (more := self._across(i, node, without(candidates, there))):
            there = np.sort(np.concatenate([there, more]))
        return there

    def _finder(self, i: int, node: Run | Number) -> Callable[[Sequence[int]], Iterator[int]]:
        """Return a function that yields the documents, of those passed, whose texts contain a run as it is."""
        documents = self._segments[i].documents
        code = documents.alphabet.bytes_of(node.text)
        if isinstance(node, Run):
            return partial(documents.holding, run=code)
        from seedsearch.text.numerals import beside_whole

        before, behind = (tuple(map(documents.alphabet.bytes_of, some)) for some in beside_whole(node.text))
        return partial(documents.holding_alone, run=code, before=before, behind=behind)

    def _across(self, i: int, node: Run | Number, candidates: Documents) -> list[int]:
        """Return the `candidates` whose texts contain a run across joints; they have all its pairs, and few
        others do.
        """
        grams = run_grams(node.text)
        # Usually the rarest pairs already rule out all documents.
        for _, gram in sorted(zip(self._at_most_with(i, grams), grams, strict=True)):
            candidates = self._lists.listed(("gram", gram))[i].among(candidates)
            if not len(candidates):
                return []
        found: list[int] = []
        for some in slices(candidates, LOOKS):
            numbers = some.tolist()
            texts = zip(numbers, self._segments[i].documents.run_texts(numbers), strict=True)
            found += [document for document, text in texts if node.holds(text)]
            self._budget.spend(node)
        return found

    def _at_most_with(self, i: int, grams: Sequence[str]) -> list[int]:
        """Return upper limits for the numbers of documents that have each gram."""
        known = {gram: listed[i].size for gram in grams if (listed := self._kept.get(("gram", gram))) is not None}
        if missing := [gram for gram in grams if gram not in known]:
            known.update(zip(missing, self._segments[i].at_most_with(missing), strict=True))
        return [known[gram] for gram in grams]

    def _with_all(self, i: int, grams: Sequence[str], look: float, among: Matched | None) -> Documents:
        """Return the documents with all grams, or a few more if searching their texts (`look` µs each) is cheaper."""
        if not grams:
            return as_documents(self._everywhere(i) if among is None else among)
        sized = sorted(zip(self._at_most_with(i, grams), grams, strict=True))
        if not sized[0][0]:
            return NONE
        self._lists.load([("gram", gram) for _, gram in sized[:2]])
        if among is None or among.dtype == np.bool_ or len(among) > sized[0][0]:
            first = self._lists.listed(("gram", sized.pop(0)[1]))[i].matched
            candidates = as_documents(first if among is None else both(first, among))
        else:
            candidates = among
        for size, gram in sized:
            if look * len(candidates) < READ_LIST + READ_POSTING * size:
                break
            candidates = self._lists.listed(("gram", gram))[i].among(candidates)
        return candidates


def key_of(node: Query) -> Key | None:
    """Return the term to which a node is equivalent, if any."""
    if isinstance(node, Term):
        return node.field, node.text
    if isinstance(node, Run) and 0 < len(node.text) < 3 and " " not in node.text:
        return "gram", node.text
    return None


def keys_of(query: Query) -> list[Key]:
    """Return the terms that decide what a query matches."""
    keys: list[Key] = []
    nodes = [query]
    for node in nodes:
        if isinstance(node, Ranked):
            nodes.append(node.required)
        elif isinstance(node, All | Any | AtLeast):
            nodes += node.children
        elif isinstance(node, Not):
            nodes.append(node.child)
        elif (key := key_of(node)) is not None:
            keys.append(key)
    return keys


def _is_close(node: Number | Near | Gapped | Pattern | Spelled) -> TypeGuard[Near | Gapped]:
    """Tell whether the texts can be searched together for a node."""
    if isinstance(node, Near):
        return not node.ordered and not any(" " in text for text in node.texts)
    return isinstance(node, Gapped) and not any(" " in text for text in node.texts)


def _effort(node: Query) -> int:
    """Return a sort key for nodes other than terms: those that narrow most for the least work come first."""
    if isinstance(node, Run | Number):
        return 0
    return 3 if isinstance(node, Pattern) else 2 if isinstance(node, OnText) else 1
