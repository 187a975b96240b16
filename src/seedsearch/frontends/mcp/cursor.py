"""The cursor of a truncated answer: an offset and the commit that it refers to, and nothing that could be misused."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

from seedsearch.errors import QueryError

LARGEST = 1 << 40


@dataclass(frozen=True, slots=True)
class Cursor:
    """An offset (of hits, edits, or code points of a text), and the commit of the previous answer."""

    offset: int = 0
    generation: int | None = None

    def __str__(self) -> str:
        said = {"o": self.offset} | ({} if self.generation is None else {"g": self.generation})
        return urlsafe_b64encode(json.dumps(said, separators=(",", ":")).encode()).decode().rstrip("=")

    @classmethod
    def of(cls, text: str) -> Cursor:
        """Parse a cursor; an empty one is the beginning. Raises QueryError if it is invalid."""
        if not text:
            return cls()
        try:
            said = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            offset, generation = said.pop("o"), said.pop("g", None)
            if said or not _fits(offset) or not (generation is None or _fits(generation)):
                raise ValueError
        except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
            raise QueryError("no answer gave this cursor", code="cursor", hint="leave it out to begin anew") from None
        return cls(offset, generation)


def _fits(number: object) -> bool:
    return type(number) is int and 0 <= number < LARGEST
