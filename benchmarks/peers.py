"""The engines that are measured: each builds an index of files and answers questions and phrases."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.corpus import endless
from seedsearch.engines import Engine
from seedsearch.engines.choice import open_engine
from seedsearch.engines.entries import (
    IndexEntry,
)
from seedsearch.engines.query import AtLeast, Query, Ranked, Run, Term
from seedsearch.indexing.pipeline import (
    batch_of,
)
from seedsearch.text.analyzer import fingerprint, query_words, words
from seedsearch.text.folding import fold
from seedsearch.text.run_text import run_grams, run_text

Ask = Callable[[str], object]
TOP = 10
PACKED = 4000  # short documents in one pack


@dataclass(frozen=True, slots=True)
class Opened:
    """An engine that can be asked; `built` where it made an index of its own just now."""

    place: Path
    question: Ask
    phrase: Ask
    built: bool = True


class Looks:
    """Looks again and again at the processes of a session of its own: this one, and those that it starts."""

    every: float  # seconds between two looks

    def __init__(self) -> None:
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        os.setsid()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        session = os.getpid()
        while not self._done.wait(self.every):
            self.look(list(_processes(session)))

    def look(self, processes: Sequence[Path]) -> None:
        """Take down what the processes, folders of /proc, are at; some of them may be gone."""
        raise NotImplementedError


def _processes(session: int) -> Iterator[Path]:
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdigit() and os.getsid(int(entry.name)) == session:
                yield entry


class Peak(Looks):
    """The most memory that this process and those that it started held at a time; in bytes.

    Looked at every 0.3 s, for a look takes some of the time that is measured, and more where there are more processes.
    What several of them share is counted once (the proportional set size of Linux).
    """

    every = 0.3

    def __init__(self) -> None:
        super().__init__()
        self.bytes = 0

    def look(self, processes: Sequence[Path]) -> None:
        """Add up what they hold."""
        self.bytes = max(self.bytes, sum(map(_held, processes)))


def _held(process: Path) -> int:
    """Return the bytes in memory of a process; 0 where it is gone."""
    try:
        return 1024 * int((process / "smaps_rollup").read_text().split("Pss:")[1].split()[0])
    except OSError:
        return 0


def files_of(folder: Path, size: int) -> list[Path]:
    """Return the files of a folder until they come to `size` bytes."""
    found = []
    for path in sorted(folder.rglob("*.txt")):
        if size <= 0:
            break
        found.append(path)
        size -= path.stat().st_size
    return found


def _texts(files: Sequence[Path]) -> Iterator[str]:
    return (path.read_text(encoding="utf-8") for path in files)


def _ours(folder: Path, files: Sequence[Path], place: Path) -> Opened:
    from seedsearch import build_index, open_index

    build_index(folder, place)
    index = open_index(place)
    return Opened(place, index.search, lambda text: index.search(f'"{text}"'))


def _engine(folder: Path, files: Sequence[Path], place: Path) -> Opened:
    """Return the engine of our index without what is above it: no tiers, no passages, no snippets."""
    place = place.with_name("seedsearch")
    engine = open_engine(place, fingerprint())
    return Opened(place, _question(engine), lambda text: engine.search(Run(run_text(text)), TOP), built=False)


def _question(engine: Engine) -> Ask:
    def ask(text: str) -> object:
        return engine.search(_ranked(query_words(run_text(text))), TOP)

    return ask


def _ranked(asked: Sequence[str]) -> Query:
    """Documents with half of the words, scored by the words and their pairs."""
    grams = dict.fromkeys(gram for word in asked for gram in run_grams(word))
    scored = [*(Term("word", word) for word in asked), *(Term("gram", gram) for gram in grams)]
    half = AtLeast((len(asked) + 1) // 2, tuple(map(Run, asked)))
    return Ranked(half, tuple((term, 1.0) for term in scored))


def _whoosh(folder: Path, files: Sequence[Path], place: Path) -> Opened:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
        from jieba.analyse import ChineseAnalyzer
        from whoosh import fields, index, qparser, query
    jieba.setLogLevel(60)
    place.mkdir()
    schema = fields.Schema(name=fields.ID(stored=True), text=fields.TEXT(analyzer=ChineseAnalyzer(), stored=True))
    made = index.create_in(place, schema)
    writer = made.writer(limitmb=256)
    for path in files:
        writer.add_document(name=str(path), text=path.read_text(encoding="utf-8"))
    writer.commit()
    searcher = made.searcher()
    parser = qparser.QueryParser("text", schema, group=qparser.OrGroup)

    def phrase(text: str) -> object:
        return searcher.search(query.Phrase("text", list(jieba.cut(text))), limit=TOP)

    return Opened(place, lambda text: searcher.search(parser.parse(text), limit=TOP), phrase)


def _words_of(text: str) -> list[str]:
    return words(fold(text))


def _fts5(folder: Path, files: Sequence[Path], place: Path, *, trigram: bool) -> Opened:
    place.mkdir()
    database = sqlite3.connect(place / "index.db")
    tokenizer = "trigram" if trigram else "unicode61"
    database.execute(f"CREATE VIRTUAL TABLE pages USING fts5(name UNINDEXED, text, tokenize='{tokenizer}')")
    shown: Callable[[str], str] = str if trigram else lambda text: " ".join(_words_of(text))
    rows = ((str(path), shown(text)) for path, text in zip(files, _texts(files), strict=True))
    with database:
        database.executemany("INSERT INTO pages VALUES (?, ?)", rows)

    def look(parts: Sequence[str], joint: str) -> object:
        wanted = joint.join('"' + part.replace('"', '""') + '"' for part in parts if part)
        sql = "SELECT name FROM pages WHERE pages MATCH ? ORDER BY bm25(pages) LIMIT ?"
        return database.execute(sql, (wanted, TOP)).fetchall() if wanted else []

    def parts(text: str) -> list[str]:
        return [text[i : i + 3] for i in range(len(text) - 2)] if trigram else query_words(fold(text))

    def phrase(text: str) -> object:
        return look([text if trigram else " ".join(query_words(fold(text)))], "")

    return Opened(place, lambda text: look(parts(text), " OR "), phrase)


def _tantivy(folder: Path, files: Sequence[Path], place: Path) -> Opened:
    """Return the same two fields as ours, made from Python: words, and pairs and single characters.

    Only pairs have positions, which phrases need; the text is not stored.
    """
    import tantivy

    place.mkdir()
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("number", stored=True)
    builder.add_text_field("word", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("gram", tokenizer_name="whitespace", index_option="position")
    builder.add_text_field("single", tokenizer_name="whitespace", index_option="freq")
    schema = builder.build()
    index = tantivy.Index(schema, path=str(place))
    writer = index.writer(heap_size=256_000_000)
    for number, text in enumerate(_texts(files)):
        run = run_text(text)
        document = tantivy.Document()
        document.add_unsigned("number", number)
        document.add_text("word", " ".join(words(fold(text))))
        document.add_text("gram", " ".join(run[i : i + 2] for i in range(len(run) - 1)))
        document.add_text("single", " ".join(run))
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def any_of(field: str, terms: Sequence[str]) -> Any:
        should = [(tantivy.Occur.Should, tantivy.Query.term_query(schema, field, term)) for term in terms]
        return tantivy.Query.boolean_query(should)

    def question(text: str) -> object:
        asked = query_words(run_text(text))
        pairs = [gram for word in asked for gram in run_grams(word) if len(gram) == 2]
        both = [(tantivy.Occur.Should, any_of("word", asked)), (tantivy.Occur.Should, any_of("gram", pairs))]
        return searcher.search(tantivy.Query.boolean_query(both), TOP).hits

    def phrase(text: str) -> object:
        pairs: list[Any] = [text[i : i + 2] for i in range(len(text) - 1)]
        wanted = tantivy.Query.phrase_query(schema, "gram", pairs) if len(pairs) > 1 else any_of("gram", pairs)
        return searcher.search(wanted, TOP).hits

    return Opened(place, question, phrase)


def many_short(documents: int, place: Path) -> tuple[Ask, int]:
    """Return an index of generated short texts, packed here; a way to ask it, and the bytes that it takes."""
    shutil.rmtree(place, ignore_errors=True)
    engine = open_engine(place, fingerprint(), create=True)
    texts = endless(random.Random(2), 40)
    with engine.writer() as writer:
        packer = None
        for start in range(0, documents, PACKED):
            some = islice(texts, min(PACKED, documents - start))
            entries = [_entry(f"{start + i:08}", text) for i, text in enumerate(some)]
            packer = packer or writer.packer(entries)
            writer.add(packer.pack(batch_of(entries)))
    return _question(engine), engine.info().size


def _entry(name: str, text: str) -> IndexEntry:
    return IndexEntry(name, f"{hash(text) & 0xFFFFFFFFFFFFFFFF:032x}", text, ("ext:txt",), b"")


ENGINES: dict[str, Callable[[Path, Sequence[Path], Path], Opened]] = {
    "seedsearch": _ours,
    "seedsearch, engine": _engine,
    "Whoosh + jieba": _whoosh,
    "FTS5, words": lambda folder, files, place: _fts5(folder, files, place, trigram=False),
    "FTS5, trigrams": lambda folder, files, place: _fts5(folder, files, place, trigram=True),
    "tantivy, words and grams": _tantivy,
}
