"""Bytes in pairs of which some are lost, where each loss left a sign: which characters they are, for `big5_gbk`.

A sign stands for one byte or for two, as the reader has it, so that the bytes of a row are known up to the ones that
are lost, and a row that begins in step is one row of characters: each begins where the one before ends, and is known
or has lost one of its bytes or both. All rows of a page are taken apart at once, by array operations. Where that gives
what is no character, or characters that do not go together, the row got out of step (a byte is missing there that left
no sign), and is taken apart as it reads best, byte by byte.

What was lost side by side is chosen together (`side_by_side`); then each is weighed against what else may have stood
there (`lost_pairs`). `pair_search` is for readers that leave no sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from seedsearch.restoring.lost_pairs import GONE, PAD
from seedsearch.restoring.pair_faults import Fault, Reader, Rule, Run
from seedsearch.restoring.pair_losses import Losses, losses_of
from seedsearch.restoring.scripts import Script
from seedsearch.restoring.side_by_side import fill, steps_of
from seedsearch.text.array_types import Array, Ints, Mask, Points, Scores
from seedsearch.text.code_points import points, text_of
from seedsearch.text.trigrams import DENSE, STEP, places, scores

PICKED = 12  # choices, by pairs, of which one is chosen in the end
TORN = -16.0  # ln p of a byte that is no part of a character
ONE_LOST, BOTH_LOST = -6.0, -8.0  # and, where rows are brought into step, of a character that lost one byte or both
OUT_OF_STEP = -30.0  # and of a byte that is none of any, as rare characters side by side are no reason for that
STRANGE, SIDE_BY_SIDE = 96, 3  # steps of ln p of two characters beside each other, and of how many such in a row
_NONE = -1e9  # ln p of what cannot be
_BREAK, _SIGN = ord("\n"), ord(GONE)
_LOST = -1  # in the place of a byte
PADDED = 2  # characters before and behind each row that are asked for what stands in it


class Characters(NamedTuple):
    """Rows as characters, with two known ones before and two behind each row; what is torn or lost is a line end.

    `ends` are in halves of the characters found, `lost` the places of those of which something was lost, in order, and
    `numbers` their sets; each row is from one of `starts` to one of `stops`.
    """

    codes: Points
    ends: Ints
    torn: Mask
    lost: Ints
    numbers: Ints
    starts: Ints
    stops: Ints


class Framed(NamedTuple):
    """The same, with what reads best where something was lost, the likeliest choices for each of these places (`PAD`
    where there are fewer) with nats that speak against them, and ln p of each row.
    """

    codes: Points
    ends: Ints
    torn: Mask
    lost: Ints
    picks: Points
    odd: Scores
    starts: Ints
    stops: Ints
    score: Scores

    def shown(self, row: int) -> str:
        """Return a row with NUL for what was lost and U+FFFD for what is torn."""
        start, stop = self.starts[row], self.stops[row]
        codes = self.codes[start:stop].copy()
        first, last = self.lost.searchsorted((start, stop))
        codes[self.lost[first:last] - start] = 0
        codes[self.torn[start:stop]] = ord(GONE)
        return text_of(codes)


def framed(rows: Sequence[Run], fault: Fault, readers: Sequence[Reader], script: Script) -> Framed:
    """Return the likeliest reading of each row, which one of the readers made."""
    sets = losses_of(fault, script)
    made = _characters(rows, sets, readers)
    codes = made.codes.copy()
    fill(codes, made.lost, lambda which, last, ahead: sets.tried(made.numbers[which], last, ahead), least=2)
    picks, odd = _picked(codes, made.lost, made.numbers, sets)
    codes[made.lost] = picks[:, 0]
    score = _scores(codes, made)
    score += np.bincount(made.starts.searchsorted(made.lost, "right") - 1, odd[:, 0], len(rows))
    return Framed(codes, made.ends, made.torn, made.lost, picks, odd, made.starts, made.stops, score)


def _scores(codes: Points, framed: Characters) -> Scores:
    """ln p of each row, with the character behind it."""
    said = np.zeros(len(codes))
    said[2:] = scores(codes[:-2], codes[1:-1], codes[2:])
    said[framed.torn] = TORN
    sums = np.append(0.0, np.cumsum(said))
    made: Scores = sums[framed.stops + 1] - sums[framed.starts]
    return made


class _Stream(NamedTuple):
    """Rows as bytes, one after the other, with a line end behind each.

    `value` is that of each byte, -1 of one that is lost; `end` where it ends in halves of the characters found; `row`
    the number of its row; `breaks` where rows end. `torn`: bytes that are taken for no part of any character.
    """

    value: Ints
    end: Ints
    row: Ints
    breaks: Ints
    torn: Mask

    @property
    def ascii(self) -> Mask:
        return (self.value >= 0) & (self.value < 0x80)


def _characters(rows: Sequence[Run], sets: Losses, readers: Sequence[Reader]) -> Characters:
    """Return the characters of rows that begin in step; where they get out of it, as they fit best."""
    stream, unknown = _stream(rows, sets, readers)
    made = _parsed(stream, rows, sets, readers, unknown)
    if len(lost := _out_of_step(made)):
        for row in lost.tolist():
            first, last = stream.breaks[row - 1] + 1 if row else 0, stream.breaks[row]
            stream.torn[first:last] = _realigned(stream.value[first:last].tolist(), sets)
        made = _parsed(stream, rows, sets, readers, unknown)
    return made


def _stream(rows: Sequence[Run], sets: Losses, readers: Sequence[Reader]) -> tuple[_Stream, Mask]:
    """Return the bytes of rows, and which rows have a character that has none; these are empty."""
    atoms = points("\n".join([row.found for row in rows]) + "\n")
    lengths = np.array([len(row.found) + 1 for row in rows])
    ends = np.cumsum(lengths)
    row = np.repeat(np.arange(len(rows)), lengths)
    first, second = (of[atoms] for of in sets.bytes)
    sign = atoms == _SIGN
    unknown = np.zeros(len(rows), bool)
    unknown[row[~sign & (first == 0) & (atoms >= 0x80)]] = True
    alone = np.array([not reader.pairs for reader in readers])[row]
    unless = np.array([reader.rule is Rule.PAIR_UNLESS_ASCII for reader in readers])[row]
    alone |= unless & _is_trail(np.append(atoms[1:], _BREAK))
    size = np.where(sign & ~alone | ~sign & (atoms >= 0x80), 2, 1)
    size[unknown[row]] = 0
    size[ends - 1] = 1
    at = np.repeat(np.arange(len(atoms)), size)
    within = np.arange(len(at)) - np.repeat(np.cumsum(size) - size, size)
    value = np.where(sign[at], _LOST, np.where(within == 0, first[at], second[at]).astype(np.int64))
    halves = np.where(sign | (size == 1), 2, 1)[at] + within * ~sign[at]
    end = 2 * (at - (ends - lengths)[row[at]]) + halves
    breaks = np.cumsum(size)[ends - 1] - 1
    return _Stream(value, end, row[at], breaks, np.zeros(len(value), bool)), unknown


def _is_trail(values: Array) -> Mask:
    """Tell of ASCII bytes whether they can be second ones."""
    return (values >= 0x40) & (values < 0x7F)


def _parsed(stream: _Stream, rows: Sequence[Run], sets: Losses, readers: Sequence[Reader], unknown: Mask) -> Characters:
    """Return the characters of a stream, each of which begins where the one before ends."""
    value, single = stream.value, stream.ascii | stream.torn
    trail = stream.ascii & _is_trail(value) & ~stream.torn
    trail[stream.breaks] = False
    # Behind a byte that is none of two, each second byte begins a character.
    at = np.arange(len(value))
    chain = at - 1 - np.append(-1, np.maximum.accumulate(np.where(single, at, -1))[:-1])
    begins = chain % 2 == 0
    begins |= single & ~trail
    begins[stream.breaks] = False
    begin = begins.nonzero()[0]
    v0, v1 = value[begin], value[begin + 1]
    paired = ~single[begin] & (~single[begin + 1] | trail[begin + 1])
    known = paired & (v0 >= 0) & (v1 >= 0)
    codes = np.where(stream.ascii[begin], v0, 0).astype(np.uint32)
    codes[known] = sets.codes[v0[known], v1[known]]
    row = stream.row[begin]
    lost = (paired & ~known).nonzero()[0]
    numbers = np.full(len(lost), -1)
    ahead = np.minimum(begin[lost] + 2, len(value) - 1)
    following = np.where(single[ahead] & ~trail[ahead], 0, np.maximum(value[ahead], 0))
    for rule in {reader.rule for reader in readers}:
        its = np.array([reader.rule is rule for reader in readers])[row[lost]].nonzero()[0]
        numbers[its] = sets.numbers(rule, v0[lost[its]], v1[lost[its]], following[its])
    lost, numbers = lost[numbers >= 0], numbers[numbers >= 0]
    counts = np.bincount(row, minlength=len(rows))
    stops = np.cumsum(counts + 2 * PADDED) - PADDED
    starts = stops - counts
    place = np.arange(len(begin)) + 2 * PADDED * row + PADDED
    made = np.full(len(begin) + 2 * PADDED * len(rows), _BREAK, np.uint32)
    made[starts - 1] = points("".join([(one.before or "\n")[-1] for one in rows]))
    made[stops] = points("".join([(one.after or "\n")[0] for one in rows]))
    made[place] = np.where(codes == 0, _BREAK, codes)
    ends, torn = np.zeros(len(made), np.int64), np.zeros(len(made), bool)
    ends[place] = stream.end[begin + paired]
    torn[place] = codes == 0
    torn[place[lost]] = False
    return Characters(made, ends, torn, place[lost], numbers, starts, stops)


def _out_of_step(made: Characters) -> Ints:
    """Return the rows in which something is torn, or several characters one after the other do not go together."""
    ranks, known = places(made.codes), made.codes != _BREAK
    strange = (steps_of(ranks[:-1], ranks[1:]) > STRANGE) & known[:-1] & known[1:]
    run = np.append(strange, np.zeros(SIDE_BY_SIDE, bool))
    torn = made.torn.copy()
    torn[:-1] |= np.logical_and.reduce([run[i : i + len(strange)] for i in range(SIDE_BY_SIDE)])
    so_far = np.append(0, np.cumsum(torn))
    return (so_far[made.stops] > so_far[made.starts]).nonzero()[0]


def _realigned(value: Sequence[int], sets: Losses) -> list[bool]:
    """Tell of the bytes of a row which are no part of a character, where it reads best: Viterbi's algorithm, in which
    a character that lost something counts the same whatever it may have been.
    """
    table, ranks, steps = sets.table, sets.ranks, sets.steps
    size = len(value)
    best, last, came = [_NONE] * (size + 2), [DENSE - 1] * (size + 2), [0] * (size + 2)
    best[0] = 0.0
    unknown, known = DENSE - 1, len(ranks)
    for at, (first, second) in enumerate(zip(value, [*value[1:], 0], strict=True)):
        so_far = best[at]
        if so_far == _NONE:
            continue
        row = last[at] * DENSE
        ahead = at + 1
        if 0 <= first < 0x80:
            rank = ranks[first]
            score = so_far + steps[row + rank] * STEP
            if score > best[ahead]:
                best[ahead], last[ahead], came[ahead] = score, rank, 1
            continue
        if (score := so_far + OUT_OF_STEP) > best[ahead]:
            best[ahead], last[ahead], came[ahead] = score, unknown, 0
        ahead += 1
        if first >= 0 and second >= 0x40:
            code = table[first << 8 | second]
            if not code:
                continue
            rank = ranks[code] if code < known else unknown
            score = so_far + steps[row + rank] * STEP
        elif second >= 0x40 or second < 0:
            rank, score = unknown, so_far + (ONE_LOST if first >= 0 or second >= 0 else BOTH_LOST)
        else:
            continue
        if score > best[ahead]:
            best[ahead], last[ahead], came[ahead] = score, rank, 2
    torn, at = [False] * size, size
    while at:
        torn[at - 1] = not came[at]
        at -= came[at] or 1
    return torn


def _picked(codes: Points, lost: Ints, numbers: Ints, sets: Losses) -> tuple[Points, Scores]:
    """Return the likeliest choices by pairs for each lost character between its neighbours, the likeliest first, with
    nats that speak against them.
    """
    picks, against = np.full((len(lost), PICKED), PAD, np.uint32), np.zeros((len(lost), PICKED))
    left, right = places(codes[lost - 1])[:, None], places(codes[lost + 1])[:, None]
    for which, (some, ranks, odd) in sets.grouped(numbers):
        steps = steps_of(left[which], ranks) + steps_of(ranks, right[which]) + odd
        width = steps.shape[1]
        order = steps.astype(np.int32) * width + np.arange(width, dtype=np.int32)
        most = min(PICKED, width)
        if most < width:
            order.partition(most - 1, axis=1)
        best = np.sort(order[:, :most], axis=1) % width
        some, odd = (np.broadcast_to(of, steps.shape) for of in (some, odd))
        chosen = np.take_along_axis(some, best, axis=1)
        picks[which, :most] = np.where(chosen == 0, PAD, chosen)
        against[which, :most] = np.take_along_axis(odd, best, axis=1) * STEP
    return picks, against
