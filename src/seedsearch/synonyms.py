"""A user's synonyms, remembered by the index: a word of a query is also looked for by the others of its group.

A file has a group a line, its words separated by commas (`焊接, 熔接, welding`) or, on a line without any, by blanks;
`#` begins a comment. Words are compared folded.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from seedsearch.engines import Engine, Writer
from seedsearch.errors import SourceError
from seedsearch.runs import run_text

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


def remembered(engine: Engine) -> Synonyms:
    """The synonyms that the index remembers."""
    stored = engine.kept(KEPT)
    return NONE if stored is None else Synonyms(tuple(map(tuple, json.loads(stored)["groups"])))


def remember(engine: Engine, writer: Writer, given: str | Path | None) -> None:
    """Keep the synonyms of the file that is given, else those of the file that the index remembers, as they are now."""
    stored = engine.kept(KEPT)
    path = given if given is not None or stored is None else json.loads(stored)["path"]
    if path is None or (given is None and not os.path.exists(path)):
        return
    groups = read_synonyms(path).groups
    made = json.dumps({"path": os.path.abspath(path), "groups": groups}, ensure_ascii=False).encode()
    if made != stored:
        writer.keep(KEPT, made)


def read_synonyms(path: str | Path) -> Synonyms:
    """The synonyms of a file; raises SourceError where it can not be read."""
    try:
        return Synonyms.parse(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SourceError(f"the synonyms {path} can not be read: {error}") from error


def changed(engine: Engine) -> str | None:
    """A sentence where the file is no longer what the index remembers of it."""
    stored = engine.kept(KEPT)
    if stored is None or not os.path.exists(path := json.loads(stored)["path"]):
        return None
    try:
        same = read_synonyms(path) == remembered(engine)
    except SourceError as error:
        return str(error)
    return None if same else f"the synonyms {path} have changed since; take them over with: seedsearch index"
