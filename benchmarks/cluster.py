"""An index in a cluster of OpenSearch beside one in a folder: the same files, questions and machine, in one run.

    python -m benchmarks.cluster [--corpus FOLDER] [--sizes MB...] [--short DOCUMENTS] [--nodes N...] [--shares N...]

The nodes are those of tools/cluster.py, on this machine, with one part each and no copies; a JDK and Maven have to be
installed. Wall times compare within a run, for nodes and program share the processors; processor seconds carry over:
those of the process that writes, of its workers (as last seen, ten times a second) and of the nodes. Questions and
phrases are those of benchmarks.index. Of each are printed the median and the 95th percentile, what the program takes of
the processor for one, how many requests it sends and how long the nodes say that they took. The last column says how
many answers are those of the folder: total, paths, notes, suggestions and snippets the same, scores within 1e-6.
With `--shares 1 2` the files are indexed once more by so many processes at once.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.corpus import endless
from benchmarks.index import MB, alone, asked_of, share_of, texts_of, write
from benchmarks.peers import Looks, many_short
from seedsearch import build_index, open_index
from seedsearch.engines.choice import open_engine
from seedsearch.searching.index import Index
from seedsearch.text.analyzer import fingerprint
from tools.cluster import Cluster

SIZES = (2, 20)
QUESTIONS = 150
CLOSE = 1e-6  # between two scores, of the larger
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(slots=True)
class Asked:
    """What questions took: seconds each, those of the processor, requests, milliseconds of nodes; and the answers."""

    seconds: list[float] = field(default_factory=list)
    processor: float = 0.0
    requests: int = 0
    took: int = 0
    answers: list[Any] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured of one index; `workers` are the processor seconds of all but the process that writes."""

    build: float
    writer: float
    workers: float
    disk: int
    questions: Asked
    phrases: Asked


class Worked(Looks):
    """The processor seconds of the processes of this session, by their numbers, as they were last seen."""

    every = 0.1

    def __init__(self) -> None:
        super().__init__()
        self.seconds: dict[int, float] = {}

    def look(self, processes: Sequence[Path]) -> None:
        """Take down what each has worked; one that has ended since keeps what it had."""
        for pid in (int(process.name) for process in processes):
            self.seconds[pid] = max(self.seconds.get(pid, 0.0), seconds_of(pid))


