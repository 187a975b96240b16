"""Make src/seedsearch/text/trigrams.bin, the model of three characters in a row, from a corpus.

    python -m tools.make_trigrams FOLDER

FOLDER holds clean texts as JSON Lines with `text` (.xz as well); half of the documents, by chance, are counted, so
that the others can be measured on. The committed file was made from laws of China and Taiwan, technical texts, and
classical prose with translations, 16 million characters of them. Figures are kept, and no text: a row of three
characters is kept where it came `LEAST_3` times, one of two where it came `LEAST_2` times.

The file is little-endian arrays, one after the other, as `text/trigrams.py` maps them: four counts (uint32: characters,
pairs, contexts, triples); the characters in order of falling frequency (uint16) and ln p of each; the pairs (uint32:
rank of the first << 13 | rank of the second, in order) and ln p of the second; the contexts (uint32: pairs that triples
begin with, in order) and ln of what is left to triples that are not there; the triples (uint32: number of the context
<< 13 | rank of the third, in order) and ln p of the third. Each ln p is a byte, in steps of -1/8. Zeros behind an array
fill it up to a multiple of four bytes.
"""

from __future__ import annotations

import json
import lzma
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import numpy as np

from seedsearch.text.array_types import Bytes, Scores
from seedsearch.text.folding import fold
from seedsearch.text.trigrams import BITS, STEP, Counts

TARGET = Path(__file__).parents[1] / "src" / "seedsearch" / "text" / "trigrams.bin"
LEAST_2, LEAST_3 = 3, 3
MOST = (1 << BITS) - 1  # characters
# Shares of the chances that are those of pairs and triples, as counted; the rest is that of shorter rows. Fitted by how
# often a lost byte of other documents is chosen rightly.
PAIRS, TRIPLES = 0.85, 0.9
TRUST = 5.0  # times that a pair has to come for half of that
DISCOUNT = 0.5


def counted(text: str) -> bytes:
    """Return the content of the file, of a folded text."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    chars, times = np.unique(codes[codes <= 0xFFFF], return_counts=True)
    order = np.argsort(-times, kind="stable")[:MOST]
    chars, times = chars[order], times[order].astype(float)
    rank = np.full(0x110000, MOST, np.uint64)
    rank[chars] = np.arange(len(chars))
    ranks = rank[codes]
    alone = np.append((times + DISCOUNT) / len(codes), DISCOUNT / len(codes))
    pairs, pair_times = np.unique(ranks[:-1] << BITS | ranks[1:], return_counts=True)
    triples, triple_times = np.unique(ranks[:-2] << 2 * BITS | ranks[1:-1] << BITS | ranks[2:], return_counts=True)
    of_pair = dict(zip(pairs.tolist(), pair_times.tolist(), strict=True))
    firsts, seconds = pairs >> BITS, pairs & MOST
    totals = np.bincount(ranks.astype(np.int64), minlength=MOST + 1)
    chances = PAIRS * (pair_times - DISCOUNT) / totals[firsts] + (1 - PAIRS) * alone[np.minimum(seconds, len(chars))]
    of_second = dict(zip(pairs.tolist(), chances.tolist(), strict=True))
    whole = (firsts < MOST) & (seconds < MOST)
    kept = whole & (pair_times >= LEAST_2)
    a, b, c = triples >> 2 * BITS, triples >> BITS & MOST, triples & MOST
    of_three = (triple_times >= LEAST_3) & (a < MOST) & (b < MOST) & (c < MOST)
    triples, triple_times = triples[of_three], triple_times[of_three]
    contexts, numbers = np.unique(triples >> BITS, return_inverse=True)
    seen = np.array([of_pair[pair] for pair in contexts.tolist()], float)
    trust = TRIPLES * seen / (seen + TRUST)
    shorter = np.array([of_second[pair] for pair in (triples & (1 << 2 * BITS) - 1).tolist()])
    thirds = trust[numbers] * triple_times / seen[numbers] + (1 - trust[numbers]) * shorter
    keys = numbers.astype(np.uint64) << BITS | triples & MOST
    return Counts(
        chars.astype(np.uint16),
        stored(alone[:-1]),
        pairs[kept].astype(np.uint32),
        stored(chances[kept]),
        contexts.astype(np.uint32),
        stored(1 - trust),
        keys.astype(np.uint32),
        stored(thirds),
    ).content


def stored(chances: Scores) -> Bytes:
    """Return chances as bytes."""
    steps: Bytes = np.minimum(np.rint(np.log(chances) / STEP), 255).astype(np.uint8)
    return steps


def _texts(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*.jsonl*")):
        with (lzma.open if path.suffix == ".xz" else open)(path, "rt", encoding="utf-8") as lines:
            yield from (record["text"] for record in map(json.loads, lines) if "text" in record)


def counted_texts(folder: Path) -> Iterator[str]:
    """Yield the documents of a folder that are counted, the others being there to measure on."""
    return (text for text in _texts(folder) if sha256(text.encode()).digest()[0] % 4 < 2)


def main(folder: Path) -> None:
    """Write the file from the documents of a folder."""
    TARGET.write_bytes(counted(fold("\n".join(counted_texts(folder)))))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
