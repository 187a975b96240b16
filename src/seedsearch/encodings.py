"""Bytes → text: which encoding a file is in, and how to read on where bytes were lost.

The decision, in order:

1. a byte order mark is believed and dropped; so offsets count from the first character after it;
2. the first bytes of well-known binary formats are refused (`NotText`);
3. what is valid UTF-8 and holds no NUL and no strange control is UTF-8: other encodings of Chinese are not valid
   UTF-8 by accident, except in a word or two;
4. otherwise every encoding reads a sample, and the one whose text is the likeliest Chinese wins. As each reads the
   same bytes, their log-likelihoods under `seedsearch.language` can be compared as they are. UTF-16 and UTF-32 take
   part like the others; a declared charset (HTML, XML) is a candidate with a head start and no more than that.

A file that no encoding makes plausible text of, with more than a trace of controls, is refused as binary (`NotText`).

GBK and Big5 files that lost bytes are read on in step by `seedsearch.double_byte`; UTF-8 gets back into step by itself.
"""

from __future__ import annotations

import codecs
import math
import re
from dataclasses import dataclass

from seedsearch import language
from seedsearch.double_byte import BIG5, GB18030, has_hkscs, read_lenient
from seedsearch.errors import NotText, SourceError

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x841\x953", "gb18030"),
)

# First bytes of formats that people keep beside their texts.
BINARY = re.compile(
    rb"\x89PNG|\xff\xd8\xff|GIF8[79]a|%PDF-|PK(?:\x03\x04|\x05\x06)|\x7fELF|\x1f\x8b\x08|BZh[1-9]1AY|\xfd7zXZ\0|7z\xbc\xaf"
    rb"|Rar!\x1a\x07|MZ[^\r\n]{1,3}\0|\xca\xfe\xba\xbe|\xd0\xcf\x11\xe0|SQLite format 3\0|RIFF....(?:WAVE|AVI |WEBP)"
    rb"|ID3[\x02-\x04]\0|OggS\0|fLaC\0|\0\0\x01\0[\x01-\x20]\0|wOF[F2]\0|\0\x01\0\0\0|II\*\0|MM\0\*|....ftyp|\x28\xb5\x2f\xfd",
    re.DOTALL,
)

# What Python calls an encoding → what we do.
CANONICAL = {
    "ascii": "utf-8",
    "utf-8-sig": "utf-8",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "cp950": "big5",
    "big5hkscs": "big5-hkscs",
    "iso8859-1": "cp1252",
    "utf-16": "utf-16-le",
    "utf-32": "utf-32-le",
}

# Controls that no text needs. Left out: tab, line and page ends, escape, and U+0005-0008, which one family of damaged
# pages holds by the hundred.
STRANGE = bytes(c for c in (*range(0x20), 0x7F) if c not in b"\t\n\v\f\r\x1b\x05\x06\x07\x08")
DECLARED = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{3,20})", re.IGNORECASE)
HZ = re.compile(rb"~\{(?:[\x21-\x77][\x21-\x7e])+~\}")

