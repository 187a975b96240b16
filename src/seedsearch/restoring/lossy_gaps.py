"""Bytes of UTF-8 that readers dropped without a trace: where they are missing, told by the bytes that are left.

What is left of a character that lost a byte is no character, nor are the bytes of one whose first byte is gone; so the
decoder of UTF-8 stops beside each place where something is missing. Readers of pairs drop bytes between two characters
found, and there is one such place within the torn character: there a loss is put in. Readers of single bytes can have
dropped one anywhere within it: there the bytes that are left become one loss, which stands for all that they can have
been. `lossy_utf8` then settles these like losses that were seen.
"""

from __future__ import annotations

from codecs import utf_8_decode
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, combinations_with_replacement, product
from typing import NamedTuple

from seedsearch.restoring.lossy_choices import Piece
from seedsearch.restoring.lossy_guesses import Atom, Lost, continuing, length_of, loss

GapFinder = Callable[[Sequence[Atom]], "Filled | None"]
# What may be missing in front of an atom, by its bytes.
Missing = Callable[[bytes], tuple[Lost, ...]]


# What lost something at one of so many atoms, or more often, is no text, if it is not as short as that. Readers that
# drop what they cannot use do at one of six.
DENSE, LEAST = 4, 16


class Filled(NamedTuple):
    """Atoms with losses for what was dropped; `starts`: of each, and behind the last one, the atom found there."""

    atoms: list[Atom]
    starts: list[int]

    def placed(self, pieces: Sequence[Piece]) -> list[Piece]:
        """Return pieces of `atoms` as pieces of what was found; what stands for nothing found is part of another."""
        made = list[Piece]()
        for piece in pieces:
            start, end = self.starts[piece.start], self.starts[piece.end]
            if start < end or not made:
                made.append(piece._replace(start=start, end=end))
            else:
                made[-1] = made[-1]._replace(text=made[-1].text + piece.text, sure=False, weight=None)
        return made


class _Tear(NamedTuple):
    """Bytes `start` to `end` that are no character of UTF-8."""

    start: int
    end: int


def between(atoms: Sequence[Atom], missing: Missing, *, ended: bool = False) -> Filled | None:
    """Return the atoms with losses between those where a reader dropped something.

    `ended`: whether nothing stands behind them. None where nothing is missing, or nearly everywhere.
    """
    places = {place for first, end in _known(atoms) for place in _borders(atoms, first, end)}
    if ended and _unfinished(atoms):
        places.add(len(atoms))
    if not places or len(places) * DENSE > max(len(atoms), LEAST):
        return None
    made, starts = list[Atom](), list[int]()
    for i, atom in enumerate((*atoms, b"")):
        if i in places:
            made.append(missing(atom))  # type: ignore[arg-type]
            starts.append(i)
        if i < len(atoms):
            made.append(atom)
            starts.append(i)
    return Filled(made, [*starts, len(atoms)])


def _unfinished(atoms: Sequence[Atom]) -> bool:
    """Tell whether known bytes end one byte before the end of a character."""
    last = b"".join([atom for atom in atoms[-3:] if isinstance(atom, bytes)]) if isinstance(atoms[-1], bytes) else b""
    size = next((size for size in (1, 2, 3) if last[-size:][:1] >= b"\xc2"), 4)
    return size <= len(last) and length_of(last[-size]) == size + 1


def within(atoms: Sequence[Atom], dropped: tuple[bytes, ...]) -> Filled | None:
    """Return the atoms, bytes each, with those of a torn character as one loss; None where nothing is missing.

    `dropped` are the bytes that leave no trace.
    """
    made, starts, done = list[Atom](), list[int](), 0
    for first, end in _known(atoms):
        stream = b"".join(atoms[first:end])  # type: ignore[arg-type]
        for tear in _tears(stream, first > 0):
            lost = _completed(stream[tear.start : tear.end], dropped)
            if lost is None:
                continue
            made += atoms[done : first + tear.start]
            starts += range(done, first + tear.start)
            made.append((lost,))
            starts.append(first + tear.start)
            done = first + tear.end
    if not done:
        return None
    return Filled([*made, *atoms[done:]], [*starts, *range(done, len(atoms) + 1)])


def _known(atoms: Sequence[Atom]) -> Iterator[tuple[int, int]]:
    """Yield the first and the end of each row of atoms of which nothing is lost."""
    first = 0
    for i in range(len(atoms) + 1):
        if i == len(atoms) or not isinstance(atoms[i], bytes):
            if first < i:
                yield first, i
            first = i + 1


def _borders(atoms: Sequence[Atom], first: int, end: int) -> Iterator[int]:
    """Yield the atoms of a row of known ones in front of which something is missing."""
    stream = b"".join(atoms[first:end])  # type: ignore[arg-type]
    tears = _tears(stream, first > 0)
    tear = next(tears, None)
    if tear is None:
        return
    number = {at: i for i, at in enumerate(accumulate(map(len, atoms[first:end]), initial=0), first)}
    last = 0
    while tear is not None:
        # The end of the character is missing or its middle, or its first byte with the last one of the one before.
        begun = stream[tear.start] >= 0xC0
        some = range(tear.end, tear.start, -1) if begun else range(tear.start - 1, tear.start + 1)
        place = next((at for at in some if last < at < len(stream) and at in number), None)
        if place is not None:
            yield number[place]
            last = place
            tears = _tears(stream, True, place)
        tear = next(tears, None)


def _tears(stream: bytes, behind_loss: bool, at: int = 0) -> Iterator[_Tear]:
    """Yield what is torn from a place on, where the bytes of a character go on behind a loss."""
    if behind_loss:
        at += min(3, continuing(stream[at : at + 4]))
    whole = memoryview(stream)
    while True:
        try:
            utf_8_decode(whole[at:], "strict", False)
            return
        except UnicodeDecodeError as error:
            tear = _Tear(at + error.start, at + error.end)
        yield tear
        at = tear.end


@lru_cache(maxsize=1 << 11)
def _completed(left: bytes, dropped: tuple[bytes, ...]) -> Lost | None:
    """Return all that bytes can have been before some of theirs were dropped; None where none begins a character."""
    if not 0xC2 <= left[0] < 0xF5:
        return None
    gone = length_of(left[0]) - len(left)
    streams = set[bytes]()
    for places in combinations_with_replacement(range(1, len(left) + 1), gone):
        for some in product(dropped, repeat=gone):
            stream = left
            for place, byte in zip(reversed(places), some, strict=True):
                stream = stream[:place] + byte + stream[place:]
            streams.add(stream)
    whole = sorted(stream for stream in streams if _is_one(stream))
    return loss(tuple(whole)) if whole else None


def _is_one(stream: bytes) -> bool:
    try:
        return len(stream.decode()) == 1
    except UnicodeDecodeError:
        return False
