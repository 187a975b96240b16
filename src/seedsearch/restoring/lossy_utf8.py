"""UTF-8 with bytes missing, put together again: the search that the steps for UTF-8 read as something else share.

A wrong reading turns back into bytes, some of them lost. What was found is given as atoms, one per character found, and
each atom holds the bytes that the character can stand for: one possibility where nothing was lost. Known bytes are
decoded, up to the next loss at once. A loss with a whole character behind it is settled by the characters on both
sides (`lossy_bridges`; those that stand alone all at once, `lossy_alone`); losses that hang together are searched by a
beam (`lossy_guesses`). Where no reading is valid UTF-8, U+FFFD stands for what stays torn. Linear in the number of
atoms.
"""

from __future__ import annotations

from codecs import utf_8_decode
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from seedsearch.offsets import Span
from seedsearch.restoring.budget import Budget
from seedsearch.restoring.lossy_alone import Alone, beside_at, settled_alone
from seedsearch.restoring.lossy_bridges import (
    BEHIND,
    Chain,
    Gap,
    bridged,
    fits_of,
    goes_on,
    known_behind,
    prepare,
    settles,
)
from seedsearch.restoring.lossy_choices import Piece, judged
from seedsearch.restoring.lossy_gaps import GapFinder
from seedsearch.restoring.lossy_guesses import (
    AS_READ,
    TEAR,
    TOGETHER,
    TORN,
    Atom,
    Reading,
    continuing,
    decoded,
    gone_on,
    guessed,
    length_of,
    torn,
)
from seedsearch.restoring.own_pairs import OwnPairs
from seedsearch.restoring.recent import Recent
from seedsearch.restoring.scripts import Script

# Units of work of 10 µs or so for a page. Pages of 1,500 characters that lost a byte in sixty take up to 800 beyond
# their share for each code point.
WORK = 1000
SHORT, KEPT = 24, 1024  # atoms that are kept with what they are, as the same ones come again; and how often
FEW = 8  # known bytes that are kept with what they are
CHAIN = 32  # losses that hang together and are settled at once


def unsearched(pieces: Sequence[Piece], at: int, work: Budget) -> list[Span]:
    """From the first to the last of the pieces, which begin at `at`, that stay torn because no work was left."""
    refused, work.refused = work.refused, False
    torn = [piece for piece in pieces if piece.torn] if refused else []
    return [Span(at + torn[0].start, at + torn[-1].end)] if torn else []


def mended(
    atoms: Sequence[Atom],
    last: str,
    script: Script,
    work: Budget,
    fill: GapFinder,
    own: OwnPairs | None = None,
    beyond: str = "",
) -> Sequence[Piece]:
    """`mend`, with what was dropped without a trace where known bytes are torn: `fill` says what that can be."""
    filled = fill(atoms)
    if filled is None:
        return mend(atoms, last, script, work, own, beyond)
    return filled.placed(mend(filled.atoms, last, script, work, own, beyond))


def searched(atoms: Sequence[Atom], last: str, script: Script, work: Budget, fill: GapFinder) -> str:
    """Return the text that the search finds, without a second look at its choices; `TEAR` for what stays torn."""
    filled = fill(atoms)
    some = filled.atoms if filled else atoms
    return "".join([piece.text for piece in _likeliest(some, _ends(some), last, script, work, {})])


def mend(
    atoms: Sequence[Atom],
    last: str = "\n",
    script: Script = "",
    work: Budget | None = None,
    own: OwnPairs | None = None,
    beyond: str = "",
) -> list[Piece]:
    """Return the likeliest text of `atoms`, in the smallest pieces that begin and end between characters.

    `last` is what stands before, a character or more, and `beyond` what stands behind; `script` what `script_of` says
    of the page, `own` the pairs that it has; `work` what it may cost: where that is spent, what was lost stays torn.
    """
    work = Budget(WORK, len(atoms), 1) if work is None else work
    if len(atoms) > SHORT:
        return _mended(atoms, last, beyond, script, work, own)
    key = tuple(atoms), last, beyond, script, own.number if own else None
    # With as little work left as that, some of it would be refused: what is found does not hang on what came before.
    if (kept := _kept.get(key)) is not None and work.left > kept.cost:
        work.spend(kept.cost)
        return list(kept.pieces)
    refused, work.refused, left = work.refused, False, work.left
    made = _mended(atoms, last, beyond, script, work, own)
    if not work.refused:
        _kept.put(key, _Kept(tuple(made), left - work.left))
    work.refused = work.refused or refused
    return made


