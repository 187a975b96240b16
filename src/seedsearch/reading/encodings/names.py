"""Names of encodings and strict decoding: each is decoded by Python's codec of the same name.

Big5 has three codecs that differ in what they hold: `big5` (the standard, which reads a dozen signs unlike Windows),
`cp950` (Windows: those signs, the euro, seven characters and box drawing of ETEN) and `big5-hkscs` (Hong Kong, with
ETEN's kana where every font had them). Which one a file is in shows in its bytes: it is named after the first of them
that reads all of it as it was meant.
"""

from __future__ import annotations

import codecs
import re

from seedsearch.errors import SourceError

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is its prefix
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x841\x953", "gb18030"),
)

# Python's names of encodings → ours. GB18030 decodes everything that its two predecessors decode, to the same text.
CANONICAL = {
    "ascii": "utf-8",
    "utf-8-sig": "utf-8",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5hkscs": "big5-hkscs",
    "iso8859-1": "iso-8859-1",
    "utf-16": "utf-16-le",
    "utf-32": "utf-32-le",
}
BIG5 = ("big5", "cp950", "big5-hkscs")

# Signs that `big5` reads unlike Windows, as it reads them, and as Windows does; and the two of which each code page has
# another one that both read so: these count only where their bytes are there.
_NOT_WINDOWS, _WINDOWS = "•､‾∼♁☉¥¢£", "‧﹑¯～⊕⊙￥￠￡∕﹨"
_OF_TWO_CODES = {"／": b"\xa2\x41", "＼": b"\xa2\x42"}
_HEAD = 1 << 14  # bytes within which a text by Windows usually has one of its signs, so that it is decoded only once
# Both read ETEN's extension (C6A1-C8FE: kana, Cyrillic, circled digits) in an order that no font ever had. A text that
# holds any of it holds one of the most frequent; each of these is looked for at the speed of memory.
_ETEN_MISREAD = "".join(
    char.encode("big5hkscs").decode("cp950", "ignore") for char in "のいはにるたしとをが①②③アインス"
)
_SURROGATES = re.compile("[\ud800-\udfff]")


def canonical_name(encoding: str) -> str:
    """Return our name of an encoding; raises SourceError if Python has no text encoding of that name."""
    try:
        found = codecs.lookup(encoding.strip())
        b"a".decode(found.name, "replace")  # refuses codecs that do not produce text
    except (LookupError, ValueError) as error:
        hint = "use a name like utf-8, gb18030, big5, big5-hkscs or utf-16-le"
        raise SourceError(f"{encoding!r} is not a known encoding", hint=hint) from error
    return CANONICAL.get(found.name, found.name)


def python_name(encoding: str) -> str:
    """Return the codec for an encoding named by the user."""
    found = codecs.lookup(encoding.strip()).name
    return {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}.get(found, found)


def strictly(data: bytes, name: str) -> str | None:
    """Decode `data` by Python's codec of this name; return None if that fails or yields a lone surrogate."""
    try:
        text = data.decode(name)
    except UnicodeError:
        return None
    # A few codecs that only an option can select (UTF-7, escapes) let lone surrogates through.
    return None if not name.startswith(_SOUND) and _SURROGATES.search(text) else text


_SOUND = ("utf-8", "gb18030", "utf-16", "utf-32", "euc", "shift", "cp1252", *BIG5)


def exactly(data: bytes, name: str) -> tuple[str, str] | None:
    """Decode `data` strictly as `name` or, for Big5, as the matching variant; return the text and the name."""
    if name in BIG5:
        return _exactly_big5(data)
    text = strictly(data, name)
    return None if text is None else (text, name)


def _exactly_big5(data: bytes) -> tuple[str, str] | None:
    text, name = _standard_or_windows(data)
    if text is None or _holds(text, _ETEN_MISREAD):
        of_hong_kong = strictly(data, "big5-hkscs")
        text, name = (text, name) if of_hong_kong is None else (of_hong_kong, "big5-hkscs")
    return None if text is None else (text, name)


def _standard_or_windows(data: bytes) -> tuple[str | None, str]:
    """Return the text from the codec that matches, in one pass in most cases."""
    by_windows = _holds(data[:_HEAD].decode("cp950", "ignore"), _WINDOWS)
    if by_windows and (text := strictly(data, "cp950")) is not None:
        return text, "cp950"
    text = strictly(data, "big5")
    if text is not None and not _unlike_windows(text, data):
        return text, "big5"
    windows = strictly(data, "cp950")
    return (text, "big5") if windows is None or windows == text else (windows, "cp950")


def _unlike_windows(text: str, data: bytes) -> bool:
    """Tell whether Windows may decode `data` to something other than `text`."""
    return _holds(text, _NOT_WINDOWS) or any(sign in text and code in data for sign, code in _OF_TWO_CODES.items())


def _holds(text: str, signs: str) -> bool:
    return any(sign in text for sign in signs)
