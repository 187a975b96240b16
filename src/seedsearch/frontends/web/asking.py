"""Runs queries for handlers: in a thread, one at a time, with a bounded queue."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import anyio
from anyio.to_thread import run_sync

from seedsearch.frontends.web.problems import busy

# Requests that wait for their turn at most: at a hundredth of a second each, the last one waits for two.
WAITING = 200

_T = TypeVar("_T")


class Turns:
    """One at a time; raises Problem (`busy`) where `waiting` stand in line already."""

    def __init__(self, waiting: int = WAITING) -> None:
        self._waiting = waiting
        self._limiter: anyio.CapacityLimiter | None = None

    async def __call__(self, ask: Callable[[], _T]) -> _T:
        """Return what `ask` returns, called in another thread when it is its turn."""
        if self._limiter is None:
            self._limiter = anyio.CapacityLimiter(1)
        if self._limiter.statistics().tasks_waiting >= self._waiting:
            raise busy()
        return await run_sync(ask, limiter=self._limiter)
