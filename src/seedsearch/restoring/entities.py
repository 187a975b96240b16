"""Character references of HTML left in plain text: `&nbsp;`, `&#9745;`, `&amp;lt;`.

They arise where a page is copied without decoding, or where text was escaped twice and decoded once.
Recognised are the names of the HTML standard with their semicolon, numbers, and, for the few names that HTML allows
without one, those that can be nothing else. A reference that was escaped again (`&amp;nbsp;`) is decoded to the end:
that it was escaped is proved by the whole reference after its ampersand. A no-break space becomes a plain one.

What is left alone:

* code, and pages that talk about escaping: there `&lt;` is the subject;
* the query of an address: `?a=1&copy=2`, `?a=1&amp;b=2`;
* numbers of noncharacters, surrogates and controls; 128 to 159 mean Windows-1252, as in browsers (the
  five that it does not assign stand for themselves among others: bytes of Chinese that were read as Latin-1 before);
* a reference whose character would form another reference with its neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html.entities import html5

from seedsearch.damage import Certainty, Damage
from seedsearch.offsets import Edit, Row, edit, written
from seedsearch.restoring.code_spans import Passages, code_passages
from seedsearch.restoring.fixpoint import settled

TRIGGER = re.compile(r"&(?:#[0-9xX]|[a-zA-Z]{2})")

_BODY = r"#(?:[0-9]{1,7}|[xX][0-9a-fA-F]{1,6})|[a-zA-Z][a-zA-Z0-9]{1,31}"
_ESCAPED = r"(?:(?:amp|AMP|#38|#[xX]26);)*"
# `；` where a later step widened the punctuation; without any, the names of HTML 2 that are not parameters or words.
# So are numbers of ideographs.
_OPEN = r"(?:nbsp|quot|middot|lt|gt|#(?:199[6-9][0-9]|[23][0-9]{4}|[xX][4-9][0-9a-fA-F]{3}))(?![a-zA-Z0-9_=;；])"
_REFERENCE = re.compile(rf"&{_ESCAPED}(?P<body>{_BODY})[;；]|&(?P<open>{_OPEN})")
_RUN = re.compile(rf"(?:&{_ESCAPED}(?:{_BODY})[;；]|&{_OPEN})++")

_TALK = re.compile(
    r"转义|轉義|逸出字元|跳脫字元|字符实体|字元實體|实体(?:编码|字符|名称|引用|符号)|HTML\s*(?:实体|實體|编码|編碼|字符|符号)"
    r"|\bentit(?:y|ies)\b|\bescap(?:e|ed|ing)\b|htmlspecialchars|htmlentities|innerHTML",
    re.I,
)
_ADDRESS = re.compile(r"[a-zA-Z][a-zA-Z0-9+.\-]{1,15}://[^\s<>\"'，。）》」]*|[?&][\w.%\-]+=[^\s<>\"'，。；）》」]*")
_PROGRAM = re.compile(r"\(\s*[\"'][^\"'\n]*&[a-zA-Z#]")  # a string of a program: echo("&lt;")

_WINDOWS_1252 = bytes(range(128, 160)).decode("cp1252", errors="replace")
# Spaces become plain ones, what is invisible goes.
_PLAIN = str.maketrans(
    dict.fromkeys("\xa0\u2002\u2003\u2009\u200a", " ")
    | dict.fromkeys("\xad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff", "")
)
_OF_REFERENCE = re.compile("[&#0-9A-Za-z;；]")
# Bytes without a character in Windows-1252 mean themselves among so many others: text that was misread before.
_CONTROLS, BYTES = frozenset(("#129", "#141", "#143", "#144", "#157")), 6
_NEIGHBOURHOOD = 48  # code points; the longest reference is shorter


def edits(text: str) -> Sequence[Edit]:
    """Return one edit for each run of references, replaced by its characters."""
    return settled(text, lambda now: written(_once(now)))


def _once(text: str) -> Iterator[Row]:
    if _TALK.search(text) or _PROGRAM.search(text):
        return
    code = code_passages(text)
    addresses = _addresses(text)
    for run in _RUN.finditer(text):
        if run.start() in code or run.start() in addresses:
            continue
        for start, end, decoded in _parts(run):
            if _settles(text, start, end, decoded):
                yield start, end, decoded, Damage.ENTITY, Certainty.CERTAIN


def _parts(run: re.Match[str]) -> Iterator[tuple[int, int, str]]:
    """Yield the stretches of a run between invalid references, with the text that each stands for."""
    bytes_shown = len(_REFERENCE.findall(run[0])) >= BYTES
    start, made = run.start(), ""
    for m in _REFERENCE.finditer(run.string, *run.span()):
        body = m["body"] or m["open"]
        char = chr(int(body[1:])) if bytes_shown and body in _CONTROLS else _character(body, m)
        if char == m[0]:
            if start < m.start():
                yield start, m.start(), made
            start, made = m.end(), ""
        else:
            made += char
    if start < run.end():
        yield start, run.end(), made


def references(text: str, start: int, end: int) -> Iterator[Edit]:
    """Yield edits for the references in text[start:end], which is known to be HTML: no evidence is asked for."""
    for run in _RUN.finditer(text, start, end):
        decoded = _decoded(run.group())
        if decoded != run.group():
            yield edit(*run.span(), decoded, Damage.ENTITY)


def _decoded(references: str) -> str:
    return _REFERENCE.sub(lambda m: _character(m["body"] or m["open"], m), references)


def _character(body: str, reference: re.Match[str]) -> str:
    """Return the character of `&body;`, or the reference itself if it is invalid."""
    if not body.startswith("#"):
        named = html5.get(body + ";")
        return reference.group() if named is None else _plain(named)
    code = int(body[2:], 16) if body[1] in "xX" else int(body[1:])
    char = _WINDOWS_1252[code - 128] if 128 <= code < 160 else _lawful(code)
    return reference.group() if char in ("", "\ufffd") else _plain(char)


def _lawful(code: int) -> str:
    """Return the character of this number, or nothing where no text may hold it."""
    if code in (9, 10, 13):
        return chr(code)
    if not 32 <= code <= 0x10FFFF or 0xD800 <= code < 0xE000 or code == 127 or code & 0xFFFE == 0xFFFE:
        return ""
    return chr(code)


def _plain(chars: str) -> str:
    return chars.translate(_PLAIN)


def _settles(text: str, start: int, end: int, decoded: str) -> bool:
    """Return whether the decoded characters form no new reference with their surroundings."""
    if decoded and not _OF_REFERENCE.search(decoded):
        return True
    before, after = text[max(0, start - _NEIGHBOURHOOD) : start], text[end : end + _NEIGHBOURHOOD]
    first, last = len(before), len(before) + len(decoded)
    return not any(m.start() < last and m.end() > first for m in _REFERENCE.finditer(before + decoded + after))


def _addresses(text: str) -> Passages:
    return Passages(m.span() for m in _ADDRESS.finditer(text))
