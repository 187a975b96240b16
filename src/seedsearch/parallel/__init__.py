"""Applies a function to many items in several processes, in order and with bounded memory; and work one step ahead."""

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

# Items under way for each worker: enough that none waits for the one whose turn it is to be handed on.
AHEAD = 16


class Sent:
    """A dataclass with slots that goes to other processes as its fields in order, quicker than by its state."""

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
    """`function` of each item, in order; `workers` defaults to one a core, and 1 means this process.

    Items are taken only as results are handed on, `ahead` of them for each worker. `function`, items and results must
    pickle, and not be of the main module, of which workers know nothing. `preload`: modules that the workers need,
    imported once for all of them.
    Raises WorkerDied where a process ends before its work is done.
    """
    count = workers or len(os.sched_getaffinity(0))
    if count == 1:
        yield from map(function, items)
        return
    from seedsearch.parallel.pool import (
        Workers,  # a query needs no processes, and loading them takes a tenth of its time
    )

    with Workers(count, preload) as pool:
        yield from _in_order(pool, function, items, ahead * count)


def prepare(preload: Sequence[str]) -> None:
    """Start the process from which workers are forked, without waiting for its imports; once per process.

    If it is a copy of this process, it is made when workers are first needed, and has everything that was loaded until
    then.
    """
    from seedsearch.parallel.pool import may_copy, nursery

    if not may_copy():
        with suppress(OSError):  # said when workers are wanted
            nursery(preload)


def made_ahead(items: Iterable[T]) -> Generator[T]:
    """The items of an iterable, each made by a thread while the one before it is used.

    It pays where most of the work is array operations and the like, which other threads can run beside.
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