class _Kept(NamedTuple):
    """What atoms are, and the work that it took to find that out."""

    pieces: Sequence[Piece]
    cost: int


_kept = Recent[tuple[tuple[Atom, ...], str, str, Script, int | None], _Kept](KEPT)


def _mended(
    atoms: Sequence[Atom], last: str, beyond: str, script: Script, work: Budget, own: OwnPairs | None
) -> list[Piece]:
    ends = _ends(atoms)
    alone = settled_alone(atoms, ends, last[-1:], script) if work.left > 0 else {}
    return judged(_likeliest(atoms, ends, last[-1:], script, work, alone), atoms, (last, beyond), script, alone, own)


def _likeliest(
    atoms: Sequence[Atom], ends: Sequence[int], last: str, script: Script, work: Budget, alone: Mapping[int, Alone]
) -> list[Piece]:
    chains = {chain.gaps[0].at: chain for chain in _chains(atoms, ends, last, alone)} if work.left > 0 else {}
    prepare(chains.values(), script)
    readings = [Reading(0.0, b"", last, "", 0, None)]
    at = 0
    decided: dict[int, bytes] = {}
    while at < len(atoms):
        atom = atoms[at]
        if isinstance(atom, bytes):
            end = ends[at] if len(readings) == 1 else min(ends[at], at + TOGETHER)
            known: Sequence[bytes] = atoms[at:end]  # type: ignore[assignment]
            readings = [_known(known, readings[0])] if len(readings) == 1 else gone_on(readings, known, script, work)
        elif at in decided:
            readings = [_settled(readings[0], decided.pop(at))]
        elif not work.spend(len(readings)):
            readings = [torn(readings[0])]
        else:
            if len(readings) > 1:
                decided = {}
            elif (one := alone.get(at)) and (one.pending, one.last) == (readings[0].pending, readings[0].last):
                decided = {at: one.stream}
            else:
                decided = _decided(readings[0], atoms, ends, at, script, work, chains.get(at))
            first = decided.pop(at, None)
            readings = guessed(readings, atom, script, work) if first is None else [_settled(readings[0], first)]
        at += readings[0].atoms
    return list(_pieces(atoms, ends, max(readings, key=lambda reading: reading.score + TORN * bool(reading.pending))))


def _ends(atoms: Sequence[Atom]) -> list[int]:
    """Of each atom the next one of which something is lost, itself included; or the end."""
    ends, end = [0] * len(atoms), len(atoms)
    for i in range(len(atoms) - 1, -1, -1):
        if not isinstance(atoms[i], bytes):
            end = i
        ends[i] = end
    return ends


def _decided(
    reading: Reading,
    atoms: Sequence[Atom],
    ends: Sequence[int],
    at: int,
    script: Script,
    work: Budget,
    prepared: Chain | None,
) -> dict[int, bytes]:
    """Return the bytes of the atoms from `at` on that hang together, where what stands behind them settles it."""
    pending, last = reading.pending, reading.last
    if prepared is not None and prepared[:2] == (pending, last):
        return bridged(prepared, script, work)
    gaps = _gaps(atoms, ends, at)
    first = next(gaps, None)
    if first is None or not fits_of(pending, first, script):
        return {}
    return bridged(Chain(pending, last, (first, *gaps)), script, work)


def _chains(atoms: Sequence[Atom], ends: Sequence[int], last: str, alone: Mapping[int, Alone]) -> Iterator[Chain]:
    """Yield the losses that hang together, behind known characters, where something behind them settles them."""
    at, before = ends[0] if ends else 0, -1  # a loss, and the one before it
    while at < len(atoms):
        gaps = () if at in alone else tuple(_gaps(atoms, ends, at))
        if gaps and gaps[-1].last:
            if (beside := beside_at(atoms, at, before, last)) is not None:
                yield Chain(*beside, gaps)
            at = gaps[-1].at
        before = at
        at = ends[at + 1] if at + 1 < len(atoms) else len(atoms)


