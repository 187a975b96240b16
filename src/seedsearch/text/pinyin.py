"""The readings of Han characters: pinyin of single characters, with and without tones.

Readings are those of pypinyin's table (about 42,000 characters; `tools/make_readings.py` makes `pinyin.txt` of it),
which is read on the first question; `sounds.txt` says which characters are read as a syllable. Marks on damaged pages
write them in several ways: with tone marks, without, ü as v, ɡ (U+0261) for g; `letters` makes them one.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from pathlib import Path

# What stands in a mark: small letters with and without tones, the IPA letters of GBK's pinyin row, and v for ü.
LETTERS = "a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüêńňǹḿɡɑ"
_ONE_WAY = str.maketrans({"ɡ": "g", "ɑ": "a", "v": "ü"})
_TONES = dict.fromkeys(map(ord, "\u0304\u0301\u030c\u0300"))


@lru_cache(maxsize=4096)
def letters(found: str) -> str:
    """Return one spelling of what stands in a mark: composed, small, `g` for `ɡ`, `ü` for `v`."""
    return unicodedata.normalize("NFC", found.strip().lower()).translate(_ONE_WAY)


@lru_cache(maxsize=4096)
def toneless(reading: str) -> str:
    """`reading` without its tone; ü stays."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", reading).translate(_TONES))


@cache
def _table() -> dict[int, str]:
    lines = Path(__file__).with_name("pinyin.txt").read_text(encoding="utf-8").split("\n")
    return {ord(line[0]): line[1:] for line in lines if line}


@lru_cache(maxsize=16384)
def readings(char: str) -> frozenset[str]:
    """Return the readings of one character, toned and tone-less; empty where none is known."""
    toned = [letters(r) for r in _table().get(ord(char), "").split(",") if r]
    return frozenset(toned) | {toneless(r) for r in toned} | {toneless(r).replace("ü", "u") for r in toned}


@cache
def syllables() -> frozenset[str]:
    """Return every syllable of pinyin that a character is read as, without tones, ü as itself."""
    return frozenset(toneless(letters(r)) for found in _table().values() for r in found.split(",") if r)


@lru_cache(maxsize=16384)
def usual_readings(char: str) -> frozenset[str]:
    """Return the first reading of one character, toned and tone-less; empty where none is known."""
    first = letters(_table().get(ord(char), "").split(",")[0])
    return frozenset((first, toneless(first), toneless(first).replace("ü", "u"))) if first else frozenset()


@cache
def by_sound() -> dict[str, str]:
    """Return the folded characters that are read as each syllable, without its tone; ü as itself and as u."""
    lines = Path(__file__).with_name("sounds.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split(" ") for line in lines)


def is_reading(char: str, found: str) -> bool:
    """Return whether `found` (as written in a mark) is a reading of `char`."""
    return letters(found) in readings(char)
