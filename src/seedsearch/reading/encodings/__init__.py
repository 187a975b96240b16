"""Bytes → text: detects the encoding of a file, and re-reads the parts that are invalid in it.

The decision, in order:

1. a byte order mark is believed and dropped; so offsets count from the first character after it;
2. the first bytes of well-known binary formats are refused (`NotText`);
3. what is valid UTF-8, holds no NUL and is more than a word or two, is UTF-8;
4. otherwise every encoding reads a sample, and the likeliest reading wins (`detection`).

**The law**: the text is `data.decode(encoding)`, by Python's codec of the name that is told, whatever the size. Where
that fails it is `data.decode(encoding, "replace")`, and what can be read better around the failing places
(`byte_repairs`, `utf16_slips`, `utf16_tail`) is an edit of that text.

A file that no encoding makes plausible text of, with more than a trace of controls, is refused as binary (`NotText`).
Long runs of NUL say nothing of either: a power cut or a download that stopped leaves them in a text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from seedsearch.errors import NotText, SourceError
from seedsearch.offsets import Edit, Span
from seedsearch.reading.encodings.byte_repairs import assembled, in_halves, mixed_with_utf8, repairs
from seedsearch.reading.encodings.detection import WIDE, Beside, Neighbours, Told, is_surely_utf8, tell, tell_utf8
from seedsearch.reading.encodings.names import BIG5, BOMS, canonical_name, exactly, python_name, strictly
from seedsearch.reading.encodings.utf16_slips import slips
from seedsearch.reading.encodings.utf16_tail import edits_of, narrow_tail_of, tail_of
from seedsearch.text import character_model

__all__ = ["Beside", "Decoded", "Neighbours", "canonical_name", "decode"]

# First bytes of binary formats that people keep beside their texts.
BINARY = re.compile(
    rb"\x89PNG|\xff\xd8\xff|GIF8[79]a|%PDF-|PK(?:\x03\x04|\x05\x06)|\x7fELF|\x1f\x8b\x08|BZh[1-9]1AY|\xfd7zXZ\0|7z\xbc\xaf"
    rb"|Rar!\x1a\x07|MZ[^\r\n]{1,3}\0|\xca\xfe\xba\xbe|\xd0\xcf\x11\xe0|SQLite format 3\0|RIFF....(?:WAVE|AVI |WEBP)"
    rb"|PAR1[\0-\x1f]|ARROW1\0|FEA1\0|Obj\x01|\x93NUMPY|\x89HDF|OTTO\0|ttcf\0|\xde\x12\x04\x95\0|\x95\x04\x12\xde\0|\0asm\x01|AT&TFORM"
    rb"|8BPS\0|MThd\0|FLV\x01|\x1aE\xdf\xa3|MSCF\0|ITSF[\x01-\x04]\0|PACK\0\0|dex\n0|BM.{4}\0\0\0\0|seedsearch\0|\x04\x22\x4d\x18"
    rb"|.{60}(?:BOOKMOBI|TEXtREAd)|ID3[\x02-\x04]\0|OggS\0|fLaC\0|\0\0\x01\0[\x01-\x20]\0|wOF[F2]\0|\0\x01\0\0\0|II\*\0|MM\0\*|....ftyp|\x28\xb5\x2f\xfd",
    re.DOTALL,
)

# Control characters that no text needs. Excluded: tab, line and page ends, escape, and U+0005-0008, which one family of
# damaged pages contains by the hundred.
STRANGE = bytes(c for c in (*range(0x20), 0x7F) if c not in b"\t\n\v\f\r\x1b\x05\x06\x07\x08")
DECLARED = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{3,20})", re.IGNORECASE)
PADDING = re.compile(rb"\0{16,}")  # no text in UTF-16 or UTF-32 has as many
PADDED_MOST = 1 << 16  # bytes of padding allowed beside a word; sixteen times as many beside more text
HZ = re.compile(rb"~\{(?:[\x21-\x77][\x21-\x7e])++~\}")
# ISO-2022-CN is ASCII with escapes, SO and SI, which restoring reads (`restoring/seven_bit`).
ISO_2022 = re.compile(rb"[\t\n\r -~]*\x1b\$[)*][AGH](?:[\t\n\r -~]|[\x0e\x0f]|\x1b(?:\$[)*][AGH]|N))*+\Z")
HZ_SAMPLE = 1536  # bytes
HZ_IMPLAUSIBLE = -11.0  # mean ln p of a character


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file, its encoding, the confidence (0 to 1), and better readings of its invalid parts.

    `edits` are in code points of `text`; `passed_over` are parts that were not examined because there are too many.
    `told_by` is what decided: `mark`, `named` (by the caller), `text`, or `neighbours` if the other files of the folder
    helped.
    """

    text: str
    encoding: str
    confidence: float
    edits: tuple[Edit, ...] = ()
    told_by: str = "text"
    passed_over: tuple[Span, ...] = ()