def seconds_of(pid: int) -> float:
    """Return the processor seconds of a process; 0 where it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def measure(files: Path | None, short: int, place: str, workers: int, asked: Sequence[Sequence[str]]) -> Figures:
    """Index files, or so many short documents, and ask; in a process of its own."""
    with Worked() as worked:
        begun, before = time.perf_counter(), time.process_time()
        if files is None:
            many_short(short, place)  # type: ignore[arg-type]
        else:
            build_index(files, place, workers=workers)
        build, writer = time.perf_counter() - begun, time.process_time() - before
    others = sum(seconds for pid, seconds in worked.seconds.items() if pid != os.getpid())
    with open_index(place) as index:
        index.search(asked[0][0])  # opens what is opened once
        figures = [_answers(index, some) for some in asked]
    engine = open_engine(place, fingerprint())
    disk = engine.info().size
    engine.close()
    return Figures(build, writer, others, disk, *figures)


def _answers(index: Index, asked: Sequence[str]) -> Asked:
    found = Asked()
    with counted(found):
        for text in asked:
            begun, before = time.perf_counter(), time.process_time()
            result = index.search(text)
            found.processor += time.process_time() - before
            found.seconds.append(time.perf_counter() - begun)
            hits = [(os.path.basename(hit.path), hit.score, hit.snippets) for hit in result.hits]
            said = [repr(one) for one in (result.tiers, result.notes, result.suggestions)]
            found.answers.append((result.total, *said, hits))
    return found


@contextmanager
def counted(found: Asked) -> Iterator[None]:
    """Count the requests that are sent, and what the nodes say that each search took."""
    try:
        from seedsearch.engines.opensearch.wire import Wire
    except ImportError:
        yield
        return
    once: Any = Wire._once

    def counting(self: Wire, *arguments: Any) -> Any:
        found.requests += 1
        answer = once(self, *arguments)
        found.took += answer.get("took", 0)
        return answer

    Wire._once = counting  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        Wire._once = once  # type: ignore[method-assign]


def same(one: Any, other: Any) -> bool:
    """Tell whether two answers are the same, their scores within CLOSE."""
    if one[:4] != other[:4] or len(one[4]) != len(other[4]):
        return False
    return all(
        (a[0], a[2]) == (b[0], b[2]) and abs(a[1] - b[1]) <= CLOSE * max(abs(a[1]), abs(b[1]))
        for a, b in zip(one[4], other[4], strict=True)
    )


def _row(name: str, found: Figures, first: Figures, size: int, nodes: float) -> None:
    parts = []
    for asked, those in ((found.questions, first.questions), (found.phrases, first.phrases)):
        count = len(asked.seconds)
        ms = " ".join(f"{1000 * share_of(asked.seconds, p):6.1f}" for p in (0.5, 0.95))
        alike = sum(map(same, asked.answers, those.answers))
        each = f"{1000 * asked.processor / count:5.1f} {asked.requests / count:4.1f} {asked.took / count:5.1f}"
        parts.append(f"{ms} {each} {alike:4}/{count}")
    print(
        f"{name:16} {found.build:7.1f} {size / MB / found.build:5.2f} {found.writer:6.1f} {found.workers:7.1f} "
        f"{nodes:6.1f} {found.disk / size:5.2f}  {'  '.join(parts)}",
        flush=True,
    )


def _table(texts: Sequence[str], short: int, nodes: Sequence[int], shares: Sequence[int], asked: int) -> None:
    size = sum(len(text.encode()) for text in texts)
    print(f"\n{len(texts):,} {'short ' if short else ''}documents, {size / MB:.1f} MB")
    columns = "p50    p95   cpu  req  took   same"
    print(f"{'':16} {'wall s':>7} {'MB/s':>5} writer workers  nodes  disk  questions {columns}  phrases {columns}")
    questions = asked_of(texts, asked)
    with TemporaryDirectory() as place:
        files = None if short else Path(place, "files")
        if files is not None:
            write(texts, files)
        first = None
        for count in (0, *nodes):
            with _running(count, Path(place, f"nodes-{count}")) as cluster:
                where = cluster.url("measured") + f"?shards={count}&replicas=0" if cluster else f"{place}/index"
                pids = [node.pid for node in cluster.nodes] if cluster else []
                before = sum(map(seconds_of, pids))
                found: Any = alone(measure, files, short, where, 2, questions)
                first = first or found
                name = f"{count} node{'s' * (count > 1)}" if count else "folder"
                _row(name, found, first, size, sum(map(seconds_of, pids)) - before)
                if cluster and files is not None:
                    for many in shares:
                        _in_shares(cluster, files, many, size)


@contextmanager
def _running(count: int, folder: Path) -> Iterator[Cluster | None]:
    if not count:
        yield None
        return
    with Cluster(folder, count) as cluster:
        yield cluster


def _in_shares(cluster: Cluster, files: Path, count: int, size: int) -> None:
    """Index files by several processes at once, each a share of them by itself."""
    where = f"{cluster.url(f'shares-{count}')}?shards={len(cluster.nodes)}&replicas=0"
    command = [sys.executable, "-m", "seedsearch", "index", "-i", where, "--workers", "1", str(files), "--share"]
    before, begun = sum(seconds_of(node.pid) for node in cluster.nodes), time.perf_counter()
    running = [subprocess.Popen([*command, f"{n}/{count}"], stdout=subprocess.DEVNULL) for n in range(1, count + 1)]
    used = [os.wait4(one.pid, 0)[2] for one in running]
    wall = time.perf_counter() - begun
    nodes = sum(seconds_of(node.pid) for node in cluster.nodes) - before
    each = ", ".join(f"{one.ru_utime + one.ru_stime:.1f}" for one in used)
    took = f"wall {wall:.1f} s, {size / MB / wall:.2f} MB/s; processor {each} s, nodes {nodes:.1f} s"
    print(f"  {count} share{'s' * (count > 1)}: {took}", flush=True)


def run(
    corpus: Path | None, sizes: Sequence[float], short: int, nodes: Sequence[int], shares: Sequence[int], asked: int
) -> None:
    """Print a table for each size, and one for many short documents."""
    for size in sizes:
        _table(texts_of(corpus, int(size * MB)), 0, nodes, shares, asked)
    if short:
        _table(list(islice(endless(random.Random(2), 40), short)), short, nodes, (), asked)


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cluster", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--corpus", type=Path, help="a folder of texts, or a file of JSON Lines")
    parser.add_argument("--sizes", type=float, nargs="*", default=SIZES, help="MB of it to index")
    parser.add_argument("--short", type=int, default=0, help="also index so many short documents")
    parser.add_argument("--nodes", type=int, nargs="*", default=(1, 3), help="how many nodes")
    parser.add_argument("--shares", type=int, nargs="*", default=(), help="also by so many processes at once")
    parser.add_argument("--questions", type=int, default=QUESTIONS, help="how many, and as many phrases")
    chosen = parser.parse_args()
    run(chosen.corpus, chosen.sizes, chosen.short, chosen.nodes, chosen.shares, chosen.questions)


if __name__ == "__main__":
    main()
