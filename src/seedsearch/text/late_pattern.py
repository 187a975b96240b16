"""Regular expressions that are compiled when they are first used.

Those of all readers and steps take 0.15 s to compile, half as long as a short command runs, and most texts need few of
them: a class with more than two ranges of Chinese characters takes 1 to 6 ms.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import AnyStr, Generic, cast


def late_pattern(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return what has the pattern and the methods of `re.compile(pattern, flags)`."""
    return cast("re.Pattern[AnyStr]", _Late(pattern, flags))


class _Late(Generic[AnyStr]):
    """Stands for a compiled pattern; a method of it costs no more from the second time on."""

    def __init__(self, pattern: AnyStr, flags: int) -> None:
        self.pattern: AnyStr = pattern
        self._flags = flags

    @cached_property
    def _compiled(self) -> re.Pattern[AnyStr]:
        return re.compile(self.pattern, self._flags)

    search = cached_property(lambda self: self._compiled.search)
    match = cached_property(lambda self: self._compiled.match)
    fullmatch = cached_property(lambda self: self._compiled.fullmatch)
    findall = cached_property(lambda self: self._compiled.findall)
    finditer = cached_property(lambda self: self._compiled.finditer)
    split = cached_property(lambda self: self._compiled.split)
    sub = cached_property(lambda self: self._compiled.sub)
    subn = cached_property(lambda self: self._compiled.subn)
