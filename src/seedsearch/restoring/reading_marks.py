"""Reading marks: `產(chǎn)業(yè)鏈` for 產業鏈.

What it is: for a fixed list of characters (15 to 76 of them, different for each site), a program added the reading of
the character in brackets at every occurrence. How it arises: word-by-word replacement in text that was first converted
to Traditional characters, to make copied pages look new.

How it is recognised: one mark proves nothing, and authors gloss too (`荨(qián)麻`), so the page as a whole decides.
On the damaged pages measured,
* nearly all bracketed letters are readings of the characters before them;
* the marked characters are common (median frequency rank 86 to 480; authors' glosses: 5,000 and over);
* they are marked consistently: 0.87 to 1.00 of all occurrences of a marked character are marked (glosses: 0.05 to 0.6,
  once each; exercises: 0.5 to 0.67);
* 3 to 25 % of the ideographs are marked (text for learners: over 70 %, or a word list);
* and either the marked characters are ones that the Simplified-to-Traditional table changes, or the same ones
  come again and again.
A character that occurs once is always marked consistently, so the last criterion is what chance does not produce:
characters marked again at every further occurrence, or only characters that the table changes, on a page where it does
not change most characters.
Noise before marks (`gbk_replacement`) is proof by itself.
Each character has one reading per page, the one with which it is marked most often.

On a page marked by a program, the list includes rare characters too, and some that are left unmarked amid the noise of
other programs. Their marks are removed if they look like the others and are on every occurrence (`also_marked`);
since an author may have glossed them, these edits are inferred.

What is left alone: on pages without that evidence, everything; on damaged pages, marks on rare characters that look
different from the marks of the page, and readings that are not in the page's list, because those are glosses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import log

from seedsearch.text.character_model import rank
from seedsearch.text.folding import table
from seedsearch.text.late_pattern import late_pattern
from seedsearch.text.pinyin import LETTERS, is_reading, letters, toneless, usual_readings

# A mark with its brackets; an inner or a leading blank is left by some sites' templates.
# The bracket comes first in the pattern: it is looked for quickly.
MARK = late_pattern(rf"\((?<=([㐀-鿿]).) ?([{LETTERS}]{{1,7}}) ?\)|（(?<=([㐀-鿿]).) ?([{LETTERS}]{{1,7}}) ?）")

# "41 of 49 at 12": of the 49 damaged texts of docs/thresholds.md that are fully restored, 41 are at that value.
MARKS = 3  # fewer prove nothing: 41 of 49 at 12
# Of the ideographs; tiny stretches of damaged pages reach 0.40, text for learners starts at 0.7: 39 of 49 at 0.1125.
SHARE = 0.45
CONSISTENT = 0.85  # of the marks are right readings of their characters
# Of the bracketed letters mark characters of the list; the rest are glosses, units, abbreviations: 47 of 49 at 0.9375.
LISTED = 0.75
MEDIAN_RANK = 1500  # by frequency, of the marked characters: a site marks common ones, a person the hard ones
# Fewer than `SINGLE` marks prove a page only if all are on characters that the Simplified-to-Traditional table changes,
# and some come twice, or the page is long and nobody would have asked for them (below). Of more, either this share is
# on such characters, and some are marked more than once, or they are dense, or not one is rare, unchanged or left
# unmarked elsewhere …
CHANGED, DENSE, SOME_REPEATED = 0.5, 0.04, 0.2
SINGLE, EVERYDAY = 4, 1000  # marks; frequency rank of a character that nobody would ask for
# … or there are this many marks, and this share of them is on characters that are marked more than once.
MANY, REPEATED = 5, 0.3
# … or, on a page with this many ideographs, all of them are on everyday characters with their usual reading, which
# stand nowhere without.
PAGE = 150
# A page is only believed where its marks are not what chance does. Either so many marks are on characters that were
# marked before, and so many times as many as these characters stand without (or the table changes all of them) …
BEFORE, AGAINST = 2, 3
# … or all are on characters that the table changes, and the odds against that are e to this number: a factor for each
# character, by the share of such characters on the page, and this one for each mark on a character marked before.
# Of 24,000 lists of words and passages of prose, in both scripts, with the readings of 1 to 30 % of the characters
# planted at random, 1,095 passed without this rule; of 16,500 others 12 with it, at odds of 3 to 4. Of 3,200 damaged
# pages 11 at most are lost to it, 18 at odds of 5; above 3.8 three lines of one site that mark two characters are lost.
ODDS, MARKED_AGAIN, FEWEST_CHANGING = 3.5, 5, 0.2
# A character belongs to the list if this share of its occurrences is marked; glosses stand once.
OWN = 0.5
# Characters past this rank are marked only when the page marks them again and again (42 of 49 with the rank at 750) …
COMMON, AGAIN = 3000, 3
# … or if so many others are marked, each mark is written as most of the others are, and none is missing. Where this
# share of the others are characters that the table changes, only such ones are believed; on other pages, one mark on a
# character past this frequency rank is an author's: of 24 pages with glosses, damaged, that keeps all but one.
OTHERS, CHANGED_ALONE, GLOSSED = 8, 0.95, 5000
# Noise of ideographs before marks is as long as this; what stands in it was put there after the readings.
NOISE_LENGTH = 3
_IN_NOISE = late_pattern(rf"[㐀-鿿]{{1,{NOISE_LENGTH}}}(?=[，。、；！？])")


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
    changing: float  # share of the page's ideographs that the table changes
    missed: int  # occurrences of the marked characters without a mark

    @property
    def damaged(self) -> bool:
        """Whether the page as a whole was marked by a program."""
        return self._looks_marked and self._is_no_chance

    @property
    def _is_no_chance(self) -> bool:
        """Whether somebody who marks single characters as he pleases would hardly have come to these marks."""
        again = self.marks - self.characters
        if self.characters == 1:  # of which an author says each time how it is read
            return False
        if self.changed < 1:
            return again >= max(BEFORE, AGAINST * self.missed)
        odds = again * log(MARKED_AGAIN) - self.characters * log(max(self.changing, FEWEST_CHANGING))
        return again >= BEFORE or odds >= ODDS

    @property
    def _looks_marked(self) -> bool:
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
        """Return whether no reader would need these marks: common characters with their usual reading."""
        plain = self.consistent == self.listed == self.usual == 1 and self.median_rank <= EVERYDAY
        return plain and self.ideographs >= PAGE

    @property
    def _spotless(self) -> bool:
        return self.changed == self.consistent == self.listed == 1 and self.median_rank <= EVERYDAY


def marked_characters(text: str) -> dict[str, str]:
    """Return the page's list: marked character → its reading as `letters` spells it; empty where the page is not
    damaged.
    """
    found, listed, stands = _candidates(text)
    if not listed or not _evidence(found, listed, stands).damaged:
        return {}
    return {char: reading for char, (reading, _) in listed.items()}


def suspected_characters(text: str) -> dict[str, str]:
    """Return what the list would be if something else proved the page damaged: torn characters beside the marks do."""
    return {char: reading for char, (reading, _) in _candidates(text)[1].items()}


def also_marked(text: str, listed: Mapping[str, str]) -> dict[str, str]:
    """Return what else the list of a damaged page seems to hold, beside `listed`: character → its reading.

    Characters of which no mark is missing but in what may be noise, and whose marks are written as those of the others
    are: in the same brackets, with tones or without, and with the reading that a table gives first.
    """
    if len(listed) < OTHERS:
        return {}
    forms: Counter[tuple[str, bool]] = Counter()
    found: dict[str, Counter[tuple[str, tuple[str, bool]]]] = {}
    for m in MARK.finditer(text):
        char, inside = m[1] or m[3], letters(m[2] or m[4])
        form = _form(m[0]), inside == toneless(inside)
        if listed.get(char) == inside:
            forms[form] += 1
        elif char not in listed:
            found.setdefault(char, Counter())[inside, form] += 1
    if not found:
        return {}
    usual_form, folds = forms.most_common(1)[0][0], table()
    changed = sum(ord(char) in folds for char in listed) >= CHANGED_ALONE * len(listed)
    noise, stands = Counter("".join(_IN_NOISE.findall(text))), Counter(text)
    made = {}
    for char, marks in found.items():
        (reading, form), count = marks.most_common(1)[0]
        if form != usual_form and not (form[0] == usual_form[0] and _has_no_tone(char)):
            continue
        throughout = len(marks) == 1 and stands[char] - (noise[char] if count > 1 else 0) <= count
        likely = ord(char) in folds if changed else count > 1 or rank(char) < GLOSSED
        if throughout and likely and reading in usual_readings(char):
            made[char] = reading
    return made


def _form(mark: str) -> str:
    """Return how a mark is written: its brackets, and the blanks in them."""
    return mark[:1] + " " * mark.count(" ") + mark[-1:]


def _has_no_tone(char: str) -> bool:
    """Return whether the usual reading of a character is one without a tone."""
    return len(usual_readings(char)) == 1


def _candidates(text: str) -> tuple[Counter[tuple[str, str]], dict[str, tuple[str, int]], Mapping[str, int]]:
    """Return all marks, those that may be of a list (character → reading, how often), and how often each character
    stands.
    """
    found = Counter((m[1] or m[3], m[2] or m[4]) for m in MARK.finditer(text))
    readings = _majority(found)
    stands = Counter(text if readings else "")
    return found, {c: r for c, r in readings.items() if _belongs(c, r[1], stands[c])}, stands


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
    found: Counter[tuple[str, str]], listed: dict[str, tuple[str, int]], stands: Mapping[str, int]
) -> Evidence:
    counts = {char: count for char, (_, count) in listed.items()}
    marks = sum(counts.values())
    standing = sum(stands[char] for char in counts)
    folds = table()
    ideographs = {char: count for char, count in stands.items() if "㐀" <= char <= "鿿"}
    han = sum(ideographs.values())
    return Evidence(
        marks=marks,
        characters=len(counts),
        listed=marks / found.total(),
        share=marks / han,
        consistent=marks / standing,
        median_rank=_median_rank(counts),
        changed=sum(n for char, n in counts.items() if ord(char) in folds) / marks,
        repeated=sum(n for n in counts.values() if n > 1) / marks,
        usual=sum(n for char, (reading, n) in listed.items() if reading in usual_readings(char)) / marks,
        ideographs=han,
        changing=sum(n for char, n in ideographs.items() if ord(char) in folds) / han,
        missed=standing - marks,
    )


def _median_rank(counts: dict[str, int]) -> int:
    """Return the frequency rank that half of the marks do not exceed."""
    half = sum(counts.values()) / 2
    seen = 0
    by_rank = sorted((rank(char), count) for char, count in counts.items())
    for place, count in by_rank:
        seen += count
        if seen >= half:
            return place
    return by_rank[-1][0]


def _belongs(char: str, marked: int, occurrences: int) -> bool:
    """Return whether a marked character is of the page's list, and not a gloss of an author."""
    if marked < OWN * occurrences:
        return False
    return marked >= AGAIN or rank(char) <= COMMON
