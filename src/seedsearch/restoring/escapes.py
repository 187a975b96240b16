r"""Characters written as escapes: `\u4e2d\u6587`, `\xe4\xb8\xad`, `%E4%B8%AD`. Kind escaped-character.

How it arises: a program that writes only ASCII escapes every other character (JSON, logs, Java properties, URLs,
quoted-printable mail), and its output is taken for the text. `escape_forms` has the forms.

How it is recognised: a sequence of escaped ideographs, two of which form a word or several of which read as
Chinese; then other sequences in the same text are trusted too. Only visible characters beyond ASCII are decoded:
characters with a meaning in the surrounding language (quotes, backslashes, blanks in a URL) stay escaped, so that JSON
and most code keep their meaning.

What is left alone: ranges (`[\u4e00-\u9fa5]`; text that reads as Chinese before a hyphen is no range) and private-use
characters. `clean`, whose output people go on using, also leaves byte literals of programs (`b"\xe4\xb8\xad"`), code
shown in a page, URLs (a site that reads GBK would no longer recognise its own), encoded words of mail (they would be
invalid when half decoded), and passages about escaping. An index decodes these as well, because queries ask for the
text, however it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import pairwise

from seedsearch.damage import Certainty, Damage
from seedsearch.offsets import Edit, Row, written
from seedsearch.restoring.code_spans import Passages, code_passages, merged
from seedsearch.restoring.escape_forms import GIBBERISH, KEPT, SOFT, Spelled, in_pairs, runs, spelled
from seedsearch.restoring.page import Page
from seedsearch.text import character_model
from seedsearch.text.folding import fold, is_han

TRIGGER = re.compile(
    r"[\\%=<](?:[uU]\{?[0-9a-fA-F]{2}|x[89a-fA-F]|[23][0-7]{2}|(?<!\\)[89a-fA-F][0-9a-fA-F](?:[%=>@-~]|[\r\n])"
    r"|25(?:25)*[89a-fA-F]|U\+[0-9A-F]{4}|[4-9fF][0-9a-fA-F]{3} ?\\)"
)

# Ideographs of a run that read as Chinese without a word of two: with 0, two edits of clean texts of docs/thresholds.md
# are harmful.
SEVERAL = 3
COMMON = 2500  # rank of a character that a query believes alone, where its bytes are UTF-8
NEAR = 200  # code points around a run in which escaping may be the subject

_RANGE_BEFORE = re.compile(r"\\(?:[uUx][0-9a-fA-F]{2,8}|u\{[0-9a-fA-F]{2,6}\})-\Z")
_RANGE_AFTER = re.compile(r"-\\{1,8}[uUx]")
_TALK = re.compile(
    "转义|轉義|跳脫|编码|編碼|解码|解碼|乱码|亂碼|百分号"
    r"|ensure_ascii|native2ascii|escap|unicode|url_?encode|encodeURI|\b(?:en|de)code\(",
    re.I,
)
_LITERAL = re.compile(r"(?<![A-Za-z0-9_])[bB][rR]?(?:\"[^\"\n]*\"|'[^'\n]*')")
_ENCODED_WORD = re.compile(r"=\?[\w-]{1,40}(?:\*[\w-]{1,10})?\?[qQ]\?[!->@-~]{1,2000}\?=")  # RFC 2047
_TOKEN = re.compile(r"[^\s<>\"'`，。；]+")
_ADDRESS = re.compile(r"[/&=#]|\?\w|\]\(|mailto:|''%")  # a ? at its end is one of the text


def edits(page: Page) -> Sequence[Edit]:
    """Return one edit for each character that is spelled by its number, and for each soft line break among them."""
    return written(_found(page))


_Run = tuple[re.Match[str], Sequence[Spelled]]


def _found(page: Page) -> Iterator[Row]:
    meant = _Meant(page.text)
    proved = printable = False
    older = True  # whether nothing that is proved is UTF-8
    for run, chars in _runs(page, meant):
        printable = printable or run.lastgroup == "printable"
        if (older or not proved) and _says(chars) and _proves(_text(chars)):
            proved, older = True, older and in_pairs(run)
        elif proved and printable:
            break
    every = _runs(page, meant)
    for run, chars in _with_lines(page.text, every) if proved and printable else every:
        if proved or (page.for_index and _common(run, _text(chars))):
            # What is spelled beyond two bytes is the same either way.
            again = older and proved and run.lastgroup != "printable" and max(_text(chars), default="") < "\u0800"
            yield from _edits(run, spelled(run, older=True) if again else chars)


class _Meant:
    """Where in a text escapes are meant, looked for when something is asked."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def passages(self) -> Passages:
        """The stretches about escaping, of code, and of bytes of a program."""
        return _meant(self._text)

    @cached_property
    def addresses(self) -> Passages:
        """The URLs."""
        return _addresses(self._text)


