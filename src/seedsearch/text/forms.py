"""The likelihood of each form of a character by script: 家 rather than 傢, ， rather than ﹐.

`tools/make_forms.py` makes the table and describes it.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

STEP = -0.5  # one stored step, in nats
MOST = 14  # steps
_SCRIPTS = {"g": "gb2312", "b": "big5"}


def unlikely(char: str, script: str) -> float:
    """Return ln p of this form of a character on pages in a script ("gb2312", "big5"); 0 if the script is unknown."""
    return _table().get((script, char), 0.0)


@cache
def _table() -> dict[tuple[str, str], float]:
    made: dict[tuple[str, str], float] = {}
    for line in files("seedsearch.text").joinpath("forms.txt").read_text(encoding="utf-8").splitlines():
        head, _, chars = line.partition(" ")
        made |= dict.fromkeys(((_SCRIPTS[head[0]], char) for char in chars), int(head[1:]) * STEP)
    return made
