"""Index and ask: ours beside stock Whoosh with jieba, SQLite FTS5 and tantivy, over the same files in the same run.

    python -m benchmarks.index [--corpus FOLDER] [--sizes MB...] [--stock MB] [--short DOCUMENTS]

Every engine reads the same files in a process of its own and does its own tokenizing; ours also decodes, cleans and
stores the text. MB are of UTF-8. Memory is the most that the process and its workers held at a time, mapped files
included. Questions are a few words of a document with one in three left out, phrases runs of two to six of its
characters; ours answers with ten snippets, "engine" alone with ten texts, the others with the ids of ten documents.
Stock Whoosh is given so many MB at most (SLOW of them where nothing is said); it gets slower with more.
Last comes what reading and checking blocks takes of a question.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from benchmarks.corpus import documents, endless
from benchmarks.peers import ENGINES, Peak, files_of
from seedsearch.engines.embedded import EmbeddedEngine
from seedsearch.engines.embedded.section_file import Container
from seedsearch.searching.index import Index
from seedsearch.text.analyzer import fingerprint, query_words

T = TypeVar("T")

MB = 1_000_000
SIZES = (2, 20)
SLOW = 20
QUESTIONS = 300
COLD = 7  # runs, of which the median counts


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured of one engine; times in seconds, sizes in bytes."""

    build: float
    memory: int
    disk: int
    questions: Sequence[float]
    phrases: Sequence[float]


def run(
    corpus: Path | None, *, smoke: bool = False, sizes: Sequence[float] = SIZES, stock: float = SLOW, short: int = 0
) -> None:
    """Print a table for each size, what a cold query takes, and what many short documents take."""
    for size in (0.05,) if smoke else sizes:
        _table(texts_of(corpus, int(size * MB)), 20 if smoke else QUESTIONS, int(stock * MB))
    if short or smoke:
        _short(short or 500)


def texts_of(corpus: Path | None, most: int) -> list[str]:
    """Return the texts of a corpus until they come to `most` bytes; generated ones where there is none."""
    found: list[str] = []
    for text in (document.text for document in documents(corpus)) if corpus else endless(random.Random(1), 800):
        if most <= 0:
            break
        if text:
            found.append(text)
            most -= len(text.encode())
    return found


def _table(texts: Sequence[str], asked: int, stock: int) -> None:
    size = sum(len(text.encode()) for text in texts)
    print(f"\n{len(texts)} documents, {size / MB:.1f} MB")
    print(f"{'':24} {'MB/s':>6} {'memory MB':>9} {'disk/text':>9}  questions p50 p95 ms   phrases p50 p95 p99 ms")
    questions, phrases = asked_of(texts, asked)
    with TemporaryDirectory() as place:
        folder = Path(place, "files")
        write(texts, folder)
        for name in ENGINES:
            given = size if not name.startswith("Whoosh") else min(size, stock)
            found = alone(_measure, name, folder, Path(place, re.sub(r"\W+", "-", name)), given, questions, phrases)
            if found is not None:
                _print(name, found, given)
        _cold(Path(place, "seedsearch"), phrases[0])
        _checked(Path(place, "seedsearch"), [*phrases[:COLD], *questions[:COLD]])


def _print(name: str, found: Figures, size: int) -> None:
    ms = [f"{1000 * share_of(found.questions, p):8.2f}" for p in (0.5, 0.95)]
    ms += [f"{1000 * share_of(found.phrases, p):8.2f}" for p in (0.5, 0.95, 0.99)]
    speed = f"{size / MB / found.build:6.2f}" if found.build else "     –"
    print(f"{name:24} {speed} {found.memory / MB:9.0f} {found.disk / size:9.2f}  {' '.join(ms)}")


