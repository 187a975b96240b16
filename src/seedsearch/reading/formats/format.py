"""What a format is: how a file of it is recognised and read, and what is taken out of it."""

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
    """How a file is to be read: in which encoding if one is given, and tables as `records` or as one text.

    `before`: records of its file that are before it, where it is a portion of one; `rows`: so many records behind them
    are wanted of a file that is given as a whole (0: all).
    `in_folder`: the files beside it may say which encoding it is in; otherwise `beside` does.
    """

    encoding: str | None = None
    records: bool = True
    in_folder: bool = False
    beside: Beside = dict
    depth: int = DEPTH
    before: int = 0
    rows: int = 0


class File:
    """A file that is to be read: its bytes, what is asked of them, and what they may cost.

    `path` is for people and for its ending: nothing is opened by it.
    """

    def __init__(self, path: str, content: bytes, asked: Asked, budget: Budget) -> None:
        self.path = path
        self.content = content
        self.asked = asked
        self.budget = budget
        self._made: dict[object, Any] = {}

    @property
    def ending(self) -> str:
        """The ending of the name with its dot, in small letters; "" where there is none."""
        return os.path.splitext(self.path)[1].lower()

    def once(self, make: Callable[[bytes], T]) -> T:
        """Return what `make` makes of the bytes, made once for all formats that ask for it."""
        if make not in self._made:
            self._made[make] = make(self.content)
        made: T = self._made[make]
        return made

    def text(self) -> RawDocument:
        """Return the file decoded, and counted; its bytes are let go. Raises NotText for a binary one."""
        content, self.content = self.content, b""
        self.budget.text(len(content))
        told_by = partial(beside, self.path) if self.asked.in_folder else self.asked.beside
        return raw_document(self.path, content, self.asked.encoding, told_by)


@dataclass(frozen=True, slots=True)
class Package:
    """A package that a format needs: its module, the extra that it is in, and what cannot be read without it."""

    module: str
    extra: str
    what: str

    def here(self) -> bool:
        """Tell whether it is installed."""
        return find_spec(self.module) is not None


@dataclass(frozen=True, slots=True)
class Format:
    """A format of files.

    `reads` yields the parts of a file in their order and raises SourceError where they cannot be had. `extracted`: the
    text is taken out of what is not a text, and the name of the format stands where that of an encoding would.
    `archive`: it holds files, and counts as a level of archives in archives.
    """

    name: str
    recognises: Callable[[File], bool]
    reads: Callable[[File], Iterator[Part]]
    extracted: bool = False
    archive: bool = False
    needs: Package | None = None

    def require(self) -> None:
        """Raise ExtraMissing where the package that it needs is not installed."""
        if self.needs is not None and not self.needs.here():
            hint = f"to read it: pip install 'seedsearch[{self.needs.extra}]'"
            raise ExtraMissing(self.needs.what, hint=hint, module=self.needs.module)
