"""The definition of a format: how to recognize a file, how to read it, and what is extracted."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from typing import Any, TypeVar

from seedsearch.errors import ExtraMissing
from seedsearch.reading.documents import Failure, RawDocument
from seedsearch.reading.encodings import Beside
from seedsearch.reading.files import raw_document
from seedsearch.reading.formats.limits import DEPTH, Budget
from seedsearch.reading.formats.members import Extracted, Lost, Member
from seedsearch.reading.neighbours import beside

T = TypeVar("T")
Part = Member | Extracted | Lost | RawDocument | Failure


@dataclass(frozen=True, slots=True)
class Asked:
    """Options for reading a file: its `encoding` if one is given, and whether tables are read as `records` or as one
    text.

    `before` is the number of records before a portion of a file; `rows` the number of records wanted after them from a
    file that is given as a whole (0: all). With `in_folder`, the other files of the folder help to detect the encoding;
    otherwise `beside` does.
    """

    encoding: str | None = None
    records: bool = True
    in_folder: bool = False
    beside: Beside = dict
    depth: int = DEPTH
    before: int = 0
    rows: int = 0


class File:
    """A file to read: its bytes, the options, and the budget.

    `path` is only displayed and used for its extension; it is never opened. `ending` is that extension with its dot, in
    lower case; "" if there is none.
    """

    def __init__(self, path: str, content: bytes, asked: Asked, budget: Budget) -> None:
        self.path = path
        self.ending = os.path.splitext(path)[1].lower()
        self.content = content
        self.asked = asked
        self.budget = budget
        self._made: dict[object, Any] = {}

    def once(self, make: Callable[[bytes], T]) -> T:
        """Return `make(content)`, computed once for all formats that need it."""
        if make not in self._made:
            self._made[make] = make(self.content)
        made: T = self._made[make]
        return made

    def text(self) -> RawDocument:
        """Decode the file, count it against the budget and release its bytes. Raises NotText for a binary file."""
        content, self.content = self.content, b""
        self.budget.text(len(content))
        told_by = partial(beside, self.path) if self.asked.in_folder else self.asked.beside
        return raw_document(self.path, content, self.asked.encoding, told_by)


@dataclass(frozen=True, slots=True)
class Package:
    """A package that a format requires: its module, its extra, and what cannot be read without it."""

    module: str
    extra: str
    what: str

    def here(self) -> bool:
        """Return whether it is installed."""
        return find_spec(self.module) is not None


@dataclass(frozen=True, slots=True)
class Format:
    """A file format.

    `reads` yields the parts of a file in order and raises SourceError if they cannot be read. `extracted`: the text is
    extracted from a file that is not text, and the name of the format takes the place of the encoding. `archive`: the
    file contains files, and counts as a level of nested archives.
    """

    name: str
    recognises: Callable[[File], bool]
    reads: Callable[[File], Iterator[Part]]
    extracted: bool = False
    archive: bool = False
    needs: Package | None = None

    def require(self) -> None:
        """Raise ExtraMissing if the required package is not installed."""
        if self.needs is not None and not self.needs.here():
            hint = f"to read it: pip install 'seedsearch[{self.needs.extra}]'"
            raise ExtraMissing(self.needs.what, hint=hint, module=self.needs.module)
