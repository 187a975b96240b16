"""A soak: `python -m benchmarks.soak [--minutes 60] [--rate 3] [--change 60] [--corpus FOLDER]`.

A real `seedsearch serve` over documents of the corpus, some of them damaged, is asked at a modest rate, no question
twice, as readers ask: searches, pages of them, documents, suggestions and statistics, of the page and of the HTTP
interface. One file changes every so often, and is indexed again. A line every few minutes gives what the server holds
in memory, how long answers took and how many were not 200; the last one compares the second half with the first.
"""

from __future__ import annotations

import argparse
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from http.client import HTTPConnection
from itertools import cycle, islice
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from benchmarks.corpus import documents, endless
from fixtures.generator import LOSING, damaged
from seedsearch.frontends.web.site import API

TEXTS = 2_000
CHARACTERS = 900  # of a text that is generated, or damaged
DAMAGED = 5  # one text of so many is
LINES = 20  # that are printed
PATIENCE = 60.0  # seconds for an answer


def addresses(texts: Sequence[str], rng: random.Random) -> Iterator[str]:
    """Yield addresses without end; `texts[n]` is what `seeds/n.txt` holds."""
    runs = [found for text in texts if (found := re.findall("[一-鿿]{4,}", text))]
    while True:
        run = rng.choice(rng.choice(runs))
        typed, which = run[: rng.randint(2, 8)], f"seeds/{rng.randrange(len(texts))}.txt"
        for path, said in (
            (f"{API}/search", {"q": typed, "facets": "damage,folder"}),
            ("/", {"q": typed, "page": str(rng.randint(1, 3))}),
            ("/", {"q": typed[::-1]}),
            ("/document", {"id": which, "q": typed}),
            (f"{API}/document", {"id": which, "q": typed}),
            (f"{API}/suggest", {"q": typed[0]}),
            ("/stats", {}),
        ):
            yield f"{path}?{urlencode(said)}"


def main() -> None:
    """Parse the command line, make the folder and soak a server over it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60.0, help="how long (default: 60)")
    parser.add_argument("--rate", type=float, default=3.0, help="requests a second (default: 3)")
    parser.add_argument("--change", type=float, default=60.0, help="seconds from change to change (default: 60)")
    parser.add_argument("--corpus", type=Path, help="a folder of clean text; without one, text is generated")
    chosen = parser.parse_args()
    rng = random.Random(7)
    all_texts = (one.text for one in documents(chosen.corpus)) if chosen.corpus else endless(rng, CHARACTERS)
    texts = list(islice(all_texts, TEXTS))
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "seeds").mkdir()
        kinds = cycle(LOSING)
        for number, text in enumerate(texts):
            found = text if number % DAMAGED else damaged(next(kinds), text[:CHARACTERS], rng).found
            (folder / "seeds" / f"{number}.txt").write_text(found, encoding="utf-8")
        _index(folder)
        soak(folder, texts, rng, chosen.minutes * 60, chosen.rate, chosen.change)


def soak(folder: Path, texts: Sequence[str], rng: random.Random, seconds: float, rate: float, change: float) -> None:
    """Ask a server over the folder `rate` times a second, change a file every `change` seconds; print what it holds."""
    command = [sys.executable, "-m", "seedsearch", "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            port = int(re.findall(r":(\d+)/", server.stdout.readline())[0])
            held: list[float] = []
            times: list[float] = []
            refused, changed, began = 0, 0, time.monotonic()
            print(f"{'minute':>6} {'requests':>9} {'memory MB':>10} {'p50 ms':>7} {'p95 ms':>7} {'not 200':>8}")
            for count, address in enumerate(addresses(texts, rng), 1):
                asked = time.monotonic()
                refused += _status(port, address) != 200
                times.append(1e3 * (time.monotonic() - asked))
                passed = time.monotonic() - began
                if passed > (changed + 1) * change:
                    changed += 1
                    (folder / "seeds" / f"{changed}.txt").write_text(
                        texts[changed] + f"第{changed}版", encoding="utf-8"
                    )
                    _index(folder)
                if passed > (len(held) + 1) * seconds / LINES:
                    held.append(_memory(server.pid))
                    p95 = quantiles(times, n=20)[-1]
                    figures = f"{held[-1]:10.1f} {median(times):7.1f} {p95:7.1f} {refused:8}"
                    print(f"{passed / 60:6.1f} {count:9} {figures}", flush=True)
                    times.clear()
                if len(held) == LINES:
                    break
                time.sleep(max(0.0, began + count / rate - time.monotonic()))
            first, second = max(held[: LINES // 2]), max(held[LINES // 2 :])
            print(f"most held in the first half {first:.1f} MB, in the second {second:.1f} MB")
        finally:
            server.terminate()


def _status(port: int, address: str) -> int:
    """Ask, over a connection of its own, read the answer, and return its status."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", address)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def _index(folder: Path) -> None:
    command = [sys.executable, "-m", "seedsearch", "index", "--quiet"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def _memory(process: int) -> float:
    """Megabytes that are resident."""
    said = Path(f"/proc/{process}/status").read_text().partition("VmRSS:")[2]
    return int(said.split()[0]) / 1000


if __name__ == "__main__":
    main()
