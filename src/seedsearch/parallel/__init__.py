"""Applies a function to many items in several processes, in order and with bounded memory; and computes items one step
ahead in a thread.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Self, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

    from seedsearch.parallel.pool import Workers

T = TypeVar("T")
R = TypeVar("R")

# Items in flight per worker: enough that no worker waits for the item that is to be yielded next.
AHEAD = 16


class Sent:
    """A dataclass with slots that is pickled as its fields in order, which is faster than by its state."""

    __slots__: tuple[str, ...] = ()

    def __reduce__(self) -> tuple[type[Self], tuple[object, ...]]:
        return type(self), _row_of(self.__slots__)(self)


@cache
def _row_of(names: tuple[str, ...]) -> Callable[[object], tuple[object, ...]]:
    return attrgetter(*names)


def map_in_order(
    function: Callable[[T], R],
    items: Iterable[T],
    workers: int | None = None,
    ahead: int = AHEAD,
    preload: Sequence[str] = (),
) -> Iterator[R]:
    """Yield `function` of each item, in order; `workers` defaults to one per core, and 1 means this process.

    Items are consumed only as results are yielded, `ahead` of them per worker. `function`, items and results must be
    picklable and not be defined in the main module, which workers do not load. `preload` are modules that the workers
    need, imported once for all of them. Raises WorkerDied if a process ends before its work is done.
    """
    count = workers or len(os.sched_getaffinity(0))
    if count == 1:
        yield from map(function, items)
        return
    from seedsearch.parallel.pool import (
        Workers,  # deferred: a query needs no processes, and loading this takes a tenth of its time
    )

    with Workers(count, preload) as pool:
        yield from _in_order(pool, function, items, ahead * count)


def prepare(preload: Sequence[str]) -> None:
    """Start the process from which workers are forked, once per process, without waiting for its imports.

    If it is to be a fork of this process, it is made when workers are first needed, with everything loaded by then.
    """
    from seedsearch.parallel.pool import may_copy, nursery

    if not may_copy():
        with suppress(OSError):  # reported when workers are needed
            nursery(preload)


def made_ahead(items: Iterable[T]) -> Generator[T]:
    """Yield the items of an iterable, each computed by a thread while the previous one is used.

    This pays if most of the work is array operations, which release the interpreter lock.
    """
    from concurrent.futures import ThreadPoolExecutor

    source, over = iter(items), object()
    with ThreadPoolExecutor(1) as pool:
        coming: Future[T | object] = pool.submit(next, source, over)
        while (item := coming.result()) is not over:
            coming = pool.submit(next, source, over)
            yield item  # type: ignore[misc]  # `over` is none


def _in_order(pool: Workers, function: Callable[[T], R], items: Iterable[T], ahead: int) -> Iterator[R]:
    under_way: deque[Future[R]] = deque()
    for item in items:
        under_way.append(pool.submit(function, item))
        if len(under_way) >= ahead:
            yield under_way.popleft().result()
    while under_way:
        yield under_way.popleft().result()
