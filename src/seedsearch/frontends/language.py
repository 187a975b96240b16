"""The language of messages: English, or Chinese if a setting or the locale says so.

The texts of the program are English and serve as keys of the catalogue (catalogue.py; catalogue_errors.py for errors
and remarks), as with gettext. Output for programs (JSON, names of kinds, exit codes, options) is the same in every
language.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

LOCALE = Path(__file__).parent / "locale"  # for gettext
ENGLISH, CHINESE = LANGUAGES = ("en", "zh")
_LOCALES = ("LC_ALL", "LC_MESSAGES", "LANG")  # in order of precedence

_chosen = ENGLISH


def choose(told: str | None, environment: Mapping[str, str] = os.environ) -> str:
    """Set the language to the given one ("en", "zh") or that of the locale; return it."""
    global _chosen
    _chosen = told if told in LANGUAGES else _of_locale(environment)
    return _chosen


def chosen() -> str:
    """Return the current language."""
    return _chosen


def _of_locale(environment: Mapping[str, str]) -> str:
    locale = next((environment[name] for name in _LOCALES if environment.get(name)), "")
    return CHINESE if locale.lower().startswith("zh") else ENGLISH


def said(text: str, /, **values: object) -> str:
    """Return a text of the program in the current language, with its placeholders filled."""
    if _chosen == CHINESE:
        from seedsearch.frontends.catalogue import ZH

        text = ZH.get(text, text)
    return text.format(**values) if values else text


def worded(sentence: str) -> str:
    """Translate an error message and its advice into the current language; untranslated parts stay English.

    Advice to install an extra becomes the command for this installation.
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
    """Translate one part of a sentence; the text before a colon may be a file name."""
    from seedsearch.frontends.catalogue_errors import ERRORS

    name, colon, rest = part.partition(": ")
    for pieces, made in _templates():
        if not (part.startswith(pieces[0]) and part.endswith(pieces[-1]) and all(piece in part for piece in pieces)):
            continue
        if found := re.fullmatch("(.*?)".join(map(re.escape, pieces)), part, re.DOTALL):
            if not pieces[0] and ": " in found[1] and rest in ERRORS:
                continue  # this would take in the name and part of another sentence
            values = list(map(_value, found.groups()))
            if values and not pieces[-1]:
                values[-1] = _worded(values[-1])  # the last value may be another sentence
            return made.format(*values)
    said = _worded(rest) if colon else rest
    return f"{name}：{said}" if said != rest else part


def _value(value: str) -> str:
    """Translate a value in a sentence: another sentence, counts of changes, or a name, which stays."""
    from seedsearch.frontends.catalogue_errors import COUNTED, ERRORS

    counts = [_COUNT.fullmatch(one) for one in value.split(", ")]
    made = [COUNTED[found[2]].format(found[1]) for found in counts if found and found[2] in COUNTED]
    return "，".join(made) if len(made) == len(counts) else ERRORS.get(value, value)


_COUNT = re.compile(r"([\d,]+) (\w+)")


@cache
def _templates() -> list[tuple[list[str], str]]:
    """Return the error templates, split at their values, with their Chinese; those with the most fixed text first."""
    from seedsearch.frontends.catalogue_errors import ERRORS

    rows = [(text.split("{}"), made) for text, made in ERRORS.items()]
    return sorted(rows, key=lambda row: -sum(map(len, row[0])))


def many(count: int, one: str, several: str, /, **values: object) -> str:
    """Return the text for one thing or for several, with `count` in it."""
    return said(one if count == 1 else several, count=count, **values)


def damage_text(damage: Mapping[str, int]) -> str:
    """Return kinds and counts, the most frequent first."""
    return ", ".join(f"{count:,} {kind}" for kind, count in sorted(damage.items(), key=lambda row: (-row[1], row[0])))
