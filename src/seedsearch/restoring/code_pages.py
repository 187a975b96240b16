"""Chinese bytes read in a single-byte code page: ╓╨╬─ and ЦРОД for 中文. Kind misread-code-page.

How it arises: a program reads every byte as a character of its own system: Central European (Windows-1250), Russian
(Windows-1251, KOI8-R, DOS 866), Greek (1253, DOS 737), Turkish (1254), Hebrew, Arabic, Baltic, Vietnamese (1255 to
1258), Thai (874), DOS (437, 775, 850, 852, 865), Mac OS Roman, parts of ISO 8859. Bytes that the page does not assign
stay as control characters, as in browsers, or become U+FFFD. UTF-8 and GBK read in Latin-1 and Windows-1252 have a step
of their own (`latin1`), which knows more about the losses there.

How it is recognised: sequences of such characters, encoded again in one page for the whole text, are UTF-8, GBK or
Big5 that reads as Chinese by `seedsearch.text.character_model`, and better than with any other page. Every repair is
proved by reading it wrongly again; `evidence` asks for enough different characters. A U+FFFD or `?` in UTF-8 stands
for a byte that the page does not assign: the surrounding text decides which (inferred). If a pair of GBK or Big5 lost
one of its bytes, reading continues in step after it.

Left alone: text in the language of the page, which reads as random characters when taken for Chinese; tables of box
drawing characters; whatever Windows-1252 explains as well, except Big5.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from heapq import nlargest
from itertools import islice
from typing import NamedTuple

from seedsearch.damage import Certainty, Damage
from seedsearch.offsets import Edit, Weighed, weighed
from seedsearch.restoring.budget import Budget, Budgets
from seedsearch.restoring.calibration import assumed
from seedsearch.restoring.lossy_guesses import Atom, loss
from seedsearch.restoring.lossy_utf8 import WORK, mend
from seedsearch.restoring.scripts import Script, script_of
from seedsearch.text import character_model
from seedsearch.text.folding import is_han
from seedsearch.text.late_pattern import late_pattern

WESTERN = "cp1252"  # and Latin-1, as it has the controls, too; UTF-8 and GBK by it are only compared with here
PAGES = (
    WESTERN,
    *("cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874"),
    *("cp437", "cp737", "cp775", "cp850", "cp852", "cp865", "cp866", "mac_roman", "koi8_r"),
    *("iso8859_2", "iso8859_5", "iso8859_7", "iso8859_9", "iso8859_15"),
)
BIG5 = "big5hkscs"
WRITTEN = ("utf-8", "gb18030", BIG5)
# "10 of 11 at 4": of the 11 damaged texts of docs/thresholds.md that are fully restored, 10 are at that value.
SAMPLE = 400  # characters by which the page and the encoding are chosen
SHARE = 0.8  # of a sample that they must be able to read
GIBBERISH = -8.5  # mean ln p under which a reading is not Chinese: 9 of 22 at -4.5, all at -12.5
COMMON = 2500  # rank to which an ideograph of a short run is believed
WORK_EACH = 0.15  # units of work for a code point of the page; see `latin1`
# Characters of a run that is judged by its characters (25 of 26 at 16, 27 at 1), and of any (16 of 17 at 8).
SHORT, LEAST = 4, 2
LOST = "\ufffd"


@cache
def byte_of(page: str) -> dict[str, int]:
    """Character → its byte in `page`, from 0x80 on.

    A byte without a character is what Latin-1 makes of it, as for browsers; so is a control.
    """
    controls = {chr(byte): byte for byte in range(0x80, 0xA0)}
    return controls | {bytes((byte,)).decode(page, "ignore") or chr(byte): byte for byte in range(0x80, 0x100)}


@cache
def _undefined(page: str) -> tuple[bytes, ...]:
    """Return the bytes without a character in `page` that a character of UTF-8 can go on with."""
    return tuple(bytes((byte,)) for byte in range(0x80, 0xC0) if not bytes((byte,)).decode(page, "ignore"))


def _class_of(chars: set[str]) -> str:
    return "".join(map(re.escape, sorted(chars)))


_ALL = {char for page in PAGES for char in byte_of(page)}
_HIGH = _class_of(_ALL)
# What ordinary Chinese text does not hold two of in a row.
_TELLING = _class_of({char for char in _ALL if char.isalpha() or "\u2500" <= char <= "\u259f" or char < "\xa0"})
# What the two bytes of an ideograph have, in a short run: “, · and ° stand in Chinese text as well.
_TELLS = re.compile(f"[{_TELLING}{_class_of({c for c in _ALL if not c.encode('gb2312', 'ignore')})}]")
TRIGGER = re.compile(f"[{_TELLING}](?=[{_HIGH}{LOST}?][ -~{LOST}]?[{_HIGH}])")
# One ASCII character at a time can be the second byte of a pair.
_RUN = late_pattern(f"[{_HIGH}](?:(?:[ -~]|{LOST}{{1,2}})?[{_HIGH}])*+(?:{LOST}{{1,2}}|[0-~])?")
_PIECE = {
    "gb18030": re.compile(rb"[\x81-\xfe](?:[0-9][\x81-\xfe][0-9]|[\x40-\xfe])|.", re.DOTALL),
    BIG5: re.compile(rb"[\x81-\xfe][\x40-\xfe]|.", re.DOTALL),
}
_PART = re.compile(f"[^{LOST}]+")  # of a run in pairs, between bytes that were lost
_WIDE = re.compile("[ -~°±×÷·—…‘’“”\u2015-\u203b\u3000-\u303f\u3105-\u3129\ufe30-\ufe4f\uff01-\uff5e\uffe0-\uffe6]")


class Way(NamedTuple):
    """How the bytes of a text were read, and how they were written."""

    page: str
    written: str


_OF_LATIN1 = {Way(WESTERN, written) for written in WRITTEN if written != BIG5}


@dataclass(frozen=True, slots=True)
class _Work:
    """What the runs of a text have in common."""

    way: Way
    script: Script
    budget: Budget


def edits(text: str, budgets: Budgets | None = None) -> Sequence[Edit]:
    """Return the edits of this kind: sorted, disjoint, in code points of `text`."""
    # The longest ones are enough to tell the way.
    way = _best(nlargest(SAMPLE, (m[0] for m in _runs(text)), key=len))
    if way is None or way in _OF_LATIN1:
        return []
    stream = b" ".join(_bytes(m[0].replace(LOST, ""), way.page) or b"" for m in islice(_runs(text), SAMPLE))
    work = _Work(way, script_of(stream), (budgets or Budgets()).of("code pages", WORK, len(text), WORK_EACH))
    read = _in_utf8 if way.written == "utf-8" else _in_pairs
    return weighed(row for m in _runs(text) for row in read(m.start(), m[0], work))


def _runs(text: str) -> Iterator[re.Match[str]]:
    return (m for m in _RUN.finditer(text) if len(m[0]) >= LEAST)


def _best(runs: Sequence[str]) -> Way | None:
    """Return the way by which the runs read as Chinese, and better than by any other."""
    sample = list(_sampled(runs))
    size = sum(map(len, sample))
    gains: dict[Way, float] = {}
    for page in PAGES:
        streams = [stream for run in sample if (stream := _bytes(run.replace(LOST, "\x1a"), page))]
        if sum(map(len, streams)) > SHARE * size:
            gains |= {Way(page, written): gain for written in WRITTEN if (gain := _gain(streams, written)) > 0}
    return max(gains, key=gains.__getitem__, default=None)


def _sampled(runs: Sequence[str]) -> Iterator[str]:
    """Yield the first of the runs, `SAMPLE` characters in all."""
    left = SAMPLE
    for run in runs:
        if left <= 0:
            break
        yield run[:left]
        left -= len(run)


def _gain(streams: Sequence[bytes], written: str) -> float:
    """Nats by which the streams read better than gibberish; none where too little of them can be read."""
    gain = 0.0
    read = broken = 0
    for stream in streams:
        text = stream.decode(written, "replace")
        whole = text.replace(LOST, "").replace("\x1a", "")
        broken += text.count(LOST)
        read += len(whole)
        if any(map(is_han, whole)):
            gain += character_model.score(whole) - GIBBERISH * len(whole)
    return gain if broken * 2 <= read else 0.0


def _bytes(run: str, page: str) -> bytes | None:
    table = byte_of(page)
    try:
        return bytes([ord(char) if char < "\x80" else table[char] for char in run])
    except KeyError:
        return None


def _in_pairs(at: int, run: str, work: _Work) -> Iterator[Weighed]:
    """Yield the edits of a run in GBK or Big5, part by part between bytes that were lost."""
    for part in _PART.finditer(run):
        torn = part.start() > 0
        read = [made for skipped in range(1 + torn) if (made := _pairs_of(part[0], skipped, work.way))]
        if read:
            _, skipped, pieces = max(read)
            start = at + part.start() + skipped
            for piece in pieces:
                if len(piece) > 1:
                    certainty, weight = (Certainty.INFERRED, assumed("code page")) if torn else (Certainty.PROVED, None)
                    char = piece.decode(work.way.written)
                    yield start, start + len(piece), char, Damage.MISREAD_CODE_PAGE, certainty, weight
                start += len(piece)


def _pairs_of(part: str, skipped: int, way: Way) -> tuple[float, int, list[bytes]] | None:
    """Return the mean ln p, what is skipped, and the characters of a part without its first `skipped` bytes."""
    stream = _bytes(part[skipped:], way.page)
    if not stream:
        return None
    for cut in (0, 1):  # the last byte can have lost the second one of its pair
        pieces = _PIECE[way.written].findall(stream[: len(stream) - cut])
        text = b"".join(pieces).decode(way.written, "replace")
        if text and LOST not in text and _sound(part, text):
            return character_model.score(text) / len(text), skipped, pieces
    return None


def _sound(found: str, text: str) -> bool:
    """Return whether a short run reads as marks, or as common ideographs and had letters; a longer one need not."""
    if len(found) > SHORT:
        return True
    marks = all(_WIDE.match(char) for char in text)
    return marks or (_TELLS.search(found) is not None and all(_WIDE.match(c) or _common(c) for c in text))


def _common(char: str) -> bool:
    return is_han(char) and character_model.rank(char) < COMMON


def _in_utf8(at: int, run: str, work: _Work) -> Iterator[Weighed]:
    """Yield the edits of a run in UTF-8, with lost bytes filled in where the surrounding text decides."""
    atoms = list(_atoms(run, work.way.page))
    if len(atoms) < len(run):
        return
    pieces = mend(atoms, "\n", work.script, work.budget)
    if 2 * sum(piece.torn for piece in pieces) > len(pieces):
        return
    for piece in pieces:
        found = run[piece.start : piece.end]
        if found != piece.shown and not piece.torn:
            sure = piece.sure and LOST not in found
            certainty, weight = (
                (Certainty.PROVED, None) if sure else (Certainty.INFERRED, piece.weight or assumed("torn UTF-8"))
            )
            start, end = at + piece.start, at + piece.end
            yield start, end, piece.shown, Damage.MISREAD_CODE_PAGE, certainty, weight


def _atoms(run: str, page: str) -> Iterator[Atom]:
    """Yield what each character of a run can stand for, up to one that is not of the page."""
    table, undefined = byte_of(page), _undefined(page)
    for char in run:
        if char in (LOST, "?") and undefined:
            yield (loss(undefined),) if char == LOST else (loss((b"?",)), loss(undefined))
        elif char < "\x80" or char in table:
            yield bytes((ord(char) if char < "\x80" else table[char],))
        else:
            return
