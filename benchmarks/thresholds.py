"""Thresholds of restoration: what comes back and what is harmed where each of them is less, and where it is more.

A threshold is a number that a module of `restoring` or `reading/encodings` has at its top. Each is changed alone, to
less and to more, in this process; then the texts are restored anew in which its module is asked at all. Figures for
each side: damaged texts that are whole again (the rows of the case tables, the pages of the benchmark of restoration,
every kind of damage, and clean text in four encodings, from words to pages), and harm: edits of clean rows of the
tables, and those of byte and mark kinds in clean text of all kinds of the benchmark of harm. A number that changes
nothing there is a bound on time or memory, or is held by others beside it, or these texts say nothing of it.

What is kept between calls is not made again with another number, and no page is longer than 1,500 characters: bounds
on work show in `python -m benchmarks worst`.
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from pathlib import Path
from random import Random
from types import FrameType, ModuleType
from typing import Any, TypeVar

import seedsearch
from benchmarks import harm_kinds, harm_others
from benchmarks.corpus import documents
from benchmarks.harm import HARM
from benchmarks.harm_kinds import texts
from benchmarks.restoration import pages_of
from fixtures.generator import KINDS, Damaged
from seedsearch.restoring.clean import clean

T = TypeVar("T")
HOME = Path(seedsearch.__file__).parent
CASES = Path(__file__).parents[1] / "tests" / "cases"
FOLDERS = ("restoring", "reading/encodings")
DOCUMENTS, APART = 400, 10  # of the corpus, and one in so many from its beginning on
PAGES = 8  # of each kind of damage
PAGES_MOST, CLEAN_MOST = 24, 60  # texts that are measured for one threshold, beside the rows of tables
ENCODINGS = ("gb18030", "big5", "utf-16-le", "utf-16-be")
ENCODED = (2, 4, 12, 60, 600)  # characters of clean text in an encoding


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number at the top of a module, with values below and above it."""

    module: ModuleType
    name: str
    value: float
    less: float
    more: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Damaged pages that read as they should, and harmful edits of clean text."""

    whole: int
    harm: int

    def __str__(self) -> str:
        return f"{self.whole:5} {self.harm:4}"


def run(corpus: Path | None, *, smoke: bool = False) -> None:
    """Print a row a threshold: its value, and the figures with it, with less and with more."""
    found = list(thresholds())
    measured = Texts(corpus, 1 if smoke else PAGES)
    print(f"{'threshold':48} {'value':>8}  whole harm | {'less':>8}  whole harm | {'more':>8}  whole harm")
    for threshold in found[:2] if smoke else found:
        print(measured.row(threshold), flush=True)


def thresholds() -> Iterator[Threshold]:
    """Yield every number at the top of a module, one of several that stand in a row by its own name."""
    for folder in FOLDERS:
        for path in sorted((HOME / folder).rglob("*.py")):
            module = import_module(
                ".".join(path.relative_to(HOME.parent).with_suffix("").parts).removesuffix(".__init__")
            )
            for name in numbers(path.read_text(encoding="utf-8")):
                value = getattr(module, name)
                yield Threshold(module, name, value, *_sides(value))


def name_of(threshold: Threshold) -> str:
    """Return the name of a threshold, with its module below the package."""
    return f"{threshold.module.__name__.removeprefix('seedsearch.')}.{threshold.name}"


def numbers(source: str) -> Iterator[str]:
    """Yield the names that a module gives to numbers at its top."""
    for node in ast.parse(source).body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if _is_number(value):
                yield name
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) if _is_number(value):
                yield name
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                yield from (
                    n.id for n, v in zip(names, values, strict=True) if isinstance(n, ast.Name) and _is_number(v)
                )


def _is_number(value: ast.expr) -> bool:
    match value:
        case ast.Constant(value=bool()):
            return False
        case ast.Constant(value=int() | float()):
            return True
        case ast.UnaryOp(operand=inner):
            return _is_number(inner)
        case ast.BinOp(left=left, right=right):
            return _is_number(left) and _is_number(right)
    return False


def _sides(value: float) -> tuple[float, float]:
    """Return a quarter and four times of a count, 4 nats around a likelihood, a quarter of a share and of what it
    leaves.
    """
    if value < 0:
        return value - 4, value + 4
    if isinstance(value, int):
        return value // 4, 4 * value
    return value / 4, (3 + value) / 4 if value < 1 else 4 * value


class Texts:
    """What is measured on: damaged pages with what is true, and clean texts; both know the modules that they ask."""

    def __init__(self, corpus: Path | None, wanted: int) -> None:
        clean_ones = list(islice(documents(corpus), 0, APART * DOCUMENTS, APART))
        pages = [page for kind in KINDS for page in islice(pages_of(clean_ones, kind), wanted)]
        pages += _encoded([text for _, text in clean_ones], wanted)
        self.pages = [(page, _asked(page.content or page.found)) for page in pages]
        kinds = (harm_kinds.KINDS | harm_others.KINDS).items()
        harmless = [text for name, kind in kinds for text in islice(texts(name, kind, 3 * wanted), 3 * wanted)]
        self.rows = [(row, _asked(row.content or row.found)) for row in _rows()]
        self._now: dict[str, Figures] = {}
        self.harmless = [(text, _asked(text)) for text in harmless]

    def row(self, threshold: Threshold) -> str:
        """Return the row of one threshold."""
        here = threshold.module.__file__ or ""
        pages = [*_spread([page for page, asked in self.pages if here in asked], PAGES_MOST)]
        pages += [row for row, asked in self.rows if here in asked]
        harmless = _spread([text for text, asked in self.harmless if here in asked], CLEAN_MOST)
        if here not in self._now:
            self._now[here] = figures(pages, harmless)
        cells = [f"{threshold.value:8g}  {self._now[here]}"]
        for value in (threshold.less, threshold.more):
            with changed(threshold, value):
                cells.append(f"{value:8g}  {figures(pages, harmless)}")
        return f"{name_of(threshold):48} {' | '.join(cells)}"


def _spread(several: Sequence[T], most: int) -> Sequence[T]:
    """As many as `most` of them, from all over."""
    step = -(-len(several) // most)
    return several[:: max(step, 1)]


def figures(pages: Sequence[Damaged], harmless: Sequence[str]) -> Figures:
    """Return the figures of these texts as the program is now."""
    harm = sum(e.kind in HARM for text in harmless for e in clean(text).edits)
    whole = 0
    for page in pages:
        done = clean(page.content or page.found)
        if page.found == page.true and not page.content:
            harm += len(done.edits)
        else:
            whole += done.readable == page.true
    return Figures(whole, harm)


def _rows() -> Iterator[Damaged]:
    """Yield the rows of the case tables that say how a text reads."""
    for path in sorted(CASES.glob("*.json")):
        for row in json.loads(path.read_text(encoding="utf-8")):
            if "readable" in row and "expect" not in row:
                yield Damaged(path.stem, row["readable"], row.get("raw", ""), bytes.fromhex(row.get("bytes", "")))


def _encoded(clean_ones: Sequence[str], wanted: int) -> Iterator[Damaged]:
    """Clean text in one encoding after the other, where it can be written so."""
    rng = Random(1)
    for codec in ENCODINGS:
        for size in ENCODED:
            for text in rng.sample(clean_ones, min(wanted, len(clean_ones))):
                piece = text[:size]
                content = piece.encode(codec, "ignore")
                if content.decode(codec) == piece:
                    yield Damaged(codec, piece, piece, content)


@contextmanager
def changed(threshold: Threshold, value: float) -> Iterator[None]:
    """Another value while the context lasts, in the modules that take the number from its own, too."""
    name, home = threshold.name, threshold.module.__name__
    places = [threshold.module, *(m for m in list(sys.modules.values()) if _takes(m, home, name))]
    try:
        for place in places:
            setattr(place, name, value)
        yield
    finally:
        for place in places:
            setattr(place, name, threshold.value)


def _takes(module: ModuleType, home: str, name: str) -> bool:
    """Tell whether a module imports the number."""
    path = getattr(module, "__file__", None) or ""
    if not path.startswith(str(HOME)) or name not in vars(module) or module.__name__ == home:
        return False
    nodes = ast.walk(ast.parse(Path(path).read_text(encoding="utf-8")))
    return any(isinstance(n, ast.ImportFrom) and n.module == home and name in {a.name for a in n.names} for n in nodes)


def _asked(text: bytes | str) -> frozenset[str]:
    """Return the files of the modules whose functions are called to restore a text."""
    ran: set[str] = set()

    def note(frame: FrameType, event: str, argument: Any) -> None:
        ran.add(frame.f_code.co_filename)

    sys.setprofile(note)
    try:
        clean(text)
    finally:
        sys.setprofile(None)
    return frozenset(ran)
