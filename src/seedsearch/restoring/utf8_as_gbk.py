r"""UTF-8 read as GBK: 涓枃 for 中文. Kind utf8-as-gbk.

How it arises: an editor, a compiler or a console of a Chinese system takes UTF-8 bytes for its own GBK. Three bytes
of UTF-8 make one and a half characters of GBK, so that pairs of characters become three others, most of them rare.

How it is recognised: the characters, written back in GBK, are valid UTF-8 for several ideographs in a row, and the
result reads more like Chinese than what was found: the fewer they are, the more. Runs are judged one by one, as pages
mix right and wrong text (comments beside code, a log within a report); where the page is full of it, a single
ideograph is enough.

What was lost: a byte left over before an ASCII character became `?` or U+FFFD, often together with that character;
pairs without a character were kept as private-use characters, or turned to `?`; and what some readers lose leaves no
sign (`gbk_readers`, `lossy_gaps`). The candidates that the fault would have treated just so are tried, the text around
picks one (inferred), and what stays torn is shown as U+FFFD; an ASCII character that is gone stays the sign that was
found. Python's `backslashreplace` spells what it cannot use (`\x80`), so that nothing is lost.

The fault may have come over a page more than once; it is undone as often as that is proved.

Left alone: rare characters that do not decode, and single ones on clean pages.
"""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from collections import deque
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import chain, groupby, product
from typing import NamedTuple, Self

from seedsearch.damage import Certainty, Damage
from seedsearch.offsets import (
    Edit,
    OffsetMap,
    Rows,
    Span,
    Weighed,
    apply_edits,
    compose,
    gathered,
    kept,
    rows_of,
    weighed,
    written,
)
from seedsearch.restoring.budget import Budget, Budgets
from seedsearch.restoring.calibration import assumed
from seedsearch.restoring.gbk_readers import Reader, eating
from seedsearch.restoring.lossy_choices import CONTEXT, Piece
from seedsearch.restoring.lossy_gaps import between
from seedsearch.restoring.lossy_guesses import TEAR, TORN, UNTOLD, Atom, loss
from seedsearch.restoring.lossy_utf8 import WORK, mended, searched, unsearched
from seedsearch.restoring.own_pairs import Neighbourhoods
from seedsearch.restoring.read_once import in_vain
from seedsearch.restoring.scripts import SCRIPT_SAMPLE, Script, script_of
from seedsearch.text import character_model
from seedsearch.text.gbk import pair_of


def _read(first: Iterable[int], second: Iterable[int]) -> str:
    """Return the characters of GBK whose bytes are one of `first` and one of `second`."""
    return bytes(byte for pair in product(first, second) for byte in pair).decode("gb18030")


# As characters of GBK: the first two bytes of an ideograph or a full-width mark (E3 80 to EF BF); its last byte with
# the first one of the next; and the last two bytes of that.
_LEADS, _CONTINUING = (*range(0xE3, 0xEA), 0xEF), range(0x80, 0xC0)
_FIRST = _read(_LEADS, _CONTINUING)
_BETWEEN = _read(_CONTINUING[1:], _LEADS)
_SECOND = _read(_CONTINUING[1:], _CONTINUING)
# Some of these may be lost.
TRIGGER = re.compile(f"[{_FIRST}](?:[{_BETWEEN}?\ufffd]|[{_SECOND}€][{_FIRST}])")

# What stands between two ASCII characters, with question marks that may be lost bytes, and the ASCII one after it.
_RUN = re.compile(r"[^\x00-\x7f]++(?:\?+[^\x00-\x7f]++)*+\?*[\x00-\x7f]?")
# The first two bytes of a character behind which the last one is gone.
_ENDING = re.compile(f"[{_FIRST}][\0-\x7f]?$")
_EURO = (loss((b"\x80", b"\xa2\xe3")),)  # Windows reads a lone 80 as the euro sign

# A byte that the reader spelled where it could not use it, as Python does (`backslashreplace`); while the text is read,
# a character from `SPELLED` on stands for it.
_SPELLED = re.compile(r"\\x([89a-f][0-9a-f])")
_SPELLED_BEHIND = re.compile(r"[^\0-\x7f](?:\\x[89a-f][0-9a-f])+(?:[^\0-\x7f]|\W|\Z)")
SPELLED, _AS_SPELLED = 0x10FF00, (Damage.UTF8_AS_GBK, Certainty.PROVED)

