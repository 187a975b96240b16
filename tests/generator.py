"""Random damage of clean text that knows the truth: for the tests of restoration and for its benchmark.

`damaged(kind, text, rng)` runs the faults of the catalogue forward over `text` with random choices and returns what
would be found beside what is true. The pages of marks and shifts are made as their sites made them: characters turned
into Traditional ones one by one, a list of characters marked with their readings, noise in front of marks, all on
GBK bytes; then one of the readers that were seen, and on some pages a later narrowing of full-width forms.
"""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from random import Random

from seedsearch.restoring import corruptions
from seedsearch.restoring.corruptions import Private, Reader
from seedsearch.text import gbk
from seedsearch.text.character_model import model
from seedsearch.text.pinyin import LETTERS, toneless

KEPT_BY_SITES = frozenset("后里")  # characters that the sites' tables left as they are
COMMON = 400  # the sites' lists hold characters of about this frequency rank
_MARK = re.compile(f"\\(([{LETTERS}]+)\\)")
LOST_EVERY = 600  # bytes; for files that lost bytes


@dataclass(frozen=True, slots=True)
class Damaged:
    """What is `true` and what was `found`; `content` holds bytes where the damage is in a file's bytes."""

    kind: str
    true: str
    found: str
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class Site:
    """How one site damages its pages. `listed`: how many characters it marks, from and to."""

    listed: tuple[int, int] = (25, 60)
    traditional: bool = True
    toned: bool = True
    blank: bool = False
    noise: bool = False
    reader: Reader = field(default_factory=Reader)
    narrow: bool = False
    controls_kept: bool = False
    ipa: bool = False  # ɡ (U+0261) for g, as GBK's row of pinyin letters has it
    wide: bool = False  # brackets of marks widened by a later program


_ASKING, _DROPPING, _REPLACING, _NUL = ("?", True), ("", False), ("\ufffd", False), ("\0", True)


def _shifting(reader: tuple[str, bool], private: Private, *, narrow: bool = False, controls: bool = False) -> Site:
    return Site(noise=True, reader=Reader(*reader, private), narrow=narrow, controls_kept=controls)


SITES: dict[str, Site] = {
    "marks dense": Site(listed=(60, 76)),
    "marks sparse": Site(listed=(15, 20)),
    "marks tone-less": Site(toned=False),
    "marks on Simplified": Site(traditional=False),
    "marks with a blank": Site(blank=True),
    "marks with ɡ": Site(ipa=True),
    "marks in full-width brackets": Site(wide=True),
    "shifts, private kept": _shifting(_ASKING, Private.KEPT),
    "shifts, private dropped": _shifting(_ASKING, Private.DROPPED),
    "shifts, private asked": _shifting(_ASKING, Private.ASKED),
    "shifts, half-width": _shifting(_ASKING, Private.KEPT, narrow=True),
    "shifts, controls kept": _shifting(_ASKING, Private.KEPT, controls=True),
    "shifts, U+FFFD": _shifting(_REPLACING, Private.KEPT),
    "shifts, NUL": _shifting(_NUL, Private.KEPT, controls=True),
    "shifts, bad byte dropped, private kept": _shifting(_DROPPING, Private.KEPT, controls=True),
    "shifts, bad byte dropped, private dropped": _shifting(_DROPPING, Private.DROPPED, controls=True),
}


def damaged(kind: str, text: str, rng: Random) -> Damaged:
    """`text` with damage of `kind`, one of `KINDS`; raises KeyError for another kind."""
    return KINDS[kind](kind, text, rng)


def _replaced_page(kind: str, text: str, rng: Random) -> Damaged:
    site = SITES[kind]
    true = encodable("".join(map(traditional, text)) if site.traditional else text)
    stream = corruptions.marked(gbk.encode(true), listed(site, rng), blank=site.blank)
    if site.noise:
        stream = corruptions.noisy(stream, lambda: bytes(rng.choices(range(5, 9), k=rng.randrange(5))))
    found = corruptions.decoded(stream, site.reader)
    if not site.controls_kept:
        found = without_controls(found)
    if site.wide:
        found = _MARK.sub(r"（\1）", found)
    return Damaged(kind, true, corruptions.narrowed(found) if site.narrow else found)


