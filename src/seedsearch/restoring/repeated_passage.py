"""Repeated passages: the body of a page that occurs twice, a block that follows itself.

They arise where a page template prints an article into two places (the visible one and one for printing or for mobile
phones), where a scraper walks overlapping elements, and where an editor pastes twice. Copies are equal
character by character; only blanks and line breaks may differ, so passages are compared without white space.

How a copy is recognised: a sentence that was seen before is a seed; from it the equal stretch is grown both ways
and cut back to the borders of sentences or lines. Growing, not comparing line by line, finds copies with other
line breaks and copies inside one long line.

Whether an equal stretch is damage depends on the page. Authors repeat themselves: a clause in two parts of a contract,
a list of documents to enclose in a law, rows of a dump, lines of a log. So on a page without other damage of the family
(reading marks, shifted bytes) only one thing is a copy: the *whole body* a second time, several sentences long,
directly after the first or with no more than a label between. On a page that shows such damage:

* **doubled body**: copies in the order of their sources that take up, with their sources, most of the text;
* **block after block**: a copy that directly follows its source;
* **distant block**: prose that is both long and a good share of the text, or very long.

What is left alone: everything shorter, code and addresses (few Han characters), rows of tables and records (lines that
begin with ASCII), and verse, lyrics and lists (short lines), unless the whole text occurs twice on a damaged page. The
first of the equal passages stays.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from seedsearch.damage import Damage
from seedsearch.offsets import Edit, edit
from seedsearch.restoring.fixpoint import settled
from seedsearch.text.folding import HAN

TRIGGER: re.Pattern[str] | None = None  # the search for a sentence that comes twice is itself the cheap scan

# Lengths are in code points without white space, shares are of the whole text so measured.
# "166 of 173 at 240": of the 173 damaged texts of docs/thresholds.md that are fully restored, 166 are at that value.
_SEED = 8  # a shorter sentence says nothing: 他说, 第一条
_LONG = 200  # longer sentences than that, on the mean, are none: titles, verse, a table
_LEAST = 60  # the shortest passage worth a look: two or three sentences (166 of 173 at 240)
_DOUBLED = 0.7  # doubled body: copies and sources together
_ADJACENT = 100  # block after block: 167 of 173 at 400
_DISTANT, _DISTANT_SHARE = 300, 0.15  # distant block: both
_DISTANT_LONG = 1500  # distant block: three times the longest honest one
_PROSE_LINE = 20  # the mean line of prose is longer; verse, menus and lists are shorter
_WHOLE, _WHOLE_LEAST = 0.9, 200  # verse goes only when nearly the whole text is doubled, and it is not a refrain
_SENTENCES = 3  # different ones in a body: 168 of 173 at 12
_LABEL = 20  # a line between the two bodies of a page that begins with the first: 相关阅读
_HAN_SHARE = 0.4  # below it is code, a table of figures, or addresses

_ENDS = "。！？!?；;…"
_CLOSERS = "”’」』》）)】\"'"
_SENTENCE_END = re.compile(f"[{_ENDS}]")
_HAN = re.compile(f"[{HAN}]")
_BLANKS = re.compile(r"\s*")
_LINE_START = re.compile(r"(?:\A|\n)[^\S\n]*\Z")
_LINE_END = re.compile("\n")
_BLOCK = 128  # characters compared at a stroke
_PORTION = 1 << 18  # characters of which the sentences are in memory at once
_WHITE = (  # what `str.split` takes out
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u3000"
    "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f"
)
_PROBE = 20  # characters of a probe: so many hardly ever come twice by chance
_MANY = 1 << 15  # sentences that are compared by arrays


@dataclass(frozen=True, slots=True)
class _Copy:
    """dense[start:end] equals the passage of the same length at `source`."""

    source: int
    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start


def _offsets() -> array[int]:
    return array("I")


@dataclass(slots=True)
class _Dense:
    """A text without its white space: `dense`, and the way back to raw offsets.

    Both are made when first asked for: most texts repeat nothing, and of a long one another copy is much memory.
    """

    text: str
    _dense: str = ""
    _starts: array[int] = field(init=False, default_factory=_offsets)  # dense offsets of runs without white space …
    _raw: array[int] = field(init=False, default_factory=_offsets)  # … and where they start in `text`

    @property
    def is_short(self) -> bool:
        """Whether as many words as it has may be in memory at once."""
        return len(self.text) <= _PORTION

    @property
    def dense(self) -> str:
        """The text without white space; no more than two copies of it are in memory while it is made."""
        if not self._dense and self.is_short:
            self._dense = "".join(self.text.split())
        elif not self._dense:
            self._dense = self.text
            for char in _WHITE:
                self._dense = self._dense.replace(char, "")
        return self._dense

    def pieces(self, border: re.Pattern[str]) -> Iterator[str]:
        """Return what stands between the matches of `border`, which are one character each, without white space."""
        if border is _SENTENCE_END and self.is_short:
            return iter(border.split(self.dense))
        return ("".join(piece.split()) for piece in _split(self.text, border))

    def raw(self, offset: int) -> int:
        """Return the offset in `text` of dense character `offset`."""
        if not self._starts:
            at = 0
            for run in re.finditer(r"\S+", self.text):
                self._starts.append(at)
                self._raw.append(run.start())
                at += run.end() - run.start()
        i = bisect_right(self._starts, offset) - 1
        return self._raw[i] + offset - self._starts[i]

    def breaks(self, start: int, end: int) -> int:
        """Return how many line breaks the text has inside dense[start:end]."""
        return self.text.count("\n", self.raw(start), self.raw(end - 1))

    def starts_sentence(self, offset: int) -> bool:
        """Return whether a sentence or a line starts at dense `offset`."""
        if offset == 0:
            return True
        before = self.dense[max(0, offset - 4) : offset].rstrip(_CLOSERS)
        return before[-1:] in tuple(_ENDS) or "\n" in self.text[self.raw(offset - 1) : self.raw(offset)]

    def ends_sentence(self, offset: int) -> bool:
        """Return whether dense `offset` is the end of a sentence, its closing quotes included, or of a line."""
        if offset == len(self.dense):
            return True
        if "\n" in self.text[self.raw(offset - 1) : self.raw(offset)]:
            return True
        return self.starts_sentence(offset) and self.dense[offset] not in _CLOSERS + _ENDS


def edits(text: str, family: Collection[Damage] = ()) -> Sequence[Edit]:
    """Return one edit for each copy of a passage that stands earlier in `text`.

    `family`: what other damage of the family of pages that repeat themselves was found in the text.
    """
    if len(text) < 2 * _LEAST:  # too short for a passage and its copy, as most records of a table are
        return []
    if not family and len(text) <= _PORTION and not _may_be_twice("".join(text.split())):
        return []
    return settled(text, lambda now: _once(now, damaged=bool(family)))


def _once(text: str, *, damaged: bool) -> Iterator[Edit]:
    page = _Dense(text)
    again = _seen_again(sentence for sentence in page.pieces(_border(page)) if len(sentence) >= _SEED)
    if again:
        found = list(_copies(page, again))
        copies = _damage(page, found) if damaged else _twice(page, found)
        yield from _deletions(page, copies)


def _may_be_twice(dense: str) -> bool:
    """Return whether a passage as long as `_twice` requires may occur twice in a text.

    Wherever it is, it contains one of some short probes, which then occur earlier in the text too.
    """
    step = max(_ADJACENT, int(_DOUBLED / 2 * len(dense))) - _PROBE + 1
    return any(dense.find(dense[at : at + _PROBE]) < at for at in range(0, len(dense) - _PROBE + 1, step))


def _seen_again(sentences: Iterable[str]) -> Collection[int]:
    """Return the hashes of the sentences that come more than once; of few others, too."""
    hashes = array("q", map(hash, sentences))
    if len(hashes) < _MANY:
        return () if len(set(hashes)) == len(hashes) else {one for one, n in Counter(hashes).items() if n > 1}
    import numpy as np  # 0.1 s, and only a long text needs it

    ordered = np.sort(np.frombuffer(hashes, dtype=np.int64))
    return set(ordered[1:][ordered[1:] == ordered[:-1]].tolist())


def _copies(page: _Dense, again: Collection[int]) -> Iterator[_Copy]:
    """Passages of whole sentences that stand earlier too, from left to right, without overlap.

    `again` are the hashes of sentences that may come more than once.
    Every character is looked at a bounded number of times: no stretch is entered again, and growing to the left
    stops at the last long one.
    """
    first: dict[str, int] = {}
    done = floor = after = 0
    border = _border(page)
    for sentence in page.pieces(border):
        at, after = after, after + len(sentence) + (border is _SENTENCE_END)
        if len(sentence) < _SEED or hash(sentence) not in again:
            continue
        source = first.setdefault(sentence, at)
        if source == at or at < done:
            continue
        start, end = _grown(page.dense, source, at, floor)
        copy = _trimmed(page, start, end, at - source)
        done = copy.end if len(copy) >= _LEAST else min(end, start + at - source)
        if done - start >= _LEAST:
            floor = done
        if len(copy) >= _LEAST:
            yield copy


def _border(page: _Dense) -> re.Pattern[str]:
    """Return what sentences end with where such marks are frequent enough in the text, and the ends of lines where
    not.
    """
    text = page.text
    if page.is_short:
        visible = len(page.dense)
    else:
        visible = sum(sum(map(len, text[at : at + _PORTION].split())) for at in range(0, len(text), _PORTION))
    return _SENTENCE_END if (sum(map(text.count, _ENDS)) + 1) * _LONG >= visible else _LINE_END


def _split(text: str, border: re.Pattern[str]) -> Iterator[str]:
    """Yield what `border.split` gives, a portion of a long text after the other."""
    begin = 0
    while found := border.search(text, begin + _PORTION):
        yield from border.split(text[begin : found.start()])
        begin = found.end()
    yield from border.split(text[begin:])


def _grown(dense: str, source: int, at: int, floor: int) -> tuple[int, int]:
    """Return the stretch around `at` that is equal to the one around `source`, at most twice their distance long.

    It may run over its own start: in `X。X。` the equal stretch is a rotation of the copy, and trimming finds it.
    """
    shift = at - source
    start = at
    while start > floor and start > shift and dense[start - shift - 1] == dense[start - 1]:
        start -= 1
    limit = min(len(dense), start + 2 * shift)
    while at < limit and dense[at - shift : at - shift + _BLOCK] == dense[at : at + _BLOCK]:
        at += _BLOCK
    at = min(at, limit)
    while at < limit and dense[at - shift] == dense[at]:
        at += 1
    return start, at


def _trimmed(page: _Dense, start: int, end: int, shift: int) -> _Copy:
    """Return the whole sentences of dense[start:end] that stand `shift` characters earlier too, their source apart."""
    while start < end and not page.starts_sentence(start):
        start += 1
    end = min(end, start + shift)
    while end > start and not page.ends_sentence(end):
        end -= 1
    return _Copy(start - shift, start, end)


def _damage(page: _Dense, found: Sequence[_Copy]) -> Sequence[_Copy]:
    """Return those of the copies that are damage; see the head of the module."""
    total = len(page.dense)
    if 2 * _in_order(found) >= max(_WHOLE * total, 2 * _WHOLE_LEAST):
        return found
    prose = [copy for copy in found if _is_prose(page, copy)]
    if 2 * _in_order(prose) >= _DOUBLED * total:
        return prose
    return list(_blocks(prose, total))


def _twice(page: _Dense, found: Sequence[_Copy]) -> Sequence[_Copy]:
    """Return the one copy that is the whole body of a page a second time, or nothing."""
    if len(found) != 1:
        return ()
    copy = found[0]
    between = page.dense[copy.source + len(copy) : copy.start]
    follows = not between or (copy.source == 0 and len(between) <= _LABEL and not _SENTENCE_END.search(between))
    whole = follows and len(copy) >= max(_ADJACENT, _DOUBLED / 2 * len(page.dense))
    return found if whole and _is_prose(page, copy) and _is_body(page, copy) else ()


def _is_body(page: _Dense, copy: _Copy) -> bool:
    """Return whether the passage is several sentences, and no rows of a program's output, which begin with ASCII."""
    lines = page.text[page.raw(copy.source) : page.raw(copy.start - 1) + 1].split("\n")
    began = [line.lstrip()[0] for line in lines if line.strip()]
    if 2 * sum(char < "\x80" for char in began) > len(began):
        return False
    return len(set(_SENTENCE_END.split(page.dense[copy.start : copy.end]))) > _SENTENCES


