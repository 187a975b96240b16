"""Finding: how often the right passage comes first, on clean and on damaged text, beside named peers.

A corpus is a folder with sets in it, each a folder with `passages.jsonl` and `queries.jsonl` (`id`, `text` in each
line) and `qrels.tsv` (query, 0, passage, relevance), as retrieval benchmarks keep them. Other JSON Lines
(`path`, `text`) are a collection of works, of which questions.py makes questions. Questions are of one of two halves:
constants may be chosen on those of `dev`, and figures are reported on those of `report`. All questions about a passage,
or a work, are of one half; passages of both halves are searched. Damage is that of the tests'
generator, one random kind a passage of those that it can suffer. Figures: MRR@10, nDCG@10, recall@10 and @100, ms a
question at the median (ten hits with snippets for ours; the peers give ids alone), and for a peer how likely a
difference in nDCG as large as the one to ours is where both are equally good.

The peers get what their users would give them: words as jieba cuts them, any of which a page may have. Lucene has no
package in Python; FTS5, tantivy and bm25s rank by the same formula.
"""

from __future__ import annotations

import json
import math
import sqlite3
import statistics
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.questions import REPORTED, half_of, questions_of, works_of
from fixtures.generator import KINDS, damaged
from seedsearch import build_index, open_index
from seedsearch.text.folding import fold

DEEP = 100
DEPTHS = (10, DEEP)
TIMED = 300  # questions
DRAWN = 10_000  # trials of a test for significance
SEED = 1
# Of a passage's characters: text that is not Big5 cannot be read wrongly as Big5, and says nothing of its repair.
KEPT = 0.98

Search = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Judged:
    """A set of passages and questions; `relevant` names the passages that answer each question, and how well."""

    name: str
    passages: Mapping[str, str]
    queries: Mapping[str, str]
    relevant: Mapping[str, Mapping[str, int]]


def run(corpus: Path | None, *, smoke: bool = False, half: str = REPORTED) -> None:
    """Print a table a set: engines down, figures across, on the questions of one half."""
    sets = list(_sets(corpus, half)) if corpus else [_generated()]
    for judged in sets:
        count = 20 if smoke else len(judged.queries)
        print(f"\n{judged.name}: {len(judged.passages):,} passages, {count:,} questions")
        print(f"{'':28} MRR@10 nDCG@10 recall@10 recall@100 ms a question      p")
        for name, texts in (("clean", _clean(judged)), ("damaged", _damaged(judged))):
            ours: Sequence[float] = ()
            for engine, opened in _engines(texts):
                figures, gains = _figures(judged, opened, count)
                ours = ours or gains
                chance = "" if gains is ours else f"{likelihood_of_chance(ours, gains):9.4f}"
                print(f"  {name:8} {engine:17}", figures, chance, flush=True)


def _figures(judged: Judged, opened: Callable[[ExitStack], Search], count: int) -> tuple[str, Sequence[float]]:
    """Return the figures of an engine as they are printed, and nDCG@10 of each question."""
    queries = Random(SEED).sample(sorted(judged.queries), count)
    with ExitStack() as stack:
        search = opened(stack)
        found = [(search(judged.queries[query], DEEP), judged.relevant[query]) for query in queries]
        seconds = [_seconds(search, judged.queries[query]) for query in queries[:TIMED]]
    ranks = [_rank(passages, relevant) for passages, relevant in found]
    first = sum(1 / rank for rank in ranks if rank <= 10) / count
    gains = [_gain(passages, relevant) for passages, relevant in found]
    recall = [statistics.fmean(_recall(passages, relevant, depth) for passages, relevant in found) for depth in DEPTHS]
    shares = f"{first:.4f}  {statistics.fmean(gains):.4f}   {recall[0]:.4f}     {recall[1]:.4f}"
    return f"{shares} {1000 * statistics.median(seconds):8.2f}", gains


def likelihood_of_chance(some: Sequence[float], others: Sequence[float]) -> float:
    """Return how often the means of pairs differ as much by chance: a paired randomization test, two-sided.

    As Smucker, Allan and Carterette recommend for measures of retrieval (CIKM 2007): in each of `DRAWN` trials, the two
    of each pair change places or not.
    """
    differences = np.subtract(some, others)
    signs = np.random.default_rng(SEED).choice(np.array([-1, 1], dtype=np.int8), (DRAWN, len(differences)))
    reached = np.abs(signs @ differences) >= abs(differences.sum()) - 1e-9
    return float((reached.sum() + 1) / (DRAWN + 1))


