"""A user's dictionary and the index that was made with it: it keeps the words, so that a query is cut by the same."""

from __future__ import annotations

import json
import os
from pathlib import Path
from zlib import crc32

from seedsearch.engines import Engine, Writer
from seedsearch.errors import IndexStale, SourceError
from seedsearch.lexicon import NONE, OwnWords

KEPT = "dictionary"


def own_words(engine: Engine) -> OwnWords:
    """The words that the index was made with."""
    stored = engine.kept(KEPT)
    return NONE if stored is None else OwnWords.from_text(json.loads(stored)["words"])


def words_for(engine: Engine, writer: Writer, given: str | Path | None, *, rebuild: bool) -> OwnWords:
    """The words to index with: of the dictionary that is given, else of the one that the index remembers.

    Raises IndexStale where they are others than those of the documents that stay in the index.
    """
    stored = None if rebuild else engine.kept(KEPT)
    used = NONE if stored is None else own_words(engine)
    path = given if given is not None or stored is None else json.loads(stored)["path"]
    if path is None or (given is None and not os.path.exists(path)):
        return used
    own = read_dictionary(path)
    if own != used:
        if not rebuild and engine.info().documents:
            what = f"the dictionary {path} is not the one that the index was made with"
            raise IndexStale(what, hint="make the index anew with: seedsearch index --rebuild")
        kept = {"path": os.path.abspath(path), "checksum": checksum(path), "words": own.to_text()}
        writer.keep(KEPT, json.dumps(kept).encode())
    return own


def changed(engine: Engine) -> str | None:
    """A sentence where the dictionary is no longer what the index was made with."""
    stored = json.loads(engine.kept(KEPT) or b"{}")
    if not stored or not os.path.exists(path := stored["path"]):
        return None
    try:
        if checksum(path) == stored.get("checksum"):  # reading its words takes longer than a query
            return None
        same = read_dictionary(path) == own_words(engine)
    except SourceError as error:
        return str(error)
    return None if same else f"the dictionary {path} has changed since; cut by it with: seedsearch index --rebuild"


def checksum(path: str | Path) -> int:
    """The CRC-32 of a dictionary's bytes; raises SourceError where it can not be read."""
    try:
        return crc32(Path(path).read_bytes())
    except OSError as error:
        raise SourceError(f"the dictionary {path} can not be read: {error}") from error


def read_dictionary(path: str | Path) -> OwnWords:
    """The words of a file in jieba's form; raises SourceError where it can not be read."""
    try:
        return OwnWords.parse(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SourceError(f"the dictionary {path} can not be read: {error}") from error
