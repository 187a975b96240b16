"""Files of records (JSON Lines, CSV, TSV) as blocks of whole records, and the result of a block.

A block is about a mebibyte of UTF-8 for any number of workers, so that the same file gives the same bytes. A file in
another encoding is first read as a whole, like any text. In a UTF-8 file, a line that is not valid UTF-8 is decoded by
itself.
"""

from __future__ import annotations

import base64
import codecs
import io
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from seedsearch.damage import SURE
from seedsearch.errors import NotText, SourceError
from seedsearch.offsets import apply_edits
from seedsearch.reading.documents import RawDocument
from seedsearch.reading.files import raw_document
from seedsearch.reading.formats.limits import TEXT
from seedsearch.reading.formats.streams import Packed
from seedsearch.restoring.budget import Shares
from seedsearch.restoring.containers import KINDS, clean_values, kind_of, no_field
from seedsearch.restoring.containers.json_strings import values_of_json
from seedsearch.restoring.containers.table_cells import Layout, row_of
from seedsearch.restoring.containers.values import Broken, Value, said_in
from seedsearch.restoring.corpus import accounts
from seedsearch.restoring.corpus import near as signatures
from seedsearch.restoring.corpus.packing import Counted, packing_by, packing_of
from seedsearch.restoring.corpus.resting import TOGETHER, Resting
from seedsearch.restoring.corpus.where import Filter
from seedsearch.restoring.documents import Cleaned

SIZE = 1 << 20  # bytes of a block
HEAD = 1 << 20  # bytes that determine encoding and headings
MARK = codecs.BOM_UTF8


@dataclass(frozen=True, slots=True)
class CorpusOptions:
    """Options besides restoring: provenance (`rows`), the filter, near-duplicates."""

    rows: bool = False
    where: str = ""
    near: bool = False

    @property
    def deferred(self) -> bool:
        """Whether the filter depends on all documents together."""
        return bool(self.where) and Filter(self.where).of_all


PLAIN = CorpusOptions()


@dataclass(frozen=True, slots=True)
class How:
    """The options for the records of a file, the same for all of its blocks."""

    path: str
    kind: str
    fields: tuple[str, ...]
    steps: tuple[str, ...] | None
    corpus: CorpusOptions
    encoding: str = "utf-8"
    confidence: float = 1.0
    layout: Layout | None = None
    sure: float = SURE


@dataclass(frozen=True, slots=True)
class Block:
    """Complete records in UTF-8; `number` is that of the first, `end` the end of the block in the unpacked file."""

    how: How
    content: bytes
    number: int
    end: int
    headings: bool = False


@dataclass(slots=True)
class Tally:
    """The statistics of a part of a file. Damage and certainty are counted by name."""

    documents: int = 0
    kept: int = 0
    damaged: int = 0
    characters: int = 0
    damage: Counter[str] = field(default_factory=Counter)
    certainty: Counter[str] = field(default_factory=Counter)
    seen: set[str] = field(default_factory=set)

    def add(self, other: Tally) -> None:
        """Add another part."""
        self.documents += other.documents
        self.kept += other.kept
        self.damaged += other.damaged
        self.characters += other.characters
        self.damage.update(other.damage)
        self.certainty.update(other.certainty)
        self.seen |= other.seen


@dataclass(frozen=True, slots=True)
class BlockDone:
    """A restored block: its bytes, the provenance of its records as lines of JSON, and its statistics.

    `end` and `number` are the positions after it; `head` is the size in bytes of the headings at its beginning.
    """

    content: bytes
    rows: bytes
    tally: Tally
    end: int
    number: int
    head: int = 0


def records_kind(path: str, kind: str = "") -> str:
    """Return the kind of a file of records, as given or by its name (without packing); "" for other files."""
    stem = os.path.splitext(path)[0] if packing_of(path) else path
    found = kind or kind_of(stem)
    return found if found in ("jsonl", "csv") else ""