def _rank(found: Sequence[str], relevant: Mapping[str, int]) -> float:
    """Return the place of the first passage that answers best, from 1; infinity where there is none."""
    best = max(relevant.values())
    return next((rank for rank, passage in enumerate(found, start=1) if relevant.get(passage) == best), math.inf)


def _gain(found: Sequence[str], relevant: Mapping[str, int]) -> float:
    """nDCG@10 of graded relevance (Järvelin and Kekäläinen, 2002; gains 2 ** grade - 1, as Burges et al., 2005)."""

    def gained(grades: Sequence[int]) -> float:
        return sum((2.0**grade - 1) / math.log2(place + 1) for place, grade in enumerate(grades[:10], start=1))

    return gained([relevant.get(passage, 0) for passage in found]) / gained(sorted(relevant.values(), reverse=True))


def _recall(found: Sequence[str], relevant: Mapping[str, int], depth: int) -> float:
    """Return the share of the relevant passages among the first `depth`, of as many as these could be."""
    return len(set(found[:depth]) & relevant.keys()) / min(len(relevant), depth)


def _seconds(search: Search, query: str) -> float:
    start = time.perf_counter()
    search(query, 10)
    return time.perf_counter() - start


def _clean(judged: Judged) -> Mapping[str, bytes]:
    return {name: text.encode() for name, text in judged.passages.items()}


def _damaged(judged: Judged) -> Mapping[str, bytes]:
    """Return the passages, each with one kind of damage at random, of those that can hold the passage."""
    rng, made = Random(SEED), {}
    for name, text in judged.passages.items():
        tries = (damaged(kind, text, rng) for kind in rng.sample(sorted(KINDS), len(KINDS)))
        found = next(one for one in tries if len(one.true) >= KEPT * len(text))
        made[name] = found.content or found.found.encode("utf-8", "replace")
    return made


def _engines(texts: Mapping[str, bytes]) -> Iterator[tuple[str, Callable[[ExitStack], Search]]]:
    yield "seedsearch", lambda stack: _ours(stack, texts)
    yield "Whoosh + jieba", lambda stack: _whoosh(stack, texts)
    yield "FTS5, jieba", lambda stack: _fts5(texts, "unicode61", _cut)
    yield "FTS5, trigram", lambda stack: _fts5(texts, "trigram", _trigrams)
    yield "tantivy, jieba", lambda stack: _tantivy(texts)
    yield "bm25s, jieba", lambda stack: _bm25s(texts)


def _ours(stack: ExitStack, texts: Mapping[str, bytes]) -> Search:
    folder = Path(stack.enter_context(TemporaryDirectory()))
    (folder / "seeds").mkdir()
    for name, content in texts.items():
        (folder / "seeds" / f"{name}.txt").write_bytes(content)
    build_index(folder / "seeds", folder / "index")
    index = stack.enter_context(open_index(folder / "index"))

    def search(query: str, limit: int) -> list[str]:
        hits = index.search(query, limit=limit).hits
        return [Path(path).stem for hit in hits for path in (hit.path, *hit.also_in)]

    return search


