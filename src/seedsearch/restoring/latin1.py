"""UTF-8 or GBK read as Latin-1 or Windows-1252: ä¸­æ–‡ and ÖÐÎÄ for 中文. Kinds utf8-as-latin1 and gbk-as-latin1.

How it arises: a program on a Western system reads every byte as a character. Windows-1252 has no
characters for the bytes 81 8D 8F 90 9D: they stay as controls, are dropped, or become U+FFFD or `?`. Later programs
drop the other controls and the soft hyphen, or turn the no-break space into a blank. Some readers decode sequences that
happen to be valid UTF-8 (×ʱ¾Êг¡ for 资本市场). The result may have been written as UTF-8 and misread in the same way
again.

How it is recognised: a run of such characters, encoded again, is valid UTF-8 with ideographs, or else GBK that reads as
Chinese by `seedsearch.text.character_model`. A single ideograph counts only on a page with others.
A U+FFFD or `?` in GBK is one of few bytes, chosen by the text around it (inferred).
Wrongly read punctuation and letters of Western text (â€œ, Ã©) are ftfy's field, and are taken from it run by run, with
everything else that ftfy can do switched off: it would narrow Chinese punctuation. Every repair is proved by reading
it wrongly again.

Left alone: Western words, rows of symbols, and runs that lost so much that they do not read as Chinese.
"""

from __future__ import annotations

import re
from codecs import utf_8_decode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING

from seedsearch.damage import Certainty, Damage
from seedsearch.offsets import Edit, Rows, Span, Weighed, apply_edits, compose, kept, rows_of, weighed
from seedsearch.restoring import framed
from seedsearch.restoring.budget import Budget, Budgets
from seedsearch.restoring.calibration import assumed
from seedsearch.restoring.code_spans import Passages
from seedsearch.restoring.framed import Choice, Part
from seedsearch.restoring.lossy_choices import Piece
from seedsearch.restoring.lossy_gaps import within
from seedsearch.restoring.lossy_guesses import Atom, loss
from seedsearch.restoring.lossy_utf8 import WORK, mend, mended, unsearched
from seedsearch.restoring.lost_pairs import GONE
from seedsearch.restoring.own_pairs import Neighbourhoods
from seedsearch.restoring.read_once import in_vain
from seedsearch.restoring.scripts import Script, script_of
from seedsearch.text import character_model
from seedsearch.text.double_byte import GB18030, realigned_parts
from seedsearch.text.late_pattern import late_pattern

if TYPE_CHECKING:
    from ftfy import TextFixerConfig

UNDEFINED = b"\x81\x8d\x8f\x90\x9d"  # bytes without a character in Windows-1252
# Characters of Windows-1252 beyond Latin-1 → their byte.
SPECIAL = {bytes((b,)).decode("cp1252"): b for b in range(0x80, 0xA0) if b not in UNDEFINED}
_S = "".join(SPECIAL)
_HIGH = f"\x80-\xff{_S}"
_LUCKY = "Ā-߿"  # what two bytes of GBK are that happen to be UTF-8

# One class first, so that clean text is passed over quickly.
TRIGGER = re.compile(
    f"[\x80-\xff](?:(?<=[ã-ï])[{_HIGH}\ufffd][{_HIGH}\ufffd]"  # an ideograph of UTF-8
    f"|(?<=[ã-ï])[{_HIGH}\ufffd ][ã-ï][{_HIGH}\ufffd ]"  # two that lost a byte each
    f"|[{_HIGH}{_LUCKY}][{_HIGH}{_LUCKY}][{_HIGH}]"  # two characters of GBK
    f"|(?<=â)€[{_HIGH}]|(?<=Ã)[\x80-\xbf{_S}]|(?<=Â)[\xa0-\xbf])"  # ftfy's
)

