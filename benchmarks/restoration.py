"""Restoration: what comes back of damaged pages, what happens to clean ones, and how fast.

Pages are cut from the corpus at random and damaged by two generators, which know the truth: the one of the tests, and a
second one that was written from the catalogue of damage alone, with other choices (`--generator first` or `second`
prints the table of that one and nothing else, `--pages` says how many of each kind). A page counts by its Indel
similarity to the true one (2 · common subsequence / both lengths); the width of marks, control characters and blank
lines are ignored, because none is text. `whole` is the share of pages of which every character is right, and `told`
what it would be if of each lost byte the right one had been chosen: what is wrong beyond that is of another kind than a
choice. Beside ours stand ftfy with its defaults, and `codecs`: the text written in one encoding and read in another, by
the two of a table that come nearest to the true page, as nobody knows who has not read it. Pages that
restoration edits before they are damaged are left out here; another table counts and lists those edits. Between them
stands what comes back of short and of long texts that lost bytes.
"""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from operator import eq
from pathlib import Path
from statistics import mean
from typing import NamedTuple

import ftfy
from rapidfuzz.distance import Indel, Levenshtein

from benchmarks.corpus import Document, documents
from benchmarks.harm import HARM, shown
from fixtures import second_generator
from fixtures.generator import KINDS, LOSING, SITES, Damaged, damaged, listed
from seedsearch.restoring.clean import clean
from seedsearch.restoring.corruptions import narrowed
from seedsearch.restoring.steps import restore
from seedsearch.text.folding import is_han

PAGES = 200  # of each kind
LENGTHS = (300, 1500)  # characters of a page, from and to
HAN_SHARE = 0.5  # of a page; one of Latin and digits has nothing to damage
KEPT = 0.8  # of a page's characters can be written in the encodings of its kind of damage; others say nothing
SPEED_TEXT = 4_000_000  # bytes of UTF-8 of clean text for the figure of speed, and a quarter of it for damaged text
SHIFTED = 25_000  # bytes for one page of each kind of site with shifts
LONG = (20_000, 1_000_000)  # bytes of a short and of a long text that lost bytes
SHOWN, WRITTEN = ("gb18030", "big5", "cp1252", "latin-1"), ("utf-8", "gb18030", "big5")  # read in, and written in
LISTED = 40  # edits of clean text that are printed one by one

_BREAKS = re.compile(r"\s*\n\s*")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


class Generator(NamedTuple):
    """Programs that damage clean text: the kinds of damage, and the function that does one of them."""

    kinds: Sequence[str]
    damaged: Callable[[str, str, random.Random], Damaged]


FIRST = Generator(tuple(KINDS), damaged)
GENERATORS = {"first": FIRST, "second": Generator(second_generator.KINDS, second_generator.damaged)}