def _whoosh(stack: ExitStack, texts: Mapping[str, bytes]) -> Search:
    """As its users set it up: jieba's analyzer, one field, the words of the question joined by OR."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
        from jieba.analyse import ChineseAnalyzer
        from whoosh import fields, index, qparser
    jieba.setLogLevel(60)
    folder = stack.enter_context(TemporaryDirectory())
    schema = fields.Schema(name=fields.ID(stored=True), text=fields.TEXT(analyzer=ChineseAnalyzer()))
    made = index.create_in(folder, schema)
    writer = made.writer(limitmb=256)
    for name, content in texts.items():
        writer.add_document(name=name, text=content.decode("utf-8", "replace"))
    writer.commit()
    searcher = stack.enter_context(made.searcher())
    parser = qparser.QueryParser("text", schema, group=qparser.OrGroup)

    def search(query: str, limit: int) -> list[str]:
        return [hit["name"] for hit in searcher.search(parser.parse(query), limit=limit)]

    return search


def _fts5(texts: Mapping[str, bytes], tokenizer: str, terms: Callable[[str], list[str]]) -> Search:
    database = sqlite3.connect(":memory:")
    database.execute(f"CREATE VIRTUAL TABLE pages USING fts5(name UNINDEXED, text, tokenize='{tokenizer}')")
    shown: Callable[[str], str] = (lambda text: " ".join(terms(text))) if tokenizer == "unicode61" else str
    rows = ((name, shown(content.decode("utf-8", "replace"))) for name, content in texts.items())
    database.executemany("INSERT INTO pages VALUES (?, ?)", rows)

    def search(query: str, limit: int) -> list[str]:
        wanted = " OR ".join('"' + term.replace('"', '""') + '"' for term in terms(query) if term.strip())
        sql = "SELECT name FROM pages WHERE pages MATCH ? ORDER BY bm25(pages) LIMIT ?"
        return [name for (name,) in database.execute(sql, (wanted, limit))] if wanted else []

    return search


def _tantivy(texts: Mapping[str, bytes]) -> Search:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("name", stored=True, tokenizer_name="raw")
    builder.add_text_field("text", tokenizer_name="whitespace", index_option="freq")
    schema = builder.build()
    made = tantivy.Index(schema)
    writer = made.writer(heap_size=64_000_000)
    for name, content in texts.items():
        words = " ".join(_folded(content.decode("utf-8", "replace")))
        writer.add_document(tantivy.Document(name=[name], text=[words]))
    writer.commit()
    writer.wait_merging_threads()
    made.reload()
    searcher = made.searcher()

    def search(query: str, limit: int) -> list[str]:
        any_of = [(tantivy.Occur.Should, tantivy.Query.term_query(schema, "text", word)) for word in _folded(query)]
        hits = searcher.search(tantivy.Query.boolean_query(any_of), limit).hits
        return [searcher.doc(address)["name"][0] for _, address in hits]

    return search


def _bm25s(texts: Mapping[str, bytes]) -> Search:
    import bm25s

    names = list(texts)
    made = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    made.index([_folded(content.decode("utf-8", "replace")) for content in texts.values()], show_progress=False)

    def search(query: str, limit: int) -> list[str]:
        asked = [word for word in _folded(query) if word in made.vocab_dict]
        if not asked:
            return []
        found, scores = made.retrieve([asked], k=min(limit, len(names)), show_progress=False)
        return [names[at] for at, score in zip(found[0], scores[0], strict=True) if score > 0]

    return search


def _folded(text: str) -> list[str]:
    """Return the words of a text in Simplified characters, as one who knows of both scripts would give them to a
    peer.
    """
    return _cut(fold(text))


def _cut(text: str) -> list[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
    jieba.setLogLevel(60)
    return [word for word in jieba.cut(text) if word.isalnum()]


def _trigrams(text: str) -> list[str]:
    return [text[i : i + 3] for i in range(len(text) - 2)]


def _sets(corpus: Path, half: str) -> Iterator[Judged]:
    for qrels in sorted(corpus.rglob("qrels.tsv")):
        relevant: dict[str, dict[str, int]] = {}
        for line in qrels.read_text(encoding="utf-8").splitlines():
            query, _, passage, relevance = line.split("\t")
            if int(relevance) > 0:
                relevant.setdefault(query, {})[passage] = int(relevance)
        asked = _rows(qrels.with_name("queries.jsonl"))
        queries = {q: text for q, text in asked.items() if q in relevant and text.strip()}
        queries = {q: text for q, text in queries.items() if half_of(min(relevant[q])) == half}
        passages = _rows(qrels.with_name("passages.jsonl"))
        yield Judged(f"{qrels.parent.name}, {half}", passages, queries, relevant)
    for path in sorted(corpus.rglob("*.jsonl*")):
        if path.name not in ("passages.jsonl", "queries.jsonl"):
            yield from _made(path, half)


def _made(path: Path, half: str) -> Iterator[Judged]:
    """Yield the questions of questions.py on one half of a collection of works, a set a kind."""
    works = works_of(path)
    named = {name: f"p{i:06}" for i, name in enumerate(name for passages in works.values() for name in passages)}
    texts = {named[name]: text for passages in works.values() for name, text in passages.items()}
    for kind, asked in questions_of(works, half).items():
        queries = {f"{number:04}": one.text for number, one in enumerate(asked)}
        relevant = {
            f"{number:04}": {named[name]: grade for name, grade in one.relevant.items()}
            for number, one in enumerate(asked)
        }
        yield Judged(f"{path.parent.name}, {kind}, {half}", texts, queries, relevant)


def _rows(path: Path) -> dict[str, str]:
    rows: list[Any] = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {row["id"]: row["text"] for row in rows}


def _generated() -> Judged:
    """Passages of random words, and questions of a few words of one sentence: enough to see that all runs."""
    from seedsearch.text.character_model import model

    rng = Random(SEED)
    words = sorted(model().long_words)
    made = {f"p{i}": [rng.choices(words, k=8) for _ in range(6)] for i in range(60)}
    passages = {name: "".join("，".join(words) + "。" for words in sentences) for name, sentences in made.items()}
    queries = {name: "的".join(rng.sample(rng.choice(sentences), 3)) + "是什么？" for name, sentences in made.items()}
    return Judged("generated", passages, queries, {name: {name: 1} for name in made})
