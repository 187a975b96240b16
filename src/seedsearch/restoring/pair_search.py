"""Bytes in pairs that a reader of another encoding lost some of: the search for the text that it was shown.

What was found is a row of atoms, one a character: the bytes of a character that the wrong reader had, an ASCII byte, or
a sign for what it could not use. A sign stands for one byte or for two, as the reader has it (`Reader`); a reader that
drops leaves no sign, and something may be missing in front of each atom. The search goes over the places where
something is missing, and between them over the known bytes as they come in and out of step:

* *whole*: the next byte begins a character;
* *begun*: the last known byte begins one;
* *lost*: a byte that is lost begins one.

At each place it keeps the likeliest readings of each kind, by what is known of three characters in a row
(`text/trigrams.py`; the best of many choices are picked by pairs). Viterbi's algorithm with a beam, over arrays: all
rows of a page take each step together, and long rows are searched in windows that overlap and are joined where both
have a border between characters. Linear in the number of atoms.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from seedsearch.restoring.lost_pairs import GONE, Slot
from seedsearch.restoring.pair_choices import WIDE, Choices, Sets, sets_of
from seedsearch.restoring.pair_faults import NEVER, Fault, Reader, Rule, Run
from seedsearch.restoring.recent import Recent
from seedsearch.restoring.scripts import Script
from seedsearch.text.array_types import Array, Ints, Points, Scores
from seedsearch.text.code_points import points
from seedsearch.text.trigrams import DENSE, STEP, pair_table, places, scores

WHOLE, BEGUN, LOST = KINDS = range(3)
STATES = 6  # readings of each kind that are gone on with
PICKED = 12  # choices, by pairs, that are asked for with the two characters before
WINDOW, SHARED = 96, 16  # atoms that are searched together, and how many of them the next window has as well
KEPT = 128  # windows of which the answer is kept, some 20 KB each
FARTHEST = 20.0  # nats behind the best reading of a row, which no reading makes good
TORN = -16.0  # ln p of an atom that is no character
UNTRACED = -9.0  # ln p of a byte that was lost in front of what is torn, where readers leave a sign
ASKED = -3.0  # ln p that a sign which may be a true question mark is one
TIED = 24  # steps of ln p of two characters side by side between which nothing is taken to be missing
_NONE = -1e9  # ln p of what cannot be
_BREAK = ord("\n")


class Place(NamedTuple):
    """Where something is missing: in front of the atom `at`, or that one itself, if it is a `sign`; then known atoms.

    `pending` is the byte in front of it that may begin a character (0: none), `following` the first byte behind it (0:
    none). `whole` and `begun` are the codes behind it, from either of these states, and where each of them ends in
    half atoms; of `begun` without the first one, which `first` is where a byte is pending.
    """

    at: int
    sign: bool
    pending: int
    following: int
    whole: list[tuple[int, int]]
    begun: list[tuple[int, int]]
    first: tuple[int, int] | None
    open: bool  # whether `begun` ends inside a character


class Window(NamedTuple):
    """Atoms of a row that are searched together, and all that what is found depends on: equal ones are read alike.

    `loose` tells of each atom whether something may be missing in front of it, where readers leave no sign. `pending`
    is the byte in front of the first atom that may begin a character (0: none). `before` is two characters in front of
    the row where the window begins it, and `after` the one behind the row where it ends it; else they are empty.
    """

    atoms: tuple[bytes, ...]
    loose: tuple[bool, ...]
    pending: int
    before: str
    after: str
    reader: Reader


class Searched(NamedTuple):
    """What a row is read as, character by character, with ends in half atoms; nothing where one has no bytes."""

    slots: list[Slot]
    made: list[str]
    score: float  # ln p of it


def searched(rows: Sequence[Run], fault: Fault, readers: Sequence[Reader], script: Script) -> list[Searched]:
    """Return the likeliest reading of each row, which one of the readers left so."""
    sets = sets_of(fault, script)
    every = [list(_windows(row, sets, reader)) for row, reader in zip(rows, readers, strict=True)]
    windows = list(dict.fromkeys(window for some in every for _, window in some))
    recent = _recent(fault, script)
    read = {window: one for window in windows if (one := recent.get(window))}
    left = [window for window in windows if window not in read]
    for window, one in zip(left, _Search(left, sets).read(), strict=True):
        read[window] = one
        recent.put(window, one)
    return [_joined([read[window] for _, window in some], [start for start, _ in some]) for some in every]


@cache
def _recent(fault: Fault, script: Script) -> Recent[Window, Searched]:
    """Return the answers of the last searches: a page is searched part by part, and first a sample of it."""
    return Recent(KEPT)


def _joined(some: Sequence[Searched], starts: Sequence[int]) -> Searched:
    """Return the windows of a row as one, each from a border between characters that it has with the one before."""
    if len(some) < 2:
        return some[0] if some else Searched([], [], _NONE)
    slots, made = list(some[0].slots), list(some[0].made)
    for one, start in zip(some[1:], starts[1:], strict=True):
        begin = 2 * start
        middle = begin + SHARED
        first = len(slots)  # of those that the next window has as well
        while first and slots[first - 1].end > begin:
            first -= 1
        ends = {slot.end for slot in slots[first:]}
        begun = [begin + slot.end for slot in one.slots[: 4 * SHARED]]
        shared = [end for end in begun if end in ends]
        cut = min(shared, key=lambda end: abs(end - middle)) if shared else middle
        kept = first + sum(slot.end <= cut for slot in slots[first:])
        del slots[kept:], made[kept:]
        if not shared:  # they are nowhere in step
            slots.append(Slot(cut, GONE))
            made.append(GONE)
        skipped = sum(end <= cut for end in begun)
        slots += [Slot(begin + end, char, choices) for end, char, choices in one.slots[skipped:]]
        made += one.made[skipped:]
    return Searched(slots, made, sum(one.score for one in some))


def _windows(row: Run, sets: Sets, reader: Reader) -> Iterator[tuple[int, Window]]:
    """Yield where each window of a row begins, and the window; none where one of its characters has no bytes."""
    found = sets.atoms(row.found)
    if found is None:
        return
    atoms = tuple(found)
    size, at = len(atoms), 0
    loose = tuple(_loose(atoms, sets, reader.rule)) if reader.drops and atoms else ()
    while True:
        end = size if size - at <= WINDOW + SHARED else at + WINDOW
        pending = _carried(atoms[at - 1]) if at else 0
        before = "" if at else ("\n" + row.before)[-2:]
        after = (row.after or "\n")[0] if end == size else ""
        yield at, Window(atoms[at:end], loose[at:end], pending, before, after, reader)
        if end == size:
            return
        at = end - SHARED


def _loose(atoms: Sequence[bytes], sets: Sets, rule: Rule) -> list[bool]:
    """Tell of each atom whether something can be missing in front of it, where readers leave no sign.

    Not between two characters, in step or out of step, that stand together more often than that.
    """
    table = sets.table
    whole, begun, carried = [_BREAK], [_BREAK], 0
    for known in atoms:
        whole.append((known[0] if len(known) == 1 else table[known[0] << 8 | known[1]]) if known else 0)
        begun.append(table[carried << 8 | known[0]] if carried and known else 0)
        carried = _carried(known)
    made = _links(whole) < TIED
    if rule is not Rule.PAIR:
        made |= _links(begun) < TIED
    return list(~made)


def _links(codes: Sequence[int]) -> Array:
    """Return the steps of ln p of each character but the first one behind the one before it."""
    ranks = places(np.array(codes, np.uint32))
    return pair_table()[ranks[:-1], ranks[1:]]


def _places(window: Window, sets: Sets) -> Iterator[Place]:
    """Yield the places of a window where something is missing, or may be."""
    table, atoms, loose, end = sets.table, window.atoms, window.loose, len(window.atoms)
    at, pending = 0, window.pending
    first = True
    while at < end or first:
        sign = at < end and not atoms[at]
        begin = at + sign
        last = begin
        while last < end and atoms[last]:
            known = atoms[last]
            if last > begin and (loose[last] if loose else len(known) > 1 and not table[known[0] << 8 | known[1]]):
                break
            last += 1
        following = atoms[begin][0] if begin < end and atoms[begin] else 0
        if begin == last:
            yield Place(at, sign, pending, following, [], [], None, True)
        else:
            yield _known(atoms, at, sign, begin, last, pending, sets)
            pending = _carried(atoms[last - 1])
        at, first = last, False
    if loose and window.after:
        yield Place(end, False, pending, 0, [], [], None, True)


def _carried(atom: bytes) -> int:
    """Return the last byte of an atom, if it can begin a character; else 0."""
    return atom[1] if len(atom) > 1 and atom[1] >= 0x80 else 0


def _known(atoms: Sequence[bytes], at: int, sign: bool, begin: int, end: int, pending: int, sets: Sets) -> Place:
    """Return the place with the atoms behind it from `begin` to `end`."""
    table = sets.table
    whole, begun = list[tuple[int, int]](), list[tuple[int, int]]()
    for i in range(begin, end):
        known = atoms[i]
        whole.append((known[0] if len(known) == 1 else table[known[0] << 8 | known[1]], 2 * i + 2))
    one = len(atoms[begin]) == 1
    first = (table[pending << 8 | atoms[begin][0]] if pending else 0, 2 * begin + 1 + one)
    i, carried = begin, 0 if one else atoms[begin][1]
    while carried >= 0x80:
        i += 1
        if i == end:
            break
        known = atoms[i]
        begun.append((table[carried << 8 | known[0]], 2 * i + 1 + (len(known) == 1)))
        carried = known[1] if len(known) > 1 else 0
    open_ = carried >= 0x80
    if not open_:
        if carried:
            begun.append((carried, 2 * i + 2))
        begun += whole[i + 1 - begin :]
    return Place(at, sign, pending, atoms[begin][0], whole, begun, first, open_)


class _Kept(NamedTuple):
    """Readings that are gone on with: by row, in each by kind, and the likeliest first.

    `score` and the last two characters of each; `source` is which reading of the step before it follows, `code` the
    character that was said in between, or 0, and `picked` which choice it was, counted over all choices, or -1.
    """

    row: Ints
    kind: Ints
    score: Scores
    before: Points
    last: Points
    source: Ints
    code: Points
    picked: Ints


class _Ways(NamedTuple):
    """Ways to go on, in no order: which reading each follows, what kind it becomes, and the rest as in `_Kept`."""

    source: Ints
    kind: Ints
    score: Scores
    before: Points
    last: Points
    code: Points
    picked: Ints


class _Search:
    def __init__(self, windows: Sequence[Window], sets: Sets) -> None:
        self.sets = sets
        places = [list(_places(window, sets)) for window in windows]
        self.order = sorted(range(len(windows)), key=lambda i: -len(places[i]))
        self.windows = [windows[i] for i in self.order]
        self.places = [places[i] for i in self.order]
        self.at = _Places(self.places, [window.reader for window in self.windows])
        self.picked: list[Points] = []
        self.starts: list[int] = []
        self.count = 0

    def read(self) -> list[Searched]:
        """Return what each window is read as."""
        made: list[Searched] = [Searched([], [], _NONE)] * len(self.windows)
        if not made:
            return made
        lengths = np.array(list(map(len, self.places)))
        state, steps = self._begun(), list[tuple[_Kept, _Kept]]()
        ended = list[tuple[int, _Kept]]()
        for number in range(int(lengths[0])):
            lost = self._missing(state, self.at.starts[state.row] + number)
            known = self._known(lost, self.at.starts[lost.row] + number)
            steps.append((lost, known))
            going = int(known.row.searchsorted((lengths > number + 1).sum()))
            ended.append((going, _Kept(*_part(known, slice(going, None)))))
            state = _Kept(*_part(known, slice(going)))
        listed = [(_Listed.of(lost), _Listed.of(known)) for lost, known in steps]
        for row, reading, score in self._ended(ended):
            made[self.order[row]] = self._traced(row, reading, score, listed)
        return made

    def _begun(self) -> _Kept:
        """Return the readings in front of the first places."""
        windows = self.windows
        befores = points("".join([window.before or "\n\n" for window in windows]))
        inside = np.array([window.pending > 0 for window in windows])
        row = np.repeat(np.arange(len(windows)), 1 + inside)
        kind = np.append(WHOLE, np.where(row[1:] == row[:-1], BEGUN, WHOLE))
        before, last = befores.reshape(-1, 2)[row].T
        none = np.full(len(row), -1)
        return _Kept(row, kind, np.zeros(len(row)), before, last, none, np.zeros(len(row), np.uint32), none)

    def _missing(self, state: _Kept, at: Ints) -> _Kept:
        """Return the readings behind what is missing at the places, which are `at` for each reading."""
        of, sets = self.at, self.sets
        sign, one, two = of.sign[at], of.one[at], of.two[at]
        whole, begun, lost = (state.kind == kind for kind in (WHOLE, BEGUN, LOST))
        alone, both = one > NEVER / 2, two > NEVER / 2
        ways = [_moved(state, (~sign).nonzero()[0])]
        asked, torn = (sign & of.asks[at] & whole).nonzero()[0], sign.nonzero()[0]
        if len(asked):
            said = scores(state.before[asked], state.last[asked], np.array([ord("?")], np.uint32))
            ways.append(_said(state, asked, WHOLE, said + ASKED, ord("?"), ord("?")))
        if len(torn):
            ways.append(_said(state, torn, WHOLE, TORN, _BREAK, ord(GONE)))
        moved = (whole & alone).nonzero()[0]
        ways.append(_moved(state, moved, LOST, one[moved]))
        chosen = list[_Asked]()
        if len(some := (whole & both).nonzero()[0]):
            numbers = _by_number(state.row[some], lambda row: sets.both(self.windows[row].reader.rule))
            chosen.append(_Asked(some, numbers, WHOLE, two[some], of.whole.next[at[some]]))
        if len(some := (begun & alone).nonzero()[0]):
            numbers = _by_number(at[some], lambda i: sets.second(of.places[i].pending, of.places[i].following))
            chosen.append(_Asked(some, numbers, WHOLE, one[some], of.whole.next[at[some]]))
        if len(some := (begun & both).nonzero()[0]):
            numbers = _by_number(at[some], lambda i: sets.second(of.places[i].pending, 0))
            chosen.append(_Asked(some, numbers, LOST, two[some], np.zeros(len(some), np.uint32)))
        if len(some := (lost & alone).nonzero()[0]):
            numbers = _by_number(at[some], lambda i: sets.both_apart(of.places[i].following, of.rules[i]))
            chosen.append(_Asked(some, numbers, WHOLE, one[some], of.whole.next[at[some]]))
        return _best(state, [*ways, *self._chosen(state, chosen)], len(self.windows))

    def _known(self, state: _Kept, at: Ints) -> _Kept:
        """Return the readings behind the known bytes that follow, which are `at` for each reading."""
        of = self.at
        known, goal = of.known[at], np.where(of.open[at], BEGUN, WHOLE)
        some = (state.kind == WHOLE).nonzero()[0]
        going, behind = [_moved(state, some)], [of.whole.of(at[some])]
        if len(some := ((state.kind == BEGUN) & known).nonzero()[0]):
            code = of.first[at[some]]
            torn = code == 0
            said = np.where(torn, _BREAK, code).astype(np.uint32)
            score = np.where(torn, TORN, scores(state.before[some], state.last[some], said))
            going.append(_said(state, some, goal[some], score, said, np.where(torn, ord(GONE), code)))
            behind.append(of.begun.of(at[some]))
        if len(some := ((state.kind == LOST) & known & of.apart[at]).nonzero()[0]):
            numbers = _by_number(at[some], lambda i: self.sets.first(of.places[i].following))
            chosen = _Asked(some, numbers, goal[some], np.zeros(len(some)), of.begun.next[at[some]])
            for way in self._chosen(state, [chosen]):
                going.append(way)
                behind.append(of.begun.of(at[way.source]))
        ways = _behind(_Ways(*map(_joint, zip(*going, strict=True))), _Codes(*map(_joint, zip(*behind, strict=True))))
        stays = _moved(state, ((state.kind != WHOLE) & ~known).nonzero()[0])
        return _best(state, [ways, stays], len(self.windows))

    def _chosen(self, state: _Kept, asked: Sequence[_Asked]) -> Iterator[_Ways]:
        """Yield the best of sets of characters behind readings."""
        if not asked:
            return
        some, costs, ahead = (np.concatenate([one[field] for one in asked]) for field in (0, 3, 4))
        goals = np.concatenate([np.broadcast_to(one.goal, len(one.numbers)) for one in asked])
        numbers = np.concatenate([one.numbers for one in asked])
        for which, choices in self.sets.grouped(numbers):
            yield self._picked(state, some[which], choices, goals[which], costs[which], ahead[which])

    def _picked(self, state: _Kept, some: Ints, choices: Choices, goals: Ints, costs: Scores, ahead: Points) -> _Ways:
        """Return the best of the choices behind each of some readings, by what is `ahead` (0: nothing) as well."""
        codes, ranks, odd = choices
        table = pair_table().reshape(-1)
        last = state.last[some]
        steps = table[(places(last) * DENSE)[:, None] + ranks] + odd
        told = ahead.nonzero()[0]
        if len(told):
            steps[told] += table[ranks[told] * DENSE + places(ahead[told])[:, None]]
        width = codes.shape[1]
        most = min(PICKED, width)
        if most < width:  # of those that are as likely the more frequent ones, which come first
            order = steps.astype(np.int32) * WIDE + np.arange(width, dtype=np.int32)
            best = np.sort(np.argpartition(order, most - 1)[:, :most])
        else:
            best = np.arange(most)[None]
        best = best + np.arange(len(some))[:, None] * width
        picked = codes.reshape(-1)[best]
        score = scores(state.before[some][:, None], last[:, None], picked) + odd.reshape(-1)[best] * STEP
        score += (state.score[some] + costs)[:, None]
        row, column = picked.nonzero()
        number = self.count + row
        self.picked.append(picked)
        self.starts.append(self.count)
        self.count += len(some)
        picked = picked[row, column]
        return _Ways(some[row], goals[row], score[row, column], last[row], picked, picked, number)

    def _ended(self, ended: Sequence[tuple[int, _Kept]]) -> Iterator[tuple[int, int, float]]:
        """Yield for each window which of the readings at its end is the best, and its score."""
        some = _Kept(*map(_joint, zip(*(kept for _, kept in ended), strict=True)))
        number = np.concatenate([start + np.arange(len(kept.row)) for start, kept in ended])
        after = points("".join([window.after or "\n" for window in self.windows]))
        last = np.array([window.after > "" for window in self.windows])
        said = scores(some.before, some.last, after[some.row])
        score = some.score + np.where(last[some.row], np.where(some.kind == WHOLE, said, TORN), 0.0)
        order = np.lexsort((some.kind, -score, some.row))
        rows, first = np.unique(some.row[order], return_index=True)
        best = order[first]
        yield from zip(rows.tolist(), number[best].tolist(), score[best].tolist(), strict=True)

    def _traced(self, row: int, reading: int, score: float, steps: Sequence[tuple[_Listed, _Listed]]) -> Searched:
        """Return what a window is read as, from a reading at its end back to its beginning."""
        places = self.places[row]
        slots, made = list[Slot](), list[str]()

        def say(code: int, at: int, choices: str = "") -> None:
            char = chr(code) if code else GONE
            slots.append(Slot(at, "" if choices else char, choices))
            made.append(char)

        for place, (lost, known) in zip(places[::-1], steps[len(places) - 1 :: -1], strict=True):
            code, picked, reading = known.code[reading], known.picked[reading], known.source[reading]
            came = lost.kind[reading]
            if place.first is not None:
                for one, at in place.whole[::-1] if came == WHOLE else place.begun[::-1]:
                    say(one, at)
                if came != WHOLE:
                    say(code, place.first[1], self._choices(picked))
            code, picked, reading = lost.code[reading], lost.picked[reading], lost.source[reading]
            if code:
                say(code, 2 * (place.at + place.sign), self._choices(picked))
        carried = len(self.windows[row].atoms) * 2
        slots, made = slots[::-1], made[::-1]
        if (slots and slots[-1].end < carried) or not slots:  # a byte is left that begins what does not go on
            slots.append(Slot(carried, GONE))
            made.append(GONE)
        return Searched(slots, made, score)

    def _choices(self, picked: int) -> str:
        if picked < 0:
            return ""
        number = bisect_right(self.starts, picked) - 1
        return "".join([chr(code) for code in self.picked[number][picked - self.starts[number]].tolist() if code])


class _Asked(NamedTuple):
    """Readings, the set that is chosen from behind each, what they become, the cost, and the code ahead (0: none)."""

    readings: Ints
    numbers: Ints
    goal: Ints | int
    cost: Scores
    ahead: Points


class _Listed(NamedTuple):
    """What of a step is asked when it is gone back over, as lists: numpy takes long to give one number."""

    kind: list[int]
    source: list[int]
    code: list[int]
    picked: list[int]

    @staticmethod
    def of(kept: _Kept) -> _Listed:
        """Return the lists of a step."""
        return _Listed(kept.kind.tolist(), kept.source.tolist(), kept.code.tolist(), kept.picked.tolist())


def _by_number(numbers: Ints, asked: Callable[[int], int]) -> Ints:
    """Return what is `asked` of each of some numbers, each of which stands there for several readings."""
    different, which = np.unique(numbers, return_inverse=True)
    return np.array([asked(number) for number in different.tolist()])[which]


def _moved(state: _Kept, some: Ints, goal: int | None = None, cost: Scores | float = 0.0) -> _Ways:
    """Return some readings as they are, at a cost."""
    kind = state.kind[some] if goal is None else np.full(len(some), goal)
    none = np.zeros(len(some), np.uint32)
    picked = np.full(len(some), -1)
    return _Ways(some, kind, state.score[some] + cost, state.before[some], state.last[some], none, picked)


def _said(
    state: _Kept, some: Ints, goal: Ints | int, score: Scores | float, code: Points | int, shown: Points | int
) -> _Ways:
    """Return a character said behind each of some readings; `shown` is what it is traced as."""
    size = len(some)
    last, said = (np.broadcast_to(np.asarray(one, np.uint32), size) for one in (code, shown))
    return _Ways(
        some, np.broadcast_to(goal, size), state.score[some] + score, state.last[some], last, said, np.full(size, -1)
    )


def _part(some: Iterable[Array], at: Ints | slice) -> Iterator[Array]:
    """Yield a part of each array."""
    return (one[at] for one in some)


def _joint(some: Sequence[Array]) -> Array:
    return some[0] if len(some) == 1 else np.concatenate(some)


def _best(state: _Kept, ways: Sequence[_Ways], rows: int) -> _Kept:
    """Return the best ways of each row to each kind that differ in their last two characters."""
    every = _Ways(*map(_joint, zip(*ways, strict=True)))
    row = state.row[every.source]
    best = np.full(rows, 2 * _NONE)
    np.maximum.at(best, row, every.score)
    some = (every.score >= best[row] - FARTHEST).nonzero()[0]
    group = row[some] * len(KINDS) + every.kind[some]
    order = np.lexsort((-every.score[some], group))
    some, group = _first(some[order], group[order], 3 * STATES)
    both = group << 42 | every.last[some].astype(np.int64) << 21 | every.before[some]
    order = np.argsort(both, kind="stable")
    again = order[1:][both[order[1:]] == both[order[:-1]]]
    fresh = np.ones(len(some), bool)
    fresh[again] = False
    some, group = _first(some[fresh], group[fresh], STATES)
    return _Kept(
        group // len(KINDS),
        group % len(KINDS),
        every.score[some],
        every.before[some],
        every.last[some],
        every.source[some],
        every.code[some],
        every.picked[some],
    )


def _first(some: Ints, group: Ints, most: int) -> tuple[Ints, Ints]:
    """Return of each group, which stand together, no more than the first ones."""
    kept = np.arange(len(group)) - group.searchsorted(group) < most
    return some[kept], group[kept]


class _Places:
    """The places of all windows as arrays, one window after the other, which `starts` says where."""

    def __init__(self, every: Sequence[Sequence[Place]], readers: Sequence[Reader]) -> None:
        sizes = list(map(len, every))
        self.starts = np.cumsum([0, *sizes])[:-1]
        self.places = some = [place for places in every for place in places]
        # ln p that one byte is missing, and that two are.
        costs = [
            (UNTRACED, UNTRACED)
            if not place.sign and not reader.drops
            else reader.costs(ascii_follows=0 < place.following < 0x80)
            for places, reader in zip(every, readers, strict=True)
            for place in places
        ]
        self.one, self.two = np.array(costs, float).reshape(-1, 2).T
        self.rules = [reader.rule for reader, size in zip(readers, sizes, strict=True) for _ in range(size)]
        self.apart = np.repeat([reader.rule is not Rule.EACH for reader in readers], sizes)
        self.asks = np.repeat([reader.asks for reader in readers], sizes)
        self.sign = np.array([place.sign for place in some], bool)
        self.known = np.array([place.first is not None for place in some], bool)
        self.open = np.array([place.open for place in some], bool)
        self.first = np.array([place.first[0] if place.first else 0 for place in some], np.uint32)
        self.whole = _codes([place.whole for place in some])
        self.begun = _codes([place.begun for place in some])


class _Codes(NamedTuple):
    """Known characters, by place: how many, how those inside read, the first two and the last two of them."""

    size: Ints
    inside: Scores
    one: Points
    two: Points
    before: Points
    last: Points
    next: Points  # the first, or 0

    def of(self, at: Ints) -> _Codes:
        """Return those of some places."""
        return _Codes(*_part(self, at))


def _codes(some: Sequence[Sequence[tuple[int, int]]]) -> _Codes:
    size = np.array([len(codes) for codes in some], int)
    flat = np.array([code for codes in some for code, _ in codes], np.uint32)
    place, ends = np.repeat(np.arange(len(some)), size), np.cumsum(size)
    starts = ends - size
    torn = flat == 0
    inside = np.zeros(len(some))
    inside += np.bincount(place, torn * TORN, len(some))
    flat[torn] = _BREAK
    third = (np.arange(len(flat)) >= starts[place] + 2).nonzero()[0]
    inside += np.bincount(place[third], scores(flat[third - 2], flat[third - 1], flat[third]), len(some))
    padded = np.append(flat, [_BREAK, _BREAK]).astype(np.uint32)
    one = padded[starts]
    return _Codes(size, inside, one, padded[starts + 1], padded[ends - 2], padded[ends - 1], np.where(size > 0, one, 0))


def _behind(ways: _Ways, codes: _Codes) -> _Ways:
    """Return the ways behind known characters, which are by way."""
    first, second = (codes.size > 0).nonzero()[0], (codes.size > 1).nonzero()[0]
    firsts = np.append(ways.before[first], ways.last[second])
    seconds = np.append(ways.last[first], codes.one[second])
    added = scores(firsts, seconds, np.append(codes.one[first], codes.two[second]))
    score = ways.score + codes.inside
    score[first] += added[: len(first)]
    score[second] += added[len(first) :]
    before = np.where(codes.size > 1, codes.before, np.where(codes.size == 1, ways.last, ways.before))
    return ways._replace(score=score, before=before, last=np.where(codes.size > 0, codes.last, ways.last))