# "16 of 17 at 32": of the 17 damaged texts of docs/thresholds.md that are fully restored, 16 are at that value.
FULL = 8  # ideographs and marks on the page after which one in a run is enough: 16 of 17 at 32
# Ideographs and marks in a row → nats per character by which the repair must read better than what was found.
GAIN = {1: 9.0, 2: 4.0, 3: 2.0}
GAIN_FULL = {1: 2.0}
_MARKS = "，。、：；！？《》（）【】「」“”‘’…—"
_AS_SCORED = {ord(UNTOLD): "0", ord(TEAR): "\n", 0xFFFD: "\n"}
# Where more was lost than this nothing is restored, and every guess would be made in vain: signs of loss within so many
# characters, and in a row. Three bytes a character leave one sign in three at most. With the first at 1, 16 of 17; with
# the last at 0, 13.
LOST_AT_MOST, WITHIN, IN_A_ROW = 6, 16, 3
WORK_EACH = 0.45  # units of work for a code point; prose of which one character in ten lost a byte takes 0.3 to 0.4
# Characters of runs by which the reader of a page is told, where it lost so many bytes with a sign; and how many it
# takes where it left none.
TOLD_BY, LEAST_SIGNS, LEAST_UNSIGNED = 400, 4, 200
# Nats by which a reader has to read worse than the best one so far to be given up, and characters of a part of a run
# after which that is asked. Of 320 damaged pages of eight kinds two have another reader at 5, none from 10 on; of 40
# others that lost bytes without a sign one has at 10, which costs a tenth of it, and none at 40.
TOLD, PART = 40.0, 60
# Runs in a row that are no UTF-8 after which lost bytes are not searched for. Of 150 damaged pages of five kinds, one
# had one such run before it was known to be full of the fault; Big5 read as GBK has one in 15 characters.
PATIENCE = 20
DEEPEST = 3  # times that the fault is undone one after the other: 0 of 17 at 0, all at 12
# Share of the characters of a run that bytes of UTF-8 make, in one by which the reader is told: all of 100 pages in
# UTF-8, of 600 in other encodings .2 to .5, and of one in ten in Big5 that lost bytes .8.
WHOLE = 0.8
JUDGED = 60  # characters of a run that are scored
# In a run of more than `SHORT` characters only what lies within `MARGIN` of two signs of the fault is read, where the
# one is at most `NEAR` behind the other: of damaged text that is all, of sound text in GBK some hundredth.
# With `NEAR` at 2, 8 of 17.
SHORT, NEAR, MARGIN = 40, 8, 12
LONGEST = 2000  # characters of a run that are read together, the last `MARGIN` of them with the next ones
# Windows of at most so many characters are read together where no more characters than that are between two of them: a
# search through one takes as long as its arrays take to begin.
ALONE, BETWEEN = 400, 60


def edits(text: str, budgets: Budgets | None = None) -> Sequence[Edit]:
    """Return the edits of kind utf8-as-gbk: sorted, disjoint, in code points of `text`."""
    if in_vain(text, _all_edits):
        return []
    return _all_edits(text, budgets or Budgets())


def _all_edits(text: str, budgets: Budgets) -> Sequence[Edit]:
    if not _SPELLED_BEHIND.search(text):
        return _edits(text, budgets)
    rows = ((*m.span(), chr(SPELLED + int(m[1], 16)), *_AS_SPELLED) for m in _SPELLED.finditer(text))
    first, before = written(rows), len(budgets.passed_over)
    once = apply_edits(text, first)
    both = compose(first, _edits(once, budgets), once)
    budgets.passed_over[before:] = map(OffsetMap.of(first).to_raw, budgets.passed_over[before:])
    return kept(both, bytearray(max(made, default="") < chr(SPELLED) for _, _, made in rows_of(both)))


def _edits(text: str, budgets: Budgets) -> Sequence[Edit]:
    made: Sequence[Edit] = []
    work = budgets.of("UTF-8 as GBK", WORK, len(text), WORK_EACH)
    for depth in range(DEEPEST):
        again = _once(text, work, [] if depth else budgets.passed_over)
        if not again:
            break
        made = compose(made, again, text)
        text = apply_edits(text, again)
    return gathered(made)


