"""Big5 read as GBK and GBK read as Big5: い ゅ ゎ for 中 文 字, 笢恅趼 for 中文字. Kinds big5-as-gbk and gbk-as-big5.

How it arises: both encodings use pairs of bytes, and most pairs are a character in both; a program of the one side of
the strait reads a file of the other.

How it is recognised: the bytes, read in the other encoding, make a run of Chinese that reads much better than what was
found. Big5 read as GBK is full of private-use characters or U+FFFD (its commonest characters have pairs that GBK
leaves to users) between kana and rare ideographs; GBK read as Big5 is full of bopomofo and small forms in the place
of commas and stops, and of rare ideographs.

What was lost: a reader without private-use characters writes U+FFFD for the first byte of such a pair and goes on with
the second. The first bytes that it would have treated so are tried, the text around picks one (inferred). Where both
bytes are gone, U+FFFD stays.

Left alone: everything that does not read better, and runs of fewer than four ideographs.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from heapq import merge

from seedsearch.damage import Certainty, Damage
from seedsearch.offsets import Edit, edit, gathered
from seedsearch.restoring.budget import Budget, Budgets
from seedsearch.restoring.candidates import Candidates, best_places
from seedsearch.text import character_model
from seedsearch.text.double_byte import big5_pair
from seedsearch.text.gbk import (
    PRIVATE,
    pair_of,
    pairs,
)

# What Big5 shows, on its rare second level, for the everyday characters of GB 2312 from 上 to 座 (C9A1 to D7F9).
_LEVEL_2 = bytes(byte for lead in range(0xC9, 0xD8) for trail in range(0xA1, 0xFF) for byte in (lead, trail)).decode(
    "cp950"
)
_GONE = "\ue000-\ue765\ufffd"
_AS_BIG5 = "ㄅ-ㄩ﹐-﹫"  # commas, stops and brackets of GBK as Big5 shows them

# One class first, so that clean text is passed over quickly.
TRIGGER = re.compile(
    rf"[{_GONE}{_AS_BIG5}{_LEVEL_2}](?:(?<=[{_GONE}])[^\x00-\x1f ]{{0,3}}[{_GONE}][^\x00-\x1f ]{{0,3}}[{_GONE}]"
    rf"|(?<=[一-鿿][{_AS_BIG5}])[一-鿿]|(?<=[{_LEVEL_2}])[{_LEVEL_2}]{{2}})"
)
# A run: what stands between two ASCII characters that are no second bytes.
_RUN = re.compile(r"[^\x00-\x7f](?:[@-~]?[^\x00-\x7f])*[@-~]?")

LOST = -12.0  # ln p of a character of which nothing is left
BEAM = 12  # readings kept at a place, of those within
BEHIND = 16.0  # nats of the best one there
ORDINARY = -11.0  # ln p of a character that is what it seems, where there is one reading
# Readings of a page that the search carries on, each of some 8 µs, and more for each character. Pages of 1,500
# characters that lost a byte in six take up to 15,000.
WORK, WORK_EACH = 15_000, 0.05
FEW = 4  # ideographs that prove a run
ENOUGH = 12  # ideographs in such runs after which runs with fewer are believed on the page
TOLD = 40  # characters of a run that tell which of the faults it is
JUDGED = 120  # characters of a run that are scored
LONGEST = 2000  # characters of a run; the search takes some 50 µs for each where bytes were lost
PATIENCE = 4  # runs that are no proof, after which a page is left alone
SOUND = -10.0  # mean ln p that the repair must reach
GAIN = 2.0  # nats per character by which the repair must read better than what was found


@dataclass(frozen=True, slots=True)
class Fault:
    """An encoding read as another one."""

    kind: Damage
    byte_pairs: dict[str, bytes]  # of the encoding it was read in: character → its two bytes
    read: dict[bytes, str]  # of the encoding it is in: two bytes → their character
    firsts: dict[int, tuple[int, ...]]  # second byte → first bytes that the wrong reader lost in front of it
    seconds: dict[int, tuple[int, ...]]  # byte → second bytes that it lost in front of it (0: in front of ASCII)
    both: tuple[str, ...]  # common characters of which it can have lost both bytes


@cache
def faults() -> tuple[Fault, Fault]:
    """Big5 read as GBK, and GBK read as Big5."""
    gbk = {pair: char for pair, char in pairs().items() if ord(char) not in PRIVATE}
    big5 = {pair: char for pair in _pairs_of_big5() if len(char := big5_pair(pair) or "") == 1}
    plain = {pair: char for codec in ("big5", "cp950") for pair in big5 if (char := pair.decode(codec, "ignore"))}
    as_big5 = {char: pair for codec in ("big5", "cp950") for pair in big5 if (char := pair.decode(codec, "ignore"))}
    return (
        _fault(Damage.BIG5_AS_GBK, pair_of(), frozenset(gbk), big5),
        _fault(Damage.GBK_AS_BIG5, as_big5, frozenset(plain), gbk),
    )


def _fault(kind: Damage, byte_pairs: dict[str, bytes], shown: frozenset[bytes], read: dict[bytes, str]) -> Fault:
    second_bytes = sorted({pair[1] for pair in read})
    firsts: dict[int, tuple[int, ...]] = {}
    seconds: dict[int, tuple[int, ...]] = {}
    for n in range(0x40, 0xFF):
        firsts[n] = tuple(b for b in range(0x81, 0xFF) if bytes((b, n)) in read and bytes((b, n)) not in shown)
        seconds[n] = tuple(b for b in second_bytes if b > 0x7F and bytes((b, n)) not in shown)
    seconds[0] = tuple(b for b in second_bytes if b > 0x7F)
    lost = {b for n in range(0xA1, 0xFF) for b in seconds[n]}
    rank = character_model.rank
    both = tuple(c for p, c in read.items() if p not in shown and p[1] in lost and rank(c) < character_model.COMMON)
    return Fault(kind, byte_pairs, read, firsts, seconds, both)


def _pairs_of_big5() -> Iterator[bytes]:
    """Every pair of bytes that Big5 with its extensions uses."""
    for lead in range(0x87, 0xFF):
        for trail in (*range(0x40, 0x7F), *range(0xA1, 0xFF)):
            yield bytes((lead, trail))


def edits(text: str, budgets: Budgets | None = None) -> Sequence[Edit]:
    """The edits of both kinds: sorted, disjoint, in code points of `text`."""
    work = (budgets or Budgets()).of("Big5 and GBK", WORK, len(text), WORK_EACH)
    known = _Known(set(), Counter())
    made = [gathered(known.edits(_proved(text, work)))]
    for fault in faults():
        if known.han[fault.kind] >= ENOUGH:
            others = (
                _read_run(m.start(), m[0], text, (fault,), work) for m in _runs(text) if m.start() not in known.at
            )
            made.append(gathered(known.edits(run for run in others if run.convincing(0, GAIN))))
    return gathered(merge(*made, key=lambda e: e.span.start)) if len(made) > 1 else made[0]


@dataclass(frozen=True, slots=True)
class _Known:
    """Where the runs are that were believed, and how many ideographs there are in those of each kind."""

    at: set[int]
    han: Counter[Damage]

    def edits(self, runs: Iterator[_Run]) -> Iterator[Edit]:
        """The edits of these runs, which are believed."""
        for run in runs:
            self.at.add(run.at)
            self.han[run.fault.kind] += run.han
            yield from run.edits()


def _runs(text: str) -> Iterator[re.Match[str]]:
    return (m for m in _RUN.finditer(text) if m.end() - m.start() <= LONGEST)


def _proved(text: str, work: Budget) -> Iterator[_Run]:
    """The runs that are proof by themselves; gives up on a page where the first ones are not."""
    failed, proved = 0, False
    for m in _runs(text):
        if TRIGGER is not None and TRIGGER.search(m[0]):
            run = _read_run(m.start(), m[0], text, faults(), work)
            if run.convincing(FEW, GAIN):
                yield run
                proved = True
            failed += 1
            if failed == PATIENCE and not proved:
                return


@dataclass(frozen=True, slots=True)
class _Run:
    """A run of the text that begins at `at`, as `fault` explains it best."""

    at: int
    found: str
    fault: Fault
    parts: list[Part]

    @property
    def made(self) -> str:
        return "".join(part.text for part in self.parts)

    @property
    def han(self) -> int:
        return sum("一" <= char <= "鿿" for char in self.made)

    def convincing(self, han: int, gain: float) -> bool:
        """Whether the run holds `han` ideographs, lost little, and reads better by `gain` than what was found."""
        made = self.made
        lost = made.count("\ufffd")
        if not made or self.han < han or lost * 3 > len(made) or (lost and "\ufffd" not in self.found):
            return False
        return _mean(made) > max(SOUND, _mean(self.found) + gain)

    def edits(self) -> Iterator[Edit]:
        return _edits_of(self.at, self.found, self.parts, self.fault)


def _read_run(at: int, found: str, text: str, by: Sequence[Fault], work: Budget) -> _Run:
    before = text[at - 1] if at else "\n"
    for fault in by:  # where nothing was lost and the text is sound, there is nothing to search for
        whole = _Run(at, found, fault, _read_strictly(found, fault))
        if whole.parts and _mean(whole.made) > max(SOUND, _mean(found) + GAIN):
            return whole
    readings = [_Run(at, found, fault, _read(found[:TOLD], fault, before, work)) for fault in by]
    likely = max(readings, key=lambda run: _mean(run.made))
    if len(found) <= TOLD or not likely.parts:
        return likely
    return _Run(at, found, likely.fault, _read(found, likely.fault, before, work))


def _read_strictly(run: str, fault: Fault) -> list[Part]:
    """The reading of `run` if each two bytes are a character; else nothing."""
    found = _stream(run, fault) if "\ufffd" not in run else None
    if found is None:
        return []
    stream, parts, at = bytes(byte for byte in found[0] if byte is not None), [], 0
    while at < len(stream):
        size = 1 if stream[at] < 0x80 else 2
        text = chr(stream[at]) if size == 1 else fault.read.get(stream[at : at + 2])
        if text is None:
            return []
        at += size
        parts.append(Part(at, text, True))
    return parts


def _mean(text: str) -> float:
    return character_model.score(text[:JUDGED]) / len(text[:JUDGED]) if text else -math.inf


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes up to `end` (from where the part before ends) are `text`; `sure` unless a byte was guessed."""

    end: int
    text: str
    sure: bool


