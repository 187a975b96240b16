"""Notes of an answer: a sentence for people, with a code and values for programs."""

from __future__ import annotations

from collections.abc import Sequence


class Note(str):
    """A message about an answer, with its `code`, the `texts` in it, and a `number`.

    It is a str, so printing notes needs nothing else. docs/python.md lists the codes.
    """

    __slots__ = ("code", "number", "texts")

    def __new__(cls, code: str, says: str, texts: Sequence[str] = (), number: int | None = None) -> Note:
        made = super().__new__(cls, says)
        made.code, made.texts, made.number = code, tuple(texts), number
        return made

    code: str
    texts: tuple[str, ...]
    number: int | None
