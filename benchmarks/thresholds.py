"""Thresholds of restoration: what comes back and what is harmed where each of them is less, and where it is more.

A threshold is a number that a module of `restoring` or `reading/encodings` has at its top. Each is changed alone, to
less and to more, in this process; then the texts are restored anew in which a function that reads the number is called
at all. Figures: how many texts those are; damaged texts that are whole again (the rows of the case tables, pages
of both generators of damage, every kind, and clean text in four encodings, from words to pages); harm: edits of rows
of the tables that are clean, or damage that is found and left, and those of byte and mark kinds in clean text of all
kinds of the benchmark of harm; and for each side how many texts are restored, or have findings, otherwise, and how many
of the damaged ones come nearer to what is true (`near`), or farther from it (`far`): of text that lost bytes hardly a
page is whole again with any value. A number that no text asks stands with a 0. One that is asked and changes nothing is
a bound on time or memory, or is held by others beside it. One that is made part of a pattern or of another number when
its module is loaded cannot be changed here, and stands with `at import`; a value without which nothing can be restored,
with `fails`. `--only NAME` measures one threshold (`restoring.latin1.FEW`), or those of a module (`restoring.latin1`).

Of each kind there are pages of 300 to 1,500 characters and shorter texts of 30 to 200, and a text of some 6,000
characters of each kind that loses bytes: bounds on work show in `python -m benchmarks worst`.
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import islice
from pathlib import Path
from random import Random
from types import CodeType, FrameType, ModuleType
from typing import Any, NamedTuple, TypeVar

from rapidfuzz.distance import Indel

import seedsearch
from benchmarks import harm_kinds, harm_others
from benchmarks.corpus import documents
from benchmarks.harm import HARM
from benchmarks.harm_kinds import texts
from benchmarks.restoration import GENERATORS, LENGTHS, pages_of
from fixtures.generator import LOSING, Damaged
from seedsearch.damage import Damage
from seedsearch.errors import SeedsearchError
from seedsearch.offsets import Span
from seedsearch.restoring.clean import clean
from seedsearch.restoring.documents import Cleaned

T = TypeVar("T")
HOME = Path(seedsearch.__file__).parent
CASES = Path(__file__).parents[1] / "tests" / "cases"
FOLDERS = ("restoring", "reading/encodings")
DOCUMENTS, APART = 400, 10  # of the corpus, and one in so many from its beginning on
PAGES = 2  # of each kind of damage, of either generator, and as many short texts
SHORT = (30, 200)  # characters of a short text, from and to
LONG = 6_000  # characters of a long one
ROWS_MOST, PAGES_MOST, CLEAN_MOST = 40, 30, 20  # texts that are measured for one threshold, beside short ones in bytes
SIDES = [f"{side:>8} whole harm other near far" for side in ("less", "more")]
ENCODINGS = ("gb18030", "big5", "utf-16-le", "utf-16-be")
ENCODED = (2, 4, 12, 60, 600)  # characters of clean text in an encoding
ENCODED_EACH = 12  # texts of each size in each encoding: what is short is what its number is for


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number at the top of a module, with values below and above it."""

    module: ModuleType
    name: str
    value: float
    less: float
    more: float


class Function(NamedTuple):
    """A function by its file and first line, as a frame names it."""

    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Text:
    """A text to restore: what is true of it, what becomes of it, and the functions that are called for it."""

    page: Damaged
    readable: str
    edits: tuple[tuple[Damage, Span, str], ...]
    findings: tuple[tuple[Damage, Span], ...]
    asked: frozenset[Function]


@dataclass(frozen=True, slots=True)
class Figures:
    """Damaged pages that read as they should, harmful edits of clean text, and texts that are restored otherwise: all,
    and those nearer to what is true, and farther from it.
    """

    whole: int
    harm: int
    other: int
    near: int
    far: int

    def __str__(self) -> str:
        return f"{self.whole:5} {self.harm:4} {self.other:5} {self.near:4} {self.far:3}"


