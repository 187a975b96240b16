"""The likelihood of a Chinese character given only its position in the character set.

Names, lists of rare words, copybooks and tables of characters contain what no dictionary has. They still fit their
encoding: the first levels of a character set contain what is actually written, so 6,763 of the 21,000 characters of GBK
make up nearly all text in it, including rare words. A reading that is spread over the rest of the set has the wrong
encoding.

A probability is the proportion of its area in such texts, spread evenly over it. The proportions are estimates; the
second table of `python -m benchmarks encodings` shows their effect on texts other than prose.
"""

from __future__ import annotations

import math
from collections.abc import Callable

Area = Callable[[str], float]
ODD = -2.5  # ln of the proportion of characters unknown to the language model, from lists of rare words


def _even(share: float, characters: int) -> float:
    """Return ln p of each of `characters` that together have `share` of the unknown ones."""
    return ODD + math.log(share / characters)


_GB2312_FIRST, _GB2312_SECOND = _even(0.4, 3755), _even(0.5, 3008)
_GBK_REST, _FOUR_BYTES = _even(0.03, 14_240), _even(0.07, 47_000)
_BIG5_FIRST, _BIG5_SECOND, _HONG_KONG = _even(0.4, 5401), _even(0.59, 7652), _even(0.01, 4600)
_USED, _SELDOM = _even(0.97, 14_500), _even(0.03, 75_000)  # of Unicode: in GB 2312 or Big5, or in neither


def of_gb18030(char: str) -> float:
    """ln p of an ideograph in GB 18030: first and second level of GB 2312, the rest of GBK, four bytes."""
    code = char.encode("gb18030", "replace")
    if len(code) != 2:
        return _FOUR_BYTES
    if code[1] < 0xA1 or not 0xB0 <= code[0] <= 0xF7:
        return _GBK_REST
    return _GB2312_FIRST if code[0] < 0xD8 else _GB2312_SECOND


def of_big5(char: str) -> float:
    """ln p of an ideograph in Big5: first level (from A4), second level (from C9), what Hong Kong added."""
    code = char.encode("cp950", "ignore")
    if not code:
        return _HONG_KONG
    return _BIG5_FIRST if code[0] < 0xC9 else _BIG5_SECOND


def of_unicode(char: str) -> float:
    """ln p of an ideograph where the encoding holds all of them."""
    return _USED if char.encode("gb2312", "ignore") or char.encode("cp950", "ignore") else _SELDOM


AREAS: dict[str, Area] = {"gb18030": of_gb18030, "big5": of_big5}


def area_of(encoding: str) -> Area:
    """Return the likelihood function of an encoding."""
    return AREAS.get(encoding, of_unicode)