FIRST_SAMPLE, SECOND_SAMPLE = 160, 1536  # bytes
CLEAR = 30.0  # nats between the best and the next reading at which the first sample is enough
HEAD_START = 8.0  # nats for a declared charset: worth a character or two of evidence
FOREIGN = -12.0  # nats against encodings of other languages, which are guests here
BAD_BYTE = -22.0  # ln p of a place that an encoding can not read
IMPLAUSIBLE = -11.0  # mean ln p of a character, under which a reading is no Chinese (and no other known) text
IMPLAUSIBLE_LATIN = -9.0  # the same for accented letters, of which every byte can be one
SOUND = -9.0  # mean ln p from which on a reading is Chinese without doubt
KANA_BONUS, HANGUL_BONUS, ACCENT_BONUS = 5.0, 2.0, 5.0


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file, the encoding it was read in, and how sure that is (0 to 1)."""

    text: str
    encoding: str
    confidence: float


def decode(data: bytes, *, encoding: str | None = None) -> Decoded:
    """Read `data` in `encoding`, or in the one found out.

    Newlines stay as they are; what can not be read becomes U+FFFD. Raises SourceError for an encoding that
    is not known, NotText (only where none is given) for bytes that hold no text.
    """
    if encoding is not None:
        return _decode_as(data, canonical_name(encoding))
    for mark, name in BOMS:
        if data.startswith(mark):
            return Decoded(_read(data[len(mark) :], name)[0], name, 1.0)
    if BINARY.match(data):
        raise NotText("a binary file, by its first bytes")
    text = None if _strange(data) else _as_utf8(data)
    return _guess(data) if text is None else text


def canonical_name(encoding: str) -> str:
    """Our name of an encoding; raises SourceError where Python knows no text encoding of that name."""
    try:
        found = codecs.lookup(encoding.strip())
        b"a".decode(found.name, "replace")  # refuses codecs that do not make text
    except (LookupError, ValueError) as error:
        hint = "use a name like utf-8, gb18030, big5, big5-hkscs or utf-16-le"
        raise SourceError(f"{encoding!r} is no encoding known here", hint=hint) from error
    return CANONICAL.get(found.name, found.name)


def _decode_as(data: bytes, name: str) -> Decoded:
    for mark, marked in BOMS:
        if data.startswith(mark) and marked[:6] == name[:6]:
            return Decoded(_read(data[len(mark) :], marked)[0], marked, 1.0)
    text, name = _read(data, name)
    return Decoded(text, name, 1.0)


def _strange(data: bytes) -> bool:
    """Whether `data` holds a NUL, or its beginning a control that no text needs."""
    return b"\0" in data or len(data[:4096].translate(None, STRANGE)) < len(data[:4096])


def _as_utf8(data: bytes) -> Decoded | None:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if b"~{" in data and HZ.search(data) and text.isascii():
        return _as_hz(data) or Decoded(text, "utf-8", 1.0)
    return Decoded(text, "utf-8", 1.0)


def _as_hz(data: bytes) -> Decoded | None:
    """`data` as HZ (RFC 1843), where its escapes hold Chinese."""
    try:
        text = data.decode("hz")
    except UnicodeDecodeError:
        return None
    runs = [m[0].decode("hz", "replace") for m in HZ.finditer(data[:SECOND_SAMPLE])]
    plausible = language.score("".join(runs)) > IMPLAUSIBLE * len("".join(runs))
    return Decoded(text, "hz", 0.95) if plausible else None


@dataclass(frozen=True, slots=True)
class _Reading:
    """A sample as one encoding reads it: total ln p, and the mean over characters that are not ASCII (0: none)."""

    encoding: str
    total: float
    mean: float

    @property
    def plausible(self) -> bool:
        """Whether it reads as a text at all."""
        return self.mean > (IMPLAUSIBLE_LATIN if self.encoding == "cp1252" else IMPLAUSIBLE)

    @property
    def order(self) -> tuple[bool, bool, float]:
        """Plausible readings first; of the others those that keep ASCII as it is."""
        return self.plausible, self.plausible or not self.encoding.startswith("utf-"), self.total


CHINESE = ("utf-8", "gb18030", "big5", "utf-16-le", "utf-16-be")
OTHERS = ("shift_jis", "euc_jp", "euc_kr", "cp1252")


def _guess(data: bytes) -> Decoded:
    """The likeliest reading; see the head of the module."""
    declared = _declared(data)
    names = [*CHINESE, *OTHERS]
    if b"\0\0" in data[:SECOND_SAMPLE]:
        names += ["utf-32-le", "utf-32-be"]
    if declared is not None and declared not in names:
        names.append(declared)
    best, margin = _contest(_sample(data, FIRST_SAMPLE), names, declared)
    read = best.encoding if margin > CLEAR else None
    text, name = _read(data, read) if read else ("", "")
    if not text or text.count("\ufffd") * 200 > len(text):
        best, margin = _contest(_sample(data, SECOND_SAMPLE), names, declared)
        if best.encoding != read:
            text, name = _read(data, best.encoding)
    _refuse_binary(best, text)
    return Decoded(text, name, _confidence(best, margin))


def _confidence(best: _Reading, margin: float) -> float:
    """How far ahead the reading is, times how well it reads (0.3 at most where it does not)."""
    ahead = 1 - 0.5 * math.exp(-max(0.0, margin) / 15)
    sound = (best.mean - IMPLAUSIBLE) / (SOUND - IMPLAUSIBLE)
    return round(ahead * min(0.99, max(0.3, sound)) if best.plausible else 0.3 * ahead, 2)


def _refuse_binary(best: _Reading, text: str) -> None:
    """Raise NotText for what no encoding makes text of: where it has too many controls."""
    head = text[:4096]
    strange = sum(map(head.count, map(chr, STRANGE)))
    bearable = (0.2 if best.mean else 0.05) if best.plausible else 0.005
    if strange > len(head) * bearable and len(head) > 8:
        raise NotText("a binary file: no encoding makes text of it")


def _declared(data: bytes) -> str | None:
    found = DECLARED.search(data[:2048])
    try:
        return canonical_name(found[1].decode()) if found else None
    except SourceError:
        return None


def _sample(data: bytes, size: int) -> bytes:
    """About `size` bytes from where it is not ASCII; from the start, the middle and the end when `size` allows.

    Pieces start at even offsets, for UTF-16, and not inside a double-byte character.
    """
    if len(data) <= size or b"\0" in data[:size]:
        return data[: size & ~1] if len(data) > size else data
    starts = (0,) if size == FIRST_SAMPLE else (0, len(data) // 3, 2 * len(data) // 3)
    return b"".join(_piece(data, at, size // len(starts)) for at in starts)


def _piece(data: bytes, at: int, size: int) -> bytes:
    found = re.compile(rb"(?:\A|[\0-\x2f])(?=[\x80-\xff])").search(data, at, min(len(data), at + (1 << 20)))
    start = (found.end() if found else at) & ~1
    return data[start : start + size]


def _contest(sample: bytes, names: list[str], declared: str | None) -> tuple[_Reading, float]:
    """The best reading of `sample` and its lead in nats over the next one."""
    readings = []
    for name in names:
        handicap = HEAD_START if name == declared else FOREIGN if name not in CHINESE else 0.0
        readings.append(_judge(sample, name, handicap))
    readings.sort(key=lambda reading: reading.order, reverse=True)
    return readings[0], readings[0].total - readings[1].total


def _judge(sample: bytes, name: str, handicap: float) -> _Reading:
    text = sample.decode("big5hkscs" if name == "big5" else name, "replace")
    bad = text.count("\ufffd")
    if text.endswith("\ufffd"):  # the sample may have been cut inside a character
        bad, text = bad - 1, text[:-1]
    total = language.score(text) + bad * (BAD_BYTE - language.NEVER) + _guest_bonus(text, name)
    ascii_only = "".join(filter(str.isascii, text))
    foreign = len(text) - len(ascii_only)
    mean = (total - language.score(ascii_only)) / foreign if foreign else 0.0
    return _Reading(name, total + handicap, mean)


def _guest_bonus(text: str, name: str) -> float:
    """What the Chinese model does not know: kana, hangul and accented letters are common in their encodings."""
    if name in ("shift_jis", "euc_jp"):
        return KANA_BONUS * len(re.findall("[ぁ-ヿ]", text))
    if name == "euc_kr":
        return HANGUL_BONUS * len(re.findall("[가-힣]", text))
    if name == "cp1252":
        return ACCENT_BONUS * len(re.findall("(?<![^\0-\x7f])[À-ÿ‘’“”–](?![^\0-\x7f])", text))
    return 0.0


def _read(data: bytes, name: str) -> tuple[str, str]:
    """The whole text of `data` as `name`, and the name it should go by (Big5 may turn out to hold HKSCS)."""
    if name == "gb18030":
        return read_lenient(data, GB18030), name
    if name in ("big5", "big5-hkscs"):
        return read_lenient(data, BIG5), "big5-hkscs" if has_hkscs(data) else "big5"
    try:
        text = data.decode(name, "replace")
    except UnicodeError as error:
        raise SourceError(f"the bytes can not be read as {name}: {error}", hint="choose another encoding") from error
    return re.sub("[\ud800-\udfff]", "\ufffd", text), name
