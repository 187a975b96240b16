"""Chinese read in the wrong double-byte encoding, or misread twice: 荳ｭ, 혻 and 盲赂颅 for 中. Kind misread-bytes.

How it arises: an editor on a Japanese, Korean or Taiwanese system reads UTF-8, GBK or Big5 as its own Shift_JIS,
EUC-KR or Big5; UTF-8 that was shown and saved as Latin-1 or Windows-1252 is then read as GBK; EUC-TW is read as GBK;
the two bytes of each UTF-16 code unit are swapped.

How it is recognised: the text has characters that result from such a misreading and do not occur in Chinese text
(half-width katakana, Hangul, lead bytes of UTF-8 as characters of Big5, 盲忙莽 before 聙 to 驴, letters of unrelated
scripts). Encoded again in one way for the whole text, they read as Chinese by `seedsearch.text.character_model`, and
better than in any other way. Every repair is proved by reading it wrongly again; `evidence` asks for enough different
characters. U+FFFD stands for one or two bytes that this reader cannot decode at that place: the surrounding text
decides which (inferred).

Left alone: Japanese and Korean, which read as random characters when taken for Chinese, and text that lost too much.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from heapq import nlargest
from typing import NamedTuple

from seedsearch.damage import Certainty, Damage
from seedsearch.offsets import Edit, Weighed, weighed
from seedsearch.restoring import framed
from seedsearch.restoring.framed import Choice, Part, lost_before
from seedsearch.restoring.lossy_guesses import length_of
from seedsearch.restoring.lost_pairs import GONE, Slot
from seedsearch.restoring.misreading_ways import FAMILIES, LOST, TRIGGER, WILD, Way
from seedsearch.restoring.read_once import in_vain
from seedsearch.restoring.scripts import Script, script_of
from seedsearch.text import character_model
from seedsearch.text.folding import is_han

__all__ = ["TRIGGER", "edits"]

# "10 of 11 at 4": of the 11 damaged texts of docs/thresholds.md that are fully restored, 10 are at that value.
SAMPLE = 300  # characters by which the way is chosen
SHARE = 0.8  # of the characters of a sample that a way must be able to write
GIBBERISH = -8.5  # mean ln p under which a reading is not Chinese: 10 of 11 at -12.5, 1 at -4.5
ALONE = 1.0  # nats by which a character alone may read worse than that (章 behind a digit): 9 of 10 at 0.25
LEAST = 2  # characters of a run: 9 of 11 at 8
BETTER = 1.0  # nats for a character, of a run as read before as found: 9 of 10 at 4
WHOLE = 3  # pieces of a run, no byte of which is lost, that need not read well
CHOSEN = 2.0  # nats against a character that lost a byte, as it was chosen to read well: 10 of 11 at 0.5
LONGEST_UNIT = 4  # bytes from which on what follows a lost first byte tells nothing of its size: 0 of 2 at 1
NO_BYTE = b"\xff"  # stands for what is no byte of UTF-8
AT_ONCE = 4000  # characters of runs that are read together

# A run: characters beyond ASCII, with one ASCII character at a time that can be the second byte of a pair.
_RUN = re.compile(r"[^\0-\x7f](?:[@-~]?[^\0-\x7f])*+[@-~]?")
_WIDE = re.compile("[ -~°±×÷·—…‘’“”\u2015-\u203b\u3000-\u303f\uff01-\uff5e\uffe0-\uffe6]+")


class _Run(NamedTuple):
    """A run of the text that begins at `at`, and the characters before and after it."""

    at: int
    found: str
    before: str
    after: str


class _Read(NamedTuple):
    """What a run is read as, and of each byte (and after the last one) which character it is of."""

    parts: list[Part]
    owner: list[int]


def edits(text: str) -> Sequence[Edit]:
    """Return the edits of this kind: sorted, disjoint, in code points of `text`."""
    return [] if in_vain(text, lambda some, _: _edits(some)) else _edits(text)


def _edits(text: str) -> Sequence[Edit]:
    ways = [way for tells, family in FAMILIES if tells.search(text) for way in family]
    # The longest runs are enough to tell the way.
    best = _best(nlargest(SAMPLE, _runs(text), key=lambda run: len(run.found)), ways) if ways else None
    return weighed(_rows(text, *best)) if best is not None else []


def _runs(text: str) -> Iterator[_Run]:
    for m in _RUN.finditer(text):
        start, end = m.span()
        if end - start >= LEAST:
            yield _Run(start, m[0], text[start - 1 : start] or "\n", text[end : end + 1])


def _rows(text: str, way: Way, script: Script) -> Iterator[Weighed]:
    for some in _together(_runs(text)):
        for run, read in zip(some, _readings(some, way, script), strict=True):
            yield from _better(run, list(_made(run, read)), way)


def _together(runs: Iterable[_Run]) -> Iterator[list[_Run]]:
    """Yield the runs, as many at a time as are read together."""
    some, size = list[_Run](), 0
    for run in runs:
        some.append(run)
        size += len(run.found)
        if size >= AT_ONCE:
            yield some
            some, size = [], 0
    if some:
        yield some


def _better(run: _Run, made: list[Weighed], way: Way) -> list[Weighed]:
    """Return the edits of a run, where it reads better with them: a page can hold right text as well.

    Where no byte was lost, UTF-8 twice over is no accident, however rare its characters are.
    """
    if not made or (way.page and len(made) >= WHOLE and all(row[4] is Certainty.PROVED for row in made)):
        return made
    start, end = made[0][0], made[-1][1]
    found = run.found[start - run.at : end - run.at]
    text, last = "", start
    for a, b, new, *_ in made:
        text += found[last - start : a - start] + new
        last = b
    if _WIDE.fullmatch(text):
        return [] if _WIDE.fullmatch(found) else made
    mean = character_model.score(text.replace(LOST, "\n")) / len(text)
    least = GIBBERISH - ALONE * (len(text) == 1)
    return made if mean > max(least, character_model.score(found) / len(found) + BETTER) else []


def _best(runs: Sequence[_Run], ways: Sequence[Way]) -> tuple[Way, Script] | None:
    """Return the way by which the runs read as Chinese, better than by any other, and the script that they are in."""
    sample = list(_sampled(runs))
    gain, best, read = 0.0, None, ""
    # What is in step with UTF-8 is nothing else.
    for way in sorted(ways, key=lambda way: way.written != "utf-8"):
        if best is not None and best.written == "utf-8" != way.written:
            break
        found, text = _gain(sample, way)
        if found > gain:
            gain, best, read = found, way, text
    return (best, script_of(read.encode())) if best is not None else None


def _sampled(runs: Sequence[_Run]) -> Iterator[_Run]:
    """Yield the first of the runs, `SAMPLE` characters in all."""
    left = SAMPLE
    for run in runs:
        if left <= 0:
            break
        cut = run.found[left : left + 1]
        yield run._replace(found=run.found[:left], after=cut or run.after)
        left -= len(run.found)


def _gain(sample: Sequence[_Run], way: Way) -> tuple[float, str]:
    """Nats by which the sample reads better than gibberish, none where it hardly reads; and what it reads as."""
    gain, size, whole, broken = 0.0, 0, "", 0
    for run, read in zip(sample, _readings(sample, way, ""), strict=True):
        text = "".join([part.text for part in read.parts if part.text != LOST])
        size += len(run.found) if read.parts else 0
        broken += len(read.parts) - len(text)
        if any(map(is_han, text)):
            gain += character_model.score(text) - GIBBERISH * len(text)
            gain -= CHOSEN * sum(not part.sure for part in read.parts)
        whole += text
    enough = size > SHARE * sum(len(run.found) for run in sample)
    return (gain if enough and 2 * broken <= len(whole) else 0.0), whole


def _readings(runs: Sequence[_Run], way: Way, script: Script) -> list[_Read]:
    """Return what each of the runs is read as; no parts where it cannot be."""
    if way.pieces is not None:
        return _in_pieces(runs, way, script)
    streams = [_stream(run, way) for run in runs]
    if not way.page:
        asked = [(stream, run.before) for run, (stream, _) in zip(runs, streams, strict=True)]
        found = framed.read(asked, way.written, script, way.reader)
        return [_Read(parts, owner) for parts, (_, owner) in zip(found, streams, strict=True)]
    units = [list(_units(stream, way.page)) for stream, _ in streams]
    shown = [([unit for _, unit in some], run.before) for run, some in zip(runs, units, strict=True)]
    found = framed.read(shown, way.written, script)
    return [
        _Read(list(_resized(parts, [size for size, _ in some])), owner)
        for parts, some, (_, owner) in zip(found, units, streams, strict=True)
    ]


def _resized(parts: Sequence[Part], sizes: Sequence[int]) -> Iterator[Part]:
    """Yield the parts with sizes in bytes, where they were in units of these sizes."""
    at = 0
    for part in parts:
        yield part._replace(size=sum(sizes[at : at + part.size]))
        at += part.size


def _stream(run: _Run, way: Way) -> tuple[list[Choice], list[int]]:
    """Return the bytes of a run, and of each the place of its character; no bytes where a character has none."""
    made, owner = list[Choice](), [len(run.found)]
    sizes = _lost_sizes(run.found, way)
    following: int | None = (way.encode(run.after) or b"\n")[0] if run.after not in ("", LOST) else ord("\n")
    for i in range(len(run.found) - 1, -1, -1):
        char = run.found[i]
        if char == LOST:
            size = sizes.pop() if sizes else way.lost
            some = [lost_before(None if size > 1 else following, way.reader, way.written)] * size
            following = None
        else:
            stream = way.encode(char)
            if stream is None:
                return [], []
            some = _either(stream, (way.other and way.other(char)) or stream)
            following = stream[0]
        made += some[::-1]
        owner += [i] * len(some)
    return made[::-1], owner[::-1]


def _lost_sizes(found: str, way: Way) -> list[int]:
    """Return how many bytes each sign of loss is where readers write one for a byte or for two; nothing if all are one.

    Browsers take a second byte along that is not ASCII. Of UTF-8, only some sizes let each character be whole.
    """
    if way.written != "utf-8" or way.page or LOST not in found:
        return []
    pieces = [b"" if char == LOST else way.encode(char) or b"?" for char in found]
    return [] if _fitted(pieces, (1,))[0] == 0 else _fitted(pieces, (1, 2))[1]


class _Fit(NamedTuple):
    """How many bytes are in no character, and the size of the last loss, after those before it."""

    misfits: int
    size: int = 0
    before: _Fit | None = None


def _fitted(pieces: Sequence[bytes], sizes: tuple[int, ...]) -> tuple[int, list[int]]:
    """Return the smallest possible number of bytes in no character, and the sizes of losses that achieve it."""
    fits = {0: _Fit(0)}  # by how many bytes are missing of a character
    for piece in pieces:
        reached: dict[int, _Fit] = {}
        for stream in [piece] if piece else [bytes(size) for size in sizes]:
            for missing, fit in fits.items():
                left, misfits = missing, fit.misfits
                for byte in stream:
                    left, bad = _after(left, byte)
                    misfits += bad
                if left not in reached or reached[left].misfits > misfits:
                    reached[left] = fit._replace(misfits=misfits) if piece else _Fit(misfits, len(stream), fit)
        fits = reached
    left, best = min(fits.items(), key=lambda one: one[1].misfits + (one[0] > 0))
    made, link = list[int](), best
    while link.before is not None:
        made.append(link.size)
        link = link.before
    return best.misfits + (left > 0), made[::-1]


def _after(missing: int, byte: int) -> tuple[int, int]:
    """Return how many bytes are missing after a byte (0: one that was lost), and whether it is in no character."""
    if byte == 0:
        return (missing - 1 if missing else 2), 0
    if 0x80 <= byte < 0xC0:
        return max(0, missing - 1), int(missing == 0)
    return (length_of(byte) - 1 if byte >= 0xC0 else 0), int(missing > 0)


@lru_cache(maxsize=1 << 12)
def _either(one: bytes, other: bytes) -> list[Choice]:
    """Return for each byte what it can be, where a character is written in two ways."""
    if len(one) != len(other):
        return [bytes((byte,)) for byte in one]
    return [bytes(sorted({a, b})) for a, b in zip(one, other, strict=True)]


def _units(stream: Sequence[Choice], page: str) -> Iterator[tuple[int, Choice]]:
    """Yield the bytes of the code page behind text in UTF-8, with the number of UTF-8 bytes of each."""
    at = 0
    while at < len(stream):
        size = _unit_size(stream, at)
        yield size, _unit(tuple(stream[at : at + size]), page)
        at += size


def _unit_size(stream: Sequence[Choice], at: int) -> int:
    """Return how many bytes are the character of UTF-8 at a place, of which the first one may be lost."""
    first = stream[at]
    if len(first) == 1 and first[0] < 0x80:
        return 1
    going_on = 1
    while at + going_on < len(stream) and going_on < LONGEST_UNIT and stream[at + going_on][0] in framed.CONTINUING:
        going_on += 1
    if len(first) == 1 and first[0] >= 0xC0:
        return min(going_on, 2 if first[0] < 0xE0 else 3)
    return going_on if going_on < LONGEST_UNIT else 2


@lru_cache(maxsize=1 << 12)
def _unit(some: tuple[Choice, ...], page: str) -> Choice:
    """Return the bytes that `page` can have shown so."""
    if len(some) == 1 and len(some[0]) == 1 and some[0][0] < 0x80:
        return some[0]
    fit = (
        byte for shown, byte in _shown(page) if len(shown) == len(some) and all(map(bytes.__contains__, some, shown))
    )
    if made := bytes(sorted(fit)):
        return made
    # What the page cannot have shown is no sign of loss: where all of it is there, it is not of this page.
    return framed.ANY["utf-8"] if any(len(one) > 1 for one in some) else NO_BYTE


@cache
def _shown(page: str) -> tuple[tuple[bytes, int], ...]:
    """Return what a code page shows of each byte beyond ASCII, in UTF-8; a control where it has no character."""
    shown = ((bytes((byte,)).decode(page, "ignore") or chr(byte), byte) for byte in range(0x80, 0x100))
    return tuple((char.encode(), byte) for char, byte in shown)


def _in_pieces(runs: Sequence[_Run], way: Way, script: Script) -> list[_Read]:
    """Return what the pieces of each run are, where most of them are something."""
    if way.pieces is None or way.read is None:
        return [_Read([], []) for _ in runs]
    lost = WILD * way.lost
    choices = framed.frequent("utf-8", script, way.loses) if way.loses else ""
    asked, owners = list[tuple[list[Slot], str]](), list[list[int]]()
    for run in runs:
        # A character that the way cannot write is as good as lost.
        shown = [lost if char == LOST else way.encode(char) or lost for char in run.found]
        slots, at = list[Slot](), 0
        for piece in way.pieces.findall(b"".join(shown)):
            at += len(piece)
            read = "" if lost in piece else way.read(piece) or ""
            slots.append(Slot(at, read or ("" if choices else GONE), "" if read else choices))
        asked.append((slots, run.before))
        owners.append([*(i for i, stream in enumerate(shown) for _ in stream), len(run.found)])
    return [_Read(parts, owner if parts else []) for parts, owner in zip(framed.chosen(asked), owners, strict=True)]


def _made(run: _Run, read: _Read) -> Iterator[Weighed]:
    """Yield one edit for each stretch that begins and ends between characters, as found and as read."""
    for start, end, some in framed.stretches(read.parts, read.owner):
        made = "".join([one.text for one in some])
        if made.count(LOST) <= run.found.count(LOST, start, end) and run.found[start:end] != made:
            yield run.at + start, run.at + end, made, Damage.MISREAD_BYTES, *framed.told(some, "lost")
