"""The results of reading: a file as decoded, or the reason why it could not be read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Self

from seedsearch.offsets import Edit, Span


@dataclass(frozen=True, slots=True)
class Said:
    """Metadata of a file: its titles and its authors."""

    titles: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()

    @classmethod
    def of(cls, values: Iterable[tuple[str, str]], authors: Collection[str] = ("creator",)) -> Self:
        """Sort values by their names: `title`, and those of `authors`."""
        found = list(dict.fromkeys(values))
        titles = tuple(text for name, text in found if name == "title")
        return cls(titles, tuple(text for name, text in found if name in authors))


@dataclass(frozen=True, slots=True)
class RawDocument:
    """One file as decoded, before any cleaning.

    `confidence` (0 to 1) tells how sure `encoding` is, `told_by` how it was determined (`mark`, `named`, `text`,
    `neighbours`). If the codec does not decode the file strictly, `edits`, in code points of `text`, hold better
    readings of the invalid parts, and `passed_over` the parts beyond the budget. `said` is the metadata of the file, or
    of the book that it belongs to.
    """

    path: str
    encoding: str
    text: str
    confidence: float = 1.0
    edits: Sequence[Edit] = ()
    told_by: str = "text"
    said: Said = field(default_factory=Said)
    passed_over: Sequence[Span] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be read, with the reason; `skipped` if that is not an error (a binary file).

    `needs` names the missing module if the file could be read with it.
    """

    path: str
    reason: str
    skipped: bool = False
    needs: str = field(default="", repr=False)

    @property
    def says(self) -> str:
        """The path and the reason, without repeating the path."""
        return self.reason if self.reason.startswith(self.path) else f"{self.path}: {self.reason}"
