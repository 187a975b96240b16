"""What reading gives: a file as decoded, or why it could not be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from seedsearch.offsets import Edit


@dataclass(frozen=True, slots=True)
class RawDocument:
    """One file as decoded, before any cleaning.

    `confidence` (0 to 1) says how sure `encoding` is, `told_by` what told it (`mark`, `named`, `text`, `neighbours`).
    `edits`, in code points of `text`, are what reads better than the codec reads it, in a file that it does not read
    strictly.
    """

    path: str
    encoding: str
    text: str
    confidence: float = 1.0
    edits: Sequence[Edit] = ()
    told_by: str = "text"


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that is not in the index, and why; `skipped` where that is no error (a binary file).

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
