"""The manifest: the one document that defines the state of an index, changed by compare-and-swap, so commits are
atomic.

Each writer has a number. Documents carry the number of the writer that added them (`born`) and those of the writers
that removed them (`died`); a reader sees documents whose birth is committed and whose death is not. So what a writer
sends is invisible until the manifest is swapped, and what a crashed writer has sent stays invisible.

Several writers may work at once on a part each. Their documents are invisible for the same reason: their numbers are
above that of the last commit. A writer of the whole that joins them commits with a higher number; the numbers of parts
that it does not join are lost.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any, Self
from zlib import crc32

from seedsearch.engines import stored
from seedsearch.engines.opensearch.mapping import Json
from seedsearch.errors import IndexDamaged, IndexStale

FORMAT = 2
READABLE = (1, 2)  # version 1 had no parts
ID = "manifest"
REBUILD = stored.ANEW
GRAMS = "\tgrams"  # the metadata with the hashes of the grams; callers cannot use such a name


@dataclass(frozen=True, slots=True)
class Kept:
    """Stored metadata: its id and the number of its pieces."""

    id: str
    pieces: int
    size: int
    checksum: int


@dataclass(frozen=True, slots=True)
class Holder:
    """A writer that holds the lock: `process` identifies its process, `beat` grows while it runs."""

    token: str
    number: int
    host: str
    process: str
    beat: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a joint commit: `name` identifies it, `whole` is equal for all parts that belong together.

    Once it `is_done`, `kept` has its metadata, and its holder no longer writes.
    """

    name: str
    whole: str
    fingerprint: str
    data: str
    holder: Holder
    is_done: bool = False
    kept: Mapping[str, Kept] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit. `number` is that of its writer, `data` is the name of the data index; the rest are totals."""

    generation: int = 0
    fingerprint: str = ""
    number: int = 0
    data: str = ""
    documents: int = 0
    gram_length: int = 0
    word_length: int = 0
    kept: Mapping[str, Kept] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Manifest:
    """The last commit, the lock holders, and what remains to be cleaned up.

    `next` is the number of the next writer; `lost` are the numbers of writers that did not commit, and up to `swept`
    their documents have been removed. `dead` has the times of some commits in seconds since 1970; what they removed is
    deleted some time later, and so are the indexes in `old`.
    """

    commit: Commit = field(default_factory=Commit)
    next: int = 1
    lost: tuple[int, ...] = ()
    swept: int = 0
    dead: tuple[tuple[int, int], ...] = ()
    old: tuple[tuple[str, int], ...] = ()
    holder: Holder | None = None
    parts: tuple[Part, ...] = ()
    nonce: str = ""

    def body(self) -> Json:
        """Serialize it as a document."""
        content = json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False)
        return {"content": content, "checksum": crc32(content.encode(*stored.UTF8))}

    @classmethod
    def read(cls, source: object, where: str) -> Self:
        """Parse a document; raises IndexStale for another format, IndexDamaged for anything else."""
        if not _WRITTEN(source):
            raise damaged(where, "its description is not what was written")
        content = source["content"].encode(*stored.UTF8)  # type: ignore[index]
        found = stored.parsed(content, _TABLE, f"what describes {where}")
        form = found.get("format")
        if isinstance(form, int) and form > FORMAT:
            what = f"the index {where} was made by a newer version"
            raise IndexStale(what, hint=f"update seedsearch, or {REBUILD}")
        if form not in READABLE:
            raise IndexStale(f"the index {where} is in form {form}, and this version reads {FORMAT}", hint=REBUILD)
        found.setdefault("parts", [])
        if crc32(content) != source["checksum"] or not _SHAPE(found):  # type: ignore[index]
            raise damaged(where, "the checksum of its description does not match")
        del found["format"]
        return cls(
            commit=Commit(**_with_kept(found["commit"])),
            next=found["next"],
            lost=tuple(found["lost"]),
            swept=found["swept"],
            dead=tuple((number, at) for number, at in found["dead"]),
            old=tuple((name, at) for name, at in found["old"]),
            holder=Holder(**found["holder"]) if found["holder"] else None,
            parts=tuple(Part(**{**_with_kept(one), "holder": Holder(**one["holder"])}) for one in found["parts"]),
            nonce=found["nonce"],
        )

    def seen(self, number: int) -> list[Json]:
        """Return the query for documents visible as of the commit by the writer with this number."""
        born = _within(self._spans(number), "born")
        died = _within(self._spans(number), "died")
        return [born, {"bool": {"must_not": [died]}}]

    def _spans(self, number: int) -> list[tuple[int, int]]:
        """Return the spans of committed numbers up to this one, as (first, last)."""
        lost = sorted(one for one in self.lost if one <= number)
        return [(a + 1, b - 1) for a, b in pairwise([0, *lost, number + 1]) if a + 1 < b]


def damaged(where: str, why: str) -> IndexDamaged:
    """Return the error for a damaged index."""
    return IndexDamaged(f"the index {where} is damaged: {why}", hint=REBUILD)


def _with_kept(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {**fields, "kept": {name: Kept(**one) for name, one in fields["kept"].items()}}


def _within(spans: Sequence[tuple[int, int]], field: str) -> Json:
    ranges: list[Json] = [{"range": {field: {"gte": a, "lte": b}}} for a, b in spans]
    if not ranges:
        return {"match_none": {}}
    return ranges[0] if len(ranges) == 1 else {"bool": {"should": ranges, "minimum_should_match": 1}}


def _any(value: object) -> bool:
    return True


_WRITTEN = stored.record(content=stored.text, checksum=stored.count)
_TABLE = stored.table(_any)
_KEPT = stored.record(id=stored.text, pieces=stored.count, size=stored.count, checksum=stored.count)
_COMMIT = stored.record(
    generation=stored.count,
    fingerprint=stored.text,
    number=stored.count,
    data=stored.text,
    documents=stored.count,
    gram_length=stored.count,
    word_length=stored.count,
    kept=stored.table(_KEPT),
)
_HOLDER = stored.record(
    token=stored.text, number=stored.count, host=stored.text, process=stored.text, beat=stored.count
)
_PART = stored.record(
    name=stored.text,
    whole=stored.text,
    fingerprint=stored.text,
    data=stored.text,
    holder=_HOLDER,
    is_done=stored.flag,
    kept=stored.table(_KEPT),
)
_SHAPE: Any = stored.record(
    format=stored.count,
    commit=_COMMIT,
    next=stored.count,
    lost=stored.many(stored.count),
    swept=stored.count,
    dead=stored.many(stored.row(stored.count, stored.count)),
    old=stored.many(stored.row(stored.text, stored.count)),
    holder=stored.maybe(_HOLDER),
    parts=stored.many(_PART),
    nonce=stored.text,
)
