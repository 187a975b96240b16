"""The readings of Han characters: pinyin of single characters, with and without tones.

Readings come from pypinyin's table (about 42,000 characters; `tools/make_readings.py` makes `pinyin.txt` of it), which
is loaded on first use; `sounds.txt` lists the characters of each syllable. Reading marks on damaged pages vary in
spelling: with or without tone marks, ü as v, ɡ (U+0261) for g; `letters` unifies them.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from pathlib import Path

# The letters of reading marks: lower-case letters with and without tones, the IPA letters of GBK's pinyin row, and v
# for ü.
LETTERS = "a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüêńňǹḿɡɑ"
_ONE_WAY = str.maketrans({"ɡ": "g", "ɑ": "a", "v": "ü"})
_TONES = dict.fromkeys(map(ord, "\u0304\u0301\u030c\u0300"))


@lru_cache(maxsize=4096)
def letters(found: str) -> str:
    """Normalize the letters of a mark: composed, lower case, `g` for `ɡ`, `ü` for `v`."""
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
    """Return the readings of a character, with and without tones; empty if none is known."""
    toned = [letters(r) for r in _table().get(ord(char), "").split(",") if r]
    return frozenset(toned) | {toneless(r) for r in toned} | {toneless(r).replace("ü", "u") for r in toned}


@cache
def syllables() -> frozenset[str]:
    """Return all pinyin syllables of characters, without tones, with ü."""
    return frozenset(toneless(letters(r)) for found in _table().values() for r in found.split(",") if r)


@lru_cache(maxsize=16384)
def usual_readings(char: str) -> frozenset[str]:
    """Return the first reading of a character, with and without tone; empty if none is known."""
    first = letters(_table().get(ord(char), "").split(",")[0])
    return frozenset((first, toneless(first), toneless(first).replace("ü", "u"))) if first else frozenset()


@cache
def by_sound() -> dict[str, str]:
    """Return the folded characters of each syllable without tone, with ü both as itself and as u."""
    lines = Path(__file__).with_name("sounds.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split(" ") for line in lines)


def is_reading(char: str, found: str) -> bool:
    """Tell whether `found`, as written in a mark, is a reading of `char`."""
    return letters(found) in readings(char)
