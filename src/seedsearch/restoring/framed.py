"""Bytes of which each is there or known to be lost, read all at once: for readers that put a sign for each lost byte.

Such a reader leaves the bytes in their places, so that where each character begins is known, and only what the lost
bytes were is not. What they can have been is narrowed by the reader: it loses a byte only in front of one with which it
has no character. All characters that lost a byte are then chosen together (`lost_pairs`), by the ones around them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from seedsearch.damage import Certainty
from seedsearch.offsets import Guess, Weight
from seedsearch.restoring.calibration import AROUND, assumed, together
from seedsearch.restoring.lossy_guesses import length_of
from seedsearch.restoring.lost_pairs import GONE, Slot, filled, judged
from seedsearch.restoring.scripts import Script, oddity
from seedsearch.text.character_model import MARKS, rank
from seedsearch.text.double_byte import big5_pair
from seedsearch.text.gbk import PRIVATE, pairs

if TYPE_CHECKING:
    from seedsearch.text.array_types import Bytes, Ints, Mask

Written = Literal["utf-8", "gb18030", "big5"]  # what text was written in
Choice = bytes  # what one byte can have been: itself where it is known

CONTINUING = bytes(range(0x80, 0xC0))
# First bytes of what is written in Chinese: of three bytes, and of two (· × °).
LEADS = bytes((0xE2, *range(0xE3, 0xEA), 0xEF))
ANY = {"utf-8": CONTINUING + b"\xc2\xc3" + LEADS, "gb18030": bytes(range(0x80, 0xFF)), "big5": bytes(range(0x80, 0xFF))}
MOST = 64  # characters, the most frequent ones, that are tried in one place
TOGETHER = 64  # characters side by side that lost a byte; of UTF-8, a reader of Big5 loses one of most characters
TORN = 4  # a run is not read so where one in so many characters does not fit
# Characters of which so little is left that more than so many fit are chosen by what stands around them; but not where
# they are more than one in so many, because then nothing stands around them.
HARD, HARDLY = 400, 4
# Characters that one can be from which on a guess is said to be open. Of 7,000 guesses among fewer .97 were right,
# whatever stood beside them; of 4,000 among more .85, .62 and .46, by how many of those beside them were such.
OPEN = 32


class Part(NamedTuple):
    """So many bytes are this text, U+FFFD where that is not known; `sure` unless a byte was chosen, by a `guess`."""

    size: int
    text: str
    sure: bool
    guess: Guess | None = None


@lru_cache(maxsize=1 << 12)
def lost_before(following: int | None, reader: str, written: Written) -> Choice:
    """Return the bytes that a reader cannot use in front of a byte; in front of one that it lost too, all."""
    if following is None:
        return ANY[written]
    loses = _loses(reader)
    return bytes(byte for byte in ANY[written] if loses[byte, following]) or ANY[written]


@cache
def _loses(reader: str) -> Mask:
    """For each two bytes whether a reader of this codec cannot use the first one in front of the second."""
    import numpy as np

    made = np.zeros((1 << 8, 1 << 8), dtype=bool)
    for first in range(0x80, 1 << 8):
        for second in range(1 << 8):
            try:
                bytes((first, second)).decode(reader)
            except UnicodeDecodeError as error:
                made[first, second] = error.start == 0
    return made


def read(
    runs: Sequence[tuple[Sequence[Choice], str]], written: Written, script: Script, reader: str = ""
) -> list[list[Part]]:
    """Return the characters of each run of bytes, behind the character before it; nothing where many do not fit.

    `reader` is the codec of the reader that lost bytes, if one did.
    """
    every = [list(_slots(run, written, script, reader)) for run, _ in runs]
    hard = sum(one.hard for slots in every for one in slots) * HARDLY > sum(map(len, every))
    told = [[Slot(one.slot.end, GONE) if hard and one.hard else one.slot for one in slots] for slots in every]
    return chosen([(slots, before) for slots, (_, before) in zip(told, runs, strict=True)])


def chosen(runs: Sequence[tuple[Sequence[Slot], str]]) -> list[list[Part]]:
    """Return the characters of each run of slots, behind the character before it; nothing where many do not fit."""
    asked: list[Slot] = []
    borders = [0]
    for slots, before in runs:
        if sum(slot.char == GONE for slot in slots) * TORN <= len(slots):
            asked += Slot(0, before), *slots
        borders.append(len(asked))
    made = filled(asked, TOGETHER)
    guessed = judged(asked, made, list(_sources(asked)))
    return [list(_parts(asked[a + 1 : b], made[a + 1 : b], guessed[a + 1 : b])) for a, b in pairwise(borders)]


def frequent(written: Written, script: Script, fits: Callable[[str], bool]) -> str:
    """Return the most frequent characters, so many as are tried in one place, that fit."""
    return "".join(islice(filter(fits, _characters(written, script)[0]), MOST))


def _sources(slots: Sequence[Slot]) -> Iterator[str]:
    """Yield of each character what its guess is called, by how much it can be and those beside it."""
    openly = [False, *(len(slot.choices) >= OPEN for slot in slots), False]
    for before, one, behind in zip(openly, openly[1:], openly[2:], strict=False):
        yield "framed, open" + AROUND[before + behind] if one else "framed"


def stretches(parts: Sequence[Part], owner: Sequence[int]) -> Iterator[tuple[int, int, Sequence[Part]]]:
    """Yield start, end and parts of each stretch that begins and ends between characters, as found and as read.

    `owner` gives for each byte, and behind the last one, the place of the character found.
    """
    start = here = first = 0
    for number, part in enumerate(parts, 1):
        here += part.size
        end = owner[here]
        if here == len(owner) - 1 or owner[here - 1] != end:
            yield start, end, parts[first:number]
            start, first = end, number


def told(parts: Sequence[Part], source: str) -> tuple[Certainty, Weight | None]:
    """Return how sure a repair made of parts is; by its `source` where no part of it was compared with others."""
    if all(part.sure for part in parts):
        return Certainty.PROVED, None
    return Certainty.INFERRED, together((part.text, part.guess) for part in parts) or assumed(source)


class _Framed(NamedTuple):
    """A character, and whether hardly anything of it is left."""

    slot: Slot
    hard: bool


def _parts(slots: Sequence[Slot], made: Sequence[str], guessed: Sequence[Guess | None]) -> Iterator[Part]:
    start = 0
    for slot, char, one in zip(slots, made, guessed, strict=True):
        yield Part(slot.end - start, char, bool(slot.char), one)
        start = slot.end


def _slots(run: Sequence[Choice], written: Written, script: Script, reader: str) -> Iterator[_Framed]:
    """Yield the characters of a run, what those can be that lost a byte, and U+FFFD for each byte that fits nowhere."""
    at = 0
    while at < len(run):
        first = run[at]
        size = _size(first[0], written) if len(first) == 1 else 3 if written == "utf-8" else 2
        some = tuple(run[at : at + size])
        read = _read(some, written, script, reader) if len(some) == size else _Reading()
        at += size if read.char or read.choices else 1
        yield _Framed(Slot(at, read.char or ("" if read.choices else GONE), read.choices), read.hard)


def _size(first: int, written: Written) -> int:
    """Return the bytes of a character."""
    if written == "utf-8":
        return length_of(first) if first >= 0xC0 else 1
    return 1 if first < 0x81 else 2


class _Reading(NamedTuple):
    """The one character that bytes are, or the most frequent of all that they can be."""

    char: str = ""
    choices: str = ""
    hard: bool = False


@lru_cache(maxsize=1 << 14)
def _read(some: tuple[Choice, ...], written: Written, script: Script, reader: str) -> _Reading:
    if any(len(one) > 1 for one in some):
        return _chosen(some, written, script, reader)
    stream = b"".join(some)
    char = (big5_pair(stream) or "") if written == "big5" and len(stream) > 1 else stream.decode(written, "ignore")
    return _Reading(char if len(char) == 1 else "")


def _chosen(some: tuple[Choice, ...], written: Written, script: Script, reader: str) -> _Reading:
    import numpy as np

    chars, every, by_first = _characters(written, script)
    fit = by_first.get(some[0][0], np.arange(0)) if len(some[0]) == 1 else np.arange(len(chars))
    ended = (*some, *[b"\0"] * (every.shape[1] - len(some)))
    for place in sorted(range(len(ended)), key=lambda place: len(ended[place])):
        fit = fit[_among(ended[place])[every[fit, place]]]
    for place, (one, following) in enumerate(pairwise(some)):
        if reader and one == ANY[written] and len(following) > 1:  # both were lost
            fit = fit[_loses(reader)[every[fit, place], every[fit, place + 1]]]
    return _Reading("", "".join([chars[i] for i in fit[:MOST].tolist()]), len(fit) > HARD)


@lru_cache(maxsize=1 << 12)
def _among(choice: Choice) -> Mask:
    import numpy as np

    made = np.zeros(1 << 8, dtype=bool)
    made[list(choice)] = True
    return made


@cache
def _characters(written: Written, script: Script) -> tuple[str, Bytes, dict[int, Ints]]:
    """Return what Chinese is written with, the most frequent first in `script`; the bytes of each, NUL behind; and
    the places of those that begin with each byte.
    """
    import numpy as np

    spelled = {char: _spelled(char, written) for char in pairs().values() if ord(char) not in PRIVATE}
    chars = [char for char, stream in spelled.items() if stream]
    chars.sort(key=lambda char: (char not in MARKS, oddity(char, script) < 0, rank(char)))
    every = np.array([list(spelled[char].ljust(4, b"\0")) for char in chars], dtype=np.uint8)
    return "".join(chars), every, {int(first): (every[:, 0] == first).nonzero()[0] for first in np.unique(every[:, 0])}


def _spelled(char: str, written: Written) -> bytes:
    return char.encode("cp950" if written == "big5" else written, "ignore")