class Records:
    """An open file of records, read in blocks."""

    def __init__(self, file: Packed, how: How, encoding: str | None) -> None:
        """Read the head; raises SourceError or NotText if it cannot be read."""
        head = file.read(len(MARK) + 8)
        packing = packing_by(head)
        self._file = _Ahead(Counted(Joined(head, file), packing))
        self.mark = b""
        self.kind = how.kind
        self._at, self._number = 0, 1
        self._how = self._told(how, encoding)
        if how.kind == "csv":
            self._how = replace(self._how, layout=self._layout())

    def _told(self, how: How, encoding: str | None) -> How:
        """Detect the encoding; a file in another encoding than UTF-8 is read whole."""
        head = self._file.peek(HEAD)
        if head.startswith(MARK):
            self._file.read(len(MARK))
            self.mark, self._at = MARK, len(MARK)
            head = head[len(MARK) :]
        elif (encoding or "utf-8").lower().replace("_", "-") not in ("utf-8", "utf8") or not _is_utf8(head):
            document = raw_document(how.path, self._file.rest(), encoding)
            text = apply_edits(document.text, document.edits)
            self._file = _Ahead(io.BytesIO(text.encode("utf-8", "surrogatepass")))
            self.mark = MARK if document.told_by == "mark" else b""
            return replace(how, encoding=document.encoding, confidence=document.confidence)
        return how

    def _layout(self) -> Layout:
        head = self._file.peek(HEAD).decode("utf-8", "ignore")
        seen: set[str] = set()
        layout = Layout.of(head, self._how.fields, seen)
        if self._how.fields and not seen and head.strip():
            raise no_field(self._how.path, self._how.fields)
        return layout

    def blocks(self, begin: int = 0, number: int = 1) -> Iterator[Block]:
        """Yield the blocks, from the one that begins at `begin` with the record `number` on.

        Raises SourceError if a record is too large, or the file is broken.
        """
        headings = begin == 0
        self._file.skip(begin - self._at if begin else 0)
        at = begin or self._at
        for content, records in self._pieces():
            at += len(content)
            yield Block(self._how, content, number, at, headings and self._how.kind == "csv")
            number += records - (headings and self._how.kind == "csv")
            headings = False

    def _pieces(self) -> Iterator[tuple[bytes, int]]:
        """Yield about SIZE bytes of complete records, and their number."""
        layout = self._how.layout
        row = row_of(layout.delimiter) if layout else None
        buffer = b""
        while True:
            piece = self._file.read(SIZE)
            buffer += piece
            end, records = self._whole(buffer, not piece, row)
            if end:
                yield buffer[:end], records
                buffer = buffer[end:]
            if not piece:
                return
            if len(buffer) > TEXT:
                raise SourceError(f"{self._how.path}: a record of more than {TEXT >> 20} MiB", hint="split it")

    def _whole(self, buffer: bytes, last: bool, row: Any) -> tuple[int, int]:
        """Return the end of the last complete record of a piece, and the number of records."""
        if row is None:
            end = len(buffer) if last else buffer.rfind(b"\n") + 1
            return end, buffer.count(b"\n", 0, end) + (last and not buffer.endswith(b"\n"))
        at = records = 0
        while at < len(buffer) and (found := row.match(buffer, at)) and (last or found.end() < len(buffer)):
            at, records = found.end(), records + 1
        return at, records


class _Ahead:
    """A file with lookahead."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._buffer = b""

    def peek(self, size: int) -> bytes:
        """Return the next bytes without consuming them; fewer than `size` only at the end."""
        while len(self._buffer) < size and (piece := self._file.read(size - len(self._buffer))):
            self._buffer += piece
        return self._buffer[:size]

    def read(self, size: int) -> bytes:
        """Return the next `size` bytes; fewer only at the end."""
        found = self.peek(size)
        self._buffer = self._buffer[len(found) :]
        return found

    def rest(self) -> bytes:
        """Return the rest; raises SourceError if it exceeds the limit of a text."""
        pieces, size = [], 0
        while piece := self.read(SIZE):
            pieces.append(piece)
            size += len(piece)
            if size > TEXT:
                raise SourceError(f"a text of more than {TEXT >> 20} MiB that is not in UTF-8", hint="split it")
        return b"".join(pieces)

    def skip(self, size: int) -> None:
        """Skip bytes."""
        while size > 0 and (piece := self.read(min(size, SIZE))):
            size -= len(piece)


class Joined:
    """Bytes already read, followed by the rest of their file."""

    def __init__(self, head: bytes, file: Any) -> None:
        self._head, self._file = head, file

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, at most `size`; the rest if that is negative."""
        if size < 0:
            found, self._head = self._head, b""
            return found + bytes(self._file.read())
        if self._head:
            found, self._head = self._head[:size], self._head[size:]
            return found
        return bytes(self._file.read(size))


def _is_utf8(head: bytes) -> bool:
    """Tell whether the beginning of a file is UTF-8.

    Its last character may be truncated, and a line in another encoding does not change the result. In UTF-16, every
    other byte of field names is NUL.
    """
    good = len(head.decode("utf-8", "ignore").encode())
    return good >= _VALID * len(head) - _CUT and head.count(0) <= _NULS * len(head)


# Proportions of a head: valid UTF-8 at least, and NULs at most, a few of which damaged text has. Bytes of a truncated
# character.
_VALID, _NULS, _CUT = 0.99, 0.25, 3


