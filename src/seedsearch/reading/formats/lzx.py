"""LZX, the compression of CHM pages: blocks of literal bytes and repeats, with Huffman codes per block.

A stream consists of pieces that are unpacked separately. Sources: Microsoft's "LZX Data Compression Format" of the
Cabinet SDK, and what is known about CHM: each piece is reset, with a bit that tells whether calls in programs (E8) were
rewritten, which does not apply to pages.
"""

from __future__ import annotations

import struct
from itertools import accumulate

FRAME = 0x8000  # bytes after which the bits continue with a new word
# Bits of the window → number of distance slots.
SLOTS = {15: 30, 16: 32, 17: 34, 18: 36, 19: 38, 20: 42, 21: 50}

_VERBATIM, _ALIGNED, _PLAIN = 1, 2, 3
_LITERALS, _LENGTHS, _PRETREE, _ALIGNMENTS = 256, 249, 20, 8
_SHORTEST = 2  # bytes of a repeat
_LONG = 7  # the last of eight lengths in a symbol; the rest of the length follows
_LONGEST_CODE = 16
_AHEAD = 48  # bits available from the beginning of a word
# Codes of up to so many bits are looked up, longer ones compared.
_SHORT = 10
_EXTRA = [0, 0, 0, 0, *(bits for bits in range(1, 17) for _ in (0, 1)), *[17] * 14]
# The base distances of slots, less 2; the first slots stand for recent distances.
_BASE = [begin - 2 for begin in accumulate((1 << bits for bits in _EXTRA), initial=0)]
_SLOT_OF_LAST = 3  # other distances begin here


class Broken(ValueError):
    """Raised for an invalid piece of LZX."""


class _Code:
    """A canonical Huffman code: `table` has symbol << 5 | bits for what begins with so many bits, -1 for longer codes.

    Source of the form: RFC 1951, 3.2.2, whose order of codes is that of LZX.
    """

    def __init__(self, lengths: bytes | bytearray) -> None:
        counts = [lengths.count(bits) for bits in range(_LONGEST_CODE + 1)]
        counts[0] = 0
        self._taken = list(accumulate(count << (_LONGEST_CODE - bits) for bits, count in enumerate(counts)))
        if self._taken[-1] not in (0, 1 << _LONGEST_CODE):
            raise Broken("its codes do not fit together")
        self._before = list(accumulate(counts))
        used = filter(lengths.__getitem__, range(len(lengths)))
        self._symbols = sorted(used, key=lengths.__getitem__)
        self.table: list[int] = []
        for symbol in self._symbols[: self._before[_SHORT]]:
            bits = lengths[symbol]
            self.table += [symbol << 5 | bits] * (1 << (_SHORT - bits))
        self.table += [-1] * ((1 << _SHORT) - len(self.table))

    def long(self, ahead: int) -> int:
        """Return the symbol << 5 | bits of the code at the beginning of 16 bits; raises Broken if there is none."""
        for bits in range(_SHORT + 1, _LONGEST_CODE + 1):
            if ahead < self._taken[bits]:
                number = self._before[bits - 1] + (ahead - self._taken[bits - 1] >> (_LONGEST_CODE - bits))
                return self._symbols[number] << 5 | bits
        raise Broken("a code that does not exist")


def unpacked(packed: bytes, size: int, window: int) -> bytes:
    """Unpack the `size` bytes of a piece with a window of 2 ** `window` bytes.

    Raises Broken if it is invalid or ends too early.
    """
    try:
        return _Piece(packed, SLOTS[window]).taken(size)
    except (IndexError, struct.error) as error:
        raise Broken("it ends too early") from error


