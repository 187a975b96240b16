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
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from seedsearch.restoring.lost_pairs import GONE, Slot
from seedsearch.restoring.pair_choices import Sets, sets_of
from seedsearch.restoring.pair_faults import Fault, Reader, Rule, Run
from seedsearch.restoring.scripts import Script
from seedsearch.text.array_types import Array, Ints, Points, Scores
from seedsearch.text.code_points import points
from seedsearch.text.trigrams import STEP, pair_table, places, scores

WHOLE, BEGUN, LOST = range(3)
STATES = 6  # readings of each kind that are gone on with
PICKED = 12  # choices, by pairs, that are asked for with the two characters before
WINDOW, SHARED = 96, 16  # atoms that are searched together, and how many of them the next window has as well
FARTHEST = 20.0  # nats behind the best reading of a row, which no reading makes good
TORN = -16.0  # ln p of an atom that is no character
UNTRACED = -9.0  # ln p of a byte that was lost in front of what is torn, where readers leave a sign
ASKED = -3.0  # ln p that a sign which may be a true question mark is one
AT_ONCE = 1 << 20  # choices that are scored at once, some megabytes
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
    """Places of a row from atom `start` to atom `end`."""

    row: int
    start: int
    end: int
    places: list[Place]


class Searched(NamedTuple):
    """What a row is read as, character by character, with ends in half atoms; nothing where one has no bytes."""

    slots: list[Slot]
    made: list[str]
    score: float  # ln p of it


def searched(rows: Sequence[Run], fault: Fault, readers: Sequence[Reader], script: Script) -> list[Searched]:
    """Return the likeliest reading of each row, which one of the readers left so."""
    sets = sets_of(fault, script)
    windows = [
        window
        for number, (row, reader) in enumerate(zip(rows, readers, strict=True))
        for window in _windows(number, row, sets, reader)
    ]
    found: list[list[Searched]] = [[] for _ in rows]
    for window, read in zip(windows, _Search(rows, windows, sets, readers).read(), strict=True):
        found[window.row].append(read)
    starts: list[list[int]] = [[] for _ in rows]
    for window in windows:
        starts[window.row].append(window.start)
    return [_joined(some, begin) for some, begin in zip(found, starts, strict=True)]


def _joined(some: Sequence[Searched], starts: Sequence[int]) -> Searched:
    """Return the windows of a row as one, each from a border between characters that it has with the one before."""
    if len(some) < 2:
        return some[0] if some else Searched([], [], _NONE)
    slots, made = list(some[0].slots), list(some[0].made)
    for one, start in zip(some[1:], starts[1:], strict=True):
        middle = 2 * start + SHARED
        first = len(slots)  # of those that the next window has as well
        while first and slots[first - 1].end > 2 * start:
            first -= 1
        ends = {slot.end for slot in slots[first:]}
        begun = [slot.end for slot in one.slots[: 4 * SHARED]]
        shared = [end for end in begun if end in ends]
        cut = min(shared, key=lambda end: abs(end - middle)) if shared else middle
        kept = first + sum(slot.end <= cut for slot in slots[first:])
        del slots[kept:], made[kept:]
        if not shared:  # they are nowhere in step
            slots.append(Slot(cut, GONE))
            made.append(GONE)
        skipped = sum(end <= cut for end in begun)
        slots += one.slots[skipped:]
        made += one.made[skipped:]
    return Searched(slots, made, sum(one.score for one in some))


def _windows(number: int, row: Run, sets: Sets, reader: Reader) -> Iterator[Window]:
    """Yield the windows of a row; none where one of its characters has no bytes."""
    atoms = sets.atoms(row.found)
    if atoms is None:
        return
    size, at = len(atoms), 0
    loose = _loose(atoms, sets, reader.rule) if reader.drops and atoms else ()
    while True:
        end = size if size - at <= WINDOW + SHARED else at + WINDOW
        yield Window(number, at, end, list(_places(atoms, at, end, sets, loose)))
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