def restored_block(block: Block) -> BlockDone:
    """Restore the records of a block separately."""
    how, tally = block.how, Tally()
    shares: Shares = {}
    kept = Filter(how.corpus.where) if how.corpus.where else None
    pieces: list[bytes] = []
    rows: list[bytes] = []
    number, head = block.number, 0
    values: list[Value | Broken] = []
    for content, said in _looked_through(block, tally.seen):
        if block.headings and not pieces:
            pieces.append(_restored(block, content, 0, tally, shares, values).readable.encode("utf-8", "surrogatepass"))
            head = len(pieces[0])
            continue
        this, number = number, number + 1
        if not content.strip():
            if not (kept and kept.of_all):  # otherwise the copy is reduced later by the sizes of its records
                pieces.append(content)
            continue
        if said is None:
            cleaned = _restored(block, content, this, tally, shares, values)
            written = cleaned.readable.encode("utf-8", "surrogatepass")
        else:
            cleaned, written = _at_rest(how, content, this), content
        count(tally, cleaned)
        row = _row(how, cleaned, values, said) if how.corpus.rows or kept else None
        if row is not None and kept is not None and not kept.of_all:
            row["kept"] = kept.keeps(accounts.asked_of(row))
        elif row is not None and not how.corpus.deferred:
            row["kept"] = True
        if row is None or row.get("kept", True):
            pieces.append(written)
            tally.kept += 1
        if row is not None and how.corpus.rows:
            if how.corpus.deferred:
                row["size"] = len(written)
            rows.append(line_of(row).encode("utf-8", "surrogateescape"))
    return BlockDone(b"".join(pieces), b"".join(rows), tally, block.end, number, head)


def _looked_through(block: Block, seen: set[str]) -> Iterator[tuple[bytes, list[str] | None]]:
    """Yield the records of a block, each with the content of its values if no step has anything to do, and with None if
    it has to be restored.
    """
    resting = Resting(block.how.fields, block.how.layout)
    some: list[bytes] = []
    size = 0
    for begin, end in _bounds(block):
        some.append(block.content[begin:end])
        resting.add(some[-1])
        size += end - begin
        if size >= TOGETHER:
            yield from zip(some, resting.found(seen), strict=True)
            some, size = [], 0
    yield from zip(some, resting.found(seen), strict=True)


def _bounds(block: Block) -> Iterator[tuple[int, int]]:
    """Yield the span of each record of a block, including its line end."""
    layout, at = block.how.layout, 0
    if layout is not None:
        for found in row_of(layout.delimiter).finditer(block.content):
            if found[0]:
                yield found.span()
    else:
        for line in io.BytesIO(block.content):  # lines end only at line feeds
            yield at, at + len(line)
            at += len(line)


def _restored(
    block: Block, content: bytes, number: int, tally: Tally, shares: Shares, values: list[Value | Broken]
) -> Cleaned:
    """Restore one record; add its values, in its decoded text, to `values`."""
    how, layout = block.how, block.how.layout
    path = f"{how.path}#{number}"
    try:
        raw = RawDocument(path, how.encoding, content.decode(), how.confidence)
    except UnicodeDecodeError:
        raw = _decoded(path, content)

    def found(text: str) -> list[Value | Broken]:
        if layout is not None:
            values[:] = layout.values(text, headings=number == 0)
        else:
            values[:] = values_of_json(text, how.fields, tally.seen)
        return values

    return clean_values(raw, how.steps, found, how.sure, shares)


def _decoded(path: str, content: bytes) -> RawDocument:
    """Decode a record that is not in the encoding of its file."""
    try:
        return raw_document(path, content)
    except NotText:
        return raw_document(path, content, "utf-8")


def count(tally: Tally, cleaned: Cleaned) -> None:
    """Count a document."""
    tally.documents += 1
    tally.characters += len(cleaned.readable)
    if cleaned.edits or cleaned.findings:
        tally.damaged += 1
        tally.damage.update(cleaned.damage)
        tally.certainty.update(str(e.certainty) for e in cleaned.edits)


def _at_rest(how: How, content: bytes, number: int) -> Cleaned:
    """Return the result for a record in which there is nothing to do."""
    text = content.decode()
    return Cleaned(RawDocument(f"{how.path}#{number}", how.encoding, text, how.confidence), (), (), text)


def _row(how: How, cleaned: Cleaned, found: Iterable[Value | Broken], said: list[str] | None) -> dict[str, Any]:
    """Return the provenance of a record; `found` are its values before restoring, `said` their content if known."""
    if said is None:
        text = cleaned.readable
        if cleaned.edits:
            found = (
                how.layout.values(text, headings=False) if how.layout else KINDS[how.kind][0](text, how.fields, set())
            )
        said = [said_in(text, value) for value in found]
    return row_of_document(cleaned, "\n".join(said), near=how.corpus.near)


def line_of(row: Mapping[str, Any]) -> str:
    """Serialize a provenance record."""
    return json.dumps(row, ensure_ascii=False) + "\n"


def row_of_document(cleaned: Cleaned, texts: str, *, near: bool) -> dict[str, Any]:
    """Return the provenance of a document with the restored text `texts`, with its signature if requested."""
    row = accounts.account_of(cleaned, texts)
    if near:
        row["minhash"] = base64.b64encode(signatures.signature(texts)).decode()
    return row
