r"""Chinese in a seven-bit encoding of mail or news that was never decoded. Kind seven-bit-encoding.

How it arises: mail gateways passed only seven bits, so characters were encoded in ASCII: HZ (`~{VPND~}`, RFC 1843),
ISO-2022-CN (RFC 1922, with GB 2312 and CNS 11643) and the ISO-2022 of X11, UTF-7 (`+Ti1lhw-`, RFC 2152) and its variant
for names of mail folders (`&Ti1lhw-`, RFC 3501), encoded words in headers (`=?gb2312?B?1tDOxA==?=`, RFC 2047) and
bodies in base64 (RFC 2045). A program that stored the message did not decode them. (Quoted-printable:
`escapes`.)

How it is recognised: by its escape sequences and by its content. HZ, UTF-7 and bodies must hold ideographs that read as
Chinese; for ISO-2022 and encoded words, the escape sequences are enough.

Left alone: sequences without readable content, unknown encodings, and, for `clean`, code shown in a page.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import pairwise
from operator import itemgetter

from seedsearch.damage import Certainty, Damage
from seedsearch.errors import SourceError
from seedsearch.offsets import Edit, Row, apart, joined, written
from seedsearch.reading.encodings import canonical_name
from seedsearch.reading.encodings.names import python_name
from seedsearch.restoring.code_spans import code_passages
from seedsearch.restoring.page import Page
from seedsearch.text import character_model, cns
from seedsearch.text.folding import fold, is_han

TRIGGER = re.compile(r"[~=\x1b+&:](?:\{[!-w][!-~]|\?[A-Za-z]|\$|[A-Za-z0-9+/,]{5}|[ \t]*(?i:base64))")

# Mean ln p under which a run does not read as Chinese, as in `latin1`: of 11 damaged texts of docs/thresholds.md that
# are fully restored, 7 are at -5.3, all at -13.3.
GIBBERISH = -9.3

_HZ = re.compile(r"~\{((?:[!-w][!-~])++)(?:~\}(?:~\r?\n)?|(?=\r?\n|\Z))")
_UTF7 = re.compile(r"\+([A-Za-z0-9+/]{3,})-?|&([A-Za-z0-9+,]{3,})-")
_ISO_2022 = re.compile(r"\x1b(?:\$[)*]?[AGH]|\([BJ]|[NO])|[\x0e\x0f\n]|[!-~]{2}")
_DESIGNATED = re.compile(r"\x1b\$[)*]?[AGH]")
_WORD = re.compile(r"=\?([A-Za-z][\w.:-]{1,30})(?:\*[\w-]{2,20})?\?([BbQq])\?([^?\s]*)\?=")
_ONE = r"=\?[A-Za-z][\w.:*-]{1,50}\?[BbQq]\?[^?\s]*\?="
_WORDS = re.compile(rf"{_ONE}(?:(?:\r?\n)?[ \t]+{_ONE})*+")
_BODY_MARK = re.compile(r"^Content-Transfer-Encoding:[ \t]*base64[ \t\r]*$", re.I | re.M)
_BLANK = re.compile(r"\n\r?\n")
_BASE64_LINES = re.compile(r"(?:[A-Za-z0-9+/]{4,}={0,2}[ \t]*(?:\r?\n|\Z))++")
_CHARSET = re.compile(r"charset[ \t]*=[ \t]*\"?([\w.:-]+)", re.I)
HEADERS = 4000  # code points in which the headers of a part stand


def edits(page: Page) -> Sequence[Edit]:
    """Return one edit for each character, and for each word of a header and each body."""
    text = page.text
    shown = code_passages(text) if not page.for_index else ()
    # Between the escapes of ISO-2022, letters are halves of characters; so is the ` of HZ, which is not a code.
    parts = (_words, _bodies) if _DESIGNATED.search(text) else (_words, _bodies, _utf7)
    found: list[Iterator[Row]] = [(row for row in part(text) if row[0] not in shown) for part in parts]
    found.append(_iso_2022(text) if _DESIGNATED.search(text) else _hz(text))
    return written(apart(merge(*found, key=itemgetter(0))))


def _made(start: int, end: int, text: str, certainty: Certainty = Certainty.PROVED) -> Row:
    return start, end, text, Damage.SEVEN_BIT_ENCODING, certainty


def _reads(text: str) -> bool:
    """Return whether a text reads as Chinese, and holds a word of two characters."""
    han = [fold(char) for char in text if is_han(char)]
    if len(han) < 2:  # as in every page with an address in it, which is no reason to load the model
        return False
    follow = character_model.model().follow
    if not any(b in follow[a] for a, b in pairwise(han)):
        return False
    return character_model.score(text) > GIBBERISH * len(text)


def _hz(text: str) -> Iterator[Row]:
    if "~{" not in text:
        return
    if not _reads(joined(_pairs(m[1]) for m in _HZ.finditer(text))):
        return
    for m in _HZ.finditer(text):
        read = _pairs(m[1])
        if not read:
            continue
        at = m.start(1)
        yield _made(m.start(), at + 2, read[0])
        yield from (_made(at + 2 * i, at + 2 * i + 2, char) for i, char in enumerate(read[1:], 1))
        if m.end() > m.end(1):
            yield _made(m.end(1), m.end(), "")


def _pairs(run: str) -> str:
    """GB 2312 in seven bits; nothing where a pair has no character."""
    try:
        return bytes(ord(char) | 0x80 for char in run).decode("gb2312")
    except UnicodeDecodeError:
        return ""


def _utf7(text: str) -> Iterator[Row]:
    read = (_utf16(m[1] or m[2].replace(",", "/")) for m in _UTF7.finditer(text))
    if _reads(joined(one for one in read if any(map(is_han, one)))):
        for m in _UTF7.finditer(text):
            if one := _utf16(m[1] or m[2].replace(",", "/")):
                yield _made(*m.span(), one)


def _utf16(run: str) -> str:
    """Return what the base64 of UTF-7 spells; nothing where that is not visible, or basic ASCII alone."""
    bits = len(run) * 6
    if bits % 16 >= 6:
        return ""
    stream = binascii.a2b_base64(run + "A" * (-len(run) % 4))
    spare = stream[bits // 16 * 2 :]
    if any(spare):
        return ""
    try:
        read = stream[: bits // 16 * 2].decode("utf-16-be")
    except UnicodeDecodeError:
        return ""
    visible = all(c.isprintable() or c in "\r\n\t\u3000" for c in read)
    return read if visible and 2 * sum(char > "\x7f" for char in read) > len(read) else ""


def _iso_2022(text: str) -> Iterator[Row]:
    """Yield the characters between the escapes of ISO-2022: those of SO, of a single shift, or of G0 (X11)."""
    designated, shifted = _none_designated(), ""
    at = text.index("\x1b$")
    while m := _ISO_2022.search(text, at):
        at, token = m.end(), m[0]
        if token == "\n":
            designated, shifted = _none_designated(), ""
        elif token[0] in "\x1b\x0e\x0f":
            if any(designated.values()) or token[1:2] == "$":
                yield _made(*m.span(), "", Certainty.CERTAIN)
            if token[1:2] == "$":
                designated[token[1:-1]] = token[-1]
            elif token[1:2] == "(":
                designated["$"] = ""
            shifted = {"\x0e": "$)", "\x0f": "", "\x1bN": f"{shifted}$*"}.get(token, shifted)
        elif char := _of_set(designated.get(shifted[-2:] or "$", ""), token):
            yield _made(*m.span(), char)
            shifted = shifted.removesuffix("$*")
        else:
            at = m.start() + 1


def _none_designated() -> dict[str, str]:
    """By the beginning of its escape, the letter of each set: for SO, for a single shift, for G0."""
    return {"$)": "", "$*": "", "$": ""}


def _of_set(name: str, pair: str) -> str:
    """Return the character of a pair in the set that is designated so."""
    if name == "A":
        return _pairs(pair)
    return cns.plane("GH".index(name) + 1).get(pair.encode(), "") if name in ("G", "H") else ""


def _words(text: str) -> Iterator[Row]:
    if "=?" in text:
        for m in _WORDS.finditer(text):
            if read := _joined_words(m[0]):
                yield _made(*m.span(), read, Certainty.CERTAIN)


def _joined_words(words: str) -> str:
    """Return the text of neighbouring words; a character may be cut between two of one encoding."""
    made, stream, last = "", b"", ""
    for charset, how, content in _WORD.findall(words):
        if charset.lower() != last and stream:
            made, stream = made + _decoded(stream, last), b""
        last = charset.lower()
        stream += _bytes_of(content, how)
    return made + _decoded(stream, last)


def _bytes_of(content: str, how: str) -> bytes:
    if how in "qQ":
        return binascii.a2b_qp(content.encode("ascii", "ignore"), header=True)
    try:
        return binascii.a2b_base64(content + "=" * (-len(content) % 4))
    except (binascii.Error, ValueError):
        return b""


def _decoded(stream: bytes, charset: str) -> str:
    """`stream` in the encoding of that name; nothing where it is not known, or not that."""
    try:
        return stream.decode(python_name(canonical_name(charset)))
    except (SourceError, LookupError, UnicodeError):
        return ""


def _bodies(text: str) -> Iterator[Row]:
    """Bodies of messages in base64, below the headers that say so."""
    for mark in _BODY_MARK.finditer(text):
        below = _BLANK.search(text, mark.end() - 1, mark.end() + HEADERS)
        body = _BASE64_LINES.match(text, below.end()) if below else None
        if below is None or body is None:
            continue
        first = max(text.rfind("\n\n", 0, mark.start()), text.rfind("\n\r\n", 0, mark.start()), mark.start() - HEADERS)
        charset = _CHARSET.search(text, max(0, first), below.start())
        read = _decoded(_bytes_of("".join(body[0].split()), "B"), charset[1] if charset else "utf-8")
        if any(map(is_han, read)):
            yield _made(*body.span(), read + ("" if read.endswith("\n") else "\n"), Certainty.CERTAIN)
