"""A search for text that takes restoration longest: `python -m benchmarks.worst_search [SECONDS]`.

What is slow per byte is kept, changed at random, and tried again: from the units of `hostile_texts` and pieces of
damaged text, by cutting, doubling, joining and putting in what steps look for. What it finds that is slower than the
rows of `benchmarks worst` belongs there. Time is that of the processor; what seems slow is measured again before it
is kept, because what a step loads on first use is not part of its time.
"""

from __future__ import annotations

import random
import sys
import time

from benchmarks.corpus import endless
from benchmarks.hostile_texts import REPEATED
from fixtures.generator import LOSING
from seedsearch.restoring.clean import clean

SECONDS = 120.0  # that a search takes where nothing is said
SIZE = 20_000  # bytes of a text that is measured
KEPT = 24  # texts that are changed further
LONGEST = 400  # characters that a unit may grow to
SIGNS = (*"?\ufffd€\ue000\x05\0 \na锛銆ãÖいㄛ，", "ä¸", "(rén)")  # what steps look for


def seconds_a_mb(unit: str) -> float:
    """Seconds for a megabyte of the unit, repeated with a number now and then so that no two kilobytes are equal."""
    block = unit * max(1, 1000 // len(unit.encode("utf-8", "replace")))
    text = "".join(f"{block}{number if number % 2 else ''}" for number in range(SIZE // max(1000, len(block))))
    start = time.process_time()
    clean(text)
    return 1e6 * (time.process_time() - start) / max(1, len(text.encode("utf-8", "replace")))


def seeds(rng: random.Random) -> list[str]:
    """Return the units that are known, and pieces of damaged text."""
    pages = [LOSING[kind](kind, text, rng).found for kind in LOSING for text in (next(endless(rng, 200)),)]
    return [*REPEATED.values(), *(page[start : start + 60] for page in pages for start in (0, 60))]


def changed(unit: str, other: str, rng: random.Random) -> str:
    """Return the unit with one change, which may take a part of another one in."""
    a, b = sorted(rng.randrange(len(unit) + 1) for _ in range(2))
    start = rng.randrange(max(1, len(other)))
    made = rng.choice(
        (
            unit[:a] + rng.choice(SIGNS) + unit[a:],
            unit[:a] + unit[b:],
            unit[:b] + unit[a:b] * rng.randrange(1, 4) + unit[b:],
            unit[:a] + other[start : start + 20] + unit[b:],
            "".join(rng.sample(unit[a:b], b - a)) + unit[b:] if b > a else unit + other[:20],
        )
    )
    return made[:LONGEST] or rng.choice(SIGNS)


def search(seconds: float, rng: random.Random) -> list[tuple[float, str]]:
    """Return the slowest units found within so many seconds, with their seconds for a megabyte, slowest first."""
    first = [unit for unit in seeds(rng) if seconds_a_mb(unit)]
    pool = sorted(((seconds_a_mb(unit), unit) for unit in first), reverse=True)[:KEPT]
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        unit = changed(rng.choice(pool)[1], rng.choice(pool)[1], rng)
        if seconds_a_mb(unit) > pool[-1][0] and all(unit != known for _, known in pool):
            pool = sorted([*pool, (seconds_a_mb(unit), unit)], reverse=True)[:KEPT]
    return pool


def main() -> None:
    """Search, and print what was found."""
    for found, unit in search(float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS, random.Random(1)):
        print(f"{found:8.2f} s/MB  {unit[:90]!r}")


if __name__ == "__main__":
    main()
