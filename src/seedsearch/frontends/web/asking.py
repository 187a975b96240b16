"""Runs queries for handlers: in a thread, one at a time, with a bounded queue."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import anyio
from anyio.to_thread import run_sync

from seedsearch.frontends.web.problems import busy

# Maximum number of waiting requests; at a hundredth of a second each, the last one waits two seconds.
WAITING = 200

_T = TypeVar("_T")


class Turns:
    """Runs one request at a time; raises Problem (`busy`) if `waiting` are already queued."""

    def __init__(self, waiting: int = WAITING) -> None:
        self._waiting = waiting
        self._limiter: anyio.CapacityLimiter | None = None

    async def __call__(self, ask: Callable[[], _T]) -> _T:
        """Call `ask` in another thread when it is its turn, and return its result."""
        if self._limiter is None:
            self._limiter = anyio.CapacityLimiter(1)
        if self._limiter.statistics().tasks_waiting >= self._waiting:
            raise busy()
        return await run_sync(ask, limiter=self._limiter)