@dataclass(slots=True)
class _Path:
    score: float
    last: str  # the two characters before
    part: Part | None
    before: _Path | None


def _stream(run: str, fault: Fault) -> tuple[list[int | None], list[int]] | None:
    """The bytes of `run` (None for a lost one) and of each the place of its character; None where it has others."""
    stream: list[int | None] = []
    owner: list[int] = []
    for i, char in enumerate(run):
        found = char.encode() if char < "\x80" else fault.byte_pairs.get(char)
        if char == "\ufffd":
            stream.append(None)
            owner.append(i)
        elif found is None:
            return None
        else:
            stream += found
            owner += [i] * len(found)
    return stream, owner


def _read(run: str, fault: Fault, before: str, work: Budget) -> list[Part]:
    """The likeliest reading of `run` in the encoding it is in; nothing where its characters have no such bytes."""
    found = _stream(run, fault)
    if found is None:
        return []
    stream, _ = found
    if work.left <= 0:
        return []
    places: list[dict[str, _Path]] = [{} for _ in range(len(stream) + 3)]
    places[0][before] = _Path(0.0, before, None, None)
    for at in range(len(stream)):
        paths, places[at] = _best(places, at), {}
        ordinary = _ordinary(stream, at, fault, paths) if len(paths) == 1 else None
        if ordinary is not None and not places[at + 1]:
            _keep(places[at + 2], ordinary)
        elif paths:
            _go_on(places, paths, stream, at, fault, work)
    return _parts(max(places[len(stream)].values(), key=lambda path: path.score))


