"""Makes the record and the tags of a cleaned document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, overload

from seedsearch.metadata.document_records import Found, Record, doc_id_of, endings, folders, line_starts, names
from seedsearch.metadata.file_states import Stamp, size_term
from seedsearch.offsets import Edit, Finding
from seedsearch.reading.path_names import as_read
from seedsearch.text.run_text import run_text

if TYPE_CHECKING:
    from seedsearch.restoring.documents import Cleaned

TITLE = 80  # longest first line, in code points, that counts as a title for `title:`
# Limits of the metadata of a file that is indexed: code points of a text, and number of texts; books have a few of
# each.
LONGEST, MOST = 300, 16


@dataclass(frozen=True, slots=True)
class Replaced(Sequence[tuple[int, int, int]]):
    """The rows of `edits` in a record, made on demand."""

    edits: Sequence[Edit]

    def __len__(self) -> int:
        return len(self.edits)

    @overload
    def __getitem__(self, key: int) -> tuple[int, int, int]: ...
    @overload
    def __getitem__(self, key: slice) -> Replaced: ...
    def __getitem__(self, key: int | slice) -> tuple[int, int, int] | Replaced:
        if isinstance(key, slice):
            return Replaced(self.edits[key])
        e = self.edits[key]
        return e.span.start, e.span.end, len(e.replacement)

    def __iter__(self) -> Iterator[tuple[int, int, int]]:
        return ((e.span.start, e.span.end, len(e.replacement)) for e in self.edits)


def record_of(cleaned: Cleaned) -> Record:
    """Return the record of a cleaned document."""
    replaced = Replaced(cleaned.edits)
    raw = cleaned.raw
    lines = line_starts(raw.text)
    kinds, certainties = _runs(e.kind for e in cleaned.edits), _runs(e.certainty for e in cleaned.edits)
    steps = _runs(e.step for e in cleaned.edits)
    probabilities = tuple(_hundredths(e.probability) for e in cleaned.edits if e.probability is not None)
    origin = raw.path, raw.encoding, raw.confidence
    findings = tuple(map(_found, cleaned.findings))
    damage, told_by = cleaned.damage, raw.told_by
    return Record(*origin, replaced, lines, damage, kinds, told_by, certainties, findings, steps, probabilities)


def _found(finding: Finding) -> Found:
    """Return a finding in the form of a record."""
    candidates = tuple((one.text, _hundredths(one.probability)) for one in finding.candidates)
    return finding.span.start, finding.span.end, str(finding.kind), candidates


def _hundredths(probability: float) -> int:
    return round(100 * probability)


def _runs(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """Return names as runs of equal ones with their lengths."""
    return tuple((str(name), sum(1 for _ in run)) for name, run in groupby(names))


def tags(cleaned: Cleaned, stamp: Stamp) -> tuple[str, ...]:
    """Return the terms of the field `tag`, which filters search for.

    `stamp` is that of the document's file.
    """
    said = (
        *_of_texts("title", (_first_line(cleaned), *_restored(cleaned.raw.said.titles))),
        *_of_texts("author", _restored(cleaned.raw.said.authors)),
    )
    return tags_of(cleaned.raw.path, cleaned.encoding, stamp, said, cleaned.damage)


def tags_of(path: str, encoding: str, stamp: Stamp, said: Iterable[str], damage: Iterable[str]) -> tuple[str, ...]:
    """Return the tags of a document at a path; `said` is its metadata.

    If the readable form of the path differs from its written form, it gets the tags of both.
    """
    written, read = doc_id_of(path), as_read(path)
    places = _of_place(written) if read in (path, written) else dict.fromkeys((*_of_place(written), *_of_place(read)))
    return (
        *places,
        f"encoding:{encoding}",
        f"date:{stamp.date}",
        f"size:{size_term(stamp.size)}",
        *said,
        *(f"damage:{kind}" for kind in damage),
    )


def _of_place(path: str) -> tuple[str, ...]:
    return (
        f"path:{path}",
        *(f"ext:{ending}" for ending in endings(path)),
        *(f"name:{name}" for name in names(path)),
        *(f"folder:{folder}" for folder in folders(path)),
    )


def _first_line(cleaned: Cleaned) -> str:
    """Return the first line of a document if it is short enough to be a title; the first line of a web page is its
    title.
    """
    line = cleaned.readable[: 2 * TITLE].lstrip().partition("\n")[0]
    return line if len(line) <= TITLE else ""


def _restored(texts: Sequence[str]) -> Iterator[str]:
    from seedsearch.restoring.clean import clean  # deferred: a run without changes restores nothing

    return (clean(text[:LONGEST]).readable for text in texts[:MOST])


def _of_texts(name: str, texts: Iterable[str]) -> tuple[str, ...]:
    """Return texts as tags: folded and without repetition."""
    return tuple(dict.fromkeys(f"{name}:{folded}" for text in texts if (folded := run_text(text).strip())))
