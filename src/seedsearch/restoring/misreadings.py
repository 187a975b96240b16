"""Chinese read in the wrong encoding of two bytes, or wrongly twice: 荳ｭ, 혻 and 盲赂颅 for 中. Kind misread-bytes.

How it arises: an editor of a Japanese, Korean or Taiwanese system takes UTF-8, GBK or Big5 for its own Shift_JIS,
EUC-KR or Big5; UTF-8 that was shown as Latin-1 or Windows-1252 and saved so is then read as GBK; EUC-TW is taken for
GBK; the two bytes of UTF-16 change places.

How it is recognised: characters that such a reading makes and Chinese text does not hold (half-width katakana, Hangul,
the first bytes of UTF-8 as characters of Big5, 盲忙莽 before 聙 to 驴, letters of scripts from all over the world);
written back as bytes by one way for the whole text, they read as Chinese by `seedsearch.text.character_model`, and
better than by any other way. Every repair is proved by reading it wrongly again; `evidence` asks for enough different
characters. U+FFFD is one byte that is not known: the text around chooses it where it can (inferred), and otherwise its
character stays U+FFFD.

Left alone: Japanese and Korean, which as Chinese read like drawn by chance, and what lost too much.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

from seedsearch.damage import Certainty, Damage
from seedsearch.offsets import Edit, Span, apply_edits, edit
from seedsearch.restoring.budget import Budget, Budgets
from seedsearch.restoring.lossy_guesses import Atom, loss
from seedsearch.restoring.lossy_utf8 import WORK, mend
from seedsearch.restoring.scripts import Script, script_of
from seedsearch.text import character_model, cns
from seedsearch.text.folding import is_han

LOST = "\ufffd"
SAMPLE = 300  # characters by which the way is chosen
SHARE = 0.8  # of the characters of a sample that a way must be able to write
GIBBERISH = -8.5  # mean ln p under which a reading is not Chinese
LEAST = 2  # characters of a run
AT_TWO_PLACES = 8  # characters of a run of which both places are tried
WORK_EACH = 0.15  # units of work for a code point of the page; see `latin1`
BETTER = 1.0  # nats for a character, of a run as read before as found


WILD = b"\xff"  # stands for a byte that is not known; no encoding of pairs has it
CLEAR = 2.0  # nats between the best and the next character of a pair that lost a byte


Encode = Callable[[str], bytes | None]


class Part(NamedTuple):
    """These bytes are this text, or U+FFFD."""

    piece: bytes
    text: str


@dataclass(frozen=True, slots=True)
class Way:
    """How a text was misread: `encode` writes one found character as bytes, `read` makes of bytes what they were.

    `pieces` finds the characters in bytes; None for UTF-8, in which lost bytes are searched for. `wild` stands for what
    became one U+FFFD. `other` writes a character that the reader has at two places as the other one.
    """

    name: str
    encode: Encode
    pieces: re.Pattern[bytes] | None = None
    read: Callable[[bytes], str | None] | None = None
    wild: bytes = WILD
    other: Encode | None = None


def _by(codec: str) -> Callable[[str], bytes | None]:
    @cache
    def encode(char: str) -> bytes | None:
        try:
            return char.encode(codec)
        except UnicodeEncodeError:
            return None

    return encode


def _of_ibm(char: str) -> bytes | None:
    """Return what Shift_JIS of Windows holds twice, as IBM wrote it: in rows FA to FC."""
    return _rows_of_ibm().get(char)


@cache
def _rows_of_ibm() -> dict[str, bytes]:
    pairs = [bytes((lead, second)) for lead in (0xFA, 0xFB, 0xFC) for second in range(0x40, 0xFD)]
    return {char: pair for pair in pairs if (char := _as("cp932")(pair))}


def _as(codec: str) -> Callable[[bytes], str | None]:
    @cache
    def read(piece: bytes) -> str | None:
        try:
            return piece.decode(codec)
        except UnicodeDecodeError:
            return None

    return read


_GB = _by("gb18030")


@cache
def _swapped(char: str) -> bytes | None:
    return char.encode("utf-16-be", "surrogatepass") if len(char.encode("utf-16-be", "surrogatepass")) == 2 else None


def _korean(char: str) -> bytes | None:
    """EUC-KR as Windows has it, with its rows C9 and FE for characters of users."""
    place = ord(char) - 0xE000
    if 0 <= place < 2 * 94:
        return bytes((0xC9 if place < 94 else 0xFE, 0xA1 + place % 94))
    return _by("cp949")(char)


def _gb_of_windows(char: str) -> bytes | None:
    """GBK, with a byte 80 alone for the euro sign, as Windows reads it."""
    return b"\x80" if char == "€" else _GB(char)


@cache
def _twice(codec: str) -> Callable[[bytes], str | None]:
    """Return what bytes are that are UTF-8 of what `codec` showed of UTF-8: three characters of one byte for an
    ideograph.
    """

    def read(piece: bytes) -> str | None:
        try:
            shown = piece.decode()
            stream = b"".join(char.encode("latin-1") if char < "\xa0" else char.encode(codec) for char in shown)
            return stream.decode()
        except UnicodeError:
            return None

    return read


def _euc_tw(piece: bytes) -> str | None:
    read = cns.euc_tw(piece)
    return None if read is None else "".join(text for _, text in read)


_PAIR = re.compile(rb"[\x81-\xff][\x40-\xff]|.", re.DOTALL)
_UNIT = re.compile(rb"..|.", re.DOTALL)
_EUC_TW = re.compile(rb"\x8e[\xa1-\xb0][\xa1-\xfe]{2}|[\xa1-\xfe]{2}|.", re.DOTALL)
_UTF8_IN_UTF8 = re.compile(
    rb"\xc3[\xa0-\xaf](?:[\xc2-\xcb][\x80-\xbf]|\xe2[\x80-\x84][\x80-\xbf]){2}|[\xc2\xc3][\x80-\xbf][\xc2-\xcb][\x80-\xbf]|.",
    re.DOTALL,
)


def _in_three(reader: str, encode: Encode, other: Encode | None = None) -> tuple[Way, ...]:
    """UTF-8, GBK and Big5 as `reader` shows them."""
    return (
        Way(f"UTF-8 as {reader}", encode),
        Way(f"GBK as {reader}", encode, _PAIR, _as("gb18030"), other=other),
        Way(f"Big5 as {reader}", encode, _PAIR, _as("big5hkscs"), other=other),
    )


def _big5(seconds: range) -> str:
    """Return the first two bytes of an ideograph in UTF-8, as characters of Big5."""
    pairs = (bytes((lead, second)) for lead in (*range(0xE3, 0xEA), 0xEF) for second in seconds)
    return "".join(pair.decode("big5hkscs", "ignore") for pair in pairs)


_BIG5_LEADS = _big5(range(0xA1, 0xC0))
_GBK_C2 = bytes(byte for second in range(0x80, 0xC0) for byte in (0xC2, second)).decode("gb18030")
# Ideographs of the second level of GB 2312.
_LEVEL_2 = bytes(b for row in range(0xD8, 0xF8) for cell in range(0xA1, 0xFF) for b in (row, cell)).decode("gb2312")
_FOREIGN = "\u0500-\u1dff\u2c00-\u2dff\ua000-\uabff"

# What tells of a family of ways, and the ways.
FAMILIES: tuple[tuple[re.Pattern[str], tuple[Way, ...]], ...] = (
    (re.compile("[\uff61-\uff9f][^\0-\x7f]{0,3}[\uff61-\uff9f]"), _in_three("Shift_JIS", _by("cp932"), _of_ibm)),
    (re.compile("[가-힣][^\0-\x7f]{0,3}[가-힣]"), _in_three("EUC-KR", _korean)),
    (
        re.compile(f"[{_BIG5_LEADS}](?:[^\0-\x7f]{{1,4}}[{_BIG5_LEADS}]){{2}}"),
        (Way("UTF-8 as Big5", _by("big5hkscs")), Way("UTF-8 as Big5 of Windows", _by("cp950"))),
    ),
    (
        re.compile(f"[盲忙莽猫茅氓茂芒][{_GBK_C2}冒艂聠鈥]"),
        (
            Way("UTF-8 as Latin-1 as GBK", _GB, _UTF8_IN_UTF8, _twice("latin-1")),
            Way("UTF-8 as Windows-1252 as GBK", _gb_of_windows, _UTF8_IN_UTF8, _twice("cp1252")),
        ),
    ),
    (
        re.compile(f"[{_FOREIGN}][^\0-\x7f]{{0,6}}[{_FOREIGN}]"),
        (Way("UTF-16 swapped", _swapped, _UNIT, _as("utf-16-le"), WILD * 2),),
    ),
    (re.compile(f"[{_LEVEL_2}]{{3}}"), (Way("EUC-TW as GBK", _GB, _EUC_TW, _euc_tw),)),
)
# One class first, so that clean text is passed over quickly; the families look closer.
TRIGGER: re.Pattern[str] | None = re.compile(
    f"[\uff61-\uff9f가-힣{_FOREIGN}{_BIG5_LEADS}{_LEVEL_2}盲忙莽猫茅氓茂芒]"
    f"(?:(?<![{_LEVEL_2}盲忙莽猫茅氓茂芒])|(?<=[盲忙莽猫茅氓茂芒])[{_GBK_C2}冒艂聠鈥]|(?<=[{_LEVEL_2}])[{_LEVEL_2}]{{2}})"
)

# A run: characters beyond ASCII, with one ASCII character at a time that can be the second byte of a pair.
_RUN = re.compile(r"[^\0-\x7f](?:[@-~]?[^\0-\x7f])*[@-~]?")
_PART = re.compile(f"[^{LOST}]+")
_WIDE = re.compile("[ -~°±×÷·—…‘’“”\u2015-\u203b\u3000-\u303f\uff01-\uff5e\uffe0-\uffe6]+")
_GONE = (loss(tuple(bytes((byte,)) for byte in (*range(0x80, 0xC0), *range(0xE3, 0xEA), 0xEF))),)


@dataclass(frozen=True, slots=True)
class _Work:
    """What the runs of a text have in common."""

    way: Way
    script: Script
    budget: Budget


def edits(text: str, budgets: Budgets | None = None) -> list[Edit]:
    """Return the edits of this kind: sorted, disjoint, in code points of `text`."""
    ways = [way for tells, family in FAMILIES if tells.search(text) for way in family]
    if not ways:
        return []
    runs = [m for m in _RUN.finditer(text) if len(m[0]) >= LEAST]
    way = _best([m[0] for m in runs], ways)
    if way is None:
        return []
    script = script_of(b" ".join(_bytes(m[0], way) or b"" for m in runs[:SAMPLE]))
    work = _Work(way, script, (budgets or Budgets()).of("misreadings", WORK, len(text), WORK_EACH))
    read = _in_utf8 if way.pieces is None else _in_pieces
    return [e for m in runs for e in _better(m, list(read(m.start(), m[0], work)))]


def _better(run: re.Match[str], made: list[Edit]) -> list[Edit]:
    """Return the edits of a run, where it reads better with them: a page can hold right text as well."""
    if not made:
        return []
    start, end = made[0].span.start - run.start(), made[-1].span.end - run.start()
    found = run[0][start:end]
    text = apply_edits(
        found, [replace(e, span=Span(e.span.start - made[0].span.start, e.span.end - made[0].span.start)) for e in made]
    )
    if _WIDE.fullmatch(text):
        return [] if _WIDE.fullmatch(found) else made
    mean = character_model.score(text.replace(LOST, "\n")) / len(text)
    return made if mean > max(GIBBERISH, character_model.score(found) / len(found) + BETTER) else []


def _best(runs: Sequence[str], ways: Sequence[Way]) -> Way | None:
    """Return the way by which the runs read as Chinese, and better than by any other."""
    sample = list(_sampled(runs))
    gains = {way.name: _gain(sample, way) for way in ways}
    best = max(ways, key=lambda way: gains[way.name])
    return best if gains[best.name] > 0 else None


def _sampled(runs: Sequence[str]) -> Iterator[str]:
    """Yield the longest of the runs, `SAMPLE` characters in all."""
    left = SAMPLE
    for run in sorted(runs, key=len, reverse=True):
        if left <= 0:
            break
        yield run[:left]
        left -= len(run)


def _gain(sample: Sequence[str], way: Way) -> float:
    """Nats by which the sample reads better than gibberish and than what was found; none where it hardly reads."""
    gain = 0.0
    written = read = broken = 0
    for part in (part for run in sample for part in _PART.findall(run)):
        stream = _bytes(part, way)
        if stream is None:
            continue
        written += len(part)
        text = stream.decode("utf-8", "replace") if way.pieces is None else "".join(p.text for p in _parts(stream, way))
        whole = text.replace(LOST, "")
        read, broken = read + len(whole), broken + text.count(LOST)
        if any(map(is_han, whole)):
            gain += character_model.score(whole) - GIBBERISH * len(whole)
    enough = written > SHARE * sum(len(run.replace(LOST, "")) for run in sample)
    bearable = 2 * read if way.pieces is None else read / 2  # what lost a byte breaks two characters of UTF-8
    return gain if enough and broken <= bearable else 0.0


def _bytes(run: str, way: Way) -> bytes | None:
    """`run` as it was written, without what was lost."""
    made = [way.encode(char) for char in run if char != LOST]
    return None if None in made else b"".join(made)  # type: ignore[arg-type]


def _parts(stream: bytes, way: Way) -> list[Part]:
    if way.pieces is None or way.read is None:
        return []
    return [Part(piece, way.read(piece) or LOST) for piece in way.pieces.findall(stream)]


def _in_pieces(at: int, run: str, work: _Work) -> Iterator[Edit]:
    """Yield the edits of a run: as a whole with a byte for each U+FFFD, or else part by part between them."""
    # Most readers put one U+FFFD for a byte, some for a pair of them.
    whole, known = _reading(run, 0, work.way), work
    if LOST in run:
        both = replace(work, way=replace(work.way, wild=work.way.wild * 2))
        other = _reading(run, 0, both.way)
        if other and (not whole or other[0] > whole[0] + BETTER):
            whole, known = other, both
    if whole:
        yield from _edits(at, run, whole, known)
        return
    for part in _PART.finditer(run) if LOST in run else ():
        parts = [reading for skipped in (0, 1) if (reading := _reading(part[0], skipped, work.way))]
        if parts:
            yield from _edits(at + part.start(), part[0], max(parts), work, torn=part.start() > 0)


_Reading = tuple[float, int, list[Part]]


def _reading(run: str, skipped: int, way: Way) -> _Reading | None:
    """Mean ln p, bytes skipped at the beginning, and what the others are; None where they are not Chinese."""
    written = [way.wild if char == LOST else way.encode(char) for char in run]
    if None in written or not written:
        return None
    best = _judged(written, skipped, way)  # type: ignore[arg-type]
    twice = [i for i, char in enumerate(run) if way.other and way.other(char) not in (None, written[i])]
    for i in twice[:AT_TWO_PLACES]:
        tried = [*written[:i], way.other(run[i]) if way.other else None, *written[i + 1 :]]
        reading = _judged(tried, skipped, way)  # type: ignore[arg-type]
        if reading and (not best or reading[0] > best[0]):
            best, written = reading, tried
    return best


def _judged(written: list[bytes], skipped: int, way: Way) -> _Reading | None:
    stream = b"".join(written)[skipped:]
    parts = _parts(stream, way)
    known = "".join(one.text for one in parts if way.wild not in one.piece)
    bad = known.count(LOST) - known.endswith(LOST)  # the last one may have lost its second byte
    if bad * 8 > len(known) or not known.strip(LOST):
        return None
    return character_model.score(known.replace(LOST, "\n")) / len(known), skipped, parts


def _edits(at: int, run: str, reading: _Reading, work: _Work, *, torn: bool = False) -> Iterator[Edit]:
    """Yield one edit for each stretch that begins and ends between characters, as found and as read."""
    owner = [i for i, char in enumerate(run) for _ in (work.way.wild if char == LOST else work.way.encode(char) or b"")]
    owner.append(len(run))
    _, skipped, parts = reading
    start, here, made, guessed = 0, skipped, LOST * skipped, torn
    for i, part in enumerate(parts):
        here += len(part.piece)
        text = _guess(parts, i, work) if work.way.wild in part.piece else part.text
        made, guessed = made + text, guessed or work.way.wild in part.piece
        end = owner[here]
        if here == len(owner) - 1 or owner[here - 1] != end:
            if made.count(LOST) <= run.count(LOST, start, end) and run[start:end] != made:
                certainty = Certainty.INFERRED if guessed else Certainty.PROVED
                yield edit(at + start, at + end, made, Damage.MISREAD_BYTES, certainty)
            start, made, guessed = end, "", torn


def _guess(parts: Sequence[Part], i: int, work: _Work) -> str:
    """Return the character of a pair that lost a byte, where the ones beside it choose clearly; else U+FFFD."""
    piece = parts[i].piece
    if len(piece) < 2 or piece.count(work.way.wild) > 1 or work.way.read is None or not work.budget.spend(4):
        return LOST
    before, after = parts[i - 1].text[-1:] if i else "\n", parts[i + 1].text[:1] if i + 1 < len(parts) else "\n"
    chars = {work.way.read(piece.replace(WILD, bytes((byte,)))) for byte in range(0x40, 0xFF)}
    score = character_model.pair_score
    scored = sorted((score(before, c) + score(c, after), c) for c in chars if c and len(c) == 1)
    return scored[-1][1] if len(scored) > 1 and scored[-1][0] - scored[-2][0] > CLEAR else LOST


def _in_utf8(at: int, run: str, work: _Work) -> Iterator[Edit]:
    """Yield the edits of a run in UTF-8, with what was lost put in where the text around chooses it."""
    atoms: list[Atom] = [_GONE if char == LOST else work.way.encode(char) or b"" for char in run]
    if b"" in atoms:
        return
    pieces = mend(atoms, "\n", work.script, work.budget)
    if 2 * sum(piece.torn for piece in pieces) > len(pieces):
        return
    for piece in pieces:
        found = run[piece.start : piece.end]
        if found != piece.shown and not piece.torn:
            certainty = Certainty.PROVED if piece.sure and LOST not in found else Certainty.INFERRED
            yield edit(at + piece.start, at + piece.end, piece.shown, Damage.MISREAD_BYTES, certainty)
