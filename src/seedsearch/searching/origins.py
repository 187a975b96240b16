"""The file that a document of the index was read from, and how to tell whether it is unchanged."""

from __future__ import annotations

import re
from dataclasses import dataclass

from seedsearch.engines import Engine
from seedsearch.metadata.file_states import State, load

# Where the name of a file may end and the name of a part of it may begin.
BORDER = re.compile(r"!/|#")


@dataclass(frozen=True, slots=True)
class Origin:
    """The file of a document: its doc_id, its state when it was read, and the digest of its content then."""

    file: str
    state: State
    digest: str


class Origins:
    """The origins of the documents of one commit; the file states are read from the engine when it is made."""

    def __init__(self, engine: Engine) -> None:
        self._states = load(engine.metadata)
        self._digests = engine.digests()

    def of(self, doc_id: str) -> Origin | None:
        """Return the origin of one document; None if the index does not have it."""
        borders = [found.start() for found in BORDER.finditer(doc_id)]
        for end in (len(doc_id), *reversed(borders)):
            state = self._states.get(doc_id[:end])
            if state is not None and doc_id[end:] in state.names and doc_id in self._digests:
                return Origin(doc_id[:end], state, self._digests[doc_id])
        return None