def listed(site: Site, rng: Random) -> dict[str, str]:
    """A site's list: character → the reading that it writes."""
    from pypinyin.pinyin_dict import pinyin_dict

    common = sorted(model().rank, key=model().rank.__getitem__)[:COMMON]
    chosen = [traditional(c) for c in common] if site.traditional else common
    if site.traditional and site.toned:  # tone-less lists were seen to hold unchanged characters too
        chosen = [c for c, simple in zip(chosen, common, strict=True) if c != simple]
    rng.shuffle(chosen)
    readings = {c: pinyin_dict[ord(c)].split(",")[0] for c in chosen[: rng.randint(*site.listed)]}
    if site.ipa:
        readings = {c: reading.replace("g", "ɡ") for c, reading in readings.items()}
    return readings if site.toned else {c: toneless(r).replace("ü", "v") for c, r in readings.items()}


@cache
def traditional(char: str) -> str:
    """One character through the sites' one-to-one table."""
    if char in KEPT_BY_SITES or char < "\x80":
        return char
    made: str = _converter().convert(char)
    return made if len(made) == 1 and made in gbk.pair_of() else char


@cache
def _converter():  # type: ignore[no-untyped-def]
    from opencc import OpenCC

    return OpenCC("s2t")


def encodable(text: str) -> str:
    """`text` without the characters that GBK can not write."""
    table = gbk.pair_of()
    return "".join(c for c in text if c < "\x80" or (c in table and ord(c) not in gbk.PRIVATE))


def without_controls(text: str) -> str:
    """`text` without C0 control characters other than tab and line ends."""
    return "".join(c for c in text if c >= " " or c in "\t\n\r")


def _misread(written: str, read: str) -> Callable[[str, str, Random], Damaged]:
    """Text written in one encoding and read in another; what has no place in either is left out first."""

    def damage(kind: str, text: str, rng: Random) -> Damaged:
        true = text.encode(written, "ignore").decode(written)
        return Damaged(kind, true, true.encode(written).decode(read, "replace"))

    return damage


def _utf8_as_gbk_lossless(kind: str, text: str, rng: Random) -> Damaged:
    """Lines whose bytes happen to pair up: characters that break a pair are left out."""
    true = "\n".join(map(_pairing_up, text.split("\n")))
    return Damaged(kind, true, true.encode().decode("gb18030"))


def _pairing_up(line: str) -> str:
    """The characters of `line` whose UTF-8 bytes a GB18030 reader takes in whole pairs, one after the other."""
    reader = getincrementaldecoder("gb18030")()
    kept, state, whole = "", reader.getstate(), 0
    for char in line:
        try:
            reader.decode(char.encode())
        except UnicodeDecodeError:
            reader.setstate(state)
            continue
        kept, state = kept + char, reader.getstate()
        whole = whole if state[0] else len(kept)
    return kept[:whole]


def _utf8_as_gbk_lossy(kind: str, text: str, rng: Random) -> Damaged:
    """Broken pairs become a question mark that eats an ASCII partner, or U+FFFD."""
    reader = rng.choice((Reader("?", True, Private.KEPT), Reader("\ufffd", False, Private.KEPT)))
    return Damaged(kind, text, corruptions.decoded(text.encode(), reader))


def _lost_bytes(kind: str, text: str, rng: Random) -> Damaged:
    """A GBK file without one byte in about `LOST_EVERY`; `true` still holds the characters that lost it."""
    true = encodable(text)
    stream = bytearray(gbk.encode(true))
    for block in range(len(stream) // LOST_EVERY - 1, -1, -1):
        at = block * LOST_EVERY + rng.randrange(LOST_EVERY)
        if stream[at] >= 0x80:
            del stream[at]
    return Damaged(kind, true, "", bytes(stream))


KINDS: dict[str, Callable[[str, str, Random], Damaged]] = {
    **dict.fromkeys(SITES, _replaced_page),
    "UTF-8 as GBK": _utf8_as_gbk_lossless,
    "UTF-8 as GBK, bytes lost": _utf8_as_gbk_lossy,
    "UTF-8 as Latin-1": _misread("utf-8", "latin-1"),
    "GBK as Latin-1": _misread("gbk", "latin-1"),
    "Big5 as GBK": _misread("big5", "gb18030"),
    "GBK as Big5": _misread("gbk", "big5"),
    "GBK file, bytes lost": _lost_bytes,
}