def _in_order(copies: Sequence[_Copy]) -> int:
    """Return the total length of the copies whose sources are in the same order, as in a doubled body."""
    last = length = 0
    for copy in copies:
        if copy.source >= last:
            last = copy.source + len(copy)
            length += len(copy)
    return length


def _is_prose(page: _Dense, copy: _Copy) -> bool:
    """Return whether the passage is mostly ideographs, in long lines in at least one of its two places."""
    passage = page.dense[copy.start : copy.end]
    breaks = min(page.breaks(start, start + len(copy)) for start in (copy.source, copy.start))
    return len(_HAN.findall(passage)) >= _HAN_SHARE * len(passage) and len(passage) >= _PROSE_LINE * (breaks + 1)


def _blocks(prose: Sequence[_Copy], total: int) -> Iterator[_Copy]:
    """Copies that follow their source at once, and distant ones that are long."""
    previous: _Copy | None = None
    for copy in prose:
        follows = copy.source + len(copy) == copy.start or (previous is not None and _again(previous, copy))
        distant = len(copy) >= max(_DISTANT, min(_DISTANT_LONG, _DISTANT_SHARE * total))
        if distant or (follows and len(copy) >= _ADJACENT):
            previous = copy
            yield copy


def _again(previous: _Copy, copy: _Copy) -> bool:
    """Return whether `copy` is the third, fourth … of a row whose last one is `previous`."""
    return previous.end == copy.start and previous.source == copy.source


def _deletions(page: _Dense, copies: Sequence[_Copy]) -> Iterator[Edit]:
    text, last = page.text, 0
    for copy in copies:
        start, end = page.raw(copy.start), page.raw(copy.end - 1) + 1
        end = _with_line_end(text, start, end)
        yield edit(max(start, last), end, "", Damage.REPEATED_PASSAGE)
        last = end


def _with_line_end(text: str, start: int, end: int) -> int:
    """`end` moved over the line breaks after a copy that takes whole lines, so that no empty line stays."""
    after = _BLANKS.match(text, end)
    if after is None or not _LINE_START.search(text, max(0, start - 8), start):
        return end
    if after.end() == len(text):
        return len(text)
    return max(end, text.rfind("\n", end, after.end()) + 1)