# A run: one ASCII character at a time can be the second byte of a pair of GBK, or a no-break space turned blank.
_RUN = re.compile(f"[{_HIGH}{_LUCKY}\ufffd](?:[ -~]?[{_HIGH}{_LUCKY}\ufffd])*+[ 0-~]?")
# The same where question marks are bytes, of which a character can have lost two; and what tells that they are.
_ASKED_RUN = re.compile(f"[{_HIGH}{_LUCKY}\ufffd](?:(?:[?]{{2}}|[ -~])?[{_HIGH}{_LUCKY}\ufffd])*+(?:[?]{{2}}|[ 0-~])?")
_ASKED = re.compile(f"[ã-ï](?:[?][{_HIGH}?]|[\x80-\xbf{_S}][?])")
# The same of GBK, where a letter can be the second byte of a pair that lost the first one.
_PAIRED_RUN = re.compile(
    f"(?:[?][@-~]?)?[{_HIGH}{_LUCKY}\ufffd](?:(?:[?][@-~]|[ -~])?[{_HIGH}{_LUCKY}\ufffd])*+(?:[?][@-~]|[ 0-~])?"
)
_PAIRED = re.compile(f"[?][{_HIGH}]{{2}}")
_WESTERN = re.compile(f"â€[{_HIGH}]|Ã[\x80-\xbf{_S}]|Â[\xa0-\xbf]")
# Characters of the runs read so once more; of ” a byte is lost where the others are shown. And first bytes of
# ideographs, with what tells that bytes were lost, the first time or the second.
_AGAIN = re.compile(f"[ÂÃÅÆË][\x80-\xbf{_S}]|â[\x80-\xbf{_S}]{{2}}|ï¿½|â€[\ufffd?]")
_LOST_BEFORE = re.compile(
    f"Ã[£-©¯](?:(?:[ÂÅÆË][\x80-\xbf{_S}]|â[\x80-\xbf{_S}]{{2}})?(?:ï¿½|[?])|[^\0-\x7f]{{0,3}}â€[\ufffd?])"
)
_CONTINUING = tuple(bytes((b,)) for b in range(0x80, 0xC0))
# Bytes that leave no trace where controls and the soft hyphen are dropped: as Windows-1252 and as Latin-1.
_DROPPABLE = tuple(bytes((b,)) for b in (*UNDEFINED, 0xA0, 0xAD))
_DROPPABLE_ALL = tuple(bytes((b,)) for b in (*range(0x80, 0xA1), 0xAD))
# What U+FFFD stands for where Windows-1252 was read, as characters beyond Latin-1 show, and otherwise.
_UNDEFINED, _GONE = ((loss(tuple(bytes((b,)) for b in UNDEFINED)),), (loss(_CONTINUING),))
# … and where those became question marks.
_C1 = bytes(range(0x80, 0xA0))
_CONTROLS = (loss(tuple(bytes((b,)) for b in _C1)),)
_MARK = loss((b"?",))
_BLANK = (loss((b"\xa0",)), loss((b" ",)))
_SPECIAL = re.compile(f"[ã-ï][{_S}]")
_MARKS = re.compile(
    "[ -~]*[，。、：；！？“”‘’《》（）【】「」…—·　０-９][，。、：；！？“”‘’《》（）【】「」…—·　０-９ -~]*"
)
_FRAME = re.compile("[\u2500-\u257f]+")  # of a table
_LETTER = re.compile("[À-ÖØ-öø-ÿ]")
_WIDE = late_pattern("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
_OF_CHINESE = late_pattern("[·—…‘’“”\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
_GBK_PIECE = re.compile(rb"[\x81-\xfe](?:[0-9][\x81-\xfe][0-9]|[\x40-\xfe])|.", re.DOTALL)

# "28 of 30 at 16": of the 30 damaged texts of docs/thresholds.md that are fully restored, 28 are at that value.
FEW = 4  # ideographs that a page must hold before a run with one alone is believed: 28 of 30 at 16
GIBBERISH = -9.3  # mean ln p under which GBK is not believed: 19 of 30 at -5.3, all at -13.3
WORD = -7.5  # the same for two ideographs alone: a word and no accident
FIXED = 256  # runs that are kept with what ftfy makes of them, two megabytes at most
JUDGED = 120  # characters of a run that are scored
# Ideographs of a run for each that lost a byte, with a sign and without one: in Windows-1252 one in sixteen does, of
# Traditional text. With 1 without a sign, rows of signs and letters of Western text are read as Chinese.
SHOWN, HIDDEN = 1, 4
AHEAD = 64  # runs of GBK that are read together where bytes of them are lost
LONGEST, MARGIN = 2000, 20  # characters of a run that are read together, and at their end read with the next ones
WORK_EACH = 0.15  # units of work for a code point; prose that lost each byte without a character takes 0.11
AGAIN, AGAIN_EACH = 4000, 0.02  # bytes of a page that are put in step, and more for each character: 15 µs and more


def edits(text: str, budgets: Budgets | None = None) -> Sequence[Edit]:
    """Return the edits of both kinds: sorted, disjoint, in code points of `text`."""
    if in_vain(text, _all_edits):
        return []
    return _all_edits(text, budgets or Budgets())


def _all_edits(text: str, budgets: Budgets) -> Sequence[Edit]:
    if sum(1 for _ in islice(_LOST_BEFORE.finditer(text), FEW)) < FEW:
        return weighed(_rows(text, _page(text, budgets)))
    first = weighed(_read_once_more(text))
    once = apply_edits(text, first)
    second = weighed(_rows(once, _page(once, budgets)))
    both = compose(first, second, text)
    return kept(both, bytearray(bool(_OF_CHINESE.search(made)) for _, _, made in rows_of(both)))


def _read_once_more(text: str) -> Iterator[Weighed]:
    """Yield the edits that make of a text what was written as UTF-8 and read so again."""
    for m in _AGAIN.finditer(text):
        made = "”" if m[0][-1] in "\ufffd?" else b"".join(map(_byte, m[0])).decode("utf-8", "ignore")
        if len(made) == 1:
            yield *m.span(), made, Damage.UTF8_AS_LATIN1, Certainty.PROVED, None


def _rows(text: str, page: _Page) -> Iterator[Weighed]:
    """Yield the edits; up to where it is known that single ideographs are believed, what hangs on it waits."""
    runs, han = _read(text, page), 0
    sure, few, alone, other = Rows(), Rows(), Passages(()), Passages(())
    for start, end, run in runs:
        if run and run.han > 1:
            sure.add(run.rows)
            han += run.han
            if han >= FEW:
                break
        elif run:
            few.add(run.rows)
            alone.add(start, end)
        else:
            other.add(start, end)
    western = (row for start, end in other for row in _western(text, start, end))
    if han < FEW:
        few, others = Rows(), western
        western = (row for start, end in alone for row in _western(text, start, end))
        yield from merge(sure, western, others)
        return
    yield from merge(sure, few, western)
    for start, end, run in runs:
        yield from run.rows if run else _western(text, start, end)


def _read(text: str, page: _Page) -> Iterator[tuple[int, int, _Run | None]]:
    """Yield where each run begins and ends, and what can be done about it; of a long one part by part."""
    for m in _found(text, page.run):
        start, end = m.span()
        while start < end:
            stop = end if end - start <= LONGEST else start + _whole(text[start : start + LONGEST])
            run = _chinese(text, start, stop, page)
            if run and not run.whole and stop < end:  # the end of the part may be the beginning of a character
                run = run.up_to(stop - MARGIN)
                last = run.rows[-1][1]
                stop = last if stop - last < LONGEST // 2 else stop
            yield start, stop, run
            start = stop


def _found(text: str, run: re.Pattern[str] = _RUN, at: int = 0) -> Iterator[re.Match[str]]:
    return (m for m in run.finditer(text, at) if len(m[0]) > 1)


def _whole(run: str) -> int:
    """Return how many characters of the beginning of a run are whole characters of UTF-8, read once or twice, or of
    GBK; all of them where it is neither.
    """
    stream = b"".join(map(_gbk_bytes, run))
    if size := _whole_utf8(stream):
        shown = stream[:size].decode()
        again = b"".join(map(_gbk_bytes, shown))
        if cut := _whole_utf8(again):
            shown = shown[: len(shown) - (len(again) - cut)]
        left = len(stream) - len(shown.encode())
    else:
        left = int(GB18030.strict(stream) is None and GB18030.strict(stream[:-1]) is not None)
    size = len(run)
    while left > 0:
        size -= 1
        left -= len(_gbk_bytes(run[size]))
    return size


def _whole_utf8(stream: bytes) -> int:
    """Return the bytes of the whole characters of UTF-8 that a stream begins with; none where it is not that."""
    try:
        return utf_8_decode(stream, "strict", False)[1]
    except UnicodeDecodeError:
        return 0


def _undamaged(text: str) -> str:
    """Return what the runs of a text are as UTF-8, with U+FFFD where something was lost."""
    return "\n".join(b"".join(map(_gbk_bytes, m[0])).decode("utf-8", "replace") for m in _found(text))


def _mostly_utf8(stream: bytes) -> bool:
    """Return whether more of a stream is Chinese in UTF-8 than is torn."""
    text = stream.decode("utf-8", "replace")
    return sum(1 for _ in _WIDE.finditer(text)) > text.count("\ufffd")


@dataclass(frozen=True, slots=True)
class _Run:
    """What can be done about one run: its edits, and the ideographs in it that are beyond doubt.

    `whole`: whether it is valid to its end.
    """

    rows: list[Weighed]
    han: int
    whole: bool = False

    def up_to(self, end: int) -> _Run:
        """Return the part that was done before `end`, or all of it if that is nothing."""
        rows = [row for row in self.rows if row[1] <= end]
        return _Run(rows, self.han, self.whole) if rows else self


@dataclass(frozen=True, slots=True)
class _Page:
    """What holds for all runs of a page; `droppable` are the bytes that leave no trace where they are dropped."""

    script: Script
    utf8: bool  # whether a run of it is Chinese in UTF-8 that is valid for the most part
    droppable: tuple[bytes, ...]
    gone: Atom  # what U+FFFD stands for
    mark: Atom  # and a question mark
    lost: Choice  # what U+FFFD can stand for in GBK
    paired: bool  # whether a question mark can stand for the same
    own: Neighbourhoods
    work: Budget
    again: Budget  # bytes of GBK that are put in step
    passed_over: list[Span]  # where something was lost and no work was left
    ahead: dict[tuple[int, int], list[Part]] = field(default_factory=dict)  # runs of GBK that were read with others

    @property
    def run(self) -> re.Pattern[str]:
        """What a run of the page is."""
        return _ASKED_RUN if self.asked else _PAIRED_RUN if self.paired else _RUN

    @property
    def asked(self) -> bool:
        """Whether question marks can be bytes that were lost."""
        return isinstance(self.mark, tuple)


def _page(text: str, budgets: Budgets) -> _Page:
    special = _SPECIAL.search(text)
    begun = (text[m.start() : min(m.end(), m.start() + LONGEST)] for m in _found(text))
    stream = b" ".join(b"".join(map(_gbk_bytes, run)) for run in islice(begun, JUDGED))
    parts = (text[at : min(m.end(), at + LONGEST)] for m in _found(text) for at in range(*m.span(), LONGEST))
    utf8 = any(_mostly_utf8(b"".join(map(_gbk_bytes, part))) for part in parts)
    asked = utf8 and _ASKED.search(text)
    paired = not utf8 and sum(1 for _ in islice(_PAIRED.finditer(text), FEW)) >= FEW
    return _Page(
        script_of(stream),
        utf8,
        _DROPPABLE if special else _DROPPABLE_ALL,
        _UNDEFINED if special else _GONE,
        (_MARK, *(_UNDEFINED if special else _CONTROLS)) if asked else b"?",
        UNDEFINED if any(char in text for char in SPECIAL) else _C1,
        paired,
        Neighbourhoods(len(text), lambda start, end: _undamaged(text[start:end])),
        budgets.of("Latin-1", WORK, len(text), WORK_EACH),
        budgets.of("GBK as Latin-1", AGAIN, len(text), AGAIN_EACH),
        budgets.passed_over,
    )


def _chinese(text: str, at: int, end: int, page: _Page) -> _Run | None:
    """Return the possible readings, the surest first: valid ones, then those with few invalid places."""
    run, before = text[at:end], text[at - 1] if at else "\n"
    valid = _valid_utf8(run)
    twice = _valid_utf8(valid)
    if _WIDE.search(twice) and not _WIDE.search(valid):
        return _Run([(at, end, twice, Damage.UTF8_AS_LATIN1, Certainty.PROVED, None)], _han(twice), whole=True)
    if valid and valid != run and not _WIDE.search(valid) and (again := _from_gbk(0, valid, before)) and again.han > 1:
        read = apply_edits(valid, weighed(again.rows))
        return _Run([(at, end, read, Damage.GBK_AS_LATIN1, Certainty.PROVED, None)], again.han, whole=True)
    return (
        (_from_utf8(at, run, before, page) if valid and (page.utf8 or _WIDE.search(valid)) else None)
        or _from_lost_gbk(text, at, end, page)
        or _from_gbk(at, run, before)
        or _from_utf8(at, run, before, page)
        or _from_torn_gbk(at, run, before, page)
    )


def _valid_utf8(run: str) -> str:
    """Return the text that the run is in valid UTF-8, or nothing."""
    try:
        return b"".join(map(_gbk_bytes, run)).decode("utf-8")
    except UnicodeDecodeError:
        return ""


def _from_utf8(at: int, run: str, before: str, page: _Page) -> _Run | None:
    """Return the run as UTF-8, where not much of it stays torn."""
    if not all(char <= "\xff" or char in SPECIAL or char == "\ufffd" for char in run):
        return None
    atoms = list(_atoms(run, page))
    if page.utf8:
        fill = partial(within, dropped=page.droppable)
        pieces = mended(atoms, before, page.script, page.work, fill, page.own.of(at))
    else:
        pieces = mend(atoms, before, page.script, page.work)
    page.passed_over.extend(unsearched(pieces, at, page.work))
    torn = sum(piece.torn for piece in pieces)
    whole = "".join(piece.text for piece in pieces if not piece.torn)
    if torn * 3 > len(whole) or (torn and not _han(whole)):
        return None
    made = list(_edits_of(at, run, pieces))
    sure = "".join(piece.text for piece in pieces if piece.sure)
    return _Run(made, _han(sure), whole=not torn) if made else None


def _atoms(run: str, page: _Page) -> Iterator[Atom]:
    for char in run:
        if char == "\ufffd":
            yield page.gone
        elif char == "?":
            yield page.mark
        elif char == " ":
            yield _BLANK
        else:
            yield _byte(char)


def _byte(char: str) -> bytes:
    return bytes((SPECIAL.get(char) or ord(char),))


def _edits_of(at: int, run: str, pieces: Sequence[Piece]) -> Iterator[Weighed]:
    for piece in pieces:
        if run[piece.start : piece.end] != piece.shown:
            certainty = Certainty.PROVED if piece.sure and not piece.torn else Certainty.INFERRED
            weight = piece.weight or (None if certainty is Certainty.PROVED else assumed("torn UTF-8"))
            yield at + piece.start, at + piece.end, piece.shown, Damage.UTF8_AS_LATIN1, certainty, weight


def _from_gbk(at: int, run: str, before: str) -> _Run | None:
    """Return the run as GBK, where it is that to its end and reads as Chinese."""
    stream = b"".join(map(_gbk_bytes, run))
    if GB18030.strict(stream) is None:
        return None
    parts = [Part(len(piece), piece.decode("gb18030"), sure=True) for piece in _GBK_PIECE.findall(stream)]
    return _of_parts(at, run, _owners(run), parts)


def _from_torn_gbk(at: int, run: str, before: str, page: _Page) -> _Run | None:
    """Return the run as GBK of which bytes are missing, in step again behind each."""
    stream = b"".join(map(_gbk_bytes, run))
    if GB18030.strict(stream) is not None or len(stream) > page.again.left or not page.again.spend(len(stream)):
        return None
    parts = [Part(size, text, sure=True) for size, text in realigned_parts(stream, GB18030, before)]
    return _of_parts(at, run, _owners(run), parts)


def _from_lost_gbk(text: str, at: int, end: int, page: _Page) -> _Run | None:
    """Return the run as GBK of which each sign of loss was a byte, where that reads better than without the signs."""
    run = text[at:end]
    if page.utf8 or not _has_lost(run, page):
        return None
    if (at, end) not in page.ahead:  # a call of `framed` takes as long for some short runs as for one
        near = (m.span() for m in islice(_found(text, page.run, end), AHEAD) if _has_lost(m[0][: LONGEST + 1], page))
        page.ahead.clear()
        page.ahead.update(_read_lost(text, [(at, end), *(one for one in near if one[1] - one[0] <= LONGEST)], page))
    parts = page.ahead[at, end]
    strict = GB18030.strict(b"".join(map(_gbk_bytes, run)))
    if not parts or (strict is not None and _mean(strict) > _mean("".join([part.text for part in parts]))):
        return None
    return _of_parts(at, run, _owners(run, shown=True), parts, SHOWN)


def _has_lost(run: str, page: _Page) -> bool:
    """Return whether bytes of a run may be lost, and enough of it is left to tell what they were."""
    signs = run.count(GONE) + (run.count("?") if page.paired else 0)
    return 0 < signs * (SHOWN + 1) <= len(run)


def _read_lost(
    text: str, spans: Sequence[tuple[int, int]], page: _Page
) -> Iterator[tuple[tuple[int, int], list[Part]]]:
    """Yield the parts of some runs of GBK, each sign of loss read as a byte."""
    runs = [([*_lost_stream(text[start:end], page)], text[start - 1 : start] or "\n") for start, end in spans]
    return zip(spans, framed.read(runs, "gb18030", ""), strict=True)


def _lost_stream(run: str, page: _Page) -> Iterator[Choice]:
    """Yield what each byte of a run of GBK can have been."""
    for char in run:
        if char == GONE or (char == "?" and page.paired):
            yield page.lost
        else:
            yield from (bytes((byte,)) for byte in _gbk_bytes(char))


def _owners(run: str, *, shown: bool = False) -> list[int]:
    """Return the place of its character for each byte of a run, and the end; U+FFFD has one if `shown` for it."""
    return [*(i for i, char in enumerate(run) for _ in _gbk_bytes(char) or b"?" * shown), len(run)]


def _mean(read: str) -> float:
    """Return the mean ln p of the beginning of a text, of U+FFFD as of a line end."""
    some = read[:JUDGED].replace("\ufffd", "\n")
    return character_model.score(some) / max(1, len(some))


def _of_parts(at: int, run: str, owner: list[int], parts: Sequence[Part], each: int = HIDDEN) -> _Run | None:
    """Return a run that is read as these parts, where they are Chinese; `owner`: of each byte, its character.

    `each`: the ideographs beyond doubt that there have to be for each character that lost a byte.
    """
    read = "".join([part.text for part in parts])
    parts = [part._replace(sure=False) if part.text == GONE else part for part in parts]
    sure = [part.text for part in parts if part.sure]
    han = _han("".join(sure))
    inside = _FRAME.sub("\n", read).strip()  # of a table
    if (len(parts) - len(sure)) * each > han or (han == 0 and inside and not _MARKS.fullmatch(inside)):
        return None
    if character_model.score(inside[:JUDGED]) < GIBBERISH * len(inside[:JUDGED]):
        return None
    word = han > 2 or character_model.score(read) > WORD * len(read)
    alone = word and _LETTER.search(run) and len(set(read)) > 1  # rows of signs are GBK by accident
    return _Run(list(_gbk_edits(at, run, owner, parts)), han if alone else 1, whole=GONE not in read)


class _GbkBytes(dict[str, bytes]):
    """Character → its bytes, where it may also be what two bytes of GBK happen to be as UTF-8."""

    def __missing__(self, char: str) -> bytes:
        return char.encode()


_GBK_BYTES = _GbkBytes({char: _byte(char) for char in (*map(chr, range(0x100)), *SPECIAL)} | {"\ufffd": b""})
_gbk_bytes = _GBK_BYTES.__getitem__


def _gbk_edits(at: int, run: str, owner: list[int], parts: Sequence[Part]) -> Iterator[Weighed]:
    """Yield one edit for each piece of the run that begins and ends between characters, found and repaired."""
    for start, end, some in framed.stretches(parts, owner):
        made = "".join([one.text for one in some])
        if run[start:end] != made:
            yield at + start, at + end, made, Damage.GBK_AS_LATIN1, *framed.told(some, "realigned")


def _western(text: str, at: int, end: int) -> Iterator[Weighed]:
    """Yield a run as ftfy repairs it, where reading the repair wrongly gives the run again.

    One letter is none among other characters than those of ASCII: in a table of letters, ÃŸ is Ã and Ÿ.
    """
    run, beside = text[at:end], text[max(0, at - 1) : at] + text[end : end + 1]
    if not _WESTERN.search(run):
        return
    fixed = _fixed(run)
    alone = len(fixed) == 1 and not beside.isascii() and not any(c.isascii() and c.isalpha() for c in beside)
    if fixed != run and not alone:
        yield at, end, fixed, Damage.UTF8_AS_LATIN1, Certainty.PROVED, None


@lru_cache(maxsize=FIXED)
def _fixed(run: str) -> str:
    """Return a run as ftfy repairs it, where reading the repair wrongly gives the run again: a page has few of them."""
    import ftfy

    fixed: str = ftfy.fix_encoding(run, _ftfy_config())
    return fixed if _misread(fixed) == run else run


@cache
def _ftfy_config() -> TextFixerConfig:
    """Only the decoding, and only what is a plain mistake of it."""
    from ftfy import TextFixerConfig

    return TextFixerConfig(
        unescape_html=False,
        remove_terminal_escapes=False,
        restore_byte_a0=False,
        replace_lossy_sequences=False,
        decode_inconsistent_utf8=True,
        fix_c1_controls=False,
        fix_latin_ligatures=False,
        fix_character_width=False,
        uncurl_quotes=False,
        fix_line_breaks=False,
        fix_surrogates=False,
        remove_control_chars=False,
        normalization=None,
    )


def _misread(text: str) -> str:
    """UTF-8 read as Windows-1252, with controls where that has no characters."""
    back = {byte: char for char, byte in SPECIAL.items()}
    return "".join(back.get(byte, chr(byte)) for byte in text.encode())


def _han(text: str) -> int:
    return sum("一" <= char <= "鿿" for char in text)
