"""Texts as arrays of code points, lone surrogates too."""

from __future__ import annotations

import re

import numpy as np

from seedsearch.text.array_types import Mask, Points

COUNT = 0x110000


def points(text: str) -> Points:
    """Return the code points of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def text_of(chars: Points) -> str:
    """Return the text of code points."""
    return chars.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")


def members(characters: str) -> Mask:
    """For each code point whether it is one of these, characters or ranges with a hyphen as in a regular expression."""
    made = np.zeros(COUNT, dtype=bool)
    for first, last in re.findall(r"(.)(?:-(.))?", characters, re.DOTALL):
        made[ord(first) : ord(last or first) + 1] = True
    return made
