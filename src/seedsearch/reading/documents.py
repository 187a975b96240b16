"""What reading gives: a file as decoded, or why it could not be read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Self

from seedsearch.offsets import Edit, Span


@dataclass(frozen=True, slots=True)
class Said:
    """What a file says of itself besides its text: its titles and its authors."""

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

    `confidence` (0 to 1) says how sure `encoding` is, `told_by` what told it (`mark`, `named`, `text`, `neighbours`).
    `edits`, in code points of `text`, are what reads better than the codec reads it, in a file that it does not read
    strictly; `passed_over` is where such a reading was not looked for, because there is too much of it. `said` is what
    the file, or the book that it is of, says of itself.
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
    """A file that is not in the index, and why; `skipped` where that is not an error (a binary file).

    `needs` names the module that is missing where the same file can be read with it.
    """

    path: str
    reason: str
    skipped: bool = False
    needs: str = field(default="", repr=False)

    @property
    def says(self) -> str:
        """The path and the reason, the path once."""
        return self.reason if self.reason.startswith(self.path) else f"{self.path}: {self.reason}"
