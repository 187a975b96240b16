"""Tells what is new for a saved query since it was last run; the previous results are stored per user."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from seedsearch.errors import OutputError, reason
from seedsearch.metadata.document_records import doc_id_of
from seedsearch.searching.index import Index


@dataclass(frozen=True, slots=True)
class News:
    """The present results: new and changed documents, and those that are gone; `first` if the query was never run."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]
    total: int
    first: bool
    now: Mapping[str, str]


def news_of(index: Index, query: str, kept: Path) -> News:
    """Run a saved query and compare its results with the stored ones."""
    found = {doc_id_of(path): path for path in index.paths(query, strict=True)}
    digests = index.digests()
    now = {doc_id: digests.get(doc_id, "") for doc_id in found}
    before = _kept(kept)
    known = before or {}
    new = tuple(found[one] for one in now if one not in known)
    changed = tuple(found[one] for one, digest in now.items() if one in known and known[one] != digest)
    return News(new, changed, tuple(sorted(known.keys() - now.keys())), len(now), before is None, now)


def remember(news: News, kept: Path) -> None:
    """Store the present results; raises OutputError if they cannot be written."""
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        part = kept.with_suffix(".part")
        part.write_text(json.dumps({"found": dict(news.now)}), encoding="utf-8")
        os.replace(part, kept)
    except OSError as error:
        raise OutputError(f"{kept} cannot be written: {reason(error)}", hint="or ask with --peek") from error


def place_of(index_dir: str, query: str, environment: Mapping[str, str] = os.environ) -> Path:
    """Return the file with the stored results of a query on an index, below XDG_STATE_HOME or ~/.local/state."""
    home = environment.get("XDG_STATE_HOME") or os.path.join(environment.get("HOME") or "~", ".local", "state")
    whole = index_dir if "://" in index_dir else os.path.realpath(index_dir)
    name = sha256(f"{whole}\0{query}".encode("utf-8", "surrogateescape")).hexdigest()[:32]
    return Path(os.path.expanduser(home), "seedsearch", "news", f"{name}.json")


def _kept(path: Path) -> dict[str, str] | None:
    """Return the stored results of the last run; None if there are none or they are invalid."""
    try:
        found = json.loads(path.read_bytes())["found"]
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None
    is_ours = isinstance(found, dict) and all(isinstance(digest, str) for digest in found.values())
    return found if is_ours else None
