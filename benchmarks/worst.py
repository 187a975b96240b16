"""The worst inputs known: seconds and memory for each, and how both grow with the size.

    python -m benchmarks worst [--smoke]

A row is a generator of hostile content and the work that is done on it; the modules of `MODULES` hold them. Each is
measured at three sizes, the second twice and the third four times the first, in a process of its own with limits of
time and memory, so that a row that runs away costs seconds and not the machine. The time is the lesser of two runs: on
a machine that does other work one run alone may take twice as long.

s/MB and MB/MB are for a megabyte of content; the memory is what four times the content takes beyond what the content
itself takes, so that tables which every run makes do not count. The growth is the exponent of the time from the first
size to the third: 1 is linear, 2 quadratic. What is over the promised bounds is marked.
"""

from __future__ import annotations

import math
import os
import resource
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

MODULES = ("benchmarks.hostile_texts", "benchmarks.hostile_files")  # each has ROWS
SIZE = 100_000  # bytes of the smallest content
SMOKE_SIZE = 1_000
RUNS = 2
SECONDS_LIMIT = 30  # of processor time for one measurement
MEMORY_LIMIT = 4 << 30  # bytes of address space beyond those of the start
# The promises: seconds and bytes for each byte of content, and the exponent that is still linear. Short times are
# noisy: 1.3 was seen for linear steps of some milliseconds.
WORST_SECONDS, WORST_MEMORY, LINEAR = 2.0, 10.0, 1.3


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of hostile content: `make` gives about so many bytes of it, `work` is what is measured.

    `peer` is the nearest that another program does with the same content.
    """

    name: str
    make: Callable[[int], bytes]
    work: Callable[[bytes], object]
    peer: Callable[[bytes], object] | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """What one size took: its bytes, the seconds of processor time, and the bytes of memory at the peak."""

    size: int
    seconds: float
    memory: int


def run(corpus: Path | None, *, smoke: bool = False) -> None:
    """Print a line for each row; a corpus is of no use here."""
    size = SMOKE_SIZE if smoke else SIZE
    print(
        f"Worst inputs of {size}, {2 * size} and {4 * size} bytes; over {WORST_SECONDS} s/MB, {WORST_MEMORY} MB/MB or"
    )
    print(f"an exponent of {LINEAR} is marked\n{'':52} {'s/MB':>8} {'MB/MB':>7} {'growth':>6} {'ftfy':>7}")
    rows = (row for module in MODULES for row in import_module(module).ROWS)
    for line in lines(rows, size, 1 if smoke else RUNS):
        print(line, flush=True)


def lines(rows: Iterable[Row], size: int, runs: int) -> Iterator[str]:
    """Yield the table without its heading, and at its end the worst of it."""
    slowest, name = 0.0, ""
    for row in rows:
        row.work(row.make(size + size // 7))  # tables made on first use are not part of the figures
        found = [one for doubled in range(3) if (one := lesser(row.work, row.make(size << doubled), runs)) is not None]
        seconds = 1e6 * max(one.seconds / one.size for one in found) if len(found) == 3 else math.inf
        peer = lesser(row.peer, row.make(2 * size), runs) if row.peer else None
        beside = f"{1e6 * peer.seconds / peer.size:8.3f}" if peer else f"{'-':>8}"
        yield f"{row.name:52} {figures(found, seconds, beside)}"
        if seconds > slowest:
            slowest, name = seconds, row.name
    yield f"slowest: {name}, {slowest:.3f} s/MB"


def figures(found: list[Measured], seconds: float, peer: str) -> str:
    """Return what one row shows of its three measurements, the slowest of which took `seconds` for each MB, and of the
    `peer`.
    """
    if seconds == math.inf:
        return f"over {SECONDS_LIMIT} s or {MEMORY_LIMIT >> 30} GiB, or it failed  <<<"
    first, last = found[0], found[-1]
    if last.size == first.size:  # content that cannot be made any smaller: nothing grows
        memory = growth = 0.0
    else:
        memory = (last.memory - first.memory) / (last.size - first.size)
        growth = math.log(max(last.seconds, 1e-6) / max(first.seconds, 1e-6)) / math.log(last.size / first.size)
    # What takes no time to speak of at the largest size has no growth that could be told from noise.
    over = seconds > WORST_SECONDS or memory > WORST_MEMORY or (growth > LINEAR and last.seconds > 0.02)
    return f"{seconds:8.3f} {memory:7.1f} {growth:6.2f}{peer}{'  <<<' if over else ''}"


def lesser(work: Callable[[bytes], object], content: bytes, runs: int) -> Measured | None:
    """Measure so often, and return the least figures; None if one of the runs failed."""
    return least([measured(work, content) for _ in range(runs)])


def least(found: Sequence[Measured | None]) -> Measured | None:
    """Return the least time and the least memory of measurements of the same content; None if one of them failed."""
    there = [one for one in found if one is not None]
    if len(there) < len(found):
        return None
    return Measured(there[0].size, min(one.seconds for one in there), min(one.memory for one in there))


def measured(work: Callable[[bytes], object], content: bytes) -> Measured | None:
    """Return one measurement in a child process; None where it came to a limit or failed."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        _measure(work, content, writer)
    os.close(writer)
    with os.fdopen(reader) as answer:
        said = answer.read().split()
    os.waitpid(child, 0)
    return Measured(len(content), float(said[0]), int(said[1])) if said else None


def _measure(work: Callable[[bytes], object], content: bytes, writer: int) -> None:
    """Do the work, write seconds and bytes, and end: nothing of the parent's may run here."""
    try:
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS_LIMIT, SECONDS_LIMIT))
        most = _mapped() + MEMORY_LIMIT
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start = time.process_time()
        work(content)
        seconds = time.process_time() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        os.write(writer, f"{seconds} {peak << 10}".encode())
    finally:
        os._exit(0)


def _mapped() -> int:
    """Bytes of address space that this process has."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