def run(corpus: Path | None, *, smoke: bool = False, only: Sequence[str] = ()) -> None:
    """Print a row a threshold, of all or of the modules and thresholds named: its value, and the figures with it, with
    less and with more.
    """
    found = named(only)
    measured = Texts(corpus, 1 if smoke else PAGES)
    print(f"{'threshold':48} {'value':>8} asked whole harm", *SIDES, sep=" | ")
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


def named(only: Sequence[str]) -> list[Threshold]:
    """Return the thresholds with one of these names, or of modules with one of them; all of them where none is named.

    Raises `SystemExit` for a name that neither a module with thresholds nor a threshold has.
    """
    found = list(thresholds())
    chosen = {name: [one for one in found if f"{name_of(one)}.".startswith(f"{name}.")] for name in only}
    for name, ones in chosen.items():
        if not ones:
            sys.exit(f"no threshold or module with thresholds is called {name}")
    return [one for ones in chosen.values() for one in ones] if only else found


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
    """What is measured on: rows of the tables, damaged pages with what is true, and clean texts."""

    def __init__(self, corpus: Path | None, wanted: int) -> None:
        clean_ones = list(islice(documents(corpus), 0, APART * DOCUMENTS, APART))
        pages = [
            page
            for generator in GENERATORS.values()
            for kind in generator.kinds
            for lengths in (LENGTHS, SHORT)
            for page in islice(pages_of(clean_ones, kind, generator, lengths), wanted)
        ]
        whole = "\n".join(text for _, text in clean_ones)[: LONG * len(LOSING)]
        for start, (kind, damage) in enumerate(LOSING.items()):
            pages.append(damage(kind, whole[start * LONG : (start + 1) * LONG], Random(kind)))
        kinds = (harm_kinds.KINDS | harm_others.KINDS).items()
        harmless = [text for name, kind in kinds for text in islice(texts(name, kind, 3 * wanted), 3 * wanted)]
        self.rows = [_restored(row) for row in _rows()]
        self.pages = [_restored(page) for page in pages]
        self.encoded = [_restored(page) for page in _encoded([text for _, text in clean_ones])]
        self.harmless = [_restored(Damaged("clean", text, text)) for text in harmless]

    def row(self, threshold: Threshold) -> str:
        """Return the row of one threshold."""
        readers = readers_of(threshold)
        groups = [[text for text in group if text.asked & readers] for group in self._groups()]
        asked = sum(map(len, groups))
        rows, pages, harmless, encoded = groups
        measured = [*_spread(rows, ROWS_MOST), *_spread(pages, PAGES_MOST), *_spread(harmless, CLEAN_MOST), *encoded]
        start = f"{name_of(threshold):48} {threshold.value:8g}"
        if not readers:
            return f"{start} at import"
        now = figures((text, text) for text in measured)
        cells = [f"{start} {asked:5} {now.whole:5} {now.harm:4}"]
        for value in (threshold.less, threshold.more) if asked else ():
            with changed(threshold, value):
                try:
                    side = str(figures((text, _restored(text.page, called=False)) for text in measured))
                except (ArithmeticError, LookupError, ValueError, SeedsearchError):
                    side = "fails"
            cells.append(f"{value:8g} {side:>25}")
        return " | ".join(cells)

    def _groups(self) -> tuple[Sequence[Text], ...]:
        return self.rows, self.pages, self.harmless, self.encoded


