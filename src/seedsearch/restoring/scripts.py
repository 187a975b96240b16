"""Decides in which of the two Chinese scripts a page is written, to choose between candidates."""

from __future__ import annotations

from functools import cache
from typing import Literal

from seedsearch.text import forms

Script = Literal["gb2312", "big5", ""]

ODD = -3.0  # nats for a character of the other script, or of neither
SCRIPT_SAMPLE = 400  # characters that show which script a page is in


def script_of(stream: bytes) -> Script:
    """Return the character set of the one script that what is whole in `stream` is written in, or "" if in both or
    neither.
    """
    text = stream.decode("utf-8", "ignore")[:SCRIPT_SAMPLE]
    only_gb = sum(_in(char, "gb2312") and not _in(char, "big5") for char in text)
    only_big5 = sum(_in(char, "big5") and not _in(char, "gb2312") for char in text)
    if max(only_gb, only_big5) < 5 * min(only_gb, only_big5) + 1:
        return ""
    return "gb2312" if only_gb > only_big5 else "big5"


@cache
def oddity(char: str, script: Script) -> float:
    """Return what to add for a character of the other script, which the language model does not tell from its own."""
    if script:
        return 0.0 if _in(char, script) else ODD
    return 0.0 if _in(char, "gb2312") or _in(char, "big5") else ODD


@cache
def unlikely(char: str, script: Script) -> float:
    """Return what to add for a character where it is chosen as it is written: `oddity`, and how usual its form is."""
    return oddity(char, script) + forms.unlikely(char, script)


@cache
def _in(char: str, script: Script) -> bool:
    lead = char.encode(script, "ignore")[:1]
    return bool(lead) and (script == "gb2312" or lead < b"\xc7")  # the first level of Big5 ends with C67E
