"""Waits for files to change, with the package watchfiles (the extra `watch`)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from seedsearch.errors import ExtraMissing, SourceError
from seedsearch.reading.ignore_patterns import lies_in

# Milliseconds in which further changes are waited for, so that a folder that is being copied is indexed once.
TOGETHER = 800
# Milliseconds after which a wait begins again: the first time it ends, the watch is known to stand.
WAIT = 300


def changes(paths: Sequence[str], index_dir: Path | None, *, hidden: bool = False) -> Iterator[int]:
    """Yield how many files changed at or below `paths`, whenever some have.

    Names that begin with a dot count where `hidden` files are wanted; the folder of the index, if it has one, does not.

    The first is 0, once it watches: what changes from then on is not missed. Raises ExtraMissing without the package,
    SourceError for a path that does not exist.
    """
    try:
        from watchfiles import watch
    except ImportError as error:
        hint = "install it with: pip install 'seedsearch[watch]'"
        raise ExtraMissing("watching needs the package watchfiles", hint=hint) from error
    if missing := [path for path in paths if not os.path.exists(path)]:
        raise SourceError(f"{missing[0]} does not exist", hint="name an existing file or folder")
    tops = [os.path.realpath(path) for path in paths]

    def counts(_: object, path: str) -> bool:
        return not (index_dir and lies_in(path, index_dir)) and (hidden or not _hidden(path, tops))

    begun = False
    for changed in watch(*paths, watch_filter=counts, debounce=TOGETHER, rust_timeout=WAIT, yield_on_timeout=True):
        if changed or not begun:
            yield len({path for _, path in changed})
        begun = True


def _hidden(path: str, tops: Sequence[str]) -> bool:
    """Return whether a name on the way from one of `tops` to the path begins with a dot."""
    folder, name = os.path.split(path)
    whole = os.path.join(os.path.realpath(folder), name)
    below = [os.path.relpath(whole, top) for top in tops if whole.startswith(top + os.sep)]
    return any(part.startswith(".") for place in below for part in place.split(os.sep))
