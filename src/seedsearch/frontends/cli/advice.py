"""Suggestions for a command line that was not understood: the most likely intended command."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Sequence
from itertools import pairwise

import click

_OF_INDEX = ("-i", "--index-dir")
_OPERATORS = ("and", "or", "not")
_FIELD = r"[-+]?([a-z]{2,10}|[\u4e00-\u9fff]{2,3})[:：](?!//)\S.*"
# Chinese names for filters. They are not accepted as filters, because texts literally contain `作者：`.
_IN_CHINESE = {
    "作者": "author",
    "标题": "title",
    "書名": "title",
    "书名": "title",
    "路径": "path",
    "文件名": "name",
    "文件夹": "folder",
    "日期": "date",
    "大小": "size",
    "编码": "encoding",
    "损伤": "damage",
}


def advice(error: click.UsageError, words: Sequence[str]) -> str | None:
    """Return what to type instead of the command line `words`; None if there is no suggestion."""
    if not words or words[0] != "query":
        return None
    if isinstance(error, click.NoSuchOption) and not error.option_name.isascii():
        asked = [word for word in words[1:] if not (word.startswith("-") and word.isascii())]
        return f"to leave a word out, quote all of it: seedsearch query {shlex.quote(' '.join(asked))}"
    if isinstance(error, click.MissingParameter):
        taken = next((value for name, value in pairwise(words) if name in _OF_INDEX), None)
        if taken is not None and not os.path.exists(taken):
            return f"{words[words.index(taken) - 1]} took {taken} as the index; queries ignore case here"
    return None


def doubts(words: Sequence[str]) -> list[str]:
    """Yield parts of a query that may have been meant differently."""
    said = []
    if small := [word for word in words if word in _OPERATORS]:
        said.append(f"{small[0]} is looked for as a word: operators are written in capitals, {small[0].upper()}")
    said += filter(None, map(_no_filter, words))
    if len(words) > 1 and all(os.path.lexists(word) for word in words):
        said.append("these are names of files here: quote the asterisk, so that the shell leaves it: '*'")
    return said


def _no_filter(word: str) -> str | None:
    """Return advice about a word that looks like a filter but is not one."""
    found = re.fullmatch(_FIELD, word, re.DOTALL) if ":" in word or "：" in word else None
    if found is None:
        return None
    name = found[1]
    if meant := _IN_CHINESE.get(name):
        return f"{name}: is looked for as text; the filter is {meant}:"
    from seedsearch.searching.filters import FILTER, NAMES

    if not name.isascii() or FILTER.fullmatch(word.lstrip("-+")):
        return None
    return f"{name}: is not a filter and is searched for as text; filters are {', '.join(f'{one}:' for one in NAMES)}"


def index_above(place: str) -> str | None:
    """Return the path of an index of this name in a folder above; None if there is none."""
    if os.path.isabs(place) or "://" in place:
        return None
    from seedsearch.reading.files import DESCRIPTION

    folder = os.getcwd()
    while (above := os.path.dirname(folder)) != folder:
        folder = above
        if os.path.isfile(os.path.join(folder, place, DESCRIPTION)):
            return os.path.relpath(os.path.join(folder, place))
    return None
