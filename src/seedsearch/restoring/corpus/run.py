"""The provenance of a run: gathered as it goes, and completed with what depends on all documents."""

from __future__ import annotations

import base64
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from seedsearch.restoring.corpus import near
from seedsearch.restoring.corpus.accounts import asked_of
from seedsearch.restoring.corpus.parts import name_of
from seedsearch.restoring.corpus.where import Filter
from seedsearch.restoring.documents import WORST

Row = dict[str, Any]
# The lower bounds of the bars of a distribution.
BARS = {
    "han": (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9),
    "unrepaired": (0.0, 1e-9, 0.0001, 0.001, 0.01, 0.1),
}
_OWN = ("minhash", "size", "copy")  # internal keys of provenance records


@dataclass(slots=True)
class Figures:
    """The totals of a run; `worst` are paths with the highest proportions of unrepaired damage."""

    documents: int = 0
    kept: int = 0
    damaged: int = 0
    characters: int = 0
    encodings: Counter[str] = field(default_factory=Counter)
    edits: Counter[str] = field(default_factory=Counter)
    certainty: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    bars: dict[str, list[int]] = field(default_factory=lambda: {name: [0] * len(at) for name, at in BARS.items()})
    near_groups: int = 0
    near_duplicates: int = 0
    worst: list[tuple[str, float]] = field(default_factory=list)

    def add(self, row: Row) -> None:
        """Count a document; languages are weighted by its characters."""
        self.documents += 1
        self.kept += row["kept"]
        self.damaged += bool(row["edits"] or row["found"])
        self.characters += row["characters"]
        self.encodings[row["encoding"]] += 1
        self.edits.update(row["edits"])
        self.certainty.update(row["certainty"])
        self.found.update(row["found"])
        for name, share in row["language"].items():
            self.languages[name] += round(share * row["characters"])
        for name, begins in BARS.items():
            self.bars[name][sum(begin <= row["quality"][name] for begin in begins) - 1] += 1
        if "near" in row:
            self.near_groups += row["near"]["first"] and row["near"]["size"] > 1
            self.near_duplicates += not row["near"]["first"]
        if row["quality"]["unrepaired"]:
            self.worst.append((row["path"], row["quality"]["unrepaired"]))
            self.worst.sort(key=lambda one: (-one[1], one[0]))
            del self.worst[WORST:]


class Accounts:
    """The provenance of a run by file: in memory, or in a separate file for files of records."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._rows: dict[str, list[str] | Path] = {}

    def add(self, path: str, row: str) -> None:
        """Add the provenance of a document in the file at `path`."""
        rows = self._rows.setdefault(path, [])
        if isinstance(rows, list):
            rows.append(row)

    def file(self, path: str) -> Path:
        """Return the path of the provenance of the records in a file."""
        self._folder.mkdir(parents=True, exist_ok=True)
        place = self._folder / f"{name_of(path)}.jsonl"
        self._rows[path] = place
        return place

    def forget(self, path: str) -> None:
        """Remove the provenance of the records in a file, if there is any."""
        place = self._rows.get(path)
        if isinstance(place, Path):
            place.unlink(missing_ok=True)
            del self._rows[path]

    def rows(self, paths: Sequence[str]) -> Iterator[tuple[str, Row]]:
        """Yield the provenance records of these files in order, each with the path of its file."""
        for path in paths:
            found = self._rows.get(path, [])
            if isinstance(found, Path):
                with found.open(encoding="utf-8", errors="surrogateescape") as lines:
                    yield from ((path, json.loads(line)) for line in lines)
            else:
                yield from ((path, json.loads(row)) for row in found)

    def lines(self, paths: Sequence[str]) -> Iterator[str]:
        """Yield the public provenance records of these files as lines of JSON.

        For runs without options that depend on all documents; then the records are complete as written.
        """
        for path in paths:
            found = self._rows.get(path, [])
            if isinstance(found, Path):
                with found.open(encoding="utf-8", errors="surrogateescape") as lines:
                    yield from (line.rstrip("\n") for line in lines)
            else:
                yield from (json.dumps(public(json.loads(row)), ensure_ascii=False) for row in found)

    def completed(self, paths: Sequence[str], where: str, *, with_near: bool) -> Iterator[tuple[str, Row]]:
        """Yield the records completed with near-duplicates and with whether they are kept."""
        filter_ = Filter(where) if where else None
        groups = self._near(paths) if with_near else None
        for path, row in self.rows(paths):
            kept = row.pop("kept", True)
            if groups is not None:
                row["near"] = groups(row["path"])
            row["kept"] = filter_.keeps(asked_of(row)) if filter_ is not None and filter_.of_all else kept
            yield path, row

    def _near(self, paths: Sequence[str]) -> Callable[[str], Row]:
        names: list[str] = []
        signatures: list[bytes] = []
        for _, row in self.rows(paths):
            names.append(row["path"])
            signatures.append(base64.b64decode(row["minhash"]))
        leaders = near.groups(signatures)
        sizes = Counter(leaders)
        number = iter(range(len(names)))

        def of_next(path: str) -> Row:
            i = next(number)
            return {"group": names[leaders[i]], "size": sizes[leaders[i]], "first": leaders[i] == i}

        return of_next

    def remove(self) -> None:
        """Remove the files."""
        for place in self._rows.values():
            if isinstance(place, Path):
                place.unlink(missing_ok=True)
        if self._folder.is_dir() and not os.listdir(self._folder):
            self._folder.rmdir()


def public(row: Row) -> Row:
    """Return the public form of a provenance record."""
    return {name: value for name, value in row.items() if name not in _OWN}
