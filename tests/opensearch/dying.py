"""A writer that ends without a word at one of its requests, before it is sent or when it was answered."""

from __future__ import annotations

import os
from itertools import count
from typing import Any

from seedsearch.engines.choice import open_engine
from seedsearch.engines.opensearch.wire import Wire
from tests.engine_contract import MARK, entry
from tests.filling import put

ENDED, FAILED = 9, 1  # what it ends with where it did not come to the end, and where it raised


def run(place: str, last: int, when: str) -> int:
    """Let a process of its own write and end at the request with that number; return what it ended with."""
    if (pid := os.fork()) == 0:
        try:
            _write(place, last, when)
            os._exit(0)
        finally:
            os._exit(FAILED)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _write(place: str, last: int, when: str) -> None:
    """Replace a document, take one out, add one, put metadata, and commit."""
    numbers, send = count(1), Wire.ask

    def ask(self: Wire, *arguments: Any, **parameters: Any) -> Any:
        number = next(numbers)
        if number == last and when == "before":
            os._exit(ENDED)
        found = send(self, *arguments, **parameters)
        if number == last:
            os._exit(ENDED)
        return found

    engine = open_engine(place, MARK)
    Wire.ask = ask  # type: ignore[method-assign]
    with engine.writer() as writer:
        put(writer, entry("a", "新的焊接"), entry("e", "新的量子"))
        writer.remove("b")
        writer.put_metadata("note", b"new")
