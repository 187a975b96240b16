"""The user's dictionary, stored in the index, so that queries are segmented with the same words."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from seedsearch.engines import Engine, Writer, stored
from seedsearch.engines.choice import Place
from seedsearch.errors import IndexDamaged, IndexStale
from seedsearch.metadata.user_file import UserFile
from seedsearch.text.lexicon import NONE, OwnWords

KEPT = stored.DICTIONARY
BESIDE = "words-of-folders"

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
    """Return the user's words with which the index was made."""
    return FILE.content(engine.metadata(KEPT))


def words_for(engine: Engine, writer: Writer, given: str | Path | None, beside: OwnWords = NONE) -> OwnWords:
    """Return the words for updating an index: those of the given file, else those with which it was made.

    `beside` are the words in the settings of folders, which count if the index has no documents yet. Raises IndexStale
    if the words differ from those of documents that stay in the index.
    """
    before = engine.metadata(KEPT)
    used = FILE.content(before)
    if given is None and beside == NONE:
        return used
    is_new = not engine.info().documents  # which also counts terms, so not every run calls it
    if given is None:
        return _kept(writer, used, before, beside) if is_new else used
    own, kept = FILE.read(given)
    whole = _both(own, beside if is_new else _of_folders(engine))
    if whole != used and not is_new:
        what = f"the dictionary {given} is not the one that the index was made with"
        raise IndexStale(what, hint="rebuild the index with: seedsearch index --rebuild")
    if whole != own:
        return _kept(writer, own, kept, beside)
    if kept != before:
        writer.put_metadata(KEPT, kept)
    return own


def words_anew(
    engine: Engine,
    writer: Writer,
    given: str | Path | None,
    say: Callable[[str], None],
    beside: OwnWords = NONE,
) -> OwnWords:
    """Return the words for a rebuilt index; the stored ones are only used if no file is given.

    `beside` are the words in the present settings of folders.
    """
    kept: list[bytes] = []
    own = FILE.taken(KEPT, given, engine.metadata, lambda _, content: kept.append(content), say)
    if given is None and own != NONE:
        old = {word for word, _ in _of_folders(engine).frequencies}
        own = OwnWords(tuple(row for row in own.frequencies if row[0] not in old))
    return _kept(writer, own, kept[0] if kept else None, beside)


def not_counting(engine: Engine, beside: OwnWords) -> list[str]:
    """Return the words in the settings of folders with which the index was not made."""
    used = dict(own_words(engine).frequencies)
    return [word for word, _ in beside.frequencies if word not in used]


def _of_folders(engine: Engine) -> OwnWords:
    """Return the words of the index that came from settings of folders."""
    try:
        return OwnWords.from_text(stored.kept_words(engine.metadata(BESIDE)))
    except (ValueError, IndexDamaged):
        return NONE


def _both(own: OwnWords, beside: OwnWords) -> OwnWords:
    """Combine the words of a dictionary and of folders; the dictionary takes precedence."""
    there = dict(own.frequencies)
    return OwnWords((*own.frequencies, *(row for row in beside.frequencies if row[0] not in there)))


def _kept(writer: Writer, own: OwnWords, kept: bytes | None, beside: OwnWords) -> OwnWords:
    """Store the words of a dictionary and of folders; `kept` is the stored form of the dictionary."""
    whole = _both(own, beside)
    if whole != NONE or kept is not None:
        content = json.loads(kept) if kept else {"path": "", "size": 0, "changed": 0}
        writer.put_metadata(KEPT, json.dumps({**content, "words": whole.to_text()}).encode())
    if beside != NONE:
        new = OwnWords(tuple(row for row in beside.frequencies if row not in own.frequencies))
        writer.put_metadata(BESIDE, json.dumps({"words": new.to_text()}).encode())
    return whole


def changed(engine: Engine, place: Place) -> str | None:
    """Return a sentence if the dictionary has changed since it was read."""
    return FILE.changed(engine.metadata(KEPT), place)
