"""Chooses the wanted files: `.gitignore` patterns, and the contents of excluded folders.

A pattern without a slash, or with one only at its end, is a name at any depth; one with a slash elsewhere is a path
relative to the folder of the pattern. `*` and `?` stay within a name, `**` matches any folders; a slash at the end
restricts it to folders; `!` re-includes what an earlier pattern excluded; the last matching pattern decides. Nothing
below an excluded folder can be re-included.

Names are matched piece by piece, each with atomic groups, so that matching takes at most the length of the pattern
times that of the path.
"""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_TRAILING = re.compile(r"(?<!\\)[ \t]+\Z")
_ANY = None  # any number of folders
_NEVER = re.compile("(?!)")


@dataclass(frozen=True)
class Pattern:
    """One line of patterns."""

    line: str

    @property
    def negative(self) -> bool:
        """Whether it re-includes what others exclude."""
        return self.line.startswith("!")

    @property
    def folders_only(self) -> bool:
        """Whether it matches only folders."""
        return self.line.endswith("/")

    @cached_property
    def _pieces(self) -> list[re.Pattern[str] | None]:
        """The patterns of the pieces of a path; None for any number of pieces."""
        body = self.line.removeprefix("!").rstrip("/")
        names = [name for name in body.split("/") if name]
        anywhere = [] if "/" in body else ["**"]
        return [_ANY if name == "**" else re.compile(_expression(name)) for name in (*anywhere, *names)]

    def matches(self, path: str, *, folder: bool) -> bool:
        """Tell whether it matches a path below its folder."""
        if self.folders_only and not folder:
            return False
        return _match(self._pieces, path.split("/"))


def parse(lines: Iterable[str]) -> tuple[Pattern, ...]:
    """Parse the patterns of a file, one per line, without empty lines and comments (#)."""
    stripped = (_TRAILING.sub("", line.rstrip("\r\n")) for line in lines)
    return tuple(Pattern(line) for line in stripped if line.strip("!/") and not line.startswith("#"))


@dataclass(frozen=True, slots=True)
class Choice:
    """Selects the files below a folder: `hidden` ones too, without `exclude`, and only `include`."""

    hidden: bool = False
    include: tuple[Pattern, ...] = ()
    exclude: tuple[Pattern, ...] = ()

    @classmethod
    def of(cls, *, hidden: bool = False, include: Iterable[str] = (), exclude: Iterable[str] = ()) -> Choice:
        """Make a choice from options."""
        return cls(hidden, parse(include), parse(exclude))


ALL = Choice()


def decided(patterns: Sequence[Pattern], path: str, *, folder: bool) -> bool | None:
    """Tell whether the last of `patterns` that matches `path` is positive; None if none matches."""
    for pattern in reversed(patterns):
        if pattern.matches(path, folder=folder):
            return not pattern.negative
    return None


def _expression(name: str) -> str:
    """Return a regular expression for a piece of a pattern; a backslash escapes the next character."""
    plain = _ESCAPED.sub(lambda found: f"[{found[1]}]" if found[1] in "*?[" else found[1], name)
    return fnmatch.translate(plain.replace("[^", "[!"))


def _match(pieces: Sequence[re.Pattern[str] | None], names: Sequence[str]) -> bool:
    """Tell whether the pieces match all names; on a mismatch, the last `**` takes one more name."""
    at = i = 0
    resume: tuple[int, int] | None = None
    while i < len(names):
        piece = pieces[at] if at < len(pieces) else _NEVER
        if piece is _ANY:
            if at == len(pieces) - 1:
                return True
            resume = (at, i)
            at += 1
        elif piece.match(names[i]):
            at, i = at + 1, i + 1
        elif resume is not None:
            at, i = resume[0] + 1, resume[1] + 1
            resume = (resume[0], i)
        else:
            return False
    return at == len(pieces)


def lies_in(path: str, folder: str | Path) -> bool:
    """Tell whether a path leads to or into a folder, following symbolic links."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))
