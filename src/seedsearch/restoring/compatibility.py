"""Compatibility characters: radicals and compatibility ideographs that stand for ordinary ideographs.

They arise where text is extracted from a PDF: a font draws 方 and the Kangxi radical U+2F45 with one glyph, and the
program picks the wrong code point of the two (`零拷⻉⽅式`). Compatibility ideographs come from the national
standards that encoded one character twice. To the eye nothing is wrong; search, dictionaries and fonts fail.
Recognised by code point, replaced by the unified ideograph.

What is left alone:

* pages that list or discuss radicals: these words close by, radicals in the order of the chart, or hardly any
  radical beside an ideograph;
* the supplement's forms that are never a character of their own in running text (⺡, ⺮);
* the twelve ideographs of the compatibility block that are not compatibility ideographs (﨑 …);
* full-width letters and digits: search makes them equal.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise

from seedsearch.damage import Certainty, Damage
from seedsearch.offsets import Edit, Row, written
from seedsearch.text.folding import HAN
from seedsearch.text.late_pattern import late_pattern

# CJK Radicals Supplement → the ideograph of the same shape (Unicode's EquivalentUnifiedIdeograph.txt), without the
# forms that only occur as parts of a character.
_SUPPLEMENT = dict(
    zip(
        "⺁⺎⺒⺓⺟⺠⺩⺪⺬⺼⻁⻂⻃⻄⻅⻆⻈⻉⻋⻌⻐⻑⻒⻓⻔⻖⻗⻘⻙⻚⻛⻜⻝⻟⻠⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲⻳",
        "厂兀巳幺母民王疋示肉虎衤覀西见角讠贝车辶钅長镸长门阝雨青韦页风飞食飠饣马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟",
        strict=True,
    )
)
_KANGXI = "\u2f00-\u2fd5"
_SUPPLEMENT_CLASS = "".join(_SUPPLEMENT)
_IDEOGRAPHS = (
    "\uf900-\ufa0d\ufa10\ufa12\ufa15-\ufa1e\ufa20\ufa22\ufa25\ufa26\ufa2a-\ufa6d\ufa70-\ufad9\U0002f800-\U0002fa1d"
)
_RADICALS = _KANGXI + _SUPPLEMENT_CLASS

TRIGGER = re.compile(f"[{_RADICALS}{_IDEOGRAPHS}]")

_RUN = re.compile(f"[{_RADICALS}{_IDEOGRAPHS}]+")
_RADICAL = re.compile(f"[{_RADICALS}]")
_TALK = re.compile(
    r"部首|偏旁|相容(?:字|表意|漢字|汉字)|兼容(?:字|表意|汉字)|码位|碼位"
    r"|\bradicals?\b|Kangxi|compatib|U\+(?:2[EF]|F[9A])[0-9A-F]{2}",
    re.I,
)
_BESIDE = late_pattern(f"(?<=[{HAN}])[{_RADICALS}]|[{_RADICALS}](?=[{HAN}、])")
# In a table of radicals hardly one stands beside an ideograph. Of 5 damaged texts of docs/thresholds.md that are fully
# restored, 4 are with .875.
_BESIDE_SHARE = 0.5
_CHART = 3  # so many neighbours of the chart in a row are a table; with 0, 2 of those 5


def edits(text: str) -> Sequence[Edit]:
    """Return one edit for each run of compatibility characters."""
    return written(_found(text))


def _found(text: str) -> Iterator[Row]:
    if _TALK.search(text) or _is_table(text):
        return
    for run in _RUN.finditer(text):
        yield *run.span(), unified(run.group()), Damage.COMPATIBILITY_CHARACTER, Certainty.CERTAIN


def unified(chars: str) -> str:
    """`chars` with each compatibility character replaced by its ideograph; of the same length."""
    return "".join(_SUPPLEMENT.get(c) or unicodedata.normalize("NFKC", c) for c in chars)


def _is_table(text: str) -> bool:
    radicals = _RADICAL.findall(text)
    if len(_BESIDE.findall(text)) < _BESIDE_SHARE * len(radicals):
        return True
    steps = [ord(b) - ord(a) for a, b in pairwise(radicals)]
    return any(steps[i : i + _CHART - 1] == [1] * (_CHART - 1) for i in range(len(steps)))
