"""The bytes of UTF-8 that readers of GBK lose, and what each replacement sign can therefore stand for.

A reader takes two bytes at a time; lead bytes are 81 and above. Readers differ in three respects:

* a lead byte before an invalid trail byte (under 40): it alone is lost, and the other is read by itself (browsers,
  Python, Java, `iconv -c`); or both are lost with one sign (Windows, old .NET), so that ASCII is *eaten*;
* a pair without a character: kept as a private-use character (browsers, Windows, GB18030); lost as a whole with one
  sign (.NET, PHP, MySQL); or its first byte is lost and reading continues with the second (Python and Java as GBK);
* the byte 80, which is not a lead byte: lost alone, kept as U+0080, or read as the euro sign.

The sign is `?`, U+FFFD, or nothing. One reader read the whole page, so it is determined once per page and not at each
loss.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache
from math import log

from seedsearch.restoring.lossy_guesses import UNTOLD, Atom, Lost, loss
from seedsearch.text.gbk import PRIVATE, pair_of, pairs

_LAST = tuple(bytes((b,)) for b in range(0x80, 0xC0))
# ASCII that a reader can eat with the byte before it, under 0x40; the likely ones.
_EATEN = tuple(bytes((b,)) for b in b" \n\r\t\"'(),-./:;<=>" + UNTOLD.encode())

# Nats against a reader that loses a pair without a character, leaves the ASCII partner of a broken byte, or eats it,
# where the page does not tell.
UNKNOWN, LEFT, EATEN = 4.0, 6.0, 0.0
TIGHT = 3  # digits after ideographs, and no blank after any, after which none is thought to be lost there

_SPACED, _DIGITS = re.compile("[^\0-\x7f] "), re.compile("[^\0-\x7f](?=[0-9])")
_PRIVATE = re.compile(f"[{chr(PRIVATE[0])}-{chr(PRIVATE[-1])}]")


# Rows of ASCII of which a reader that eats can have taken the first one, after a sign of loss and after none.
_BEHIND_SIGN, _BEHIND = (re.compile(f"(?<=[^\\0-\x7f\ufffd]){sign}[ ->][!-?]*") for sign in ("[?\ufffd]", ""))
LENGTHS = 6  # different lengths of them; longer ones are as this long


class Private(Enum):
    """What becomes of a pair without a character."""

    KEPT = "kept"  # it is the private-use character of that pair
    WHOLE = "whole"  # it is lost
    FIRST = "first"  # its first byte is
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader of GBK: whether it eats ASCII, None if that is not known; what becomes of pairs without a character.

    `tight`: whether no blank stands between ideographs and what follows on the page.
    """

    eats: bool | None = None
    private: Private = Private.UNKNOWN
    tight: bool = False

    @classmethod
    def told(cls, text: str) -> Reader:
        """Return what a page says of its reader at first sight."""
        tight = _SPACED.search(text) is None and sum(1 for _ in _DIGITS.finditer(text)) >= TIGHT
        return cls(None, Private.KEPT if _PRIVATE.search(text) else Private.UNKNOWN, tight)

    def kinds(self, *, signs: bool) -> list[Reader]:
        """Return the readers that it can be, the simplest first; what eats leaves `signs`."""
        eats = (False, True) if signs else (False,)
        private = (Private.WHOLE, Private.FIRST) if self.private is Private.UNKNOWN else (self.private,)
        return [replace(self, eats=one, private=other) for one in eats for other in private]

    def lost(self, following: str, *, asked: bool) -> Atom:
        """Return the bytes that a `?` (`asked`) or U+FFFD can stand for, by the character after it ("" at the end)."""
        return _lost(self, following, asked)

    def dropped(self, following: bytes) -> tuple[Lost, ...]:
        """Return what can be missing before bytes where something is."""
        return _dropped(self, following[:1])

    def of_pairs(self) -> tuple[Lost, ...]:
        """Return the pairs that are lost as a whole."""
        if self.private in (Private.KEPT, Private.FIRST):
            return ()
        return (loss(_private_pairs(), cost=0.0 if self.private is Private.WHOLE else UNKNOWN),)

    def alone(self, following: int) -> Lost:
        """Return the bytes that are lost alone before one that is not ASCII."""
        firsts = self.private in (Private.FIRST, Private.UNKNOWN)
        after = bytes((following,))
        return loss(tuple(byte for byte in _LAST if byte == b"\x80" or (firsts and _is_private(byte + after))))


def eating(text: str) -> float:
    """Nats for a reader of a page that eats ASCII, by how long rows of it are after signs of loss and elsewhere.

    A reader that eats leaves them shorter by one.
    """
    behind = Counter(min(m.end() - m.start(), LENGTHS) for m in _BEHIND.finditer(text))
    behind.update(range(1, LENGTHS + 1))  # none is without a chance
    signed = Counter(min(m.end() - m.start() - 1, LENGTHS) for m in _BEHIND_SIGN.finditer(text))
    return sum(times * log(behind[min(size + 1, LENGTHS)] / behind[size]) for size, times in signed.items())


@cache
def _lost(reader: Reader, following: str, asked: bool) -> Atom:
    made = [loss((b"?",))] if asked else []
    if following >= "\x80" and following != "\ufffd":
        made.append(reader.alone((pair_of().get(following) or following.encode("gb18030"))[0]))
    elif reader.eats is not True or following in "\r\n\ufffd":
        made.append(loss(_LAST, cost=LEFT if reader.eats is None and following not in "\r\n\ufffd" else 0.0))
    else:
        made.append(loss((b"\x80",)))
    if reader.eats is not False and following:
        never = b" \t" * reader.tight
        made.append(loss(_LAST, tuple(byte for byte in _EATEN if byte not in never), cost=EATEN))
    return (*made, *reader.of_pairs())


@cache
def _dropped(reader: Reader, following: bytes) -> tuple[Lost, ...]:
    if following >= b"\x80":
        return reader.alone(following[0]), *reader.of_pairs()
    two = tuple(b"\x80" + byte for byte in _LAST)  # each lost alone
    return loss(_LAST), loss(two), *reader.of_pairs()


def _is_private(pair: bytes) -> bool:
    return ord(pairs().get(pair, "\0")) in PRIVATE


@cache
def _private_pairs() -> tuple[bytes, ...]:
    """Return the pairs without a character that valid UTF-8 can hold: two last bytes, or a last byte and a first
    one.
    """
    second = (*range(0x80, 0xC0), *range(0xE2, 0xF0))
    return tuple(pair for a in range(0x80, 0xC0) for b in second if _is_private(pair := bytes((a, b))))
