"""A user's dictionary and the index that was made with it: it keeps the words, so that a query is cut by the same."""

from __future__ import annotations

from pathlib import Path

from seedsearch.engines import Engine, Writer
from seedsearch.errors import IndexStale
from seedsearch.lexicon import NONE, OwnWords
from seedsearch.userfile import UserFile

KEPT = "dictionary"

FILE = UserFile(
    name="dictionary",
    stale="has changed since; cut by it with: seedsearch index --rebuild",
    nothing=NONE,
    parse=OwnWords.parse,
    kept_of=lambda own: {"words": own.to_text()},
    content_of=lambda kept: OwnWords.from_text(kept["words"]),
)


def own_words(engine: Engine) -> OwnWords:
    """The words that the index was made with."""
    return FILE.content(engine.kept(KEPT))


def words_for(engine: Engine, writer: Writer, given: str | Path | None, *, rebuild: bool) -> OwnWords:
    """The words to index with: of the dictionary that is given, else of the one that the index remembers.

    Raises IndexStale where they are others than those of the documents that stay in the index.
    """
    stored = engine.kept(KEPT)
    used = FILE.content(stored)
    path = FILE.chosen(stored, given)
    if path is None:
        return used
    own, kept = FILE.read(path)
    if own != used:
        if not rebuild and engine.info().documents:
            what = f"the dictionary {path} is not the one that the index was made with"
            raise IndexStale(what, hint="make the index anew with: seedsearch index --rebuild")
        writer.keep(KEPT, kept)
    return own


def changed(engine: Engine) -> str | None:
    """A sentence where the dictionary is no longer what the index was made with."""
    return FILE.changed(engine.kept(KEPT))
