"""The user's synonyms, stored in the index: a query for one word of a group also searches for the others.

A file has one group per line, with its words separated by commas (`焊接, 熔接, welding`) or, in a line without commas,
by blanks; `#` begins a comment. Words are compared folded.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from seedsearch.engines import Engine, Writer, stored
from seedsearch.engines.choice import Place
from seedsearch.errors import IndexDamaged
from seedsearch.metadata.user_file import UserFile
from seedsearch.text.run_text import run_text

KEPT = "synonyms"

MOST = 100  # words of a group; a query has 256 terms at most

_COMMAS = "[,，、;；\t]"


@dataclass(frozen=True)
class Synonyms:
    """Groups of run texts that mean the same."""

    groups: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def parse(cls, text: str) -> Synonyms:
        """Parse the groups of a file; raises ValueError if one is too large."""
        lines = (line.partition("#")[0] for line in text.lstrip("\ufeff").splitlines())
        groups = (tuple(filter(None, (run_text(word).strip() for word in _words(line)))) for line in lines)
        return cls.of_groups(tuple(group for group in groups if len(group) > 1))

    @classmethod
    def of_groups(cls, groups: tuple[tuple[str, ...], ...]) -> Synonyms:
        """Make synonyms of groups of run texts; raises ValueError for a group that is too large, because every word
        adds all others.
        """
        if any(len(group) > MOST for group in groups):
            raise ValueError(f"a group has more than {MOST} words")
        return cls(groups)

    @cached_property
    def _others(self) -> dict[str, dict[str, None]]:
        table: dict[str, dict[str, None]] = {}
        for group in self.groups:
            for word in group:
                table.setdefault(word, {}).update(dict.fromkeys(other for other in group if other != word))
        return table

    def of(self, word: str) -> tuple[str, ...]:
        """Return the other words of the groups that contain a run text."""
        return tuple(self._others.get(word, ()))


NONE = Synonyms()


def _words(line: str) -> list[str]:
    return re.split(_COMMAS, line) if re.search(_COMMAS, line) else line.split()


FILE = UserFile(
    name="synonyms",
    stale="have changed; apply them with",
    nothing=NONE,
    parse=Synonyms.parse,
    kept_of=lambda synonyms: {"groups": synonyms.groups},
    shapes={"groups": stored.many(stored.many(stored.text))},
    content_of=lambda kept: Synonyms.of_groups(tuple(map(tuple, kept["groups"]))),
)


def remembered(engine: Engine) -> Synonyms:
    """Return the stored synonyms."""
    return FILE.content(engine.metadata(KEPT))


def remember(engine: Engine, writer: Writer, given: str | Path | None) -> None:
    """Store the synonyms of the given file; without one, the stored ones stay."""
    if given is not None and (kept := FILE.read(given)[1]) != _before(engine):
        writer.put_metadata(KEPT, kept)


def _before(engine: Engine) -> bytes | None:
    """Return the stored data; None if there is none or it is damaged."""
    try:
        return engine.metadata(KEPT)
    except IndexDamaged:
        return None


def remember_anew(engine: Engine, writer: Writer, given: str | Path | None, say: Callable[[str], None]) -> None:
    """Do the same for a rebuilt index; the stored synonyms are only used if no file is given."""
    FILE.taken(KEPT, given, engine.metadata, writer.put_metadata, say)


def changed(engine: Engine, place: Place) -> str | None:
    """Return a sentence if the file has changed since it was read."""
    return FILE.changed(engine.metadata(KEPT), place)
