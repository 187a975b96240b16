"""Waits for files to change, with the package watchfiles (the extra `watch`)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from seedsearch.errors import ExtraMissing, SourceError
from seedsearch.reading.ignore_patterns import lies_in

# Milliseconds to wait for further changes, so that a folder being copied is indexed once.
TOGETHER = 800
# Milliseconds of one wait; when the first one ends, the watch is known to be active.
WAIT = 300


def changes(paths: Sequence[str], index_dir: Path | None, *, hidden: bool = False) -> Iterator[int]:
    """Yield the number of files that changed at or below `paths`, each time some have.

    Names that begin with a dot count only with `hidden`; the folder of the index never does.

    The first number is 0 and tells that the watch is active: later changes are not missed. Raises ExtraMissing without
    the package, SourceError for a path that does not exist.
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
    """Tell whether a name between one of `tops` and the path begins with a dot."""
    folder, name = os.path.split(path)
    whole = os.path.join(os.path.realpath(folder), name)
    below = [os.path.relpath(whole, top) for top in tops if whole.startswith(top + os.sep)]
    return any(part.startswith(".") for place in below for part in place.split(os.sep))