class _Piece:
    def __init__(self, packed: bytes, slots: int) -> None:
        self._packed = packed + bytes(len(packed) % 2)
        words: tuple[int, ...] = struct.unpack(f"<{len(self._packed) // 2 + 2}H", self._packed + bytes(4))
        # The 48 bits from the beginning of each word, the first bit highest.
        self._seen = [a << 32 | b << 16 | c for a, b, c in zip(words, words[1:], words[2:], strict=False)]
        self._at = 0  # in bits
        self._out = bytearray()
        self._recent = [1, 1, 1]
        self._main_lengths = bytearray(_LITERALS + 8 * slots)
        self._length_lengths = bytearray(_LENGTHS)
        self._kind = self._left = self._size = 0
        self._alignment: _Code | None = None
        self._lengths: _Code | None = None

    def taken(self, size: int) -> bytes:
        """Return so many bytes."""
        if self._bits(1):
            raise Broken("it is packed as a program is")
        while len(self._out) < size:
            if not self._left:
                self._begin()
            before = len(self._out)
            most = min(before + self._left, before // FRAME * FRAME + FRAME)
            if self._kind == _PLAIN:
                self._copy(min(size, most) - before)
            else:
                self._repeat(min(size, most))
            self._left -= len(self._out) - before
            if len(self._out) > most:
                raise Broken("a repeat that is too long")
            if len(self._out) % FRAME == 0 and self._kind != _PLAIN:
                self._at = (self._at + 15) & ~15
        return bytes(self._out[:size])  # a repeat may extend beyond the end of the stream

    def _bits(self, count: int) -> int:
        """Take up to 32 bits."""
        found = self._seen[self._at >> 4] >> (_AHEAD - count - (self._at & 15)) & ((1 << count) - 1)
        self._at += count
        return found

    def _begin(self) -> None:
        """Read the head of a block."""
        self._kind, self._left = self._bits(3), self._bits(24)
        if not self._left:
            raise Broken("an empty block")
        if self._kind == _PLAIN:
            self._size = self._left
            self._at = (self._at + 16) & ~15
            self._recent = list(struct.unpack_from("<III", self._packed, self._at >> 3))
            self._at += 96
            return
        if self._kind not in (_VERBATIM, _ALIGNED):
            raise Broken("a block of a kind that is not known")
        self._alignment = None
        if self._kind == _ALIGNED:
            self._alignment = _Code(bytes(self._bits(3) for _ in range(_ALIGNMENTS)))
        self._read_lengths(self._main_lengths, 0, _LITERALS)
        self._read_lengths(self._main_lengths, _LITERALS, len(self._main_lengths))
        self._main = _Code(self._main_lengths)
        self._read_lengths(self._length_lengths, 0, _LENGTHS)
        self._lengths = None  # made on demand

    def _read_lengths(self, lengths: bytearray, begin: int, end: int) -> None:
        """Update the code lengths of the previous block: differences, runs of zeros, runs of one value."""
        packed = bytes(byte for _ in range(_PRETREE // 4) for byte in self._bits(16).to_bytes(2))
        code = _Code(bytes(length for byte in packed for length in (byte >> 4, byte & 15)))
        at = begin
        while at < end:
            symbol, count, value = self._symbol(code), 1, 0
            if symbol == 17:
                count = 4 + self._bits(4)
            elif symbol == 18:
                count = 20 + self._bits(5)
            else:
                if symbol == 19:
                    count = 4 + self._bits(1)
                    symbol = self._symbol(code)
                    if symbol > 16:
                        raise Broken("a run of a run")
                value = (lengths[at] - symbol) % 17
            lengths[at : min(at + count, end)] = bytes([value]) * min(count, end - at)
            at += count

    def _symbol(self, code: _Code) -> int:
        ahead = self._seen[self._at >> 4] >> (32 - (self._at & 15)) & 0xFFFF
        entry = code.table[ahead >> (_LONGEST_CODE - _SHORT)]
        if entry < 0:
            entry = code.long(ahead)
        self._at += entry & 31
        return entry >> 5

    def _copy(self, size: int) -> None:
        """Copy an uncompressed block; an odd number of bytes is followed by padding."""
        begin = self._at >> 3
        piece = self._packed[begin : begin + size]
        if len(piece) < size:
            raise Broken("it ends too early")
        self._out += piece
        self._at += 8 * size
        if size == self._left and self._size % 2:
            self._at += 8

    def _repeat(self, end: int) -> None:
        """Unpack bytes and repeats until there are `end` bytes."""
        seen, out, at, main = self._seen, self._out, self._at, self._main.table
        first, second, third = self._recent
        size = len(out)
        while size < end:
            ahead = seen[at >> 4] >> (32 - (at & 15)) & 0xFFFF
            entry = main[ahead >> 6]
            if entry < 0:
                entry = self._main.long(ahead)
            at += entry & 31
            symbol = (entry >> 5) - _LITERALS
            if symbol < 0:
                out.append(symbol + _LITERALS)
                size += 1
                continue
            length, slot = (symbol & 7) + _SHORTEST, symbol >> 3
            self._at = at
            if symbol & 7 == _LONG:
                self._lengths = self._lengths or _Code(self._length_lengths)
                length += self._symbol(self._lengths)
            if slot >= _SLOT_OF_LAST:
                first, second, third = self._distance(slot), first, second
            elif slot == 1:
                first, second = second, first
            elif slot:
                first, third = third, first
            at = self._at
            begin = size - first
            if not 0 <= begin < size:
                raise Broken("a repeat of missing data")
            if length <= first:
                out += out[begin : begin + length]
            else:
                out += (out[begin:] * (length // first + 1))[:length]
            size += length
        self._at = at
        self._recent = [first, second, third]

    def _distance(self, slot: int) -> int:
        extra = _EXTRA[slot]
        if self._alignment is None or extra < 3:
            return _BASE[slot] + self._bits(extra)
        high = self._bits(extra - 3) << 3
        return _BASE[slot] + high + self._symbol(self._alignment)
