"""GBK text read one byte off without loss: 犕醯且跃诤佣 for 王登以沮河督. Kind shifted-bytes.

How it arises: old e-texts have a missing or extra byte where a rare character was encoded in some private way or a
line was cut. From there to the next ASCII character, every pair of bytes consists of the halves of two characters.

How it is recognised: characters that are rare in Chinese and odd symbols occur close together. The text around them is
encoded again and read at every alignment (`seedsearch.text.double_byte`); if another alignment reads much
better than the text found, the whole stretch is replaced at once. All the bytes are there, so the repair gives the
text found when it is read one byte off. The byte without a partner, where the shift begins or ends, cannot be shown:
it is dropped, and its character is a finding (`loses`). Some of these pages lost the pairs in the stretch that
are full-width letters or unassigned; that is undone where such a pair tore a comma or a full stop and the character
after it (inferred).

Left alone: lists of rare characters, and shifts of a few characters, which cannot be told from names.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import accumulate

from seedsearch.damage import Certainty, Damage
from seedsearch.offsets import Edit, Span, edit
from seedsearch.restoring.budget import Budget, Budgets
from seedsearch.restoring.calibration import assumed
from seedsearch.text import character_model
from seedsearch.text.double_byte import GB18030, differing, gb18030_choices, realigned_parts
from seedsearch.text.gbk import (
    pair_of,
)

# Level 2 of GB 2312, from D8A1 on: the less common half of its characters.
_LEVEL_2 = bytes(b for row in range(0xD8, 0xF8) for cell in range(0xA1, 0xFF) for b in (row, cell)).decode(
    "gb2312", "ignore"
)
_RARE = f"[{_LEVEL_2}{character_model.ODD_SYMBOLS}]"
TRIGGER = re.compile(f"{_RARE}.?{_RARE}.?{_RARE}")

_PRIVATE_USE = re.compile("[\ue000-\ue864]")
_RUN = re.compile(r"[^\x00-\x2f]+")  # a reader is in step after these
_WHOLE_RUN = re.compile(r"[^\x00-\x2f\ufffd（）]+")  # no brackets of marks, no sign of loss: other steps repair those
BEFORE = 40  # characters read again before the first rare ones
LONGEST = 2000  # characters read again at once
AGAIN, AGAIN_EACH = 2000, 0.02  # characters of a page read again, and more for each of its own: 20 µs and more
BETTER = 1.0  # nats per character by which the beginning of a shift must read better one byte off, to be read again
LOOKS, LOOKS_EACH = 200, 0.01  # such beginnings that are looked at on a page, and more for each character of it
MARKS = 0.15  # of the bytes can begin a mark in text; where more do, dropped pairs after them are not looked for
MANY = 4000  # characters of a run from which on arrays are quicker, the time to load them counted
PORTION = 1 << 16  # characters that are scored at once: each takes some 100 bytes meanwhile
FEW = 6  # characters of a shift that can be told
JUDGED = 16  # characters from the rare ones on that must look shifted
GIBBERISH = -10.0  # mean ln p under which they do
GAIN = 2.5  # nats per character by which the repair must read better
SOUND = -9.0  # mean ln p that the repair must reach
# Of the pairs in a shift one in ten has no character, and shows as one of private use. Where a page holds none, so long
# a shift went through a reader that dropped them: what is left of it joins halves of two characters (恬淡，不 as 恬祷).
# Of 126 such shifts of 30 to 80 characters 3 would come back; of 175 with the pairs kept all hold one. Shorter ones are
# told by a pair so unlikely in the repair. Such a repair is told, and too improbable to be made.
SHOWS, IMPLAUSIBLE = 16, -10.5

# First byte of a mark → its second byte, which made a pair that was dropped with the first byte of the next
# character: a full-width letter (A3 xx, after 。) or none (AC xx, after ，).
_DROPPED = {0xA1: 0xA3, 0xA3: 0xAC}


def _choices(stretch: bytes, at: int) -> Iterator[tuple[int, str]]:
    yield from gb18030_choices(stretch, at)
    mark = stretch[at]
    if mark in _DROPPED and at + 1 < len(stretch) and 0xA1 <= stretch[at + 1] < 0xFF:
        for text in _torn_marks(mark, stretch[at + 1]):
            yield 2, text


@cache
def _torn_marks(mark: int, after: int) -> tuple[str, ...]:
    """Return what the bytes `mark` and `after` are, if a pair between them was dropped: a mark, and an ideograph."""
    pairs = (bytes((mark, _DROPPED[mark], first, after)) for first in range(0xB0, 0xF8))
    return tuple(pair.decode("gb18030") for pair in pairs)


_TORN = replace(GB18030, choices=_choices, usual=False)


def edits(text: str, budgets: Budgets | None = None) -> list[Edit]:
    """Return the edits of kind shifted-bytes: sorted, disjoint, in code points of `text`."""
    budgets = budgets or Budgets()
    runs = [run for run in _RUN.finditer(text) if TRIGGER.search(text, *run.span())]
    kept = bool(runs) and _PRIVATE_USE.search(text) is not None
    return [e for run in runs for e in _run_edits(text, run, kept, budgets)]


def _run_edits(text: str, run: re.Match[str], kept: bool, budgets: Budgets) -> Iterator[Edit]:
    """Yield the edits of one run: a stretch from each place on that looks shifted and lies after the one before.

    `kept`: whether the text shows what readers drop that drop pairs without a character.
    """
    looks = budgets.of("looks for shifts", LOOKS, len(text), LOOKS_EACH)
    again = budgets.of("shifts read again", AGAIN, len(text), AGAIN_EACH)
    sums = _sums(run[0])
    done = 0
    while (at := _shifted(run[0], sums, done, looks)) is not None:
        if again.left <= 0:
            budgets.passed_over.append(_beginning(run, at))
            return
        start = run.start() + max(done, at - BEFORE)
        end = min(run.end(), start + LONGEST, start + BEFORE + again.left)
        again.spend(end - start)
        for e in _stretch_edits(text, start, end):
            yield e if kept or not _is_joined(e) else replace(e, certainty=Certainty.INFERRED, weight=assumed("joined"))
        done = end - run.start()
    if looks.left < 0 and not budgets.passed_over:
        budgets.passed_over.append(_beginning(run, done))


def _sums(run: str) -> array[float]:
    """Return the sums of the `pair_score`s of a run, from the beginning of a line, up to each place."""
    if len(run) < MANY:
        return array("d", accumulate(map(character_model.pair_score, "\n" + run, run), initial=0.0))
    from seedsearch.text.pair_scores import pair_scores  # numpy takes 0.1 s to load, and only a long run needs it

    sums, text = array("d", [0.0]), "\n" + run
    for at in range(0, len(run), PORTION):
        scores = pair_scores(text[at : at + PORTION + 1])
        scores[0] += sums[-1]
        sums.frombytes(scores.cumsum().tobytes())
    return sums


def _beginning(run: re.Match[str], at: int) -> Span:
    """Return the finding for a shift in `run` that was not searched: its first characters."""
    return Span(run.start() + at, min(run.start() + at + JUDGED, run.end()))


def _shifted(run: str, sums: Sequence[float], done: int, looks: Budget) -> int | None:
    """Return where in the run, from `done` on, gibberish begins that reads better one byte off; None where that is
    nowhere.

    `sums` are those of the `pair_score`s of the run up to each place.
    """
    for found in TRIGGER.finditer(run, done):
        start, end = found.start(), min(found.start() + JUDGED, len(run))
        score = character_model.pair_score("\n", run[start]) + sums[end] - sums[start + 1]
        if score < GIBBERISH * (end - start):
            if not looks.spend():
                break
            off = _one_off(run[start:end])
            if off and character_model.score(off) / len(off) > score / (end - start) + BETTER:
                return start
    return None


def _one_off(found: str) -> str:
    """Return what was found, read again from its second byte on."""
    stream = b"".join(pair_of().get(char, b"?") for char in found)
    return stream[1:].decode("gb18030", "ignore")


def loses(e: Edit, text: str) -> bool:
    """Return whether `e`, an edit of `text`, is a repair of this kind that left out a byte of a character."""
    if e.kind is not Damage.SHIFTED_BYTES or e.certainty is not Certainty.INFERRED:
        return False
    found = e.span.cut(text)
    return _WHOLE_RUN.fullmatch(found) is not None and len(_written(found)) > len(_written(e.replacement))


def _written(text: str) -> bytes:
    return text.encode("gb18030")


def _stretch_edits(text: str, start: int, end: int) -> Iterator[Edit]:
    """Yield the edits of one stretch without ASCII punctuation."""
    found = text[start:end]
    bytes_of = [char.encode() if char < "\x80" else pair_of().get(char, b"\xff") for char in found]
    stream = b"".join(bytes_of)
    marks = sum(stream.count(first) for first in _DROPPED)
    choices = _TORN if marks < MARKS * len(stream) else GB18030
    parts = realigned_parts(stream, choices, text[start - 1] if start else "\n")
    for first, last, read in differing(zip(map(len, bytes_of), found, strict=True), parts):
        shifted = found[first:last]
        if _convincing(shifted, read):
            sure = _written(read) == _written(shifted)
            certainty, weight = (Certainty.PROVED, None) if sure else (Certainty.INFERRED, assumed("shift"))
            yield edit(start + first, start + last, read.strip("\ufffd"), Damage.SHIFTED_BYTES, certainty, weight)


def _is_joined(e: Edit) -> bool:
    """Return whether a repair on a page without a pair of private use joins halves of characters, for such pairs were
    dropped.
    """
    made = e.replacement
    return len(e.span) >= SHOWS or min(map(character_model.pair_score, made, made[1:]), default=0.0) < IMPLAUSIBLE


def _convincing(found: str, made: str) -> bool:
    if len(found) < FEW or made.count("\ufffd") * 4 > len(made):
        return False
    mean = character_model.score(made) / len(made)
    return mean > SOUND and mean > character_model.score(found) / len(found) + GAIN