def _once(text: str, work: Budget, passed_over: list[Span]) -> Sequence[Edit]:
    """Return the edits that undo the fault one time; what no work was left for goes to `passed_over`."""
    if not TRIGGER.search(text):
        return []
    return weighed(_proposed(_Page.of(text, work, passed_over)))


def _proposed(page: _Page) -> Iterator[Weighed]:
    """Yield the edits of the runs; as soon as the page shows to be full of the fault, with less to ask of each.

    After some runs in a row that are nothing, what was lost is no longer searched for, up to the next one that is
    something without that.
    """
    before, few, sure, failed = page.work.left, Rows(), 0, 0
    strict = replace(page, work=Budget(0, 0, 0), passed_over=[], strict=True)
    runs, searching = page.runs(), True
    while (run := next(runs, None)) is not None:
        good = _good(page, run, GAIN)
        wide = sum(_wide(stretch) for stretch, proved in zip(run.stretches, good, strict=True) if proved)
        if wide and not searching:
            runs, searching, failed = page.runs(run.start), True, 0
            continue
        sure, failed = sure + wide, 0 if wide else failed + 1
        if sure >= FULL:
            spent = Budget(before - page.work.left, 0, 0)
            yield from _full(page, replace(page, work=spent, passed_over=[]).runs(end=run.start))
            yield from _full(page, chain([run], runs))
            return
        few.add(list(_believed(page.text, run, good)))
        if failed == PATIENCE and searching:
            runs, searching = strict.runs(run.end), False
    yield from few


def _full(page: _Page, runs: Iterable[_Run]) -> Iterator[Weighed]:
    """Yield the edits of runs of a page that is full of the fault."""
    for run in runs:
        yield from _believed(page.text, run, _good(page, run, GAIN_FULL))


def _good(page: _Page, run: _Run, gain: dict[int, float]) -> list[bool]:
    """Return of each stretch of a run whether it is convincing."""
    return [_convincing(page.text, run.start, stretch, gain, page.work) for stretch in run.stretches]


def _believed(text: str, run: _Run, good: list[bool]) -> Iterator[Weighed]:
    """Yield the edits of the stretches of a run that are good, and of those that stay torn between good ones."""
    for i, stretch in enumerate(run.stretches):
        between = all(good[j] for j in (i - 1, i + 1) if 0 <= j < len(good)) and len(good) > 1
        if good[i] or (between and stretch[0].torn):
            yield from _edits_of(text, run.start, stretch)


class _Run(NamedTuple):
    """A part of the text that can hold the fault, as it is read: whole and torn stretches, in turn."""

    start: int
    end: int
    stretches: list[list[Piece]]


