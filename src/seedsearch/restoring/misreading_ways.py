"""The ways in which texts are misread that `misreadings` undoes, and the signs of each in a text.

A way says how a reader wrote what it showed, and in what the text had been written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

from seedsearch.restoring.framed import Written
from seedsearch.text import cns

LOST = "\ufffd"
# Stands for a byte that is not known where a way has `pieces`; no encoding of pairs has it.
WILD = b"\xff"

Encode = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True)
class Way:
    """How a text was misread: `encode` writes one found character as bytes, `other` one that the reader has twice.

    `reader` is its codec, which tells what it loses. The bytes are text in `written`; where `page` is named, they are
    UTF-8 of what that code page showed of it. `lost`: how many bytes one U+FFFD is.

    Ways without a reader have `pieces`, which finds the characters in bytes, and `read`, which reads one; `loses` tells
    the characters that are lost.
    """

    name: str
    encode: Encode
    reader: str = ""
    written: Written = "utf-8"
    page: str = ""
    lost: int = 1
    other: Encode | None = None
    pieces: re.Pattern[bytes] | None = None
    read: Callable[[bytes], str | None] | None = None
    loses: Callable[[str], bool] | None = None


def _by(codec: str) -> Encode:
    @cache
    def encode(char: str) -> bytes | None:
        try:
            return char.encode(codec)
        except UnicodeEncodeError:
            return None

    return encode


def _as(codec: str) -> Callable[[bytes], str | None]:
    def read(piece: bytes) -> str | None:
        try:
            return piece.decode(codec)
        except UnicodeDecodeError:
            return None

    return read


@cache
def _rows_of_ibm() -> dict[str, bytes]:
    pairs = (bytes(pair) for pair in product((0xFA, 0xFB, 0xFC), range(0x40, 0xFD)))
    return {char: pair for pair in pairs if (char := _as("cp932")(pair))}


def _of_ibm(char: str) -> bytes | None:
    """Return what Shift_JIS of Windows holds twice, as IBM wrote it: in rows FA to FC."""
    return _rows_of_ibm().get(char)


_GB = _by("gb18030")
_KOREAN = _by("cp949")


@cache
def _swapped(char: str) -> bytes | None:
    return char.encode("utf-16-be", "surrogatepass")


def _is_half(char: str) -> bool:
    """Return whether a character with its bytes swapped is half of a surrogate pair, which readers lose alone."""
    return 0xD8 <= ord(char) & 0xFF < 0xE0


def _korean(char: str) -> bytes | None:
    """EUC-KR as Windows has it, with its rows C9 and FE for characters of users."""
    place = ord(char) - 0xE000
    if 0 <= place < 2 * 94:
        return bytes((0xC9 if place < 94 else 0xFE, 0xA1 + place % 94))
    return _KOREAN(char)


def _gb_of_windows(char: str) -> bytes | None:
    """GBK, with a byte 80 alone for the euro sign, as Windows reads it."""
    return b"\x80" if char == "€" else _GB(char)


def _euc_tw(piece: bytes) -> str | None:
    read = cns.euc_tw(piece)
    return None if read is None else "".join(text for _, text in read)


_UNIT = re.compile(rb"..|.", re.DOTALL)
_EUC_TW = re.compile(rb"\x8e[\xa1-\xb0][\xa1-\xfe]{2}|[\xa1-\xfe]{2}|.", re.DOTALL)


def _in_three(name: str, encode: Encode, reader: str, other: Encode | None = None) -> tuple[Way, ...]:
    """UTF-8, GBK and Big5 as a reader shows them that puts U+FFFD for a byte, and those of pairs for two bytes."""
    return (
        Way(f"UTF-8 as {name}", encode, reader),
        *(
            Way(f"{shown} as {name}", encode, reader, written, lost=lost, other=other)
            for lost in (1, 2)
            for shown, written in _OF_PAIRS
        ),
    )


_OF_PAIRS: tuple[tuple[str, Written], ...] = (("GBK", "gb18030"), ("Big5", "big5"))


def _big5(seconds: Sequence[int]) -> str:
    """Return the first two bytes of an ideograph in UTF-8, as characters of Big5."""
    found = (bytes(pair) for pair in product((*range(0xE3, 0xEA), 0xEF), seconds))
    return "".join(pair.decode("big5hkscs", "ignore") for pair in found)


_BIG5_LEADS = _big5(range(0xA1, 0xC0))
_GBK_C2 = bytes(byte for second in range(0x80, 0xC0) for byte in (0xC2, second)).decode("gb18030")
# Ideographs of the second level of GB 2312.
_LEVEL_2 = bytes(b for pair in product(range(0xD8, 0xF8), range(0xA1, 0xFF)) for b in pair).decode("gb2312")
_FOREIGN = "\u0500-\u1dff\u2c00-\u2dff\ua000-\uabff"

# What tells of a family of ways, and the ways.
FAMILIES: tuple[tuple[re.Pattern[str], tuple[Way, ...]], ...] = (
    (
        re.compile("[\uff61-\uff9f][^\0-\x7f]{0,3}[\uff61-\uff9f]"),
        _in_three("Shift_JIS", _by("cp932"), "cp932", _of_ibm),
    ),
    (re.compile("[가-힣][^\0-\x7f]{0,3}[가-힣]"), _in_three("EUC-KR", _korean, "cp949")),
    (
        re.compile(f"[{_BIG5_LEADS}](?:[^\0-\x7f]{{1,4}}[{_BIG5_LEADS}]){{2}}"),
        (
            Way("UTF-8 as Big5", _by("big5hkscs"), "big5hkscs"),
            Way("UTF-8 as Big5 of Windows", _by("cp950"), "cp950"),
        ),
    ),
    (
        re.compile(f"[盲忙莽猫茅氓茂芒][{_GBK_C2}冒艂聠鈥]"),
        (
            Way("UTF-8 as Latin-1 as GBK", _GB, "gb18030", page="latin-1"),
            Way("UTF-8 as Windows-1252 as GBK", _gb_of_windows, "gb18030", page="cp1252"),
        ),
    ),
    (
        re.compile(f"[{_FOREIGN}][^\0-\x7f]{{0,6}}[{_FOREIGN}]"),
        (Way("UTF-16 swapped", _swapped, lost=2, pieces=_UNIT, read=_as("utf-16-le"), loses=_is_half),),
    ),
    (re.compile(f"[{_LEVEL_2}]{{3}}"), (Way("EUC-TW as GBK", _GB, pieces=_EUC_TW, read=_euc_tw),)),
)
# One class first, so that clean text is passed over quickly; the families look closer.
TRIGGER: re.Pattern[str] | None = re.compile(
    f"[\uff61-\uff9f가-힣{_FOREIGN}{_BIG5_LEADS}{_LEVEL_2}盲忙莽猫茅氓茂芒]"
    f"(?:(?<![{_LEVEL_2}盲忙莽猫茅氓茂芒])|(?<=[盲忙莽猫茅氓茂芒])[{_GBK_C2}冒艂聠鈥]|(?<=[{_LEVEL_2}])[{_LEVEL_2}]{{2}})"
)