def run(corpus: Path | None, *, smoke: bool = False, generator: str | None = None, pages: int = PAGES) -> None:
    """Print what comes back by kind, harm by genre, and speeds; of one generator, what comes back alone."""
    texts = list(documents(corpus))
    for name in GENERATORS if generator is None else (generator,):
        _restored(texts, name, 2 if smoke else pages)
    if generator is not None:
        return
    _long(texts, (LONG[0] // 10, LONG[0]) if smoke else LONG)
    _harm(texts[:100] if smoke else texts)
    _speeds(texts, SPEED_TEXT // 40 if smoke else SPEED_TEXT)


def _restored(texts: Sequence[Document], name: str, wanted: int) -> None:
    print(f"\n{f'{name} generator':44} as found  ftfy codecs restored  whole  told  (over {wanted} pages)")
    for kind in GENERATORS[name].kinds:
        pages = list(islice(pages_of(texts, kind, GENERATORS[name]), wanted))
        if not pages:
            print(f"{kind:44} no page of the corpus can be written so")
            continue
        found = [page.found or page.content.decode("gb18030", "replace") for page in pages]
        made = [clean(page.content or page.found).readable for page in pages]
        fixed, read = [ftfy.fix_text(text) for text in found], list(map(_read_again, pages, found))
        shares = [mean(map(share, pages, variant)) for variant in (found, fixed, read, made)]
        whole = mean(_lines(page.true) == _lines(text) for page, text in zip(pages, made, strict=True))
        told = mean(map(differs_in_choices, pages, made))
        print(
            f"{kind:44} {shares[0]:8.4f} {shares[1]:.4f} {shares[2]:.4f} {shares[3]:8.4f} {whole:7.3f} {told:5.3f}",
            flush=True,
        )


def _read_again(page: Damaged, found: str) -> str:
    """Return a text as the two codecs read it again by which most of a page comes back, itself where none does."""
    tries = (found.encode(shown, "replace").decode(written, "replace") for shown in SHOWN for written in WRITTEN)
    return max((found, *tries), key=partial(share, page))


def _long(texts: Sequence[Document], sizes: tuple[int, int]) -> None:
    """What comes back of short texts and of long ones that readers lost bytes of, which should be as much."""
    print(f"\n{'readers that lose bytes':44} share of texts of {sizes[0]} and {sizes[1]} bytes")
    whole = "\n".join(text.text for text in texts)
    while len(whole.encode()) < sizes[1]:
        whole += "\n" + whole
    for kind in LOSING:
        print(
            f"{kind:44} {long_share(kind, whole, sizes[0]):8.4f} {long_share(kind, whole, sizes[1]):8.4f}", flush=True
        )


def long_share(kind: str, text: str, size: int) -> float:
    """Return the share that comes back of the first `size` bytes of a text with damage of a kind of `LOSING`."""
    page = LOSING[kind](kind, text.encode()[:size].decode("utf-8", "ignore"), random.Random(0))
    return float(Indel.normalized_similarity(page.true, clean(page.found).readable))


def share(page: Damaged, text: str) -> float:
    """Return how much of a page is in a text, 0 to 1."""
    return float(Indel.normalized_similarity(_visible(page.true), _visible(text)))


def differs_in_choices(page: Damaged, text: str) -> bool:
    """Tell whether a text is the true one, but for characters that have a byte with the true ones in common."""
    true, made = _lines(page.true), _lines(text)
    for op in Levenshtein.opcodes(true, made):
        one, other = true[op.src_start : op.src_end], made[op.dest_start : op.dest_end]
        if op.tag != "equal" and not (len(one) == len(other) and all(map(_one_chosen_for, one, other))):
            return False
    return True


def _one_chosen_for(char: str, other: str) -> bool:
    """Tell whether two characters are as long in one of the encodings, and have a byte in common at the same place."""
    for encoding in ("gb18030", "big5", "utf-8"):
        one, two = (some.encode(encoding, "ignore") for some in (char, other))
        if len(one) == len(two) > 1 and any(map(eq, one, two)):
            return True
    return False


def _visible(text: str) -> str:
    return narrowed(_CONTROLS.sub("", text))


def _lines(text: str) -> str:
    return _BREAKS.sub("\n", _visible(text).strip())


def pages_of(
    texts: Sequence[Document], kind: str, generator: Generator = FIRST, lengths: tuple[int, int] = LENGTHS
) -> Iterator[Damaged]:
    """Pages of a kind, the same ones in every run; as many as the corpus gives in a fair number of tries."""
    rng = random.Random(kind)
    for _ in range(PAGES * 50):
        text = rng.choice(texts).text
        size = rng.randint(*lengths)
        start = rng.randrange(max(1, len(text) - size))
        piece = text[start : start + size]
        if len(piece) < lengths[0] or sum(map(is_han, piece)) < HAN_SHARE * len(piece):
            continue
        page = generator.damaged(kind, piece, rng)
        if len(page.true) > KEPT * len(piece) and not restore(page.true).edits:
            yield page


def _harm(texts: Sequence[Document]) -> None:
    """Edits of clean text: how many by genre, and which."""
    sizes: Counter[str] = Counter()
    edits: Counter[str] = Counter()
    listed = []
    for genre, text in texts:
        sizes[genre] += len(text)
        for edit in restore(text).edits:
            if edit.kind in HARM:
                edits[genre] += 1
                listed.append(f"  {genre}: {shown(text, edit)}")
    print("\nHarm: edits of byte and mark kinds in clean text, and for a million characters")
    for genre, size in sorted(sizes.items()):
        print(f"  {genre:30} {size:10} characters {edits[genre]:5} edits {1e6 * edits[genre] / size:8.2f}")
    print(f"  {'all':30} {sizes.total():10} characters {edits.total():5} edits", end="")
    print(f" {1e6 * edits.total() / sizes.total():8.2f}", *listed[:LISTED], sep="\n")


def _speeds(texts: Sequence[Document], size: int) -> None:
    print("\nSpeed, MB of UTF-8 a second on one core")
    print(f"  {'clean':12} {_speed(list(_cut((text.text for text in texts), size))):8.2f}")
    print(f"  {'marks alone':12} {_speed(list(_cut(_marked_pages(texts), size // 4))):8.2f}")
    shifted = (
        page.found for kind in SITES for page in islice(pages_of(texts, kind), size // 4 // SHIFTED) if "shift" in kind
    )
    print(f"  {'shifts':12} {_speed(list(shifted)):8.2f}")


def _marked_pages(texts: Sequence[Document]) -> Iterator[str]:
    """Pages with reading marks and nothing torn, in turn of each kind of site that marks."""
    rng = random.Random(0)
    kinds = [kind for kind, site in SITES.items() if not site.noise]
    for pages in zip(*(pages_of(texts, kind) for kind in kinds), strict=False):
        for kind, page in zip(kinds, pages, strict=True):
            marks = listed(SITES[kind], rng)
            yield "".join(f"{char}({marks[char]})" if char in marks else char for char in page.true)


def _cut(texts: Iterator[str], size: int) -> Iterator[str]:
    """Texts up to `size` bytes of UTF-8 in all."""
    for text in texts:
        yield text
        size -= len(text.encode())
        if size < 0:
            return


def _speed(texts: Sequence[str]) -> float:
    for text in texts[: len(texts) // 4]:  # tables that are made on first use are not part of the figure
        restore(text)
    size = sum(len(text.encode()) for text in texts)
    start = time.perf_counter()
    for text in texts:
        restore(text)
    return size / 1e6 / (time.perf_counter() - start)
