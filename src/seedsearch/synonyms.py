"""A user's synonyms, remembered by the index: a word of a query is also looked for by the others of its group.

A file has a group a line, its words separated by commas (`焊接, 熔接, welding`) or, on a line without any, by blanks;
`#` begins a comment. Words are compared folded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from seedsearch.engines import Engine, Writer
from seedsearch.runs import run_text
from seedsearch.userfile import UserFile

KEPT = "synonyms"

_COMMAS = re.compile("[,，、;；\t]")


@dataclass(frozen=True)
class Synonyms:
    """Groups of run texts that mean the same."""

    groups: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def parse(cls, text: str) -> Synonyms:
        """The groups of a file's text."""
        lines = (line.partition("#")[0] for line in text.lstrip("\ufeff").splitlines())
        groups = (tuple(filter(None, (run_text(word).strip() for word in _words(line)))) for line in lines)
        return cls(tuple(group for group in groups if len(group) > 1))

    @cached_property
    def _others(self) -> dict[str, dict[str, None]]:
        table: dict[str, dict[str, None]] = {}
        for group in self.groups:
            for word in group:
                table.setdefault(word, {}).update(dict.fromkeys(other for other in group if other != word))
        return table

    def of(self, word: str) -> tuple[str, ...]:
        """The other words of the groups that a run text is in."""
        return tuple(self._others.get(word, ()))


NONE = Synonyms()


def _words(line: str) -> list[str]:
    return _COMMAS.split(line) if _COMMAS.search(line) else line.split()


FILE = UserFile(
    name="synonyms",
    stale="have changed since; take them over with: seedsearch index",
    nothing=NONE,
    parse=Synonyms.parse,
    kept_of=lambda synonyms: {"groups": synonyms.groups},
    content_of=lambda kept: Synonyms(tuple(map(tuple, kept["groups"]))),
)


def remembered(engine: Engine) -> Synonyms:
    """The synonyms that the index remembers."""
    return FILE.content(engine.kept(KEPT))


def remember(engine: Engine, writer: Writer, given: str | Path | None) -> None:
    """Keep the synonyms of the file that is given, else those of the file that the index remembers, as they are now."""
    stored = engine.kept(KEPT)
    path = FILE.chosen(stored, given)
    if path is not None and (kept := FILE.read(path)[1]) != stored:
        writer.keep(KEPT, kept)


def changed(engine: Engine) -> str | None:
    """A sentence where the file is no longer what the index remembers of it."""
    return FILE.changed(engine.kept(KEPT))
