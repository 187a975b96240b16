"""A function over many items by several processes: in order, with bounded memory; and work one step ahead."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from functools import cache
from operator import attrgetter
from types import ModuleType
from typing import TYPE_CHECKING, Self, TypeVar

from seedsearch.errors import WorkerDied

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

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
    pickle, and not be of the main module. `preload`: modules that the workers need, imported once for all of them.
    Raises WorkerDied where a process ends before its work is done.
    """
    count = workers or len(os.sched_getaffinity(0))
    if count == 1:
        yield from map(function, items)
        return
    # Processes and threads are imported where they are needed: a query needs none, and they take a tenth of its time.
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    prepare(preload)
    try:
        with ProcessPoolExecutor(count, mp_context=get_context("forkserver")) as pool:
            for _ in range(count):
                _submitted(pool, os.getpid)  # starts a worker, while the first items are made
            yield from _in_order(pool, function, items, ahead * count)
    except BrokenProcessPool as error:
        what = "a worker process was ended from outside, perhaps for want of memory"
        raise WorkerDied(what, hint="use fewer of them: --workers 1") from error


def prepare(preload: Sequence[str]) -> None:
    """Start the process that workers are copies of, without waiting for what it imports; once a process."""
    from multiprocessing import forkserver, get_context

    get_context("forkserver").set_forkserver_preload(list(preload))
    forkserver.ensure_running()


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


def _in_order(pool: ProcessPoolExecutor, function: Callable[[T], R], items: Iterable[T], ahead: int) -> Iterator[R]:
    under_way: deque[Future[R]] = deque()
    try:
        for item in items:
            under_way.append(_submitted(pool, function, item))
            if len(under_way) >= ahead:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    finally:
        for future in under_way:
            future.cancel()


def _submitted(pool: ProcessPoolExecutor, function: Callable[..., R], *arguments: object) -> Future[R]:
    """Submit work, which may start a worker, without a main module.

    A worker begins by importing the main module of the program. Ours need nothing of it, and a script without a guard
    would begin its work once more in each of them.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        return pool.submit(function, *arguments)
    finally:
        sys.modules["__main__"] = main