def share_of(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def write(texts: Sequence[str], folder: Path) -> None:
    for number, text in enumerate(texts):
        path = folder / f"{number // 1000:03}" / f"{number:06}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def asked_of(texts: Sequence[str], count: int) -> tuple[list[str], list[str]]:
    rng = random.Random(7)
    runs = [
        run for text in rng.sample(texts, min(len(texts), 3 * count)) for run in re.findall("[一-鿿]{7,}", text)[:3]
    ]
    questions, phrases = [], []
    for run_ in islice(rng.sample(runs, len(runs)), count):
        words = query_words(run_[:24])
        questions.append("".join(word for i, word in enumerate(words) if i % 3 != 1))
        length = rng.randint(2, 6)
        start = rng.randrange(len(run_) - length + 1)
        phrases.append(run_[start : start + length])
    return questions, phrases


def alone(function: Callable[..., T], *arguments: object) -> T:
    """Return what a function gives in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def _measure(
    name: str, folder: Path, place: Path, size: int, questions: Sequence[str], phrases: Sequence[str]
) -> Figures | None:
    """Build and ask one engine; None where it is not installed."""
    with Peak() as peak:
        begun = time.perf_counter()
        try:
            opened = ENGINES[name](folder, files_of(folder, size), place)
        except ImportError:
            return None
        build = time.perf_counter() - begun
    disk = sum(path.stat().st_size for path in opened.place.rglob("*") if path.is_file())
    asked = [_seconds(opened.question, question) for question in questions]
    looked = [_seconds(opened.phrase, phrase) for phrase in phrases]
    return Figures(build if opened.built else 0.0, peak.bytes, disk, asked, looked)


def _seconds(ask: Callable[[T], object], asked: T) -> float:
    begun = time.perf_counter()
    ask(asked)
    return time.perf_counter() - begun


def _cold(place: Path, found: str) -> None:
    """A query that finds something, in a fresh process, against the imports that a bare Whoosh program has."""
    commands = {
        "seedsearch query": [sys.executable, "-m", "seedsearch", "query", "-i", str(place), found],
        "import click, whoosh": [sys.executable, "-W", "ignore", "-c", "import click, whoosh.query"],
    }
    # As installed programs run: with their compiled modules kept, which the first run makes.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(1 + COLD):
        for name, command in commands.items():
            begun = time.perf_counter()
            subprocess.run(command, capture_output=True, check=False, env=environment)
            times[name].append(time.perf_counter() - begun)
    ours, bare = (1000 * statistics.median(values[1:]) for values in times.values())
    print(f"cold: seedsearch query {ours:.0f} ms, import click and whoosh.query {bare:.0f} ms, {ours / bare:.2f} times")


def _checked(place: Path, asked: Sequence[str]) -> None:
    """What reading blocks and their checksums takes of a question to an index just opened, and of one asked again."""
    cold, again, read, sizes = [], [], [], []
    for text in [asked[0], *asked]:  # the first one loads tables
        engine = EmbeddedEngine(place, fingerprint())
        with Index(engine) as index:
            cold.append(_seconds(index.search, text))
            containers = [segment.container for segment in engine.segments]
            sizes.append(sum(container.held for container in containers))
            again.append(_seconds(index.search, text))
        whole = sum(container.path.stat().st_size for container in containers)
        read.append(sum(_seconds(Container.verify, container) for container in containers) * sizes[-1] / whole)
    first, second, share = (1000 * statistics.median(values[1:]) for values in (cold, again, read))
    print(f"a question to an index just opened {first:.1f} ms, asked again {second:.2f} ms; of the first, reading and")
    print(f"checking blocks {share:.2f} ms ({share / first:.1%}) for {statistics.median(sizes[1:]) / MB:.1f} MB")


def _short(documents: int) -> None:
    """Many short documents from memory, through the engine's own packing."""
    with TemporaryDirectory() as place:
        found = alone(_measure_short, documents, Path(place, "index"))
    if found is not None:
        print(
            f"\n{documents} short documents: {documents / found.build:.0f} a second, {found.memory / MB:.0f} MB memory"
        )
        print(f"questions p50 {1000 * share_of(found.questions, 0.5):.2f} ms")


def _measure_short(documents: int, place: Path) -> Figures:
    from benchmarks.peers import many_short

    with Peak() as peak:
        begun = time.perf_counter()
        engine_question, size = many_short(documents, place)
        build = time.perf_counter() - begun
    asked = [_seconds(engine_question, text) for text in islice(endless(random.Random(3), 30), QUESTIONS)]
    return Figures(build, peak.bytes, size, asked, [0.0])


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.index", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--corpus", type=Path, help="a folder of texts, or a file of JSON Lines")
    parser.add_argument("--sizes", type=float, nargs="*", default=SIZES, help="MB of it to index")
    parser.add_argument("--stock", type=float, default=SLOW, help="MB that stock Whoosh is given at most")
    parser.add_argument("--short", type=int, default=0, help="also index so many short documents")
    chosen = parser.parse_args()
    run(chosen.corpus, sizes=chosen.sizes, stock=chosen.stock, short=chosen.short)


if __name__ == "__main__":
    main()