def _runs(page: Page, meant: _Meant) -> Iterator[_Run]:
    """Yield the runs that spell characters, and those, where they are not meant to."""
    for run in runs(page.text):
        chars = spelled(run)
        if not chars or (_in_range(run) and not _proves(_text(chars))):
            continue
        if not page.for_index:
            if run.start() in meant.passages:
                continue
            if run.lastgroup == "percent" and run.start() in meant.addresses:
                continue
        yield run, chars


def _with_lines(text: str, every: Iterable[_Run]) -> Iterator[_Run]:
    """Yield the runs of a text in quoted-printable, and the soft line breaks between them."""
    at = 0
    for run, chars in every:
        yield from _lines(text, at, run.start())
        yield run, chars
        at = run.end()
    yield from _lines(text, at, len(text))


def _lines(text: str, start: int, end: int) -> Iterator[_Run]:
    """Yield the soft line breaks between two places."""
    return ((line, [Spelled(*line.span(), "")]) for line in SOFT.finditer(text, start, end))


def _edits(run: re.Match[str], chars: Sequence[Spelled]) -> Iterator[Row]:
    certainty = Certainty.CERTAIN if run.lastgroup == "codes" else Certainty.PROVED
    last = 0
    for start, end, char in sorted(chars):
        if start < last:  # a soft line break within a character
            continue
        last = end
        if char == "" or (_visible(char) and run.string[start:end] != char):
            yield start, end, char, Damage.ESCAPED_CHARACTER, certainty


def _visible(char: str) -> bool:
    return char >= "\xa1" and char.isprintable() and not "\ue000" <= char <= "\uf8ff"


def _text(chars: Sequence[Spelled]) -> str:
    return "".join(one.char for one in chars)


def _says(chars: Sequence[Spelled]) -> bool:
    """Return whether a run spells what only Chinese text needs: an ideograph, or a mark or a letter of full width."""
    return any(
        is_han(one.char) or "\u3000" < one.char < "\u3020" or "\uff00" < one.char < "\uffef"
        for one in chars
        if one.char
    )


@lru_cache(maxsize=KEPT)
def _proves(text: str) -> bool:
    han = [fold(char) for char in text if is_han(char)]
    follow = character_model.model().follow
    if any(a != b and b in follow[a] for a, b in pairwise(han)):
        return True
    return len(set(han)) >= SEVERAL and character_model.score(text) > GIBBERISH * len(text)


def _common(run: re.Match[str], text: str) -> bool:
    """Return whether a query may ask for the text of a run alone: two ideographs, or a common one in valid bytes."""
    han = [char for char in text if is_han(char)]
    if run.lastgroup == "codes":
        return len(han) > 1
    return bool(han) and all(character_model.rank(char) < COMMON for char in han)


def _in_range(run: re.Match[str]) -> bool:
    """Return whether a run is the beginning or the end of a range of characters: `\\u4e00-\\u9fa5`."""
    if run.lastgroup not in ("codes", "bytes"):
        return False
    before, after = run.string[max(0, run.start() - 14) : run.start()], run.string[run.end() : run.end() + 12]
    return bool(_RANGE_AFTER.match(after) or _RANGE_BEFORE.search(before))


def _meant(text: str) -> Passages:
    """Return the stretches of a text in which escapes are meant: code, bytes of a program, talk about escaping."""
    literal, words = ((m.span() for m in pattern.finditer(text)) for pattern in (_LITERAL, _ENCODED_WORD))
    talk = ((max(0, m.start() - NEAR), m.end() + NEAR) for m in _TALK.finditer(text))
    return Passages(merged(code_passages(text), literal, words, talk))


def _addresses(text: str) -> Passages:
    return Passages(m.span() for m in _TOKEN.finditer(text) if "%" in m[0] and _ADDRESS.search(m[0]))