@dataclass(frozen=True, slots=True)
class _Page:
    """A text, and what holds for all runs of it."""

    text: str
    script: Script
    reader: Reader
    own: Neighbourhoods
    work: Budget
    passed_over: list[Span]  # where something was lost and no work was left
    strict: bool = False  # whether nothing is searched for: no work is left from the beginning

    @classmethod
    def of(cls, text: str, work: Budget, passed_over: list[Span]) -> Self:
        """Return the page of a text."""
        own = Neighbourhoods(len(text), lambda start, end: _undamaged(text[start:end]))
        page = cls(text, script_of(_sample(text)), Reader.told(text), own, work, passed_over)
        return replace(page, reader=page.likeliest())

    def likeliest(self) -> Reader:
        """Return the reader by which the first losses of the page read best, where there are enough to tell."""
        signs, size, asked = 0, 0, list[tuple[str, str]]()
        for m in _suspect_runs(self.text):
            found = m[0][:TOLD_BY]
            if not _is_whole(found):
                continue
            before = self.text[m.start() - 1 : m.start()] or "\n"
            asked += ((part, "\n" if number else before) for number, part in enumerate(_part().findall(found)))
            signs += sum(map(found.count, "?\ufffd"))
            size += len(found)
            if size >= TOLD_BY:
                break
        kinds = self.reader.kinds(signs=signs > 0)
        if len(kinds) == 1 or (signs < LEAST_SIGNS and (signs or size < LEAST_UNSIGNED)):
            return self.reader
        # A budget for each, or the first ones would leave too little to the others.
        eaten, works = eating(self.text), {reader: Budget(WORK, size, WORK_EACH) for reader in kinds}
        scores = {reader: eaten * bool(reader.eats) for reader in kinds}
        for found, before in asked:
            for reader in scores:
                scores[reader] += self._score_of(found, before, reader, works[reader])
            most = max(scores.values())
            scores = {reader: score for reader, score in scores.items() if score > most - TOLD}
            if len(scores) == 1:
                break
        return max(scores, key=scores.__getitem__)

    def _score_of(self, found: str, before: str, reader: Reader, work: Budget) -> float:
        fill = partial(between, missing=reader.dropped)
        made = searched(list(_atoms(found, reader)), before, self.script, work, fill)
        torn = made.count(TEAR)
        score = character_model.score(made.translate(_AS_SCORED)) + TORN * torn
        return score - character_model.DIGIT * made.count(UNTOLD)  # it may have been any

    def runs(self, start: int = 0, end: int | None = None) -> Iterator[_Run]:
        """Yield the runs from `start` on that can hold the fault, and begin before `end`, as they are read.

        Short ones that are near each other are read together, long ones one at a time and part by part.
        """
        near = list[_Window]()
        for window in self._windows_from(start):
            if end is not None and window.start >= end:
                break
            if near and (window.start > near[-1].end + BETWEEN or window.end > near[0].start + LONGEST):
                yield from self._together(near)
                near = []
            if len(window) <= ALONE:
                near.append(window)
            else:
                yield from self._together(near)
                near = []
                yield from self._long(window, end)
        yield from self._together(near)

    def _windows_from(self, start: int) -> Iterator[_Window]:
        """Yield the parts of the text that can hold the fault; of what goes on from before `start`, the rest."""
        for m in _suspect_runs(self.text):
            if m.end() <= start:
                continue
            for begin, stop in _windows(m[0]):
                cut, goes_on = begin > 0, stop < len(m[0])
                if m.start() + stop > start:
                    at = max(start, m.start() + begin)
                    yield _Window(at, m.start() + stop, cut or at == start > m.start() + begin, goes_on)

    def _long(self, window: _Window, end: int | None) -> Iterator[_Run]:
        """Yield the parts of a window that begin before `end`, as they are read."""
        at, before = window.start, ""
        while at < window.end and (end is None or at < end):
            pieces = self._read(at, self.text[at : min(window.end, at + LONGEST)], before)
            more = at + LONGEST < window.end
            pieces = _without_end(pieces) if more else pieces
            stretches = window.stretches(pieces, first=at == window.start, last=not more)
            yield _Run(at, at + pieces[-1].end, stretches)
            at, before = at + pieces[-1].end, pieces[-1].text[-1:]

    def _together(self, windows: Sequence[_Window]) -> Iterator[_Run]:
        """Yield some windows as they are read, by one search through all of them."""
        # What comes again and again is kept with what it is, by itself.
        if 2 * len({self.text[window.start : window.end] for window in windows}) <= max(2, len(windows)):
            known: dict[tuple[object, ...], tuple[Sequence[Piece], int]] = {}
            for window in windows:
                yield _Run(window.start, window.end, window.stretches(self._read_again(window, known)))
            return
        start = at = windows[0].start
        atoms = list[Atom]()
        for window in windows:
            atoms += map(str.encode, self.text[at : window.start])  # what stands between is right
            atoms += _atoms(self.text[window.start : window.end], self.reader)
            at = window.end
        every = iter(self._mended(start, atoms, ""))
        piece = next(every, None)
        for window in windows:
            inside = list[Piece]()
            while piece is not None and start + piece.start < window.end:
                if start + piece.end > window.start:
                    by = start - window.start
                    inside.append(piece._replace(start=piece.start + by, end=piece.end + by))
                piece = next(every, None)
            if (
                not inside or inside[0].start != 0 or inside[-1].end != len(window)
            ):  # something torn reaches into what is around
                inside = list(self._read(window.start, self.text[window.start : window.end], ""))
            yield _Run(window.start, window.end, window.stretches(inside))

    def _read_again(
        self, window: _Window, known: dict[tuple[object, ...], tuple[Sequence[Piece], int]]
    ) -> Sequence[Piece]:
        """Return what a window is read as; `known` are those that were read, and the work that it took."""
        start, end = window.start, window.end
        found, around = (
            self.text[start:end],
            (self.text[max(0, start - CONTEXT) : start], self.text[end : end + CONTEXT]),
        )
        key = found, around, self.own.of(start).number
        if (kept := known.get(key)) is not None and (self.strict or self.work.left > kept[1]):
            self.work.spend(kept[1])
            return kept[0]
        left = self.work.left
        pieces = self._read(start, found, "")
        if self.strict or self.work.left > 0:
            known[key] = pieces, left - self.work.left
        return pieces

    def _read(self, at: int, found: str, before: str) -> Sequence[Piece]:
        """Return what is found at a place as UTF-8, behind the character `before` if it is known."""
        return self._mended(at, list(_atoms(found, self.reader)), before)

    def _mended(self, at: int, atoms: Sequence[Atom], before: str) -> Sequence[Piece]:
        """Return what atoms are, one for each character from a place on."""
        end = at + len(atoms)
        fill = partial(between, missing=self.reader.dropped, ended=end == len(self.text))
        before = before or _ascii(self.text[max(0, at - CONTEXT) : at], -1) or "\n"
        beyond = _ascii(self.text[end : end + CONTEXT], 1)
        pieces = mended(atoms, before, self.script, self.work, fill, self.own.of(at), beyond)
        self.passed_over.extend(unsearched(pieces, at, self.work))
        return pieces


