"""Kindle text compressed with HUFF/CDIC: Huffman codes of phrases, which may be compressed in the same way.

A record HUFF has two tables of codes of up to 32 bits: one by the first byte of a code, one by the length of those that
are longer than that. The records CDIC after it have the phrases. Source: the MobileRead wiki, "MOBI" and "Huffdic".

Sizes are counted before anything is unpacked, because nested phrases can grow to any size.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from seedsearch.errors import SourceError
from seedsearch.reading.formats.limits import HUFF_PHRASES, HUFF_RECORD

_LONGEST = 32  # bits of a code
_HEAD = 16  # bytes of a record CDIC before its phrases
_READY = 0x8000  # the mark of a phrase that is not packed itself
_UNTOLD = -1
# Phrases in phrases: books have two or three levels.
_DEPTH = 32


class Huff:
    """The records HUFF and CDIC of a book; raises SourceError, struct.error or IndexError if they are broken."""

    def __init__(self, records: Sequence[bytes]) -> None:
        if [one[:4] for one in records] != [b"HUFF", *[b"CDIC"] * (len(records) - 1)]:
            raise SourceError("the book is broken: its table of codes is missing")
        table, *dictionaries = records
        by_byte, by_length = struct.unpack_from(">II", table, 8)
        # For each first byte of a code: its length, or the minimum, and the number of its phrase if the byte determines
        # it.
        self._short: list[tuple[int, int]] = []
        for byte, entry in enumerate(struct.unpack_from(">256I", table, by_byte)):
            length = entry & 0x1F
            told = entry & 0x80 and 0 < length <= 8
            self._short.append((length, (entry >> 8) - (byte >> (8 - length)) if told else _UNTOLD))
        pairs = struct.unpack_from(f">{2 * _LONGEST}I", table, by_length)
        self._least, self._first = (0, *pairs[::2]), (0, *pairs[1::2])
        self._phrases: list[bytes] = []
        self._ready: list[bool] = []
        self._left = HUFF_PHRASES
        for dictionary in dictionaries:
            self._read(dictionary)

    def unpacked(self, packed: bytes) -> bytes:
        """Return the text of a record; raises SourceError or IndexError if it is broken or too long."""
        return self._unpacked(packed, _DEPTH)

    def _read(self, dictionary: bytes) -> None:
        count, bits = struct.unpack_from(">II", dictionary, 8)
        here = min(1 << min(bits, 16), count - len(self._phrases))
        for at in struct.unpack_from(f">{max(here, 0)}H", dictionary, _HEAD):
            (size,) = struct.unpack_from(">H", dictionary, _HEAD + at)
            begin = _HEAD + at + 2
            self._phrases.append(dictionary[begin : begin + (size & ~_READY)])
            self._count(len(self._phrases[-1]))
            self._ready.append(bool(size & _READY))

    def _unpacked(self, packed: bytes, depth: int) -> bytes:
        if not depth:
            raise IndexError
        short, ready, phrases = self._short, self._ready, self._phrases
        stream = packed + bytes(8)  # zeros after the end
        left = 8 * len(packed)
        pieces: list[bytes] = []
        size = at = 0
        window, below = int.from_bytes(stream[:8]), _LONGEST  # 64 bits, and the number of unread ones
        while left > 0:
            if below <= 0:
                at += 4
                window, below = int.from_bytes(stream[at : at + 8]), below + _LONGEST
            ahead = window >> below & 0xFFFFFFFF
            length, number = short[ahead >> 24]
            if number == _UNTOLD:
                while ahead >> (_LONGEST - length) < self._least[length]:
                    length += 1
                number = self._first[length] - (ahead >> (_LONGEST - length))
            below -= length
            left -= length
            if left < 0:
                break
            if number < 0 or not length:
                raise IndexError
            phrase = phrases[number] if ready[number] else self._phrase(number, depth)
            pieces.append(phrase)
            size += len(phrase) + 1
            if size > HUFF_RECORD:
                raise SourceError("the book is broken: a record of it is too long")
        return b"".join(pieces)

    def _phrase(self, number: int, depth: int) -> bytes:
        """Unpack a packed phrase, and cache it."""
        packed = self._phrases[number]
        self._count(8 * len(packed))
        phrase = self._unpacked(packed, depth - 1)
        self._count(len(phrase))
        self._phrases[number], self._ready[number] = phrase, True
        return phrase

    def _count(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise SourceError(f"the book is broken: its phrases come to more than {HUFF_PHRASES >> 20} MiB")
