"""Notes of an answer: a sentence for people, with a code and values for programs."""

from __future__ import annotations

from collections.abc import Sequence


class Note(str):
    """A sentence on what was not done as asked, with its `code`, the `texts` that it names, and a `number`.

    It is the sentence, so that whoever prints notes needs nothing else. Codes are in docs/python.md.
    """

    __slots__ = ("code", "number", "texts")

    def __new__(cls, code: str, says: str, texts: Sequence[str] = (), number: int | None = None) -> Note:
        made = super().__new__(cls, says)
        made.code, made.texts, made.number = code, tuple(texts), number
        return made

    code: str
    texts: tuple[str, ...]
    number: int | None