def _gaps(atoms: Sequence[Atom], ends: Sequence[int], at: int) -> Iterator[Gap]:
    """Yield the losses from `at` on that hang together, to one that settles them if there is one."""
    for number in range(1, CHAIN + 1):
        behind, end = known_behind(atoms, ends, at)
        last = number == CHAIN or end == len(atoms) or settles(behind)
        if not last and (end - at > BEHIND or not goes_on(behind)):
            return
        yield Gap(at, atoms[at], behind, last)  # type: ignore[arg-type]
        if last:
            return
        at = end


def _settled(reading: Reading, stream: bytes) -> Reading:
    """Return the reading after an atom that stands for `stream`."""
    made, pending = decoded(reading.pending, stream)
    last = AS_READ.get(made[-1:], made[-1:]) or reading.last
    return Reading(reading.score, pending, last, made, 1, reading)


def _known(known: Sequence[bytes], reading: Reading) -> Reading:
    """Return the reading after atoms of which nothing is lost: without a rival it needs no score."""
    stream = reading.pending + b"".join(known)
    made, left, sizes = (_read if len(stream) <= FEW else _read.__wrapped__)(stream)
    last = AS_READ.get(made[-1:], made[-1:]) or reading.last
    return Reading(reading.score, left, last, made, len(known), reading, sizes)


@lru_cache(maxsize=1 << 11)
def _read(stream: bytes) -> tuple[str, bytes, Sequence[int]]:
    """Return what known bytes are, those that are left at their end, and how many each character has."""
    made, sizes, at = list[str](), list[int](), 0
    while True:
        try:
            text, size = utf_8_decode(memoryview(stream)[at:], "strict", False)
            break
        except UnicodeDecodeError as error:
            text, tear = stream[at : at + error.start].decode(), at + error.start
        at = tear + _torn_size(stream, tear)
        made += text, TEAR
        sizes += _sizes(text)
        sizes.append(at - tear)
    sizes += _sizes(text)
    return "".join((*made, text)), stream[at + size :], sizes


def _torn_size(stream: bytes, at: int) -> int:
    """Return how many bytes at `at` are not a character, but the beginning of one if any."""
    if not 0xC2 <= stream[at] < 0xF5:
        return 1
    return 1 + min(length_of(stream[at]) - 1, continuing(stream[at + 1 : at + 4]))


def _sizes(text: str) -> list[int]:
    """Return the bytes of each character in UTF-8."""
    return [3 if "\u0800" <= c < "\U00010000" else 1 if c < "\x80" else 2 if c < "\u0800" else 4 for c in text]


def _pieces(atoms: Sequence[Atom], ends: Sequence[int], reading: Reading) -> Iterator[Piece]:
    path = [reading]
    while (before := path[-1].before) is not None:
        path.append(before)
    start, at, text = 0, 0, ""
    for step in reversed(path):
        for size, made, open_ in _parts(atoms, at, step):
            at += size
            text += made
            if not open_ or at == len(atoms):
                yield Piece(start, at, text + TEAR if open_ else text, ends[start] >= at)
                start, text = at, ""


def _parts(atoms: Sequence[Atom], at: int, step: Reading) -> Iterator[tuple[int, str, bool]]:
    """Yield a step in parts: the size of each in atoms, what it made, and whether a character is unfinished after
    it.
    """
    if step.atoms == 1:
        yield 1, step.made, bool(step.pending)
    elif step.sizes:
        yield from _whole_parts(atoms[at : at + step.atoms], step)  # type: ignore[arg-type]
    else:
        pending = step.before.pending if step.before else b""
        for atom in atoms[at : at + step.atoms]:
            text, pending = decoded(pending, atom)  # type: ignore[arg-type]
            yield 1, text, bool(pending)


def _whole_parts(atoms: Sequence[bytes], step: Reading) -> Iterator[tuple[int, str, bool]]:
    """Yield the parts of a step of known bytes, which end where an atom and a character end together."""
    pending = len(step.before.pending) if step.before else 0
    chars = {end: i for i, end in enumerate(accumulate(step.sizes), 1)}
    done = made = 0
    for i, end in enumerate(accumulate(map(len, atoms), initial=pending)):
        if i and end in chars:
            yield i - done, step.made[made : chars[end]], False
            done, made = i, chars[end]
    if done < len(atoms):
        yield len(atoms) - done, step.made[made:], bool(step.pending)
