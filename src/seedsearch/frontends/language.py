"""The language of messages: English, or Chinese if a setting or the locale says so.

The texts of the program are English and are the keys of the one catalogue (catalogue.py, of errors and remarks
catalogue_errors.py), as with gettext. What is for programs (JSON, names of kinds, exit codes, options) is the same in
every language.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

LOCALE = Path(__file__).parent / "locale"  # what gettext reads
ENGLISH, CHINESE = LANGUAGES = ("en", "zh")
_LOCALES = ("LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set decides

_chosen = ENGLISH


def choose(told: str | None, environment: Mapping[str, str] = os.environ) -> str:
    """Speak the language that is told ("en", "zh"), else that of the locale; return it."""
    global _chosen
    _chosen = told if told in LANGUAGES else _of_locale(environment)
    return _chosen


def chosen() -> str:
    """Return the language that is spoken."""
    return _chosen


def _of_locale(environment: Mapping[str, str]) -> str:
    locale = next((environment[name] for name in _LOCALES if environment.get(name)), "")
    return CHINESE if locale.lower().startswith("zh") else ENGLISH


def said(text: str, /, **values: object) -> str:
    """Return a text of the program in the language that is spoken, with values in the place of their names."""
    if _chosen == CHINESE:
        from seedsearch.frontends.catalogue import ZH

        text = ZH.get(text, text)
    return text.format(**values) if values else text


def worded(sentence: str) -> str:
    """Return a sentence of an error, and what it advises, in the language that is spoken; English where it has none.

    An advice to install an extra becomes the command that does so here.
    """
    if "pip install '" in sentence:
        from seedsearch.frontends.installing import in_place

        return in_place(_translated(sentence))
    return _translated(sentence)


def _translated(sentence: str) -> str:
    if _chosen != CHINESE:
        return sentence
    parts = sentence.split("; ")
    made = [_worded(part) for part in parts]
    between = ["；" if one != part else "; " for one, part in zip(made, parts, strict=True)]
    return made[0] + "".join(mark + one for mark, one in zip(between[1:], made[1:], strict=True))


def _worded(part: str) -> str:
    """Return one part of a sentence; what stands before a colon may be the name of a file."""
    from seedsearch.frontends.catalogue_errors import ERRORS

    name, colon, rest = part.partition(": ")
    for pieces, made in _templates():
        if not (part.startswith(pieces[0]) and part.endswith(pieces[-1]) and all(piece in part for piece in pieces)):
            continue
        if found := re.fullmatch("(.*?)".join(map(re.escape, pieces)), part, re.DOTALL):
            if not pieces[0] and ": " in found[1] and rest in ERRORS:
                continue  # the name and the beginning of another sentence
            values = list(map(_value, found.groups()))
            if values and not pieces[-1]:
                values[-1] = _worded(values[-1])  # another sentence may stand at the end
            return made.format(*values)
    said = _worded(rest) if colon else rest
    return f"{name}：{said}" if said != rest else part


def _value(value: str) -> str:
    """Return the translation of a value in a sentence: another sentence, counts of changes, or a name as it is."""
    from seedsearch.frontends.catalogue_errors import COUNTED, ERRORS

    counts = [_COUNT.fullmatch(one) for one in value.split(", ")]
    made = [COUNTED[found[2]].format(found[1]) for found in counts if found and found[2] in COUNTED]
    return "，".join(made) if len(made) == len(counts) else ERRORS.get(value, value)


_COUNT = re.compile(r"([\d,]+) (\w+)")


@cache
def _templates() -> list[tuple[list[str], str]]:
    """Return the sentences of errors, taken apart at their values, and their Chinese; those with the most text of their
    own first.
    """
    from seedsearch.frontends.catalogue_errors import ERRORS

    rows = [(text.split("{}"), made) for text, made in ERRORS.items()]
    return sorted(rows, key=lambda row: -sum(map(len, row[0])))


def many(count: int, one: str, several: str, /, **values: object) -> str:
    """Return the text for one thing or for several, with `count` in it."""
    return said(one if count == 1 else several, count=count, **values)


def damage_text(damage: Mapping[str, int]) -> str:
    """Return kinds and counts, the most frequent first."""
    return ", ".join(f"{count:,} {kind}" for kind, count in sorted(damage.items(), key=lambda row: (-row[1], row[0])))
