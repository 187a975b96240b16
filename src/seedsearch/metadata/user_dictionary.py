"""A user's dictionary and the index that was made with it: it keeps the words, so that a query is cut by the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from seedsearch.engines import Engine, Writer, stored
from seedsearch.engines.choice import Place
from seedsearch.errors import IndexStale
from seedsearch.metadata.user_file import UserFile
from seedsearch.text.lexicon import NONE, OwnWords

KEPT = stored.DICTIONARY

FILE = UserFile(
    name="dictionary",
    stale="has changed; re-segment with",
    nothing=NONE,
    parse=OwnWords.parse,
    kept_of=lambda own: {"words": own.to_text()},
    shapes={"words": stored.text},
    content_of=lambda kept: OwnWords.from_text(kept["words"]),
    again=("--rebuild",),
)


def own_words(engine: Engine) -> OwnWords:
    """Return the words that the index was made with."""
    return FILE.content(engine.metadata(KEPT))


def words_for(engine: Engine, writer: Writer, given: str | Path | None) -> OwnWords:
    """Return the words to bring an index up to date with: those of the file that is given, else those that it was
    made with.

    Raises IndexStale where they are others than those of the documents that stay in the index.
    """
    before = engine.metadata(KEPT)
    used = FILE.content(before)
    if given is None:
        return used
    own, kept = FILE.read(given)
    if own != used and engine.info().documents:
        what = f"the dictionary {given} is not the one that the index was made with"
        raise IndexStale(what, hint="rebuild the index with: seedsearch index --rebuild")
    if kept != before:
        writer.put_metadata(KEPT, kept)
    return own


def words_anew(engine: Engine, writer: Writer, given: str | Path | None, say: Callable[[str], None]) -> OwnWords:
    """Return the words to make an index anew with; what it remembers is only looked at where no file is given."""
    return FILE.taken(KEPT, given, engine.metadata, writer.put_metadata, say)


def changed(engine: Engine, place: Place) -> str | None:
    """Return a sentence where the dictionary was written again since it was read."""
    return FILE.changed(engine.metadata(KEPT), place)
