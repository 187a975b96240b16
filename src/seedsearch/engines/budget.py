"""The time limit of a query, checked in every loop that an unusual query could make long."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable
from time import thread_time

from seedsearch.errors import OutOfTime

SECONDS = 2.0  # of a question where nothing else is said: over a hundred times what a plain one takes


class Budget:
    """The seconds that a question may take, None for any number, and what its parts have taken so far."""

    def __init__(self, seconds: float | None = None, clock: Callable[[], float] = thread_time) -> None:
        """`clock`: the seconds that have passed since some moment; processor time of this thread by default.

        A question is refused for what it costs, not for what else the machine has to do or how slow its disk is.
        """
        self.seconds = seconds
        self._clock = clock
        self._begin = self._last = 0.0 if seconds is None else clock()
        self._taken: defaultdict[Hashable, float] = defaultdict(float)

    def spend(self, part: Hashable) -> None:
        """Charge what passed since the last call to a part of the question.

        Raises OutOfTime, which names the part that took most, when all is spent.
        """
        if self.seconds is None:
            return
        now = self._clock()
        self._taken[part] += now - self._last
        self._last = now
        if now - self._begin > self.seconds:
            raise OutOfTime(self.seconds, max(self._taken, key=self._taken.__getitem__))


NO_LIMIT = Budget()