def decode(data: bytes, *, encoding: str | None = None, beside: Beside = dict) -> Decoded:
    """Decode `data` in `encoding`, or in the detected one.

    `beside` returns the encodings of neighbouring files; it is called if the text leaves a doubt. Newlines stay as they
    are; invalid bytes become U+FFFD. Raises SourceError for an unknown encoding, and NotText for binary data if no
    encoding is given.
    """
    if encoding is not None:
        return _as_named(data, encoding)
    for mark, name in BOMS:
        if data.startswith(mark):
            return _read(data[len(mark) :], name, 1.0, "mark")
    if BINARY.match(data):
        raise NotText("a binary file, by its first bytes")
    if written := _padded(data):
        decoded = decode(written, beside=beside)
        if decoded.encoding not in WIDE:
            return _read(data, decoded.encoding, decoded.confidence, decoded.told_by)
    if (tail := tail_of(data)) is not None:
        return _with_tail(data, tail, beside)
    text = None if _strange(data) and not ISO_2022.match(data) else strictly(data, "utf-8")
    if text is not None:
        return _valid_utf8(data, text, beside)
    if in_halves(data):
        return _read(data, "utf-8", 1.0, "text")
    told = tell(data, _declared(data), beside)
    decoded = _read(data, told.encoding, told.confidence, told.by)
    _refuse_binary(told, decoded.text)
    return decoded


def _with_tail(data: bytes, tail: int, beside: Beside) -> Decoded:
    """Return a text that continues in UTF-16, decoded like its beginning, with the tail as edits."""
    head = decode(data[:tail], beside=beside)
    text, edits = edits_of(data[tail:], python_name(head.encoding), len(head.text))
    return replace(head, text=head.text + text, edits=head.edits + edits)


def _as_named(data: bytes, encoding: str) -> Decoded:
    name, codec = canonical_name(encoding), python_name(encoding)
    for mark, marked in BOMS:
        if data.startswith(mark) and marked[:6] == name[:6]:
            return _read(data[len(mark) :], marked, 1.0, "mark")
    text = strictly(data, codec)
    return _read(data, name, 1.0, "named") if text is None else Decoded(text, name, 1.0, told_by="named")


def _read(data: bytes, name: str, confidence: float, by: str) -> Decoded:
    """Decode all of `data` as `name`, strictly or with repairs; the result has the name to report."""
    if found := exactly(data, name):
        text, name = found
        return _with_slips(data, text, name, confidence, by)
    if name == "utf-8" or name in BIG5 or name == "gb18030":
        name = mixed_with_utf8(data, name)
        codec = "cp950" if name == "big5" else name
        text, edits, passed_over = assembled(data, codec, repairs(data, codec))
        return Decoded(text, codec, confidence, edits, by, passed_over)
    try:
        text = _without_surrogates(data.decode(name, "replace"))
    except UnicodeError as error:
        raise SourceError(f"the bytes cannot be read as {name}: {error}", hint="choose another encoding") from error
    return _with_slips(data, text, name, confidence, by)


def _with_slips(data: bytes, text: str, name: str, confidence: float, by: str) -> Decoded:
    """Return the plain reading of UTF-16 with better readings of its parts as edits."""
    start, *behind = narrow_tail_of(data, name) or (len(data),)
    edits, passed_over = slips(data[:start], name)
    return Decoded(text, name, confidence, (*edits, *behind), by, passed_over)


def _without_surrogates(text: str) -> str:
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def _padded(data: bytes) -> bytes | None:
    """Return `data` without padding, if it is padded with runs of NUL and has no other NUL."""
    if b"\0" * 16 not in data:
        return None
    written = PADDING.sub(b"", data)
    return written if b"\0" not in written and len(data) < PADDED_MOST + 16 * len(written) else None


def _strange(data: bytes) -> bool:
    """Tell whether `data` contains a NUL, or its beginning a control character that no text needs."""
    return b"\0" in data or len(data[:4096].translate(None, STRANGE)) < len(data[:4096])


def _valid_utf8(data: bytes, text: str, beside: Beside) -> Decoded:
    if b"~{" in data and HZ.search(data) and text.isascii() and (found := _as_hz(data)):
        return found
    if is_surely_utf8(data, text):
        return Decoded(text, "utf-8", 1.0)
    told = tell_utf8(data, text, _declared(data), beside)
    if told.encoding == "utf-8":
        return Decoded(text, "utf-8", told.confidence, told_by=told.by)
    return _read(data, told.encoding, told.confidence, told.by)


def _as_hz(data: bytes) -> Decoded | None:
    """Decode `data` as HZ (RFC 1843) if its escapes contain Chinese."""
    text = strictly(data, "hz")
    if text is None:
        return None
    sample = "".join(m[0].decode("hz", "replace") for m in HZ.finditer(data[:HZ_SAMPLE]))
    return Decoded(text, "hz", 0.95) if character_model.score(sample) > HZ_IMPLAUSIBLE * len(sample) else None


def _refuse_binary(told: Told, text: str) -> None:
    """Raise NotText if the text has too many control characters in every encoding."""
    head = text[:4096]
    strange = sum(map(head.count, map(chr, STRANGE)))
    bearable = (0.2 if told.mean else 0.05) if told.plausible else 0.005
    if strange > len(head) * bearable and len(head) > 8:
        raise NotText("a binary file: no encoding makes text of it")


def _declared(data: bytes) -> str | None:
    found = DECLARED.search(data[:2048])
    try:
        return canonical_name(found[1].decode()) if found else None
    except SourceError:
        return None
