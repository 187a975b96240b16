"""Big5 read as GBK and GBK read as Big5: い ゅ ゎ for 中 文 字, 笢恅趼 for 中文字. Kinds big5-as-gbk and gbk-as-big5.

How it arises: both encodings use pairs of bytes, and most pairs are a character in both; a program of the one side of
the strait reads a file of the other.

How it is recognised: the bytes, read in the other encoding, make a run of Chinese that reads much better than what was
found. Big5 read as GBK is full of private-use characters or U+FFFD (its commonest characters have pairs that GBK
leaves to users) between kana and rare ideographs; GBK read as Big5 is full of bopomofo and small forms in the place
of commas and stops, and of rare ideographs.

What was lost: a reader without private-use characters gives up the first byte of such a pair and goes on with the
second, or gives up both, and writes U+FFFD or `?` or nothing. Which it was is told by the page (`pair_reading`); what
it can have given up is tried, and the text around picks one (inferred). Where nothing is likely, the sign stays.

Left alone: everything that does not read better, and runs of fewer than four ideographs.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

from seedsearch.damage import Certainty, Damage
from seedsearch.offsets import Edit, Edits, Rows, Span, Weighed, merged, weighed, weighed_of
from seedsearch.restoring.calibration import assumed, together
from seedsearch.restoring.pair_faults import Fault, Run, faults, faults_of
from seedsearch.restoring.pair_reading import NOTHING, Reading, Way, is_prose, read_as_paired, read_strictly, way_of
from seedsearch.restoring.read_once import in_vain
from seedsearch.text import character_model
from seedsearch.text.late_pattern import late_pattern

# What Big5 shows, on its rare second level, for the everyday characters of GB 2312 from 上 to 座 (C9A1 to D7F9).
_LEVEL_2 = bytes(byte for lead in range(0xC9, 0xD8) for trail in range(0xA1, 0xFF) for byte in (lead, trail)).decode(
    "cp950"
)
_GONE = "\ue000-\ue765\ufffd"
_AS_BIG5 = "ㄅ-ㄩ﹐-﹫"  # commas, stops and brackets of GBK as Big5 shows them
_AS_GBK = "ぁ-んァ-ヶΑ-Ωα-ωА-Яа-я"  # characters of few strokes of Big5 as GBK shows them, one here and one there

# One class first, so that clean text is passed over quickly.
_FIRST = (
    rf"[?{_GONE}{_AS_BIG5}{_AS_GBK}{_LEVEL_2}]"
    rf"(?:(?<=[{_GONE}])[^\x00-\x1f ]{{0,3}}[{_GONE}][^\x00-\x1f ]{{0,3}}[{_GONE}]"
    r"|(?<=\?)[^\x00-\x20?]{1,3}\?[^\x00-\x20?]{1,3}\?[^\x00-\x20?]"
    rf"|(?<=[一-鿿][{_AS_BIG5}])[一-鿿]|(?<=[一-鿿][{_AS_GBK}])(?:[^\x00-\x7f{_AS_GBK}]{{1,20}}[{_AS_GBK}]){{2}}[一-鿿]"
    rf"|(?<=[{_LEVEL_2}])"
)
TRIGGER = re.compile(rf"{_FIRST}[一-鿿]{{0,3}}[{_LEVEL_2}])")
# What a run has to show that is not short: in a long one that is what it should be two rare characters stand near.
_IN_LONG = late_pattern(rf"{_FIRST}[{_LEVEL_2}]{{2}})")
_HAN = re.compile("[一-鿿]")
# A run: what stands between two ASCII characters that are not second bytes.
_RUN = re.compile(r"[^\x00-\x7f](?:[@-~]?[^\x00-\x7f])*+[@-~]?")
# The same, where a question mark may be a wide character.
_RUN_ASKED = re.compile(r"[^\x00-\x3e@-\x7f](?:[@-~]?[^\x00-\x3e@-\x7f])*+[@-~]?")

FEW = 4  # ideographs that prove a run
SHORT = 24  # characters of a run of which two rare ones are enough to look at it
ENOUGH = 12  # ideographs in such runs after which runs with fewer are believed on the page
TOLD = 40  # characters of a run that tell which of the faults it is
JUDGED = 120  # characters of a run that are scored
LONGEST = 2000  # characters of a run that are read together, and believed or not; a long one is read part by part
SAMPLE, LONGEST_SAMPLE = 200, 60  # characters of runs that tell how the page was made, and of one of them
# The share of a page that is damaged from which on what is left of it is, and nats per character by which that may read
# worse than what was found: a character on its own says little.
NEARLY_ALL, ALONE = 0.8, -3.0
READS = -6.5  # mean ln p of what was found from which on it is right: pages of right text have some -4.5
CLEARLY = 2.0  # nats per character by which one of the faults reads so much better that the other is out
SIGNS = 4  # of what was lost, that a longer part of a run is taken for
AT_FIRST = 1500  # characters of runs that are read together while it is not known which of the faults it is
AT_ONCE = 20_000  # characters of runs that are read together
MARGIN = 20  # characters at the end of a part that is not the last, which are read with the next one
PATIENCE = 4  # runs that are not proof, after which a page is left alone
SOUND = -10.0  # mean ln p that the repair must reach
ASKED = 0.025  # question marks for each wide character: in clean text they are under 1 %, here 4 % and more
GAIN = 2.0  # nats per character by which the repair must read better than what was found


def _telling(text: str) -> Iterator[Span]:
    """Yield the runs that are to be looked at: those of lines in which the trigger is found, as hardly any is."""
    at = 0
    while found := TRIGGER.search(text, at):
        start = text.rfind("\n", at, found.start()) + 1 or at
        end = text.find("\n", found.start())
        at = end if end >= 0 else len(text)
        for m in _RUN.finditer(text, start, at):
            if (TRIGGER if len(m[0]) <= SHORT else _IN_LONG).search(m[0]):
                yield Span(*m.span())


def edits(text: str, *, again: bool = False) -> Sequence[Edit]:
    """Return the edits of both kinds: sorted, disjoint, in code points of `text`; `again`: what is left of damage."""
    shown = _with_losses(text)
    if not any(_telling(shown)):
        return ()

    def all_edits(some: str, _: object = None) -> Sequence[Edit]:
        return _edits(some, asks=shown is not text, again=again)

    if in_vain(shown, all_edits):
        return ()
    made = all_edits(shown)
    return made if shown is text else weighed(_with_question_marks(text, weighed_of(made)))


def _with_losses(text: str) -> str:
    """Return the text with U+FFFD for the question marks among wide characters, where they are what was lost."""
    if "?" not in text or "\ufffd" in text:
        return text
    enough = max(FEW, ASKED * _wide(text))
    if text.count("?") <= enough:
        return text
    shown = _RUN_ASKED.sub(lambda m: m[0] if m[0].isascii() else m[0].replace("?", "\ufffd"), text)
    return shown if shown.count("\ufffd") > enough else text


def _wide(text: str) -> int:
    """Return how many characters are not ASCII."""
    return len(text) - len(text.encode("ascii", "ignore"))


def _with_question_marks(text: str, made: Iterable[Weighed]) -> Iterator[Weighed]:
    """Yield the edits with a question mark again for what stays lost."""
    for start, end, replacement, kind, certainty, weight in made:
        replacement = replacement.replace("\ufffd", "?")
        if replacement != text[start:end]:
            yield start, end, replacement, kind, certainty, weight


def _edits(text: str, *, asks: bool, again: bool) -> Edits:
    page = _Page(text, asks=asks, again=again)
    if not page.ways:
        return Edits()
    made = page.edits(_proved(page))
    for fault in page.faults:
        if page.han[fault.kind] >= ENOUGH:
            gain = GAIN if page.believed < NEARLY_ALL else ALONE
            others = (run for run in _others(page, fault) if run.convincing(0, gain))
            made = merged(made, page.edits(others))
    return made


class _Page:
    """A text, and of the runs that were believed where they end and what they hold."""

    def __init__(self, text: str, *, asks: bool, again: bool) -> None:
        self.text, self.asks, self.again = text, asks, again
        self.ends: dict[int, int] = {}  # by where each begins
        self.han: Counter[Damage] = Counter()  # ideographs in those of each kind

    def edits(self, runs: Iterator[_Run]) -> Edits:
        """Return the edits of these runs, which are believed."""
        made = Rows()
        for run in runs:
            self.ends[run.at] = run.at + len(run.found)
            self.han[run.fault.kind] += run.han
            made.add(list(run.rows()))
        return made.edits()

    @cached_property
    def faults(self) -> tuple[Fault, Fault]:
        """The faults that may have made the page."""
        return faults_of(self.text)

    @property
    def believed(self) -> float:
        """The share of characters beyond ASCII that are in runs that were believed."""
        return sum(end - start for start, end in self.ends.items()) / max(1, _wide(self.text))

    @property
    def fault(self) -> Fault | None:
        """The fault that the page shows to be full of, if it does."""
        return next((fault for fault in self.faults if self.han[fault.kind] >= ENOUGH), None)

    def runs(self, spans: Sequence[Span], by: Sequence[Fault]) -> Iterator[_Run]:
        """Yield what one of the faults makes of each run, a long one part by part."""
        if len(spans) > 1 or len(spans[0]) <= LONGEST:
            yield from self._read([(span.start, span.cut(self.text)) for span in spans], by)
            return
        at, end, most = spans[0].start, spans[0].end, AT_ONCE
        while at < end:
            found = self.text[at : min(end, at + most)]
            (run,) = self._read([(at, found)], (self.fault,) if self.fault else by)
            if not run.made and most > LONGEST:  # what cannot be read may be a small part of it
                most = LONGEST
                continue
            run = run if at + len(found) == end else run.shortened()
            at += len(run.found)
            yield from _weighed(run.pieces())

    def _read(self, places: Sequence[tuple[int, str]], by: Sequence[Fault]) -> list[_Run]:
        ways = [way for way in self.ways if way.fault in by]
        return _read_runs([(at, self._run(at, found)) for at, found in places], ways)

    def _run(self, at: int, found: str) -> Run:
        end = at + len(found)
        return Run(found, self.text[at - 1 : at] or "\n", self.text[end : end + 1] or "\n")

    @cached_property
    def ways(self) -> Sequence[Way]:
        """How runs of the page were made, as a sample shows: by the one fault, or where that is not clear, by both."""
        if _mean(re.sub("\ufffd+", "\n", "\n".join([run.found for run in self._sample]))) > READS:
            return []
        if not self.asks and is_prose(self._sample):
            return []
        as_gbk, as_big5 = self.faults
        ways = dict[Fault, Way]()
        # The other one takes a longer search, as nothing reads well, and what it finds is at -13.6 at best.
        for fault in (as_big5, as_gbk) if self._shows_big5 else (as_gbk, as_big5):
            if not (way := way_of(self._sample, fault, asks=self.asks, dropped=not self.again)):
                continue
            if way.known >= TOLD and way.mean > READS:
                return [way]
            ways[fault] = way
        best = max((way.mean for way in ways.values() if way.known >= TOLD), default=SOUND)
        likely = (ways[fault] for fault in self.faults if fault in ways)
        return [way for way in likely if way.known < TOLD or way.mean > max(SOUND, best - CLEARLY)]

    @property
    def clear(self) -> bool:
        """Whether there is no doubt which of the faults it was."""
        return len(self.ways) == 1 and self.ways[0].known >= TOLD and self.ways[0].mean > READS

    @property
    def _shows_big5(self) -> bool:
        """Whether the sample has more of what Big5 shows for everyday signs than of what GBK shows."""
        found = "".join([run.found for run in self._sample])
        return len(re.findall(f"[{_AS_BIG5}]", found)) > len(re.findall(f"[{_AS_GBK}\ue000-\uf8ff]", found))

    @cached_property
    def _sample(self) -> list[Run]:
        """The beginnings of the first runs that may be damaged."""
        some, left = list[Run](), SAMPLE
        for span in _telling(self.text):
            run = span.cut(self.text)
            size = max([min(left, LONGEST_SAMPLE), *(at + MARGIN for at in islice(_signs(run), SIGNS))])
            some.append(self._run(span.start, run[:size]))
            left -= len(some[-1].found)
            if left <= 0:
                break
        return some


def _proved(page: _Page) -> Iterator[_Run]:
    """Yield the runs that are proof by themselves; gives up on a page where the first ones are not."""
    failed, proved = 0, False
    for some in _together(_telling(page.text), page):
        for run in page.runs(some, (page.fault,) if page.fault else page.faults):
            if run.convincing(FEW, GAIN):
                yield run
                proved = True
            failed += 1
            if failed == PATIENCE and not proved:
                return


def _others(page: _Page, fault: Fault) -> Iterator[_Run]:
    """Yield the runs that were not believed yet, as the fault explains them."""
    believed = page.ends.copy()
    for some in _together(_left(page.text, believed), page):
        yield from page.runs(some, (fault,))


def _left(text: str, believed: dict[int, int]) -> Iterator[Span]:
    """Yield the parts of the runs that were not believed: where those that were begin, and where they end."""
    starts = sorted(believed)
    for m in _RUN.finditer(text):
        at = m.start()
        for start in starts[bisect_left(starts, at) : bisect_left(starts, m.end())]:
            if at < start:
                yield Span(at, start)
            at = believed[start]
        if at < m.end():
            yield Span(at, m.end())


def _together(spans: Iterable[Span], page: _Page) -> Iterator[list[Span]]:
    """Runs that are read together, as soon as it is known which fault the page is full of; each long one alone."""
    some: list[Span] = []
    for span in spans:
        if some and (len(span) > LONGEST or sum(map(len, some)) > (AT_ONCE if page.fault or page.clear else AT_FIRST)):
            yield some
            some = []
        some.append(span)
        if len(span) > LONGEST:
            yield some
            some = []
    if some:
        yield some


@dataclass(frozen=True)
class _Run:
    """A run of the text that begins at `at`, as `fault` explains it best."""

    at: int
    found: str
    fault: Fault
    read: Reading = NOTHING
    means: tuple[float, float] = (-math.inf, -math.inf)  # how it reads as found, and as made

    @property
    def made(self) -> str:
        return self.read.text

    @cached_property
    def han(self) -> int:
        return len(_HAN.findall(self.made))

    def convincing(self, han: int, gain: float) -> bool:
        """Tell whether the run holds `han` ideographs, lost little, and reads better by `gain` than what was found."""
        made = self.made
        lost = made.count("\ufffd")
        if not made or self.han < han or lost * 3 > len(made):
            return False
        before, after = self.means
        return after > max(SOUND, before + gain)

    def rows(self) -> Iterator[Weighed]:
        """Yield one edit for each piece of the run that begins and ends between characters, found and repaired."""
        start = first = 0
        at, (text, _, guesses), kind, whole = self.at, self.read, self.fault.kind, self.found
        lost, unheard = "\ufffd" in text, assumed(f"dropping {kind}")
        for number, end in self.borders:
            made, found = text[first:number], whole[start:end]
            if found != made and (not lost or made.count("\ufffd") <= found.count("\ufffd")):
                some = [guesses[i] for i in range(first, number) if i in guesses] if guesses else ()
                if not some:
                    yield at + start, at + end, made, kind, Certainty.PROVED, None
                else:
                    told = zip(made, map(guesses.get, range(first, number)), strict=True)
                    weight = (together(told) if any(some) else None) or unheard
                    yield at + start, at + end, made, kind, Certainty.INFERRED, weight
            start, first = end, number

    def shortened(self) -> _Run:
        """Return the run up to a border between characters near its end, as the text goes on behind it."""
        borders = [border for border in self.borders if border[1] <= len(self.found) - MARGIN]
        if not borders:
            return self
        number, end = borders[-1]
        return _Run(self.at, self.found[:end], self.fault, self._part(0, number, 0))

    def pieces(self) -> Iterator[_Run]:
        """Yield the run in pieces, each of which is believed or not."""
        start = first = 0
        for number, end in self.borders or [(len(self.made), len(self.found))]:
            if end - start >= LONGEST or end == len(self.found):
                yield _Run(self.at + start, self.found[start:end], self.fault, self._part(first, number, start))
                start, first = end, number
        if start < len(self.found):
            yield _Run(self.at + start, self.found[start:], self.fault)

    def _part(self, first: int, last: int, start: int) -> Reading:
        """Return what is read from one character to another one, of what was found from `start`."""
        text, ends, guesses = self.read
        some = {number - first: guess for number, guess in guesses.items() if first <= number < last}
        return Reading(text[first:last], [end - 2 * start for end in ends[first:last]], some)

    @cached_property
    def borders(self) -> list[tuple[int, int]]:
        """Where characters found and repaired end together: how many are repaired by then, and how many found."""
        # What is put in where nothing was found goes with what is before it.
        ends = {end: number for number, end in enumerate(self.read.ends, 1) if end and not end & 1}
        return [(number, end // 2) for end, number in ends.items()]


def _signs(found: str) -> Iterator[int]:
    """Yield where signs of what was lost are in a run."""
    return (m.start() for m in re.finditer("\ufffd", found))


_Place = tuple[int, Run]  # where a run is, and the run


def _read_runs(found: Sequence[_Place], ways: Sequence[Way]) -> list[_Run]:
    """Return the likeliest of what the ways make of runs."""
    made = _whole(found, ways)
    left = [number for number in range(len(found)) if number not in made]
    made |= zip(left, _weighed(_paired([found[number] for number in left], ways)), strict=True)
    return [made[number] for number in range(len(found))]


def _whole(found: Sequence[_Place], ways: Sequence[Way]) -> dict[int, _Run]:
    """Return by number the runs of which nothing was lost and the text is sound: there is nothing to search for."""
    made = dict[int, _Run]()
    for way in ways:
        if way.reader.drops:
            continue
        left = [number for number in range(len(found)) if number not in made]
        strict = read_strictly([found[number][1] for number in left], way.fault)
        some = [(number, one) for number, one in zip(left, strict, strict=True) if one.text]
        runs = _weighed(_Run(found[number][0], found[number][1].found, way.fault, one) for number, one in some)
        sound = ((number, run) for (number, _), run in zip(some, runs, strict=True) if run.convincing(0, GAIN))
        made |= dict(sound)
    return made


def _paired(found: Sequence[_Place], ways: Sequence[Way]) -> list[_Run]:
    """Return the runs as the likeliest of the ways makes them."""
    if not found or not ways:
        return [_Run(at, run.found, faults()[0]) for at, run in found]
    likely = [0] * len(found)
    if len(ways) > 1:
        begun = [Run(run.found[:TOLD], run.before, run.found[TOLD : TOLD + 1] or run.after) for _, run in found]
        told = [_means([one.text for one in read_as_paired(begun, way)]) for way in ways]
        likely = [means.index(max(means)) for means in zip(*told, strict=True)]
    made: dict[int, _Run] = {}
    for number, way in enumerate(ways):
        some = [i for i, one in enumerate(likely) if one == number]
        read = read_as_paired([found[i][1] for i in some], way)
        made |= {i: _Run(found[i][0], found[i][1].found, way.fault, one) for i, one in zip(some, read, strict=True)}
    return [made[number] for number in range(len(found))]


def _weighed(runs: Iterable[_Run]) -> Iterator[_Run]:
    """Yield the runs with what they read like: of all at once, as each call takes longer than a run."""
    some = list(runs)
    means = _means([text for run in some for text in (run.found, run.made)])
    for run, before, after in zip(some, means[::2], means[1::2], strict=True):
        yield replace(run, means=(before, after))


def _means(texts: Sequence[str]) -> list[float]:
    """Return the `_mean` of each text."""
    from seedsearch.text.pair_scores import pair_scores  # numpy takes 0.1 s to load, and only such text needs it

    texts = [text[:JUDGED] for text in texts]
    scores, at, made = pair_scores("\n" + "\n".join(texts)).cumsum().tolist(), 0, list[float]()
    scores.append(0.0)  # behind the last, for what is before the first
    for text in texts:
        sum_ = scores[at + len(text) - 1] - scores[at - 1]
        made.append(sum_ / len(text) if len(text) > FEW else _mean(text))
        at += len(text) + 1
    return made


def _mean(text: str) -> float:
    """Return the mean ln p of a text, without numpy, which takes 0.1 s to load: of clean pages no more is asked."""
    text = text[:JUDGED]
    return character_model.score(text) / len(text) if text else -math.inf