def _best(places: list[dict[str, _Path]], at: int) -> list[_Path]:
    """The best paths that have come to `at`, and are not far behind one there or a byte further on."""
    if not places[at]:
        return []
    worth = max(path.score for place in places[at : at + 2] for path in place.values()) - BEHIND
    paths = [path for path in places[at].values() if path.score >= worth]
    return sorted(paths, key=lambda path: -path.score)[:BEAM] if len(paths) > 1 else paths


def _ordinary(stream: list[int | None], at: int, fault: Fault, paths: list[_Path]) -> _Path | None:
    """The only path with the character of the next two bytes, where that reads as it should."""
    a, b = stream[at], stream[at + 1] if at + 1 < len(stream) else None
    text = fault.read.get(bytes((a, b))) if a is not None and b is not None else None
    if text is None:
        return None
    longer = _longer(paths[0], Part(at + 2, text, True))
    return longer if longer.score - paths[0].score > ORDINARY else None


def _go_on(
    places: list[dict[str, _Path]],
    paths: list[_Path],
    stream: list[int | None],
    at: int,
    fault: Fault,
    work: Budget,
) -> None:
    """Put what may follow `paths` at `at` into its places."""
    work.spend(len(paths))
    for end, text, sure in _known(stream, at, fault):
        part = Part(end, text, sure)
        for path in paths if sure else paths[:1]:  # behind a loss all that came before it is the same
            _keep(places[end], _longer(path, part))
    candidates = _guessed(stream, at, fault)
    if candidates is None:
        return
    scores = [candidates.after(path.last) + path.score for path in paths]
    for which, place, score in best_places(scores, 2 * BEAM):  # some of them end in the same two characters
        path, char = paths[which], candidates.chars[place]
        _keep(places[at + 2], _Path(score, (path.last + char)[-2:], Part(at + 2, char, False), path))


