"""The distributed engine: an index in a cluster of OpenSearch, with the answers of the embedded one.

    query tree → asking (JSON) → wire → cluster         entries → packing (lines of JSON) → sending → wire → cluster
                                        manifest, control: what was committed; writing, right: who writes

`mapping` defines the documents in the cluster, `manifest` the commits. The OpenSearch client is an extra: `pip install
'seedsearch[opensearch]'`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from seedsearch.engines import Finding, ShareOf
from seedsearch.engines.budget import Budget
from seedsearch.engines.entries import EngineInfo, IndexEntry, Match, Matches
from seedsearch.engines.lru_cache import LRUCache
from seedsearch.engines.opensearch import counting
from seedsearch.engines.opensearch.address import Address, Credentials
from seedsearch.engines.opensearch.asking import Asking, ordered, runs_in, scored
from seedsearch.engines.opensearch.checking import faults
from seedsearch.engines.opensearch.control import Control
from seedsearch.engines.opensearch.manifest import GRAMS, Commit, Kept, Manifest, Part, damaged
from seedsearch.engines.opensearch.mapping import Json
from seedsearch.engines.opensearch.packing import distinct, original
from seedsearch.engines.opensearch.wire import Absent, Wire
from seedsearch.engines.query import Field, Fuzzy, OnText, Query, Ranked, Spelled, Term
from seedsearch.engines.stored import ANEW
from seedsearch.errors import IndexDamaged, IndexMissing, IndexStale
from seedsearch.text.joints import grams
from seedsearch.text.run_text import run_text

if TYPE_CHECKING:
    from seedsearch.engines.opensearch.writing import OpenSearchWriter

T = TypeVar("T")

# Documents per request, with their texts and without; and the largest offset that OpenSearch accepts.
PAGE, LEAN_PAGE, WINDOW = 200, 2000, 10_000
COUNTS = 500  # counts per search
COUNTED = 1 << 16  # cached counts
LOOKED_AT = 32 << 20  # bytes of cached ids of documents whose texts were searched
BY_ID: list[Json] = [{"id": "asc"}]
BY_SCORE: list[Json] = [{"_score": "desc"}, {"id": "asc"}]
SHOWN = ("id", "digest", "raw", "readable", "run", "stored")  # fields of a match


def open_place(
    place: str,
    fingerprint: str | None,
    *,
    create: bool = False,
    replace: bool = False,
    cache_bytes: int | None = None,
) -> OpenSearchEngine:
    """Open the index at a URL (address.py); raises like `choice.open_engine`, and errors of the cluster."""
    address = Address.of(place)
    return OpenSearchEngine(Wire(address, Credentials.of(address)), fingerprint, create=create, replace=replace)


class OpenSearchEngine:
    """Entries in a cluster, as of the last commit when it was opened, refreshed or written.

    With `create`, a missing index is empty, and nothing is made before there is a writer. With `replace`, a stale or
    damaged index also counts as empty, and stays until the next commit.
    """

    def __init__(self, wire: Wire, fingerprint: str | None, *, create: bool = False, replace: bool = False) -> None:
        self._wire = wire
        self._control = Control(wire)
        self.fingerprint = fingerprint
        self._create = create
        self._replace = replace
        self._manifest = Manifest()
        self._commit = Commit()
        self._parts: Sequence[Mapping[str, Kept]] = ()
        self.budget = Budget()
        self._forget()
        try:
            wire.look()
            self.refresh()
        except BaseException:
            wire.close()
            raise

    def _forget(self) -> None:
        """Empty all caches."""
        self._counted = LRUCache(COUNTED)
        self._best_ready: dict[tuple[Query, int], Matches] = {}
        self._near_ready: dict[Fuzzy, list[tuple[str, int]]] = {}
        self._found = LRUCache(LOOKED_AT)

    @property
    def generation(self) -> int:
        """The number of the commit that this sees."""
        return self._commit.generation

    def refresh(self) -> bool:
        """Move on to the latest commit; return whether it is a new one. Reads one small document."""
        there = self._control.read(forgiving=self._replace)
        return self.see(there.manifest if there else Manifest())

    def see(self, manifest: Manifest, parts: Sequence[Mapping[str, Kept]] = ()) -> bool:
        """Move on to the commit of a manifest; return whether it is another one.

        `parts` is the metadata of the commit and of each share that a writer has joined.
        """
        before, commit = self._commit, self.base(manifest.commit)
        if not (manifest.commit.generation or self._create):
            raise IndexMissing(f"there is no index {self._control.where}", hint="make one with: seedsearch index")
        self._manifest, self._commit, self._parts = manifest, commit, parts
        if commit != before:
            self._forget()
        return commit != before

    def base(self, commit: Commit) -> Commit:
        """Return a commit as a base for this engine; raises IndexStale if it was made with another fingerprint."""
        if not commit.generation or self.fingerprint in (None, commit.fingerprint):
            return commit
        if self._replace:
            return Commit()
        what = f"the index {self._control.where} was made with “{commit.fingerprint}”, this is “{self.fingerprint}”"
        raise IndexStale(what, hint=ANEW)

    def info(self) -> EngineInfo:
        """Return the size of the index. The number of grams includes all since the index was made, and is an estimate
        above 32,768.
        """
        if not self._commit.data:
            return EngineInfo(0, {"gram": 0, "word": 0, "tag": 0}, 0)
        kept = self.metadata(GRAMS) or b""
        hashes = distinct(np.frombuffer(kept, dtype=np.uint64))
        words, tags = counting.distinct_of(self._search(counting.distinct_terms(self._seen())))
        return EngineInfo(self._commit.documents, {"gram": hashes, "word": words, "tag": tags}, self._bytes())

    def _bytes(self) -> int:
        found = self._wire.ask("GET", [f"{self._commit.data},{self._control.name}", "_stats", "store"])
        return int(found["_all"]["total"]["store"]["size_in_bytes"])

    def digests(self) -> Mapping[str, str]:
        """doc_id → digest of every entry."""
        found: dict[str, str] = {}
        for hit in self._hits(self._seen(), BY_ID, fields=("digest",)):
            doc_id, digest = hit["sort"][0], hit["fields"]["digest"][0]
            if counting.is_changed(doc_id) or counting.is_changed(digest):
                doc_id, digest, _ = original(self._source(hit["_id"]))
            found[doc_id] = digest
        return found

    def _source(self, id_: str) -> Any:
        return self._ask_for(lambda data: self._wire.ask("GET", [data, "_doc", id_]))["_source"]

    def stored(self) -> Iterator[bytes]:
        """Yield the stored data of each entry, in the order of doc_id."""
        return (counting.stored_in(hit) for hit in self._hits(self._seen(), BY_ID, source=("stored",)))

    def entries(self) -> Iterator[IndexEntry]:
        """Yield every entry, with its tags sorted, in the order of doc_id."""
        for hit in self._hits(self._seen(), BY_ID, source=(*SHOWN, "tag")):
            source = hit["_source"]
            doc_id, digest, readable = original(source)
            tags = tuple(sorted(source.get("tag", ())))
            yield IndexEntry(doc_id, digest, readable, tags, counting.stored_in(hit))

    def vocabulary(self, field: Field, prefix: str = "", near: Fuzzy | None = None) -> Iterator[tuple[str, int]]:
        """Yield the terms of a field that begin with `prefix`, sorted, each with the number of documents that have it.

        With `near`, only the terms that it accepts. Terms of the field `gram` are found by reading every text.
        """
        part = f"the terms that begin with “{prefix}”" if prefix else "all terms"
        if field == "gram":
            rows = self._gram_counts(part)
        elif near is not None and near.edits == 1:
            rows = self._near(field, near, part)
        else:
            rows = self._terms(field, prefix, self._seen(), part)
        return ((t, n) for t, n in rows if t.startswith(prefix) and (near is None or near.accepts(t)))

    def _terms(self, field: Field, prefix: str, matching: Sequence[Json], part: str) -> Iterator[tuple[str, int]]:
        """Yield the terms of documents, page by page."""
        if not self._commit.data:
            return
        asked, size, after = counting.Terms(field, prefix), counting.FIRST_PAGE, counting.before(prefix)
        while True:
            self.budget.spend(part)
            rows = counting.rows_of(self._search(asked.page(matching, size, after)))
            for term, count in rows:
                if term.startswith(prefix):
                    yield term, count
                elif term > prefix:
                    return
            if len(rows) < size:
                return
            size, after = counting.NEXT_PAGE, rows[-1][0]

    def _near(self, field: Field, near: Fuzzy, part: str) -> Iterator[tuple[str, int]]:
        if (ready := self._near_ready.get(near)) is not None and field == "word":
            yield from ready
        elif self._commit.data:
            self.budget.spend(part)
            yield from counting.rows_of(self._search(counting.near(field, near, self._seen())))

    def _gram_counts(self, part: str) -> Iterator[tuple[str, int]]:
        counts: dict[str, int] = {}
        for hit in self._hits(self._seen(), BY_ID, source=SHOWN):
            self.budget.spend(part)
            for gram in grams(_match(hit, 0.0).run):
                counts[gram] = counts.get(gram, 0) + 1
        return iter(sorted(counts.items()))

    def document_frequencies(self, terms: Sequence[Term]) -> tuple[int, list[int]]:
        """Return the number of documents, and the number of those that have each term."""
        return self._commit.documents, self._counts(terms)

    def metadata(self, name: str) -> bytes | None:
        """Return metadata stored by a writer."""
        while (kept := self._commit.kept.get(name)) is not None:
            try:
                return self._control.kept(name, kept)
            except Absent as error:  # removed by the writer of a later commit, which has its own copy
                if not self.refresh():
                    raise self._missing(name) from error
        return None

    def writer(self) -> OpenSearchWriter:
        """Return a context manager for changes; raises IndexLocked if another writer is open."""
        from seedsearch.engines.opensearch.right import Whole
        from seedsearch.engines.opensearch.writing import OpenSearchWriter

        self._may_write()
        return OpenSearchWriter(self, self._wire, self._control, Whole(), forgiving=self._replace)

    def shares(self) -> list[ShareOf]:
        """Return the shares that other writers have sent, or were sending, since this commit."""
        parts = (part for part in self._manifest.parts if part.fingerprint == self.fingerprint)
        return [ShareOf(part.name, part.whole, part.is_done) for part in parts]

    def share_writer(self, name: str, whole: str, *, anew: bool = False) -> OpenSearchWriter:
        """Return a context manager for one share of the changes; raises IndexLocked if another process writes it."""
        from seedsearch.engines.opensearch.right import OfPart
        from seedsearch.engines.opensearch.writing import PartWriter, data_name

        data = partial(data_name, self._control.name)
        wanted = OfPart(name, whole, self._may_write(), data, self._control.where, anew)
        return PartWriter(self, self._wire, self._control, wanted, forgiving=self._replace)

    def joining_writer(self, wholes: Collection[str]) -> OpenSearchWriter:
        """Return a context manager for changes that include the finished shares of one of these wholes."""
        from seedsearch.engines.opensearch.writing import JoiningWriter

        fingerprint = self._may_write()

        def belongs(part: Part) -> bool:
            return part.fingerprint == fingerprint and part.whole in wholes

        return JoiningWriter(self, self._wire, self._control, belongs)

    def every_metadata(self, name: str) -> list[bytes]:
        """Return what the last commit, and each share that the writer has joined, stored under a name."""
        if self._parts:
            try:
                return [self._control.kept(name, part[name]) for part in self._parts if name in part]
            except Absent as error:
                raise self._missing(name) from error
        kept = self.metadata(name)
        return [] if kept is None else [kept]

    def _missing(self, name: str) -> IndexDamaged:
        return damaged(self._control.where, f"what is kept as “{name}” is missing")

    def _may_write(self) -> str:
        if self.fingerprint is None:
            raise ValueError("opened to be checked, not to be written")
        return self.fingerprint

    def search(self, query: Query, limit: int, offset: int = 0) -> Matches:
        """Return the `limit` best matches from `offset` on, by score and then by doc_id, and how many match in all."""
        if not offset and (ready := self._best_ready.get((query, limit))) is not None:
            return ready
        return self._best(*self._asked(query), limit, offset)

    def every_match(self, query: Query, prefix: str = "", *, descending: bool = False) -> Iterator[tuple[str, bytes]]:
        """Yield the doc_id and the stored data of every match, in the order of `search` or of a tag, without reading
        texts.
        """
        if prefix:
            asked, order = self._in_order(query, prefix, descending)
        else:
            asked, order = self._asked(query)
        for hit in self._hits([], order, source=("id", "digest", "raw", "stored"), query=asked):
            yield original(hit["_source"])[0], counting.stored_in(hit)

    def tally(self, query: Query, prefix: str) -> list[tuple[str, int]]:
        """Return the tags of matches that begin with `prefix`, sorted, each with the number of matches that have it."""
        return list(self._terms("tag", prefix, self._matching(query), f"the tags that begin with “{prefix}”"))

    def in_order(
        self, query: Query, prefix: str, *, descending: bool = False, offset: int = 0, limit: int = 10
    ) -> Matches:
        """Return some of the matches in the order of a tag that begins with `prefix`, and their total number."""
        return self._best(*self._in_order(query, prefix, descending), limit, offset)

    def _in_order(self, query: Query, prefix: str, descending: bool) -> tuple[Json, list[Json]]:
        return {"bool": {"filter": self._matching(query)}}, ordered(prefix, descending)

    def count(self, queries: Sequence[Query]) -> list[int]:
        """Return the number of documents that match each query; also counts the terms and runs of ranked queries."""
        ranked = [query for query in queries if isinstance(query, Ranked)]
        terms = [term for query in ranked for term, _ in query.scored]
        runs = [run for query in ranked for run in runs_in(query)]
        return self._counts(queries, [*terms, *runs])

    def exists(self, queries: Sequence[Query]) -> list[bool]:
        """Tell whether any document matches each query."""
        return [n > 0 for n in self._counts(queries)]

    def ahead(self, best: Sequence[tuple[Query, int]] = (), near: Sequence[Fuzzy] = ()) -> None:
        """Fetch what later calls of `search` and `vocabulary` will need, in one request."""
        if not self._commit.data:
            return
        self._counts([term for query, _ in best if isinstance(query, Ranked) for term, _ in query.scored])
        asked = [(query, limit, *self._asked(query)) for query, limit in best if 0 < limit <= PAGE]
        pages = [_page(body, order, limit) for _, limit, body, order in asked]
        one_edit = [one for one in near if one.edits == 1]
        answers = self._searches([*pages, *(counting.near("word", one, self._seen()) for one in one_edit)])
        self._best_ready = {
            (query, limit): _matches(found, order)
            for (query, limit, _, order), found in zip(asked, answers, strict=False)
        }
        self._near_ready = dict(zip(one_edit, map(counting.rows_of, answers[len(asked) :]), strict=True))

    def check(self) -> list[str]:
        """Return a sentence for each damaged part."""
        self.refresh()
        return list(faults(self._wire, self._control, self._manifest))

    def condition(self) -> Iterator[Finding]:
        """Yield findings about the cluster."""
        from seedsearch.engines.opensearch.condition import condition

        return condition(self._wire, self._manifest)

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()

    # Requests.

    def _seen(self) -> list[Json]:
        return self._manifest.seen(self._commit.number)

    def _matching(self, query: Query) -> list[Json]:
        """Return the cluster query for the visible documents that match a query."""
        return [*self._seen(), Asking(query, self._looked_at, self.budget.spend).asked(query)]

    def _asked(self, query: Query) -> tuple[Json, list[Json]]:
        """Return the cluster query with scores, and the sort order."""
        matching: Json = {"bool": {"filter": self._matching(query)}}
        if not (isinstance(query, Ranked) and query.scored):
            return matching, BY_ID
        commit = self._commit
        _, having = self.document_frequencies([term for term, _ in query.scored])
        means = [length / max(commit.documents, 1) for length in (commit.gram_length, commit.word_length)]
        return scored(matching, query.scored, commit.documents, having, means), BY_SCORE

    def _best(self, asked: Json, order: list[Json], limit: int, offset: int) -> Matches:
        if not self._commit.data:
            return Matches(0, ())
        if 0 < limit <= PAGE and offset + limit <= WINDOW:
            return _matches(self._search(_page(asked, order, limit, offset)), order)
        found = self._search({"size": 0, "track_total_hits": True, "query": asked})
        every = self._hits([], order, source=SHOWN, query=asked, offset=offset) if limit else iter(())
        return _matches(found, order, list(islice(every, limit)))

    def _hits(
        self,
        matching: Sequence[Json],
        order: list[Json],
        *,
        source: Sequence[str] = (),
        fields: Sequence[str] = (),
        query: Json | None = None,
        offset: int = 0,
    ) -> Iterator[Any]:
        """Yield the hits in a sort order, from number `offset` on."""
        if not self._commit.data:
            return
        body: dict[str, Any] = {
            "track_total_hits": False,
            "query": query or {"bool": {"filter": list(matching)}},
            "sort": order,
        }
        after, left = None, offset
        while True:
            skipped = min(left, WINDOW)
            page = skipped or (PAGE if "readable" in source else LEAN_PAGE)
            shown: dict[str, Any] = {"_source": False} if skipped or not source else {"_source": list(source)}
            if fields and not skipped:
                shown["docvalue_fields"] = list(fields)
            hits = self._search({**body, **shown, "size": page, **({"search_after": after} if after else {})})
            some = hits["hits"]["hits"]
            if not skipped:
                yield from some
            if len(some) < page:
                return
            after, left = some[-1]["sort"], left - skipped

    def _search(self, body: Json) -> Any:
        return self._ask_for(lambda data: self._wire.search(data, body))

    def _ask_for(self, ask: Callable[[str], T]) -> T:
        """Send a search to the data index; raises IndexDamaged if that is gone."""
        try:
            return ask(self._commit.data)
        except Absent as error:
            self.refresh()  # raises if the whole index is gone
            why = "the index with its documents is gone; if it was rebuilt meanwhile, query again"
            raise damaged(self._control.where, why) from error

    def _searches(self, bodies: Sequence[Json]) -> list[Any]:
        return self._ask_for(partial(self._wire.searches, bodies=bodies))

    def _counts(self, queries: Sequence[Query], besides: Sequence[Query] = ()) -> list[int]:
        """Return the number of documents that match each query; also count `besides`, for later queries."""
        if not self._commit.data:
            return [0] * len(queries)
        wanted = [query.required if isinstance(query, Ranked) else query for query in queries]
        known: dict[Query, int] = {}
        missing: list[Query] = []
        for query in dict.fromkeys([*wanted, *besides]):
            if (count := self._counted.get(query)) is None:
                missing.append(query)
            else:
                known[query] = count
        asked = [Asking(query, self._looked_at, self.budget.spend).asked(query) for query in missing]
        seen, some = self._seen(), range(0, len(asked), COUNTS)
        answers = self._searches([counting.totals(seen, asked[at : at + COUNTS]) for at in some])
        counts = chain.from_iterable(map(counting.totals_of, answers))
        for query, count in zip(missing, counts, strict=True):
            known[query] = self._counted.put(query, count, 1)
        return [known[query] for query in wanted]

    def _looked_at(self, node: OnText, among: Sequence[Json]) -> Json:
        """Return a query by ids for the documents that match the rest and whose texts match a node."""
        key = node, json.dumps(list(among))
        ids = self._found.get(key)
        if ids is None:
            ids = []
            for hit in self._hits([*self._seen(), *among], BY_ID, source=SHOWN):
                self.budget.spend(node)
                match = _match(hit, 0.0)
                if node.holds(match.run, match.readable) if isinstance(node, Spelled) else node.holds(match.run):
                    ids.append(hit["_id"])
            self._found.put(key, ids, 500 + sum(map(len, ids)))
        return {"ids": {"values": ids}}


def _page(asked: Json, order: list[Json], limit: int, offset: int = 0) -> Json:
    """Return the request for the best matches, with their texts."""
    shown = {"size": limit, "from": offset, "sort": order, "_source": list(SHOWN)}
    return {"track_total_hits": True, "query": asked, **shown}


def _matches(found: Any, order: list[Json], hits: Sequence[Any] | None = None) -> Matches:
    """Convert the hits of a response, or some `hits`, into matches."""
    is_scored = order is BY_SCORE
    shown = found["hits"]["hits"] if hits is None else hits
    best = tuple(_match(hit, hit["sort"][0] if is_scored else 0.0) for hit in shown)
    return Matches(found["hits"]["total"]["value"], best)


def _match(hit: Any, score: float) -> Match:
    """Convert a hit into a match."""
    source = hit["_source"]
    doc_id, _, readable = original(source)
    run = run_text(readable) if "raw" in source else source["run"][0]
    return Match(doc_id, score, readable, run, counting.stored_in(hit))
