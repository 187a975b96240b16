"""Pages that went through byte replacement in GBK: reading marks and shifted bytes, undone in one pass.

The two belong together: marks stand inside shifted stretches, and a mark that tore a character apart begins one.
From left to right, each mark of the page's list is taken out and each place where a character was torn apart is
repaired; what a repair covers is not looked at again. A page is marked if its marks say so (`reading_marks`), if the
program's noise stands before its commas and stops, or if a torn character beside its marks is repaired beyond
doubt. `reading_marks` and `shifted_bytes` say what is recognised and what is left alone.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Container, Iterable, Iterator, Sequence
from functools import cache
from heapq import merge
from itertools import islice
from typing import TypeAlias

from seedsearch.damage import Certainty, Damage
from seedsearch.offsets import Edit, OffsetMap, Span, apply_edits, edit, gathered
from seedsearch.restoring import two_copies
from seedsearch.restoring.budget import Budget, Budgets
from seedsearch.restoring.calibration import assumed
from seedsearch.restoring.corruptions import (
    narrowed,
)
from seedsearch.restoring.reading_marks import MARK, also_marked, marked_characters, suspected_characters
from seedsearch.restoring.recent import Recent
from seedsearch.restoring.shifted_bytes.readings import (
    read_as,
)
from seedsearch.restoring.shifted_bytes.repair import Repair, repair
from seedsearch.restoring.shifted_bytes.score import PageScore
from seedsearch.restoring.shifted_bytes.search import LONGEST
from seedsearch.restoring.shifted_bytes.state import SIGNED, SILENT
from seedsearch.restoring.shifted_bytes.traces import (
    CONTROLS,
    MARKUP_LENGTH,
    QUOTED,
    SIGN_CLASS,
    Site,
    clause,
    closing,
    shows_shift,
    silent_marks,
)
from seedsearch.text.gbk import (
    encode,
    pair_of,
)
from seedsearch.text.pinyin import (
    LETTERS,
    is_reading,
    letters,
)

_MARKS = "！？。，；、!?,;"
_LOSS = (
    rf"(?<=[^\x01-\x7f][?\ufffd\0])\0?[(（]?[{LETTERS}]{{1,7}} ?[)）]"
    rf"|(?<=[?\ufffd\0])\0?[{CONTROLS}]{{0,8}}[！？!?。，、；]"
)
_SIGN_OF_LOSS = re.compile(rf"[?\ufffd\0](?:{_LOSS})")
TRIGGER = re.compile(rf"[(（?\ufffd\0](?:(?<=[㐀-鿿][(（]) ?[{LETTERS}]{{1,7}} ?[)）]|{_LOSS})")
_SIGNED = re.compile(f"[{CONTROLS}]{{0,8}}[{_MARKS}]")
_ROW = "????"  # nobody knows what that was
_ENDING = encode("。")  # of what may stand before marks that begin with its second byte, and with its first one


@cache
def _event() -> re.Pattern[str]:
    """Return a mark, a mark that tore a character apart, a sign of loss before a mark, a mark that may be false.

    All begin with one of a few characters, and the pattern begins with them, so that they are found quickly.
    """
    sign = r"(?<=[?\ufffd\0])\0?"
    return re.compile(
        rf"[(（?\ufffd\0{_MARKS}](?:"
        rf"(?<=(?P<char>[㐀-鿿])[(（]) ?(?P<letters>[{LETTERS}]{{1,7}}) ?[)）]"
        rf"|(?<=[^\x01-\x7f].|\).)(?P<orphan>{sign})[(（]? ?(?P<reading>[{LETTERS}]{{1,7}}) ?[)）]"
        rf"|(?<!\?.)(?P<loss>{sign})(?P<again>[{CONTROLS}]{{0,8}}(?:{SIGN_CLASS}))?"
        rf"[{CONTROLS}]{{0,8}}(?P<signed>[{_MARKS}])"
        rf"|(?P<silent>{silent_marks()}))",
        re.DOTALL,
    )


# Halves of a proof, of different repairs much better than what was found, prove a page without marks. With 0, one row
# of the case tables of those that are to stay as they are is edited.
TORN = 2
# The beginning of a quotation in a line, up to a mark at its end, or to the one mark in it after which ASCII stands;
# and the same for the end of a quotation that nothing opens.
_UNENDED = re.compile(
    r"“(?:[^“”\n]*(?P<end>[！!])(?=[ \r]*(?:\n|\Z))|[^“”\n！!]*(?P<close>[！!])(?=[0-9A-Za-z(])[^“”\n！!]*(?=[“\n]|\Z))"
    r"|(?:^|”)[^“”\n！!]*(?P<open>[！!])(?=[0-9A-Za-z(])[^“”\n！!]*(?=”)",
    re.MULTILINE,
)
_ENDED = (Damage.SHIFTED_BYTES, Certainty.INFERRED, assumed("quotation"))
# Noise of the program in front of its marks, where a reader kept it; so often that it is not an accident:
# with 0, 30 edits of clean texts of docs/thresholds.md are harmful.
_NOISY, NOISY = re.compile("[\x05-\x08][，。、；！？,;!?]"), 2


def edits(text: str, budgets: Budgets | None = None, *, misread: bool = False) -> Sequence[Edit]:
    """Return the edits of kinds reading-mark and shifted-bytes: sorted, disjoint, in code points of `text`.

    `misread`: the text came out of another encoding, whose reader left the signs of loss in it.
    """
    listed = marked_characters(text) or (suspected_characters(text) if _is_noisy(text) else {})
    work, scores = (budgets or Budgets()).of("torn characters", WORK, len(text), WORK_EACH), _Scores(text)
    if listed:
        page = _marked(text, listed, work, scores)
        made = gathered(page.edits())
        if page.silent_reader and _is_torn(text, made):
            made = gathered(_with_quotations(text, made))
        return two_copies.decided(text, made, work)
    if misread or not _SIGN_OF_LOSS.search(text):
        return []
    suspected = suspected_characters(text)
    if not suspected:
        trial = _marked(text, suspected, work, scores)
        every = gathered(trial.edits())
        if sum(trial.proofs.values()) >= TORN:
            return two_copies.decided(text, every, work)
    made = gathered(_Pass(text, suspected, work, scores, marked=False).edits())
    if all(e.kind is Damage.READING_MARK for e in made):
        return []
    return gathered(_marked(text, suspected, work, scores).edits()) if suspected else made


def _is_torn(text: str, made: Sequence[Edit]) -> bool:
    """Return whether the program put noise before marks, which tears characters: it is there, one was torn, or no
    quotation ends in a full stop and some do not end.
    """
    if _is_noisy(text) or any(e.kind is Damage.SHIFTED_BYTES for e in made):
        return True
    return "。”" not in text and _UNENDED.search(text) is not None


def _with_quotations(text: str, made: Sequence[Edit]) -> Iterator[Edit]:
    """Yield the edits, and ends and beginnings of quotations of which a reader left nothing but a false mark.

    `。”` at the end of a line, or before ASCII, becomes `！`: noise between both tears both, and no byte finds a
    partner. The only sign of one is a quotation that is never closed, or never opened, in the text as it is restored.
    """
    back = OffsetMap.of(made)
    ends = list[Edit]()
    for found in _UNENDED.finditer(apply_edits(text, made) if made else text):
        at = found.start(str(found.lastgroup))
        place = back.to_raw(Span(at, at + 1))
        ends.append(edit(place.start, place.end, "。“" if found["open"] else "。”", *_ENDED))
    yield from merge(made, _apart(ends, made), key=lambda e: e.span.start)


def _apart(edits: Iterable[Edit], others: Sequence[Edit]) -> Iterator[Edit]:
    """Yield those of the edits that meet none of the others."""
    taken = [e.span.end for e in others]
    for e in edits:
        i = bisect_right(taken, e.span.start)
        if i == len(others) or others[i].span.start >= e.span.end:
            yield e


def _marked(text: str, listed: dict[str, str], work: Budget, scores: _Scores) -> _Pass:
    """Return the way through a page that is known to be damaged, with all that its list seems to hold."""
    more = also_marked(text, listed)
    return _Pass(text, listed | more, work, scores, marked=True, doubted=more)


def _is_noisy(text: str) -> bool:
    return _comes(_NOISY, text, NOISY)


def _comes(pattern: re.Pattern[str], text: str, times: int) -> bool:
    """Return whether a pattern matches so often and more."""
    return sum(1 for _ in islice(pattern.finditer(text), times)) == times


# Units of work of some 50 µs for a page, and more for each code point: `shift_search` counts them. Pages of 1,500
# characters take up to 1,100, longer ones .02 for a character, and .1 where pairs were dropped; pages made of question
# marks would take hundreds.
WORK, WORK_EACH = 1500, 0.06


# What is kept of sites, each some kilobytes, and the code points around one that its repair can look at: back for the
# beginning of markup, and forth over the longest stretch and over markup behind it.
SITES, BACK, FORTH = 64, MARKUP_LENGTH, LONGEST + 2 * MARKUP_LENGTH
_Key: TypeAlias = tuple[Site, str, str, str, str]


class _Scores:
    """The score of a page by what is thought of it: ways through it that think the same ask much again."""

    def __init__(self, text: str) -> None:
        self._text, self._made = text, dict[tuple[frozenset[str], bool], PageScore]()

    def of(self, listed: frozenset[str], *, silent: bool) -> PageScore:
        """Return the score of the page without its marks; the arguments are those of `PageScore`."""
        if (made := self._made.get((listed, silent))) is None:
            made = self._made[listed, silent] = PageScore(MARK.sub("", self._text), listed, silent=silent)
        return made


class _Pass:
    """One way through a page."""

    def __init__(
        self,
        text: str,
        listed: dict[str, str],
        work: Budget,
        scores: _Scores,
        *,
        marked: bool,
        doubted: Container[str] = (),
    ) -> None:
        """`listed`: the characters that the page marks, with their readings; `doubted`: those that it may not."""
        self._text, self._listed, self._marked, self._doubted = text, listed, marked, doubted
        # A reader that leaves a sign for one broken pair leaves it for all.
        self.silent_reader = marked and _SIGN_OF_LOSS.search(text) is None
        self._work, self._scores, self._names = work, scores, frozenset(listed)
        self._known: Recent[_Key, tuple[Repair | None, int]] = Recent(SITES)
        self.proofs: dict[str, int] = {}  # repairs that prove the page, and by how many halves
        self._done, self._last = 0, "\n"  # where the last repair ended, and its last true character
        self._left = ""  # the end of the true text up to there

    def edits(self) -> Iterator[Edit]:
        at: int | None = 0
        while at is not None:
            events, at = _event().finditer(self._text, at), None
            for event in events:
                char = event["char"]
                if char is not None and self._listed.get(char) == letters(event["letters"]):
                    certainty, weight = (
                        (Certainty.INFERRED, assumed("mark")) if char in self._doubted else (Certainty.PROVED, None)
                    )
                    yield edit(event.start(), event.end(), "", Damage.READING_MARK, certainty, weight)
                    self._last, self._left, self._done = char, self._true(event.start()), event.end()
                    continue
                if self._work.left <= 0:  # a page may be made of places to repair: nothing is looked for there any more
                    if self._listed:
                        continue
                    return
                made = self._edit(event)
                if made is not None:
                    yield made
                    self._left = self._true(made.span.start) + made.replacement
                    self._done = made.span.end
                    if self._done != event.end():
                        at = self._done
                        break

    def _edit(self, event: re.Match[str]) -> Edit | None:
        if event["char"] is None:
            return self._stop(event) if event["orphan"] is None else self._orphan(event)
        char, inside = event["char"], event["letters"]
        if not self._marked or is_reading(char, inside):
            return None
        return self._torn(event.start(), event.end(), char, inside, SIGNED)

    def _orphan(self, event: re.Match[str]) -> Edit | None:
        before = self._before(event.start())
        return self._torn(event.start(), event.end(), before, event["reading"], SIGNED)

    def _torn(self, start: int, end: int, before: str, reading: str, cost: float) -> Edit | None:
        """Return a mark between `before` and the next character: what was searched for begins with the last byte."""
        ending = pair_of().get(before)
        if ending is None:
            return None
        searched = [c for c in read_as(reading) if c[1][0] == ending[1] and c[1][1] > 0x80]
        leads = tuple((pair[1], cost + more) for more, pair in self._score().as_marked(searched))
        mark = "(" + self._text[start:end].lstrip("(（?\ufffd\0")
        return self._repaired(Site(start, end, before, encode(narrowed(mark)), cost, leads)) if leads else None

    def _stop(self, event: re.Match[str]) -> Edit | None:
        """Return a sign of loss before a mark: one byte stood alone, or both of a character one after the other."""
        if event["signed"] is None:
            return self._silent(event.start())
        text, start, after = self._text, event.start(), event.end("loss")
        if text.startswith(_ROW, start):
            return None
        if not self._marked and (event["signed"] not in "！？!?" or text.startswith("??", after)):
            return None
        sign = _SIGNED.match(text, after)
        made = self._signed(start, after, sign.end() - 1) if sign else None
        return made or (self._both(event) if event["again"] else None)

    def _signed(self, start: int, after: int, mark: int) -> Edit | None:
        inserted = b"\x05" + self._text[after:mark].encode()
        return self._repaired(Site(start, mark, self._before(start), inserted, SIGNED))

    def _both(self, event: re.Match[str]) -> Edit | None:
        """Return a character that ends in the first byte of a full stop, and a mark that begins with its second:
        `啊！`; or one that ends in the first byte of an exclamation mark: `裕、`.
        """
        if not self._marked:
            return None
        start = event.start()
        trail = _ENDING[event["signed"] in "、。"]
        return self._repaired(Site(start, event.start("signed"), self._before(start), b"\x05", SIGNED, trail=trail))

    def _silent(self, mark: int) -> Edit | None:
        """Return a mark that may be two halves of characters, with nothing left of the byte before it."""
        if not self.silent_reader or not shows_shift(self._text, mark):
            return None
        return self._repaired(Site(mark, mark, self._before(mark), b"\x05", SILENT))

    def _true(self, at: int) -> str:
        """Return the last true characters before `at`."""
        return (self._left + self._text[max(self._done, at - QUOTED) : at])[-QUOTED:]

    def _score(self) -> PageScore:
        return self._scores.of(self._names, silent=self.silent_reader)

    def _repaired(self, site: Site) -> Edit | None:
        made = self._repair(site._replace(left=self._true(site.start)))
        if made is None:
            return None
        self._last = made.text[-1:]
        if made.proves:
            self.proofs[made.text] = made.proves
        certainty = Certainty.INFERRED if made.weight else Certainty.PROVED
        return edit(site.start, made.end, made.text, Damage.SHIFTED_BYTES, certainty, made.weight)

    def _repair(self, site: Site) -> Repair | None:
        """Return what `repair` does; a site that stands as another one did costs as much of the budget, and no time."""
        text, start = self._text, site.start
        seen = site._replace(start=0, resume=site.resume - start, left="")
        key = (
            seen,
            clause(site.left),
            closing(site.left),
            text[max(0, start - BACK) : start],
            text[start : start + FORTH],
        )
        if (known := self._known.get(key)) is None:
            page, left = self._score(), self._work.left
            made = repair(text, site, page, self._work, drops=not page.private, marked=self._marked)
            self._known.put(key, (made and made._replace(end=made.end - start), left - self._work.left))
            return made
        made, units = known
        self._work.spend(units)
        return made and made._replace(end=made.end + start)

    def _before(self, at: int) -> str:
        """Return the true character before `at`: that of the last edit if it ended there."""
        if at == self._done:
            return self._last
        while at > 0 and self._text[at - 1] < "\t":
            at -= 1
        return self._text[at - 1] if at else "\n"
