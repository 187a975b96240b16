"""Tells whether an index is up to date, by its rules and by a `stat` of each file."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection

from seedsearch.engines import Engine
from seedsearch.engines.choice import Place, folder_of
from seedsearch.errors import SourceError
from seedsearch.metadata.document_records import doc_id_of
from seedsearch.metadata.file_states import Stamp, load, other_rules
from seedsearch.metadata.made_from import MadeFrom, command, is_below
from seedsearch.metadata.made_from import load as made_from
from seedsearch.versions import RULES


def of_other_rules(kept: Callable[[str], bytes | None], place: Place) -> str | None:
    """Return a sentence if files of the index at `place` were read by other rules than this version's; `kept` is the
    metadata of an engine.
    """
    others = other_rules(kept)
    if not others:
        return None
    named = ", ".join(map(str, others))
    if max(others) > RULES:
        return f"the index was made by newer rules of restoring ({named}; here {RULES}); update seedsearch"
    update = f"update it with: {command(place)}"
    return f"the index is older than the rules of restoring ({named}; now {RULES}); {update}"


def outdated(engine: Engine, place: Place) -> str | None:
    """Return a sentence if files of the index at `place` were changed, removed or added since; None if not, or if none
    of them is visible from here.

    Only size and time count, so a copy, or a file on a reconnected disk, is unchanged.
    """
    from seedsearch.metadata import failures  # deferred: a query that finds something does not need it

    made = made_from(engine) or MadeFrom.here(place)
    base = made.found(place)
    states = load(engine.metadata)
    now = {name: _stamp(_place(name, base)) for name in states}
    if not any(now.values()):
        return None
    away = made.out_of_reach(base)
    gone = {name for name, stamp in now.items() if stamp is None}
    out_of_reach = {name for name in gone if any(is_below(name, doc_id_of(root)) for root in away)}
    counts = {
        "changed": sum(stamp is not None and _differs(stamp, states[name].stamp) for name, stamp in now.items()),
        "deleted": len(gone - out_of_reach),
        "new": _new(made, base, place, {*states, *(failure.path for failure in failures.remembered(engine))}),
    }
    said = [f"{count:,} {what}" for what, count in counts.items() if count]
    if said:
        return f"the index is out of date ({', '.join(said)}); update it with: {made.command(place)}"
    if away:
        files = "1 file" if len(out_of_reach) == 1 else f"{len(out_of_reach):,} files"
        return f"out of reach: {', '.join(away)} ({files}, as the index has them)"
    return None


def _place(name: str, base: str) -> str:
    return name if os.getcwd() == base else os.path.join(base, name)


def _differs(one: Stamp, other: Stamp) -> bool:
    return (one.size, one.changed) != (other.size, other.changed)


def _stamp(path: str) -> Stamp | None:
    try:
        return Stamp.of(os.stat(path))
    except (OSError, ValueError):
        return None


def _new(made: MadeFrom, base: str, index: Place, known: Collection[str]) -> int:
    """Count the readable files below the paths of the index that are wanted but not indexed."""
    from seedsearch.reading.files import Found, walk  # deferred: a query that finds something does not need it

    count = 0
    for root, how in made.roots.items():
        place = _place(root, base)
        try:
            found = [item for item in walk(place, how.choice, without=folder_of(index)) if isinstance(item, Found)]
        except SourceError:
            continue
        names = (root.rstrip("/") + item.path[len(place.rstrip("/")) :] for item in found)
        count += sum(
            doc_id_of(name) not in known and os.access(item.path, os.R_OK)
            for name, item in zip(names, found, strict=True)
        )
    return count
