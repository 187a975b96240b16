"""Whether an index is what this version would make of the files: by its rules, and by a `stat` of each file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping

from seedsearch.metadata.document_records import doc_id_of
from seedsearch.metadata.file_states import Stamp, State, other_rules
from seedsearch.versions import RULES

UPDATE = "update it with: seedsearch index"


def of_other_rules(kept: Callable[[str], bytes | None]) -> str | None:
    """Return a sentence where files of the index were read by other rules than this version's; `kept` is an
    engine's.
    """
    others = other_rules(kept)
    if not others:
        return None
    named = ", ".join(map(str, others))
    if max(others) > RULES:
        return f"the index was made by newer rules of restoring ({named}; here {RULES}); update seedsearch"
    return f"the index is older than the rules of restoring ({named}; now {RULES}); {UPDATE}"


def outdated(states: Mapping[str, State]) -> str | None:
    """Return a sentence where files changed, went or came since; None where none did, or none of them can be seen
    from here.

    Paths are as they were given to `index`, so from another folder a relative one leads nowhere.
    """
    now = {name: _stamp(name) for name in states}
    if not any(now.values()):
        return None
    counts = {
        "changed": sum(stamp is not None and stamp != states[name].stamp for name, stamp in now.items()),
        "deleted": sum(stamp is None for stamp in now.values()),
        "new": len(_beside(states)),
    }
    said = [f"{count:,} {what}" for what, count in counts.items() if count]
    return f"the index is out of date ({', '.join(said)}); {UPDATE}" if said else None


def _stamp(path: str) -> Stamp | None:
    try:
        return Stamp.of(os.stat(path))
    except (OSError, ValueError):
        return None


def _beside(known: Iterable[str]) -> set[str]:
    """Readable files that lie beside the known ones and are not known; hidden names are left out."""
    folders = {os.path.dirname(name) for name in known}
    found: set[str] = set()
    for folder in folders:
        try:
            with os.scandir(folder or ".") as scan:
                entries = [e for e in scan if not e.name.startswith(".") and e.is_file(follow_symlinks=False)]
        except (OSError, ValueError):
            continue
        found |= {os.path.join(folder, e.name) for e in entries if os.access(e.path, os.R_OK)}
    return {doc_id_of(path) for path in found} - set(known)