@dataclass(frozen=True, slots=True)
class _Window:
    """A part of the text that can hold the fault; whether it is `cut` out of a run at its start, or `goes_on` in it."""

    start: int
    end: int
    cut: bool
    goes_on: bool

    def __len__(self) -> int:
        return self.end - self.start

    def stretches(self, pieces: Sequence[Piece], *, first: bool = True, last: bool = True) -> list[list[Piece]]:
        """Return the pieces of a part of it, whole and torn ones apart; `first`, `last`: which part it is."""
        made = [list(group) for _, group in groupby(pieces, key=lambda piece: piece.torn)]
        # What is torn at the border of a window goes on as right text.
        if first and self.cut and made[0][0].torn:
            del made[0]
        if last and self.goes_on and made and made[-1][0].torn:
            del made[-1]
        return made


def _ascii(text: str, side: int) -> str:
    """Return a text without what is not ASCII but for one character at its end (side -1) or beginning (1)."""
    return text if text.isascii() else text[-1:] if side < 0 else text[:1]


def _without_end(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """Return the pieces up to where a character ends, if there is one not far from the end of a part."""
    size = pieces[-1].end
    for number in range(len(pieces), 0, -1):
        if pieces[number - 1].end <= size - MARGIN:
            return pieces[:number] if pieces[number - 1].end > size // 2 else pieces
    return pieces


def _is_whole(run: str) -> bool:
    """Tell whether nearly all of a run can be UTF-8: of what GBK shows for other encodings some characters are."""
    return len(_of_utf8().findall(run)) >= WHOLE * sum(char >= "\x80" and char != "\ufffd" for char in run)


@cache
def _of_utf8() -> re.Pattern[str]:
    return re.compile(f"[{_FIRST}{_BETWEEN}{_SECOND}€\ue000-\uf8ff]")


def _suspect_runs(text: str) -> Iterator[re.Match[str]]:
    return (m for m in _RUN.finditer(text) if _suspect().search(m[0]))


def _sample(text: str) -> bytes:
    """As many bytes of the suspect runs as show the script of the page."""
    decoder = getincrementaldecoder("utf-8")("ignore")
    taken: list[bytes] = []
    read = 0
    for m in _suspect_runs(text):
        stream = b"".join(map(_BYTES.__getitem__, _LOST_SIGNS.sub("", m[0][: 2 * SCRIPT_SAMPLE])))
        taken.append(stream)
        read += len(decoder.decode(stream))
        if read >= SCRIPT_SAMPLE:
            break
    return b"".join(taken)


def _undamaged(text: str) -> str:
    """Return what the suspect runs are as UTF-8, with U+FFFD where something was lost."""
    whole = (b"".join(map(_BYTES.__getitem__, m[0])) for m in _suspect_runs(text))
    return "\n".join(stream.decode("utf-8", "replace") for stream in whole)


def _windows(run: str) -> Iterator[tuple[int, int]]:
    """Yield the parts of a run that can hold the fault: all of a short one, and what is near its signs in a long
    one.
    """
    if len(run) <= SHORT:
        if _signs().search(run) or _ENDING.search(run):
            yield 0, len(run)
        return
    start, end, last = 0, 0, -NEAR - 1
    for sign in _signs().finditer(run):
        at = sign.start()
        if at - last <= NEAR:
            begin = max(0, last - MARGIN)
            if begin > end:
                if end:
                    yield start, end
                start = begin
            end = min(len(run), sign.end() + MARGIN)
        last = at
    if end:
        yield start, end


@cache
def _signs() -> re.Pattern[str]:
    """Return what can be read as an ideograph or a mark: the bytes of a whole one, or of one of which the last are
    lost.

    The first and second byte of it in one character and its third in the next, or its first in one and the others in
    the next; four bytes that GB18030 has for a character hold one of a whole one at most, as their first.
    """
    leads = (0xE2, *_LEADS)
    two, last = _class(leads, _CONTINUING), _class(range(0xC0, 0xFF), range(0x40, 0xFF))
    first, others = _class(range(0x81, 0xFF), leads), _class(_CONTINUING, _CONTINUING)
    return re.compile(f"[{two}](?:[^\\x00-\\x7f{last}]|[?\ufffd€])|[{first}][{others}?\ufffd€]")


def _class(first: Container[int], second: Container[int]) -> str:
    """Return the characters whose pair of bytes is one of `first` and one of `second`, to stand in a class."""
    return re.escape("".join(char for char, pair in pair_of().items() if pair[0] in first and pair[1] in second))


@cache
def _part() -> re.Pattern[str]:
    """Return what finds parts of a run that begin where a character does."""
    return re.compile(f"(?s).{{1,{PART}}}[^{re.escape(_FIRST)}]*")


@cache
def _suspect() -> re.Pattern[str]:
    return re.compile(f"[{re.escape(_FIRST)}]")


def _convincing(text: str, at: int, stretch: list[Piece], gain: dict[int, float], work: Budget) -> bool:
    """Tell whether the pieces are whole, hold ideographs or marks, and read better than what was found."""
    wide = _wide(stretch)
    if stretch[0].torn or not wide:
        return False
    judged = stretch[:JUDGED]
    found = text[at + judged[0].start : at + judged[-1].end]
    made = "".join(piece.text for piece in judged).translate(_AS_SCORED)
    if found == made:
        return False
    if character_model.score(made) / len(made) > character_model.score(found) / len(found) + gain.get(wide, 0.0):
        return True
    return all(piece.sure for piece in judged) and bool(_once(made, work, []))  # the fault came over the page twice


def _wide(stretch: list[Piece]) -> int:
    """Return how many ideographs and full-width marks the pieces hold."""
    return sum("一" <= c <= "鿿" or c in _MARKS for piece in stretch for c in piece.text)


def _edits_of(text: str, at: int, stretch: list[Piece]) -> Iterator[Weighed]:
    for piece in stretch:
        start, end = at + piece.start, at + piece.end
        if text[start:end] != piece.shown:
            certainty = Certainty.PROVED if piece.sure else Certainty.INFERRED
            weight = None if piece.sure else piece.weight or assumed("torn UTF-8")
            yield start, end, piece.shown, Damage.UTF8_AS_GBK, certainty, weight


def _atoms(run: str, reader: Reader) -> Iterator[Atom]:
    """Yield the bytes of each character of the run, and what a reader can have lost where it shows that."""
    lost: deque[int] = deque(maxlen=LOST_AT_MOST)
    at = 0
    for sign in _LOST_SIGNS.finditer(run):
        i, char = sign.start(), sign[0]
        yield from map(_BYTES.__getitem__, run[at:i])
        at = i + 1
        crowded = len(lost) == LOST_AT_MOST and i - lost[0] < WITHIN
        if char == "€":
            yield _EURO
        elif crowded or run[max(0, i - IN_A_ROW) : i] == char * IN_A_ROW:
            yield char.encode()
        else:
            lost.append(i)
            yield reader.lost(run[at : at + 1], asked=char == "?")
    yield from map(_BYTES.__getitem__, run[at:])


class _Bytes(dict[str, bytes]):
    """Character → its bytes; made when first asked for."""

    def __missing__(self, char: str) -> bytes:
        self[char] = made = pair_of().get(char) or char.encode("gb18030")
        return made


_BYTES = _Bytes({chr(SPELLED + byte): bytes((byte,)) for byte in range(0x80, 0x100)})
_LOST_SIGNS = re.compile("[?\ufffd€]")