def _spread(several: Sequence[T], most: int) -> Sequence[T]:
    """As many as `most` of them, from all over."""
    step = -(-len(several) // most)
    return several[:: max(step, 1)]


def _restored(page: Damaged, *, called: bool = True) -> Text:
    """Restore a page; note what is `called` for it, which takes its time."""
    content = page.content or page.found
    done, ran = _called(content) if called else (clean(content), frozenset[Function]())
    edits = tuple((e.kind, e.span, e.replacement) for e in done.edits)
    return Text(page, done.readable, edits, tuple((f.kind, f.span) for f in done.findings), ran)


def figures(pairs: Iterable[tuple[Text, Text]]) -> Figures:
    """Return the figures of texts as they are restored usually, and now."""
    whole = harm = other = near = far = 0
    for usual, now in pairs:
        page = usual.page
        other += (usual.readable, usual.edits, usual.findings) != (now.readable, now.edits, now.findings)
        if page.kind == "clean":
            harm += sum(edit[0] in HARM for edit in now.edits)
        elif page.found == page.true and not page.content:
            harm += len(now.edits)
        else:
            whole += now.readable == page.true
            gained = _distance(usual) - _distance(now)
            near, far = near + (gained > 0), far + (gained < 0)
    return Figures(whole, harm, other, near, far)


def _distance(text: Text) -> int:
    return Indel.distance(text.page.true, text.readable)


@cache
def readers_of(threshold: Threshold) -> frozenset[Function]:
    """Return the functions that read a threshold when they are called."""
    return frozenset(
        Function(str(module.__file__), min([node.lineno, *(d.lineno for d in node.decorator_list)]))
        for module in (threshold.module, *_takers(threshold))
        for node in ast.walk(_tree(str(module.__file__)))
        if isinstance(node, ast.FunctionDef) and _reads(node.body, threshold.name)
    )


def _reads(body: Sequence[ast.stmt], name: str) -> bool:
    return any(isinstance(n, ast.Name) and n.id == name for statement in body for n in ast.walk(statement))


@cache
def _tree(path: str) -> ast.Module:
    return ast.parse(Path(path).read_text(encoding="utf-8"))


def _rows() -> Iterator[Damaged]:
    """Yield the rows of the case tables that say how a text reads, or what is found in it and left.

    Those that need another setting than the default, or the detectors alone, are left out.
    """
    for path in sorted(CASES.glob("*.json")):
        for row in json.loads(path.read_text(encoding="utf-8")):
            if not row.keys() & {"expect", "sure", "alone"} and ("readable" in row or "raw" in row):
                true = row["readable"] if "readable" in row else row["raw"]
                yield Damaged(path.stem, true, row.get("raw", ""), bytes.fromhex(row.get("bytes", "")))


def _encoded(clean_ones: Sequence[str]) -> Iterator[Damaged]:
    """Clean text in one encoding after the other, where it can be written so."""
    rng = Random(1)
    for codec in ENCODINGS:
        for size in ENCODED:
            for text in rng.sample(clean_ones, min(ENCODED_EACH, len(clean_ones))):
                piece = text[:size]
                content = piece.encode(codec, "ignore")
                if content.decode(codec) == piece:
                    yield Damaged(codec, piece, piece, content)


@contextmanager
def changed(threshold: Threshold, value: float) -> Iterator[None]:
    """Another value while the context lasts, in the modules that take the number from its own, too."""
    places = [threshold.module, *_takers(threshold)]
    try:
        for place in places:
            setattr(place, threshold.name, value)
        _forget()
        yield
    finally:
        for place in places:
            setattr(place, threshold.name, threshold.value)
        _forget()


def _forget() -> None:
    """Forget what is kept of earlier calls: it may be made of any number."""
    for module in list(sys.modules.values()):
        if (getattr(module, "__file__", None) or "").startswith(tuple(str(HOME / folder) for folder in FOLDERS)):
            for kept in vars(module).values():
                if hasattr(kept, "cache_clear"):
                    kept.cache_clear()


@cache
def _takers(threshold: Threshold) -> tuple[ModuleType, ...]:
    """Return the modules that import the number."""
    return tuple(m for m in list(sys.modules.values()) if _takes(m, threshold.module.__name__, threshold.name))


def _takes(module: ModuleType, home: str, name: str) -> bool:
    """Tell whether a module imports the number."""
    path = getattr(module, "__file__", None) or ""
    if not path.startswith(str(HOME)) or name not in vars(module) or module.__name__ == home:
        return False
    nodes = ast.walk(_tree(path))
    return any(isinstance(n, ast.ImportFrom) and n.module == home and name in {a.name for a in n.names} for n in nodes)


def _called(text: bytes | str) -> tuple[Cleaned, frozenset[Function]]:
    """Restore a text, and return the functions that were called for that, too."""
    ran: set[CodeType] = set()

    def note(frame: FrameType, event: str, argument: Any) -> None:
        ran.add(frame.f_code)

    sys.setprofile(note)
    try:
        done = clean(text)
    finally:
        sys.setprofile(None)
    return done, frozenset(Function(code.co_filename, code.co_firstlineno) for code in ran)
