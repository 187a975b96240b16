"""Files that programs read (JSON, tables, XML, code), restored so that they stay valid.

In JSON, JSON Lines, tables and XML, each value is restored separately; everything else stays byte for byte. In code and
settings, the steps for tags and entities are skipped, because there these belong to the program.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache, partial

from seedsearch.damage import SURE, Damage
from seedsearch.errors import SourceError
from seedsearch.offsets import Finding, OffsetMap, apply_edits, compose, made_by
from seedsearch.reading.documents import RawDocument
from seedsearch.reading.formats import STDIN
from seedsearch.restoring.budget import Shares
from seedsearch.restoring.clean import clean_document, may_be_misread
from seedsearch.restoring.containers.json_strings import is_json, values_of_json, values_of_lines
from seedsearch.restoring.containers.table_cells import values_of_table
from seedsearch.restoring.containers.values import Broken, Value, Ways, restored_values
from seedsearch.restoring.containers.xml_strings import values_of_xml
from seedsearch.restoring.documents import Cleaned
from seedsearch.restoring.steps import DECODING, STEPS, Restored, restore

Values = Callable[[str, Collection[str], set[str]], Iterator[Value | Broken]]

# The kinds of containers, with their readers and file extensions.
KINDS: dict[str, tuple[Values, tuple[str, ...]]] = {
    "jsonl": (values_of_lines, (".jsonl", ".ndjson")),
    "json": (values_of_json, (".json", ".geojson", ".webmanifest")),
    "csv": (values_of_table, (".csv", ".tsv", ".tab")),
    "xml": (
        values_of_xml,
        (".xml", ".xsd", ".xsl", ".xslt", ".svg", ".rss", ".atom", ".opf", ".ncx", ".plist", ".kml"),
    ),
}
_KIND_OF = {ending: kind for kind, (_, endings) in KINDS.items() for ending in endings}
_CODE = (
    "py pyi js mjs cjs ts tsx jsx c h cc cpp cxx hpp hh java kt go rs rb php pl pm lua swift cs vb scala sh "
    "bash zsh fish ps1 bat cmd sql r m jl el lisp clj hs ml erl ex dart pas asm css scss less vue svelte yaml "
    "yml toml ini cfg conf properties env tex sty cls bib po pot strings cmake gradle proto graphql dockerfile "
    "mk"
)
CODE = frozenset(f".{name}" for name in _CODE.split())
# Steps that treat tags, entities and repetitions as damage.
_OF_PROSE = frozenset({"html", "ruby", "entities", "markup", "repeated-passage"})
# Steps that undo wrong decodings.
_OF_BYTES = frozenset({"code-pages", "latin1", "utf8-as-gbk", "big5-gbk", "misreadings"})
_XML = re.compile(r"\s*<\?xml\s")
_HTML = re.compile(r"<html[\s>]", re.IGNORECASE)
_HEAD = 2048  # code points in which the root of an XML file stands


def kind_of(path: str, text: str = "") -> str:
    """Return the kind of a file by its name: a kind of container, `code`, or `text`; XML also by its beginning."""
    ending = os.path.splitext(path)[1].lower()
    if kind := _KIND_OF.get(ending, ""):
        return "text" if kind == "xml" and _HTML.search(text[:_HEAD]) else kind
    if ending in CODE:
        return "code"
    return "xml" if _XML.match(text[:_HEAD]) and not _HTML.search(text[:_HEAD]) else "text"


def clean_file(
    raw: RawDocument,
    names: Collection[str] | None = None,
    fields: Sequence[str] = (),
    kind: str = "",
    sure: float = SURE,
) -> Cleaned:
    """Restore one file, by all steps or by those with `names`, so that programs can still read it.

    `fields` restricts a container to values with these names. `kind` is its kind, by default according to its name.
    `sure` is as for `clean`. Raises SourceError if no value has one of the names, or if the file has no fields.
    """
    kind = kind or (sniffed(raw.text) if raw.path == STDIN else kind_of(raw.path, raw.text))
    if kind in KINDS:
        return _container(raw, kind, names, fields, sure)
    if fields:
        raise SourceError(
            f"{raw.path} is {kind}, which has no fields", hint="leave out --field, or say what it is with --input"
        )
    return clean_document(raw, _code_steps(names) if kind == "code" else names, sure=sure)


def sniffed(text: str) -> str:
    """Return the kind of a text without a name if it is obvious: JSON or JSON Lines."""
    first = text.lstrip().split("\n", 1)[0]
    if first.startswith("{") and is_json(first):
        return "jsonl"
    return "json" if first.startswith(("{", "[")) and is_json(text) else kind_of(STDIN, text)


_EVERY = (DECODING, *(step.name for step in STEPS))


def _code_steps(names: Collection[str] | None) -> list[str]:
    return [name for name in (_EVERY if names is None else names) if name not in _OF_PROSE]


def _container(
    raw: RawDocument, kind: str, names: Collection[str] | None, fields: Sequence[str], sure: float
) -> Cleaned:
    if kind == "json" and not fields and not is_json(apply_edits(raw.text, raw.edits)):
        return clean_document(raw, _code_steps(names), sure=sure)
    seen: set[str] = set()
    cleaned = clean_values(raw, names, lambda text: KINDS[kind][0](text, fields, seen), sure)
    if fields and not seen and raw.text.strip():
        raise no_field(raw.path, fields)
    return cleaned


def no_field(path: str, fields: Sequence[str]) -> SourceError:
    """Return the error for a file in which no value has one of these names."""
    return SourceError(f"{path} has no field {' or '.join(fields)}", hint="look at its first record")


def clean_values(
    raw: RawDocument,
    names: Collection[str] | None,
    values: Callable[[str], Iterable[Value | Broken]],
    sure: float = SURE,
    shares: Shares | None = None,
) -> Cleaned:
    """Restore the values of a text that `values` yields, by all steps or by those with `names`.

    `shares` is the common budget of all records of a file.
    """
    done = raw.edits if names is None or DECODING in names else ()
    text = apply_edits(raw.text, done) if done else raw.text
    chosen = _EVERY if names is None else tuple(names)
    unsure = may_be_misread(raw)
    shares = {} if shares is None else shares
    whole, of_bytes, code = (
        _restoring(some, unsure, sure) for some in (chosen, _of_bytes(chosen), _steps_of_code(chosen))
    )
    # Reading values together has its own budget, so that each value by itself has the same budget as elsewhere.
    ways = Ways(partial(whole, shares=shares), partial(of_bytes, shares={}), partial(code, shares=shares))
    found = restored_values(text, values(text), ways, chosen)
    if not found.edits and not found.findings and not done and not raw.passed_over:
        return Cleaned(raw, found.edits, (), text)
    edits = compose(made_by(DECODING, done), found.edits, text)
    back = OffsetMap.of(done)
    findings = [Finding(back.to_raw(one.span), one.kind, one.candidates) for one in found.findings]
    findings += [Finding(span, Damage.UNREPAIRED_BYTES) for span in raw.passed_over]
    findings.sort(key=lambda one: one.span)
    return Cleaned(raw, edits, tuple(findings), apply_edits(raw.text, edits))


@cache
def _of_bytes(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if name in _OF_BYTES)


@cache
def _steps_of_code(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_code_steps(names))


@cache
def _restoring(names: tuple[str, ...], unsure: bool, sure: float) -> Callable[..., Restored]:
    """Return a function that restores one value of a file by the steps with these names."""
    return partial(restore, steps=tuple(step for step in STEPS if step.name in names), unsure=unsure, sure=sure)


_DECLARED = re.compile(r"""\A\s*<\?xml\s[^>]*?encoding\s*=\s*["']([^"'>]*)["']""")


def as_file(cleaned: Cleaned) -> str:
    """Return the restored text as the content of a UTF-8 file: XML declares that encoding, and a table keeps the byte
    order mark that spreadsheets need.
    """
    raw = cleaned.raw
    kind = kind_of(raw.path, raw.text)
    if kind == "csv" and raw.told_by == "mark":
        return "\ufeff" + cleaned.readable
    declared = _DECLARED.match(cleaned.readable) if kind == "xml" else None
    if declared and not raw.encoding.startswith("utf-8"):
        return f"{cleaned.readable[: declared.start(1)]}UTF-8{cleaned.readable[declared.end(1) :]}"
    return cleaned.readable