def _places(atoms: Sequence[bytes], start: int, end: int, sets: Sets, loose: Sequence[bool]) -> Iterator[Place]:
    """Yield the places between two atoms where something is missing, or may be."""
    table = sets.table
    at, pending = start, _carried(atoms[start - 1]) if start else 0
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
    if loose and end == len(atoms):
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
    """Readings that are gone on with, best first: by row and number, the score and the last two characters."""

    score: Scores
    before: Points
    last: Points


class _Found(NamedTuple):
    """Ways to go on, by row and number.

    `source`: which reading of which state each follows; `code`: the character that was chosen, or 0; `picked`: where
    in the list of choices picked that choice stands, or -1.
    """

    score: Scores
    before: Points
    last: Points
    source: Ints
    code: Points
    picked: Ints


class _Step(NamedTuple):
    """What was kept after a step: for each state its `_Found`."""

    states: list[_Found | None]


class _Search:
    def __init__(self, rows: Sequence[Run], windows: Sequence[Window], sets: Sets, readers: Sequence[Reader]) -> None:
        self.rows, self.windows, self.sets, self.readers = rows, windows, sets, readers
        self.order = sorted(range(len(windows)), key=lambda i: -len(windows[i].places))
        self.picked: list[Points] = []
        self.starts: list[int] = []
        self.count = 0

    def read(self) -> list[Searched]:
        """Return what each window is read as."""
        windows = [self.windows[i] for i in self.order]
        if not windows:
            return []
        lengths = np.array([len(window.places) for window in windows])
        states = self._begun(windows)
        steps: list[tuple[_Step, _Step]] = []
        ends: list[tuple[int, int, float]] = [(0, 0, 0.0)] * len(windows)
        for number in range(int(lengths[0])):
            going, after = int((lengths > number).sum()), int((lengths > number + 1).sum())
            here = _Here([w.places[number] for w in windows[:going]], [self.readers[w.row] for w in windows[:going]])
            states, lost = self._missing([_cut(state, 0, going) for state in states], here)
            states, known = self._known(states, here)
            steps.append((lost, known))
            if after < going:
                for row, end in enumerate(self._ended(windows[after:going], states, after, going), after):
                    ends[row] = end
        made: list[Searched] = [Searched([], [], 0.0)] * len(windows)
        for row, window in enumerate(windows):
            made[self.order[row]] = self._traced(window, row, ends[row], steps)
        return made

    def _begun(self, windows: Sequence[Window]) -> list[_Kept | None]:
        """Return the states in front of the first place."""
        befores = points("".join([("\n" + self.rows[w.row].before)[-2:] if not w.start else "\n\n" for w in windows]))
        befores = befores.reshape(-1, 2)
        whole = _Kept(np.zeros((len(windows), 1)), befores[:, :1], befores[:, 1:])
        inside = np.array([[w.start > 0 and w.places[0].pending >= 0x80] for w in windows])
        score = np.where(inside, 0.0, _NONE)
        return [whole, _Kept(score, befores[:, :1], befores[:, 1:]) if inside.any() else None, None]

    def _missing(self, states: Sequence[_Kept | None], here: _Here) -> tuple[list[_Kept | None], _Step]:
        """Return the states behind what is missing at the places."""
        sets = self.sets
        found: list[list[_Found]] = [[], [], []]
        # Nothing is missing.
        if not here.sign.all():
            stays = np.where(here.sign, _NONE, 0.0)[:, None]
            for kind, state in enumerate(states):
                if state is not None:
                    found[kind].append(_moved(state, kind, stays))
        one, two = here.one, here.two
        whole, begun, lost = states
        if whole is not None:
            true = np.where(here.sign & here.asks, ASKED, _NONE)
            found[WHOLE].append(self._said(whole, WHOLE, true, ord("?")))
            found[WHOLE].append(self._said(whole, WHOLE, np.where(here.sign, TORN, _NONE), _BREAK, GONE))
            found[LOST].append(_moved(whole, LOST, one[:, None], WHOLE))
            chosen = self._chosen(whole, WHOLE, two, here, [sets.both(reader.rule) for reader in here.readers])
            found[WHOLE] += chosen
        if begun is not None:
            some = [sets.second(place.pending, place.following) for place in here.places]
            found[WHOLE] += self._chosen(begun, BEGUN, one, here, some)
            some = [sets.second(place.pending, 0) for place in here.places]
            found[LOST] += self._chosen(begun, BEGUN, two, None, some)
            found[WHOLE].append(self._said(begun, BEGUN, np.where(here.sign, TORN, _NONE), _BREAK, GONE))
        if lost is not None:
            some = [
                sets.both_apart(place.following, reader.rule)
                for place, reader in zip(here.places, here.readers, strict=True)
            ]
            found[WHOLE] += self._chosen(lost, LOST, one, here, some)
            found[WHOLE].append(self._said(lost, LOST, np.where(here.sign, TORN, _NONE), _BREAK, GONE))
        return _best(found, len(here.places))

    def _known(self, states: Sequence[_Kept | None], here: _Here) -> tuple[list[_Kept | None], _Step]:
        """Return the states behind the known bytes that follow."""
        found: list[list[_Found]] = [[], [], []]
        whole, begun, lost = states
        count = len(here.places)
        if whole is not None:
            made, _ = here.whole.behind(whole)
            found[WHOLE].append(_moved(made, WHOLE, np.zeros((count, 1)), WHOLE))
        known, none = here.known[:, None], np.where(here.known, _NONE, 0.0)[:, None]
        for kind, state in ((BEGUN, begun), (LOST, lost)):
            if state is None:
                continue
            found[kind].append(_moved(state, kind, none, kind))
            if kind == BEGUN:
                code = here.first
                torn = code == 0
                said = np.where(torn, _BREAK, code).astype(np.uint32)
                score = state.score + np.where(known, np.where(torn[:, None], TORN, 0.0), _NONE)
                alive = score > _NONE / 2
                score = score + _scored(state.before, state.last, said[:, None], alive & ~torn[:, None])
                some = [
                    _Found(
                        score,
                        state.last,
                        np.broadcast_to(said[:, None], score.shape),
                        _sources(kind, score.shape),
                        np.broadcast_to(np.where(torn, ord(GONE), code).astype(np.uint32)[:, None], score.shape),
                        np.full(score.shape, -1),
                    )
                ]
            else:
                sets = [self.sets.first(place.following) for place in here.places]
                cost = np.where(here.known, here.alone, _NONE)
                some = self._chosen(state, kind, cost, here, sets, here.begun.next)
            for one in some:
                made, _ = here.begun.behind(_Kept(one.score, one.before, one.last))
                for goal, there in ((BEGUN, here.open), (WHOLE, ~here.open)):
                    if there.any():
                        score = np.where(there[:, None], made.score, _NONE)
                        found[goal].append(one._replace(score=score, before=made.before, last=made.last))
        return _best(found, count)

    def _said(self, state: _Kept, kind: int, cost: Scores, code: int, shown: str = "") -> _Found:
        """Return a character said behind each reading, at a cost by row."""
        score = state.score + cost[:, None]
        if not shown:
            alive = score > _NONE / 2
            score = score + _scored(state.before, state.last, np.full((1, 1), code, np.uint32), alive)
        shape = score.shape
        code_shown = ord(shown) if shown else code
        return _Found(
            score,
            state.last,
            np.full(shape, code, np.uint32),
            _sources(kind, shape),
            np.full(shape, code_shown, np.uint32),
            np.full(shape, -1),
        )

    def _chosen(
        self,
        state: _Kept,
        kind: int,
        cost: Scores,
        here: _Here | None,
        sets: Sequence[int],
        ahead: Points | None = None,
    ) -> list[_Found]:
        """Return the best of a set of characters for each row behind each reading, by what is `ahead` as well."""
        score = state.score + cost[:, None]
        rows, numbers = (score > _NONE / 2).nonzero()
        if not len(rows):
            return []
        if ahead is None:
            ahead = here.whole.next if here is not None else np.zeros(score.shape[0], np.uint32)
        size = state.score.shape[0], state.score.shape[1] * PICKED
        made = _Found(
            np.full(size, _NONE),
            np.repeat(state.last, PICKED, axis=1),
            np.zeros(size, np.uint32),
            np.repeat(_sources(kind, score.shape), PICKED, axis=1),
            np.zeros(size, np.uint32),
            np.full(size, -1),
        )
        chosen = np.array(sets)[rows]
        for some, (codes, ranks, odd) in self.sets.grouped(chosen):
            at = max(1, AT_ONCE // codes.shape[1])
            for begin in range(0, len(some), at):
                part = some[begin : begin + at]
                self._pick(made, state, score, rows[part], numbers[part], _of(part, begin, codes, ranks, odd), ahead)
        return [made]

    def _pick(
        self,
        made: _Found,
        state: _Kept,
        score: Scores,
        rows: Ints,
        numbers: Ints,
        choices: tuple[Points, Array, Array],
        ahead: Points,
    ) -> None:
        codes, ranks, odd = choices
        table = pair_table()
        before, last = state.before[rows, numbers], state.last[rows, numbers]
        steps = table[places(last)[:, None], ranks] + odd
        following = ahead[rows]
        told = following > 0
        if told.any():
            steps = steps + np.where(told[:, None], table[ranks, places(following)[:, None]], 0)
        most = min(PICKED, codes.shape[1])
        best = np.argpartition(steps, most - 1, axis=1)[:, :most] if most < codes.shape[1] else np.arange(most)[None]
        picked = np.take_along_axis(np.broadcast_to(codes, steps.shape), np.broadcast_to(best, (len(rows), most)), 1)
        unlikely = np.take_along_axis(np.broadcast_to(odd, steps.shape), np.broadcast_to(best, (len(rows), most)), 1)
        told_by = scores(before[:, None], last[:, None], picked) + unlikely * STEP
        told_by[picked == 0] = _NONE
        columns = numbers[:, None] * PICKED + np.arange(most)
        made.score[rows[:, None], columns] = told_by + score[rows, numbers][:, None]
        made.last[rows[:, None], columns] = picked
        made.code[rows[:, None], columns] = picked
        made.picked[rows[:, None], columns] = self.count + np.arange(len(rows))[:, None]
        self.picked.append(picked)
        self.starts.append(self.count)
        self.count += len(rows)

    def _ended(
        self, windows: Sequence[Window], states: Sequence[_Kept | None], start: int, end: int
    ) -> list[tuple[int, int, float]]:
        """Return for each window that ends here the state and the reading that is the best, and its score."""
        after = points("".join([(self.rows[w.row].after or "\n")[0] for w in windows]))[:, None]
        last = np.array([w.end == len(self.rows[w.row].found) for w in windows])[:, None]
        best, which = np.full(len(windows), 2 * _NONE), np.zeros((len(windows), 2), int)
        for kind, state in enumerate(states):
            if state is None:
                continue
            some = _Kept(state.score[start:end], state.before[start:end], state.last[start:end])
            alive = (some.score > _NONE / 2) & last
            score = some.score + (_scored(some.before, some.last, after, alive) if kind == WHOLE else TORN * last)
            number = score.argmax(axis=1)
            top = np.take_along_axis(score, number[:, None], 1)[:, 0]
            better = top > best
            best[better] = top[better]
            which[better] = np.stack([np.full(len(number), kind), number], 1)[better]
        return [(int(kind), int(number), float(score)) for (kind, number), score in zip(which, best, strict=True)]

    def _traced(
        self, window: Window, row: int, end: tuple[int, int, float], steps: Sequence[tuple[_Step, _Step]]
    ) -> Searched:
        """Return what a window is read as, from its end back to its beginning."""
        kind, number, score = end
        slots, made = list[Slot](), list[str]()

        def say(code: int, at: int, choices: str = "") -> None:
            char = chr(code) if code else GONE
            slots.append(Slot(at, "" if choices else char, choices))
            made.append(char)

        for place, (lost, known) in zip(window.places[::-1], steps[len(window.places) - 1 :: -1], strict=True):
            found = known.states[kind]
            assert found is not None
            source, code = int(found.source[row, number]), int(found.code[row, number])
            came = source // _SOURCES
            if place.first is not None:
                for one, at in place.whole[::-1] if came == WHOLE else place.begun[::-1]:
                    say(one, at)
                if came != WHOLE:
                    choices = self._choices(int(found.picked[row, number]))
                    say(0 if code == ord(GONE) else code, place.first[1], choices)
            kind, number = came, source % _SOURCES
            found = lost.states[kind]
            assert found is not None
            source, code = int(found.source[row, number]), int(found.code[row, number])
            if code:
                choices = self._choices(int(found.picked[row, number]))
                say(0 if code == ord(GONE) else code, 2 * (place.at + place.sign), choices)
            kind, number = source // _SOURCES, source % _SOURCES
        carried = window.end * 2
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


_SOURCES = 1 << 12  # readings of a state that there may be


def _sources(kind: int, shape: tuple[int, ...]) -> Ints:
    """Return the numbers of the readings of a state."""
    return np.broadcast_to(kind * _SOURCES + np.arange(shape[1]), shape)


def _of(part: Ints, begin: int, codes: Points, ranks: Array, odd: Array) -> tuple[Points, Array, Array]:
    """Return the part of choices that are by row; all where they are the same for every row."""
    if len(codes) == 1:
        return codes, ranks, odd
    end = begin + len(part)
    return codes[begin:end], ranks[begin:end], odd[begin:end]


def _cut(state: _Kept | None, start: int, end: int) -> _Kept | None:
    return None if state is None else _Kept(state.score[start:end], state.before[start:end], state.last[start:end])


def _moved(state: _Kept, kind: int, cost: Scores, source: int | None = None) -> _Found:
    """Return the readings as they are, at a cost by row."""
    score = state.score + cost
    shape = score.shape
    return _Found(
        score,
        state.before,
        state.last,
        _sources(kind if source is None else source, shape),
        np.zeros(shape, np.uint32),
        np.full(shape, -1),
    )


def _scored(firsts: Points, seconds: Points, thirds: Points, asked: Array) -> Scores:
    """ln p of the third characters behind the others where that is asked; else 0."""
    made = np.zeros(asked.shape)
    if asked.any():
        three = (np.broadcast_to(codes, asked.shape)[asked] for codes in (firsts, seconds, thirds))
        made[asked] = scores(*three)
    return made


def _best(found: Sequence[Sequence[_Found]], rows: int) -> tuple[list[_Kept | None], _Step]:
    """Return the best readings of each state that differ in their last two characters."""
    states: list[_Kept | None] = []
    steps: list[_Found | None] = []
    best = np.full(rows, -np.inf)
    for some in found:
        for one in some:
            np.maximum(best, one.score.max(axis=1), out=best)
    least = np.maximum(best - FARTHEST, _NONE / 2)[:, None]
    for some in found:
        for one in some:
            one.score[one.score < least] = _NONE
        alive = [one for one in some if (one.score > _NONE / 2).any()]
        if not alive:
            states.append(None)
            steps.append(None)
            continue
        kept = _differing(alive)
        steps.append(kept)
        states.append(_Kept(kept.score, kept.before, kept.last))
    return states, _Step(steps)


def _differing(alive: Sequence[_Found]) -> _Found:
    """Return the best ones of different last two characters, best first."""
    score, before, last = (_beside([one[field] for one in alive]) for field in range(3))
    rows, columns = score.shape
    firsts = np.arange(rows)[:, None] * columns
    if columns > 1:
        order = np.argsort(-score, axis=1, kind="stable")[:, : 3 * STATES] + firsts
        best, both = score.ravel()[order], last.ravel()[order].astype(np.uint64) << 32 | before.ravel()[order]
        again = np.tril(both[:, :, None] == both[:, None, :], -1).any(axis=2)
        best[again] = 2 * _NONE
        most = max(1, min(STATES, int((best > _NONE / 2).sum(axis=1).max())))
        chosen = np.argsort(-best, axis=1, kind="stable")[:, :most]
        places_ = order[np.arange(rows)[:, None], chosen]
        score = best[np.arange(rows)[:, None], chosen]
    else:
        places_ = firsts
    others = (_beside([one[field] for one in alive]).ravel()[places_] for field in range(3, 6))
    return _Found(score, before.ravel()[places_], last.ravel()[places_], *others)


def _beside(some: Sequence[Array]) -> Array:
    return some[0] if len(some) == 1 else np.concatenate(some, axis=1)


class _Here:
    """The places of one step as arrays."""

    def __init__(self, some: Sequence[Place], readers: Sequence[Reader]) -> None:
        self.places, self.readers = some, readers
        # ln p that one byte is missing, and that two are.
        costs = [
            reader.costs(ascii_follows=0 < place.following < 0x80) for place, reader in zip(some, readers, strict=True)
        ]
        untraced = np.array([not place.sign and not reader.drops for place, reader in zip(some, readers, strict=True)])
        self.one, self.two = (np.where(untraced, UNTRACED, some) for some in np.array(costs).T)
        self.alone = np.where([reader.rule is Rule.EACH for reader in readers], _NONE, 0.0)
        self.asks = np.array([reader.asks for reader in readers])
        self.sign = np.array([place.sign for place in some])
        self.known = np.array([place.first is not None for place in some])
        self.open = np.array([place.open for place in some])
        self.first = np.array([place.first[0] if place.first else 0 for place in some])
        self.whole = _Behind([place.whole for place in some])
        self.begun = _Behind([place.begun for place in some])


class _Behind:
    """Known characters behind each of several places: the first two, the last two, and how those inside read."""

    def __init__(self, some: Sequence[Sequence[tuple[int, int]]]) -> None:
        self.sizes = np.array([len(codes) for codes in some])
        flat = np.array([code for codes in some for code, _ in codes], np.uint32)
        torn = np.append(0, np.cumsum(flat == 0))
        flat = np.where(flat == 0, _BREAK, flat).astype(np.uint32)
        ends = np.cumsum(self.sizes)
        starts = ends - self.sizes
        each = np.zeros(len(flat) + 1)
        if len(flat) > 2:
            each[3:] = scores(flat[:-2], flat[1:-1], flat[2:])
        inside = np.cumsum(each)
        longer = self.sizes > 2
        self.inside = np.where(longer, inside[ends] - inside[np.minimum(starts + 2, len(inside) - 1)], 0.0)
        self.inside = self.inside + TORN * (torn[ends] - torn[starts])
        padded = np.append(flat, [_BREAK, _BREAK]).astype(np.uint32)
        self.one, self.two = padded[starts], padded[starts + 1]
        self.last, self.before = padded[ends - 1], padded[ends - 2]
        self.next = np.where(self.sizes > 0, self.one, 0)

    def behind(self, state: _Kept) -> tuple[_Kept, Scores]:
        """Return the readings behind these characters."""
        size = self.sizes[:, None]
        alive = state.score > _NONE / 2
        score = state.score + self.inside[:, None]
        score = score + _scored(state.before, state.last, self.one[:, None], alive & (size > 0))
        score = score + _scored(state.last, self.one[:, None], self.two[:, None], alive & (size > 1))
        before = np.where(size > 1, self.before[:, None], np.where(size == 1, state.last, state.before))
        last = np.where(size > 0, self.last[:, None], state.last)
        return _Kept(score, before.astype(np.uint32), last.astype(np.uint32)), score
