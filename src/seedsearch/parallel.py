"""A function over many items by several processes: in order, with bounded memory."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

# Items under way for each worker: enough that none waits for the one whose turn it is to be handed on.
AHEAD = 16


def map_in_order(
    function: Callable[[T], R],
    items: Iterable[T],
    workers: int | None = None,
    ahead: int = AHEAD,
    preload: Sequence[str] = (),
) -> Iterator[R]:
    """`function` of each item, in order; `workers` defaults to one a core, and 1 means this process.

    Items are taken only as results are handed on, `ahead` of them for each worker. `function`, items and results must
    pickle. `preload`: modules that the workers need, imported once for all of them.
    """
    count = workers or len(os.sched_getaffinity(0))
    if count == 1:
        yield from map(function, items)
        return
    context = get_context("forkserver")
    context.set_forkserver_preload(["__main__", *preload])
    with ProcessPoolExecutor(count, mp_context=context) as pool:
        for _ in range(count):
            pool.submit(os.getpid)  # starts a worker, while the first items are made
        under_way: deque[Future[R]] = deque()
        try:
            for item in items:
                under_way.append(pool.submit(function, item))
                if len(under_way) >= ahead * count:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for future in under_way:
                future.cancel()
