"""A writer that ends without a word at one of its requests, before it is sent or when it was answered."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import count
from typing import Any

from seedsearch.engines import Writer
from seedsearch.engines.choice import open_engine
from seedsearch.engines.opensearch import OpenSearchEngine
from seedsearch.engines.opensearch.wire import Wire
from tests.engine_contract import MARK, entry
from tests.filling import put

ENDED, FAILED = 9, 1  # what it ends with where it did not come to the end, and where it raised


def run(place: str, last: int, when: str, begin: Callable[[OpenSearchEngine], Writer] = OpenSearchEngine.writer) -> int:
    """Let a process of its own write and end at the request with that number; return what it ended with."""
    if (pid := os.fork()) == 0:
        try:
            _write(place, last, when, begin)
            os._exit(0)
        finally:
            os._exit(FAILED)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _write(place: str, last: int, when: str, begin: Callable[[OpenSearchEngine], Writer]) -> None:
    """Replace a document, take one out, add one, put metadata, and commit."""
    numbers, send = count(1), Wire.ask

    def ask(self: Wire, *arguments: Any, **parameters: Any) -> Any:
        number = next(numbers)
        if number == last and when == "before":
            os._exit(ENDED)
        try:
            return send(self, *arguments, **parameters)
        finally:
            if number == last:
                os._exit(ENDED)

    engine = open_engine(place, MARK)
    assert isinstance(engine, OpenSearchEngine)
    Wire.ask = ask  # type: ignore[method-assign]
    with begin(engine) as writer:
        put(writer, entry("a", "新的焊接"), entry("e", "新的量子"))
        writer.remove("b")
        writer.put_metadata("note", b"new")