def _known(stream: list[int | None], at: int, fault: Fault) -> Iterator[tuple[int, str, bool]]:
    """The ways to read on at `at` without a guess: (where that ends, the text, whether nothing is lost)."""
    a, b = stream[at], stream[at + 1] if at + 1 < len(stream) else 0
    if a is not None and a < 0x80:
        yield at + 1, chr(a), True
        return
    yield at + 1, "\ufffd", False
    if a is None and b is None:
        yield at + 2, "\ufffd", False
    elif a is not None and b is not None:
        text = fault.read.get(bytes((a, b)))
        if text is not None:
            yield at + 2, text, True


def _guessed(stream: list[int | None], at: int, fault: Fault) -> Candidates | None:
    """What the two bytes at `at` can have been, where one of them or both are lost."""
    a, b = stream[at], stream[at + 1] if at + 1 < len(stream) else 0
    if a is not None and (a < 0x80 or b is not None):
        return None
    return _candidates(fault.kind, a, b, (stream[at + 2] if at + 2 < len(stream) else 0) or 0)


@lru_cache(maxsize=4096)
def _candidates(kind: Damage, a: int | None, b: int | None, after: int) -> Candidates | None:
    """The characters with the byte that is left of `a` and `b`; `after` is the byte behind them (0: none)."""
    fault = next(fault for fault in faults() if fault.kind == kind)
    if b is not None:
        chars = [fault.read[bytes((first, b))] for first in fault.firsts.get(b, ())]
    elif a is not None:
        read = (fault.read.get(bytes((a, second))) for second in fault.seconds.get(after, ()))
        chars = [char for char in read if char is not None]
    else:
        chars = list(fault.both)
    return Candidates(tuple(chars)) if chars else None


def _longer(path: _Path, part: Part) -> _Path:
    if part.text == "\ufffd":
        return _Path(path.score + LOST, "\n", part, path)
    return _Path(path.score + _score(path.last, part.text), (path.last + part.text)[-2:], part, path)


@lru_cache(maxsize=1 << 15)
def _score(last: str, char: str) -> float:
    """ln p of `char` behind one or two characters."""
    if len(last) == 2:
        return character_model.triple_score(last[0], last[1], char)
    return character_model.pair_score(last, char)


def _keep(place: dict[str, _Path], path: _Path) -> None:
    if path.last not in place or place[path.last].score < path.score:
        place[path.last] = path


def _parts(path: _Path) -> list[Part]:
    parts = []
    while path.part is not None and path.before is not None:
        parts.append(path.part)
        path = path.before
    return parts[::-1]


def _edits_of(at: int, run: str, parts: list[Part], fault: Fault) -> Iterator[Edit]:
    """One edit for each piece of the run that begins and ends between characters, found and repaired."""
    found = _stream(run, fault)
    owner = found[1] if found else []
    start, made, sure = 0, "", True
    for part in parts:
        made += part.text
        sure = sure and part.sure
        end = owner[part.end] if part.end < len(owner) else len(run)
        if part.end == len(owner) or owner[part.end - 1] != end:
            if run[start:end] != made:
                yield edit(at + start, at + end, made, fault.kind, Certainty.PROVED if sure else Certainty.INFERRED)
            start, made, sure = end, "", True
