"""Finds texts that contain pieces in order with gaps, or near one another, by array operations on the codes of many
texts at once.

Most matching texts match early, so their beginnings are searched first, and then eight times as much of the rest. A
blank is put after each text; no gap spans a blank, so none reaches into another text.

Each byte of a code belongs to one character, and there are at most as many tokens (run_text.py) as characters between
two places. So pieces are near one another if few enough bytes are between them; only texts without such a place are
decoded to count their tokens.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache

import numpy as np

from seedsearch.engines.embedded.alphabet import ESCAPE, LONG, LONGEST, SINGLE
from seedsearch.engines.embedded.documents import Documents
from seedsearch.engines.query import Gapped, Near
from seedsearch.text.array_types import Bytes, Ints, Mask, Points
from seedsearch.text.code_points import COUNT, members, points, text_of
from seedsearch.text.folding import HAN

# Bytes of each text that are searched first, and the factor of growth after that. Of 20,000 pages of 770 characters on
# average, two thirds of those with two frequent characters near each other have them in the first 512 bytes.
FIRST, TIMES = 512, 8
TOGETHER = 1 << 20  # bytes of texts searched together, which stay in the cache of the processor
BLANK = " "

Spans = tuple[Ints, Ints]  # starts and ends, both ascending


def holding(documents: Documents, candidates: Ints, node: Near | Gapped, look: Callable[[], object]) -> Ints:
    """Return the `candidates` whose texts match; no piece of the query has a blank in it.

    `look` is called repeatedly and may raise.
    """
    codes = [documents.alphabet.bytes_of(text) for text in node.texts]
    blank = documents.alphabet.bytes_of(BLANK)
    found, unsure = [candidates[:0]], [candidates[:0]]
    size, left = FIRST, candidates
    while len(left):
        more = [left[:0]]
        for some in _together(documents, left, size):
            joined, begins, is_whole = documents.beginnings(some, size, blank)
            there = _texts_of(_sure_ends(node, codes, joined, begins, blank), begins)
            found.append(some[there])
            unsure.append(some[is_whole & ~there])
            more.append(some[~is_whole & ~there])
            look()
        size, left = size * TIMES, np.concatenate(more)
    if isinstance(node, Near):
        found += _near_by_tokens(documents, np.sort(np.concatenate(unsure)), node, look)
    return np.sort(np.concatenate(found))


def _together(documents: Documents, chosen: Ints, size: int) -> Iterator[Ints]:
    """Divide documents into parts of about TOGETHER bytes, counting at most `size` for each."""
    if not len(chosen):
        return
    part = np.cumsum(np.minimum(documents.code_sizes[chosen], size)) // TOGETHER
    borders = (np.flatnonzero(np.diff(part)) + 1).tolist()
    yield from np.split(chosen, borders)


def _sure_ends(node: Near | Gapped, codes: Sequence[bytes], joined: Bytes, begins: Ints, blank: bytes) -> Ints:
    """Return the ends of places that certainly match."""
    known = {code: _places(joined, code) for code in dict.fromkeys(codes)}
    if isinstance(node, Gapped):
        return _gapped_ends([known[code] for code in codes], codes, node.gaps, joined, blank)
    spans = [(known[code], known[code] + len(code)) for code in codes]
    return _near_ends(spans, begins, np.arange(len(joined) + 1), node.distance)


def _places(joined: Bytes, code: bytes) -> Ints:
    """Return the places of one or several codes."""
    if len(joined) < len(code):
        return np.zeros(0, dtype=np.int64)
    found = np.flatnonzero(joined[: len(joined) - len(code) + 1] == code[0])
    for k, byte in enumerate(code[1:], start=1):
        found = found[joined[found + k] == byte]
    return found


def _texts_of(ends: Ints, begins: Ints) -> Mask:
    """Return the texts that contain one of the places with these ends."""
    there = np.zeros(len(begins), dtype=bool)
    there[begins.searchsorted(ends, side="left") - 1] = True
    return there


def _gapped_ends(
    starts: Sequence[Ints], codes: Sequence[bytes], gaps: Sequence[tuple[int, int]], joined: Bytes, blank: bytes
) -> Ints:
    """Return the ends of the last piece wherever all pieces are in order with permitted gaps.

    A place of a piece is kept if a place of the previous piece reaches it; checking the nearest one is enough.
    """
    ends = starts[0] + len(codes[0])
    for some, code, (least, most) in zip(starts[1:], codes[1:], gaps, strict=True):
        begun = ends
        for _ in range(least):
            begun = _next(joined, begun[~_is_at(joined, begun, blank)])
        before = begun.searchsorted(some, side="right") - 1
        some, nearest = some[before >= 0], begun[before[before >= 0]]
        near = some - nearest <= LONGEST * (most - least)
        some, nearest = some[near], nearest[near]
        ends = some[_within(joined, nearest, some, most - least, blank)] + len(code)
    return ends


def _within(joined: Bytes, begins: Ints, ends: Ints, most: int, blank: bytes) -> Mask:
    """Tell whether there are at most `most` characters and no blank between two places."""
    fits: Mask = begins == ends
    rows = np.flatnonzero(~fits)
    at = begins[rows]
    for _ in range(most):
        free = ~_is_at(joined, at, blank)
        rows, at = rows[free], _next(joined, at[free])
        there = at == ends[rows]
        fits[rows[there]] = True
        rows, at = rows[~there], at[~there]
    return fits


def _is_at(joined: Bytes, places: Ints, code: bytes) -> Mask:
    """Tell for each place whether one or several codes are there."""
    there: Mask
    there = joined.take(places, mode="clip") == code[0]
    for k, byte in enumerate(code[1:], start=1):
        there &= joined.take(places + k, mode="clip") == byte
    return there


@cache
def _sizes() -> Ints:
    """Return the number of bytes of a character, by its first byte."""
    sizes = np.full(256, 2, dtype=np.int64)
    sizes[:SINGLE], sizes[LONG], sizes[ESCAPE] = 1, 3, LONGEST
    return sizes


def _next(joined: Bytes, places: Ints) -> Ints:
    """Return the places of the characters after those at some places."""
    return places + _sizes().take(joined.take(places, mode="clip"))


def _near_ends(parts: Sequence[Spans], begins: Ints, tokens: Ints, distance: int) -> Ints:
    """Return the ends of places of all parts with at most `distance` tokens in total between them, as found by `near`
    (run_text.py).

    `tokens` is the number of tokens that begin before each place. From each place of a part, the nearest earlier place
    of each other part is taken in turn that does not overlap those taken before.
    """
    last = np.sort(np.concatenate([ends for _, ends in parts]), kind="stable")
    text = begins[begins.searchsorted(last, side="left") - 1]
    taken = np.zeros((0, 2, len(last)), dtype=np.int64)
    spare = distance + sum(int((tokens[ends] - tokens[starts]).max(initial=0)) for starts, ends in parts)
    for starts, ends in parts:
        kept, at = _nearest(starts, ends, last, taken)
        kept &= starts.take(at, mode="clip") >= text if len(starts) else False
        kept &= tokens[last] - tokens[starts.take(at, mode="clip")] <= spare if len(starts) else False
        last, text, at = last[kept], text[kept], at[kept]
        taken = np.concatenate([taken[:, :, kept], np.stack([starts[at], ends[at]])[None]])
        if not len(last):
            return last
    between = tokens[last] - tokens[taken[:, 0].min(axis=0)]
    between -= (tokens[taken[:, 1]] - tokens[taken[:, 0]]).sum(axis=0)
    near: Ints = last[(taken[:, 1].max(axis=0) == last) & (between <= distance)]
    return near


def _nearest(starts: Ints, ends: Ints, last: Ints, taken: Ints) -> tuple[Mask, Ints]:
    """Return, for each of `last`, the index of the nearest place that ends there or before and does not overlap a taken
    one.

    Also return whether there is one.
    """
    at = ends.searchsorted(last, side="right") - 1
    rows = np.flatnonzero(at >= 0)
    while len(rows):
        some = at[rows]
        on_one = ((starts[some] < taken[:, 1, rows]) & (taken[:, 0, rows] < ends[some])).any(axis=0)
        rows = rows[on_one]
        at[rows] -= 1
        rows = rows[at[rows] >= 0]
    return at >= 0, at


def _near_by_tokens(documents: Documents, chosen: Ints, node: Near, look: Callable[[], object]) -> Iterator[Ints]:
    """Yield the documents in whose texts all parts are near one another, counting tokens."""
    wanted = [points(text) for text in node.texts]
    for some in _together(documents, chosen, TOGETHER):
        runs, lengths = documents.runs(some.tolist())
        begins = np.cumsum(lengths) - lengths
        parts = [_spans_of(runs, begins, part) for part in wanted]
        yield some[_texts_of(_near_ends(parts, begins, _tokens_before(runs, begins), node.distance), begins)]
        look()


def _spans_of(runs: Points, begins: Ints, part: Points) -> Spans:
    """Return the places of a part in concatenated texts, each within one text."""
    found = np.flatnonzero(runs == part[0])
    for k, char in enumerate(part[1:], start=1):
        found = found[runs.take(found + k, mode="clip") == char]
    ends = found + len(part)
    inside = (ends <= len(runs)) & (begins.searchsorted(found, side="right") == begins.searchsorted(ends, side="left"))
    return found[inside], ends[inside]


@cache
def _of_words() -> Mask:
    """For each code point, whether it is a letter or digit other than an ideograph, of which a token has several."""
    every = text_of(np.arange(COUNT, dtype=np.uint32))
    made = np.zeros(COUNT, dtype=bool)
    for found in re.finditer(rf"[^\W{HAN}]+", every):
        made[found.start() : found.end()] = True
    return made


def _tokens_before(runs: Points, begins: Ints) -> Ints:
    """Return the number of tokens that begin before each character, and before the end."""
    in_word = _of_words()[runs]
    begun = in_word.copy()
    begun[1:] &= ~in_word[:-1]
    begun[begins[begins < len(runs)]] = in_word[begins[begins < len(runs)]]
    begun |= _of_han()[runs]
    return np.append(0, np.cumsum(begun))


@cache
def _of_han() -> Mask:
    """For each code point, whether it is an ideograph, which is a token of its own."""
    return members(HAN)
