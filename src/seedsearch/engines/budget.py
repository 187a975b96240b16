"""The time limit of a query, checked in every loop that an unusual query could make long."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable
from time import perf_counter, thread_time

from seedsearch.errors import OutOfTime

SECONDS = 2.0  # default limit of a query, over a hundred times what a plain one takes


class Budget:
    """The seconds that a query may take (None: no limit), and the time that its parts have taken so far."""

    def __init__(self, seconds: float | None = None, clock: Callable[[], float] | None = None) -> None:
        """`clock` returns seconds; the processor time of this thread by default.

        A query is refused for its own cost, not because the machine is busy or its disk slow. To read the processor
        time is a system call, to read the time of day is none, and a thread cannot use more than what passes: so the
        former is read only when more than `seconds` have passed.
        """
        self.seconds = seconds
        self._passed, self._worked = clock or perf_counter, clock or thread_time
        self._begin = self._last = self._begin_of_work = 0.0
        if seconds is not None:
            self._begin = self._last = self._passed()
            self._begin_of_work = self._begin if clock else self._worked()
        self._taken: defaultdict[Hashable, float] = defaultdict(float)

    def spend(self, part: Hashable) -> None:
        """Charge the time since the last call to a part of the query.

        Raises OutOfTime, which names the most expensive part, when the budget is spent.
        """
        if self.seconds is None:
            return
        now = self._passed()
        self._taken[part] += now - self._last
        self._last = now
        if now - self._begin > self.seconds and self._worked() - self._begin_of_work > self.seconds:
            raise OutOfTime(self.seconds, max(self._taken, key=self._taken.__getitem__))


NO_LIMIT = Budget()
