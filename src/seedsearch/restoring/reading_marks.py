"""Reading marks: `產(chǎn)業(yè)鏈` for 產業鏈.

What it is: for a fixed list of characters (15-76 of them, its own for each site) a program wrote the character's
reading in brackets behind it, wherever it stood. How it arises: word by word replacement of text that was first turned
into Traditional characters, to make copied pages look new.

How it is recognised: one mark proves nothing, and glosses are honest text (`荨(qián)麻`), so the page as a whole
decides.
Over the damaged pages measured,
* nearly all bracketed letters are readings of the characters before them;
* the marked characters are common (median frequency rank 86 to 480; honest glosses: 5,000 and over);
* they are marked consistently: 0.87 to 1.00 of all occurrences of a marked character are marked (glosses: 0.05 to 0.6,
  once each; exercises: 0.5 to 0.67);
* 3 to 25 % of the ideographs are marked (text for learners: over 70 %, or a word list);
* and either the marked characters are ones that the Simplified-to-Traditional table changes, or the same ones
  come again and again.
Noise in front of marks (`gbk_replacement`) proves a page by itself.
Each character has one reading per page, the one it is marked with most often.

What is left alone: on pages without that evidence, everything; on damaged pages, marks on rare characters and readings
that the page's list does not hold, for those are glosses.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from seedsearch.text.character_model import rank
from seedsearch.text.folding import table
from seedsearch.text.pinyin import LETTERS, is_reading, letters, usual_readings

# A mark with its brackets; an inner or a leading blank is left by some sites' templates.
# The bracket comes first in the pattern: it is looked for quickly.
MARK = re.compile(rf"\((?<=([㐀-鿿]).) ?([{LETTERS}]{{1,7}}) ?\)|（(?<=([㐀-鿿]).) ?([{LETTERS}]{{1,7}}) ?）")
_HAN = re.compile("[㐀-鿿]+")

MARKS = 3  # fewer prove nothing
SHARE = 0.45  # of the ideographs; tiny stretches of damaged pages reach 0.40, text for learners starts at 0.7
CONSISTENT = 0.85
LISTED = 0.75  # of the bracketed letters mark characters of the list; the rest are glosses, units, abbreviations
MEDIAN_RANK = 1500
# Fewer than `SINGLE` marks prove a page only if all are on characters that the Simplified-to-Traditional table changes,
# and some come twice, or the page is long and nobody would have asked for them (below). Of more, either this share is
# on such characters, and some are marked more than once, or they are dense, or not one is rare, unchanged or left
# unmarked elsewhere …
CHANGED, DENSE, SOME_REPEATED = 0.5, 0.04, 0.2
SINGLE, EVERYDAY = 4, 1000
# … or there are this many marks, and this share of them is on characters that are marked more than once.
MANY, REPEATED = 5, 0.3
# … or, on a page with this many ideographs, all of them are on everyday characters with their usual reading, which
# stand nowhere without.
PAGE = 150
# A character belongs to the list if this share of its occurrences is marked; glosses stand once.
OWN = 0.5
# Characters past this rank are marked only when the page marks them again and again.
COMMON, AGAIN = 3000, 3


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a page shows: counts of marks and shares (0 to 1), as the module's introduction describes them."""

    marks: int
    characters: int
    listed: float
    share: float
    consistent: float
    median_rank: int
    changed: float
    repeated: float
    usual: float
    ideographs: int

    @property
    def damaged(self) -> bool:
        """Whether the page as a whole was marked by a program."""
        if self.marks < MARKS or self.listed < LISTED or self.share > SHARE:
            return False
        if self.consistent < CONSISTENT or self.median_rank > MEDIAN_RANK:
            return False
        if self.marks < SINGLE:  # an author may gloss one ambiguous character twice
            twice = self.repeated >= SOME_REPEATED and self.characters > 1
            return self.changed == 1 and (twice or self._unprompted)
        if self.changed >= CHANGED:
            return self.repeated >= SOME_REPEATED or self.share >= DENSE or self._spotless
        return (self.marks >= MANY and self.repeated >= REPEATED) or self._unprompted

    @property
    def _unprompted(self) -> bool:
        """Whether nobody would have asked for these marks: everyday characters, read as they are always read."""
        plain = self.consistent == self.listed == self.usual == 1 and self.median_rank <= EVERYDAY
        return plain and self.ideographs >= PAGE

    @property
    def _spotless(self) -> bool:
        return self.changed == self.consistent == self.listed == 1 and self.median_rank <= EVERYDAY


def marked_characters(text: str) -> dict[str, str]:
    """The page's list: marked character → its reading as `letters` spells it; empty where the page is not damaged."""
    found, listed, occurrences = _candidates(text)
    if not listed or not _evidence(found, listed, occurrences, _ideographs(text)).damaged:
        return {}
    return {char: reading for char, (reading, _) in listed.items()}


def _ideographs(text: str) -> int:
    return sum(run.end() - run.start() for run in _HAN.finditer(text))


def suspected_characters(text: str) -> dict[str, str]:
    """What the list would be if something else proved the page damaged: torn characters beside the marks do."""
    return {char: reading for char, (reading, _) in _candidates(text)[1].items()}


def _candidates(text: str) -> tuple[Counter[tuple[str, str]], dict[str, tuple[str, int]], dict[str, int]]:
    """All marks, those that may be of a list (character → reading, how often), and how often each of these stands."""
    found = Counter((m[1] or m[3], m[2] or m[4]) for m in MARK.finditer(text))
    readings = _majority(found)
    counts = Counter(text if readings else "")
    occurrences = {char: counts[char] for char in readings}
    return found, {c: r for c, r in readings.items() if _belongs(c, r[1], occurrences[c])}, occurrences


def _majority(found: Counter[tuple[str, str]]) -> dict[str, tuple[str, int]]:
    """Marked character → (its most frequent reading, how often)."""
    counts: Counter[tuple[str, str]] = Counter()
    for (char, inside), count in found.items():
        if is_reading(char, inside):
            counts[char, letters(inside)] += count
    listed: dict[str, tuple[str, int]] = {}
    for (char, reading), count in counts.most_common():
        listed.setdefault(char, (reading, count))
    return listed


def _evidence(
    found: Counter[tuple[str, str]], listed: dict[str, tuple[str, int]], occurrences: dict[str, int], han: int
) -> Evidence:
    counts = {char: count for char, (_, count) in listed.items()}
    marks = sum(counts.values())
    folds = table()
    return Evidence(
        marks=marks,
        characters=len(counts),
        listed=marks / found.total(),
        share=marks / han,
        consistent=marks / sum(occurrences[char] for char in counts),
        median_rank=_median_rank(counts),
        changed=sum(n for char, n in counts.items() if ord(char) in folds) / marks,
        repeated=sum(n for n in counts.values() if n > 1) / marks,
        usual=sum(n for char, (reading, n) in listed.items() if reading in usual_readings(char)) / marks,
        ideographs=han,
    )


def _median_rank(counts: dict[str, int]) -> int:
    """The frequency rank that half of the marks do not exceed."""
    half = sum(counts.values()) / 2
    seen = 0
    by_rank = sorted((rank(char), count) for char, count in counts.items())
    for place, count in by_rank:
        seen += count
        if seen >= half:
            return place
    return by_rank[-1][0]


def _belongs(char: str, marked: int, occurrences: int) -> bool:
    """Whether a marked character is of the page's list, and not a gloss of an author."""
    if marked < OWN * occurrences:
        return False
    return marked >= AGAIN or rank(char) <= COMMON
