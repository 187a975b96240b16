"""The OpenAPI 3.1 description of the interface, from the same tables that the handlers use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seedsearch import __version__
from seedsearch.damage import Certainty, Damage
from seedsearch.frontends.web import parameters
from seedsearch.frontends.web.interface import LARGEST_TEXT
from seedsearch.frontends.web.parameters import Parameter, Table
from seedsearch.frontends.web.site import API

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_COUNTS: Schema = {"type": "object", "additionalProperties": _COUNT}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_FLAG: Schema = {"type": "boolean"}
_SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}


def _of(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _object(properties: Mapping[str, Schema], *optional: str) -> Schema:
    needed = [name for name in properties if name not in optional]
    return {"type": "object", "properties": dict(properties), "required": needed}


_SPAN: Schema = {
    "type": "array",
    "items": _COUNT,
    "minItems": 2,
    "maxItems": 2,
    "description": "Start and end (not included) in code points. JavaScript counts UTF-16: [...text].slice(start, end)",
}
_KIND: Schema = {"type": "string", "enum": [str(kind) for kind in Damage]}
_EDIT = {
    "kind": _KIND,
    "certainty": {"type": "string", "enum": [str(one) for one in Certainty]},
    "probability": {**_SHARE, "description": "How probable it is that the edit is right, where it is inferred"},
    "start": _COUNT,
    "end": _COUNT,
    "was": _TEXT,
    "now": _TEXT,
    "step": _TEXT,
}
_SNIPPET = {
    "text": _TEXT,
    "highlights": _list(_of("Span")),
    "line": _COUNT,
    "column": _COUNT,
    "raw_start": _COUNT,
    "raw_end": _COUNT,
    "cut_before": _FLAG,
    "cut_after": _FLAG,
    "restored": _COUNTS,
    "matches": _list(_of("Place")),
}
_PLACE = {"line": _COUNT, "column": _COUNT, "raw_start": _COUNT, "raw_end": _COUNT}
_HIT = {
    "rank": _COUNT,
    "path": _TEXT,
    "score": {"type": "number"},
    "snippets": _list(_of("Snippet")),
    "also_in": _TEXTS,
    "tier": _TEXT,
    "id": _TEXT,
    "encoding": _TEXT,
    "damage": _COUNTS,
}
_ANSWER = {
    "schema": _COUNT,
    "query": _TEXT,
    "total": _COUNT,
    "matched": _TEXT,
    "tiers": _COUNTS,
    "more": _FLAG,
    "notes": _TEXTS,
    "suggestions": _TEXTS,
    "generation": _COUNT,
    "hits": _list(_of("Hit")),
    "facets": {"type": "object", "additionalProperties": _list(_object({"value": _TEXT, "count": _COUNT}))},
    "next": {"type": ["string", "null"], "description": "the address of the hits behind these"},
}
_CANDIDATES = {
    **_list(_object({"text": _TEXT, "probability": _SHARE})),
    "description": "What may have stood there, the likeliest first, where no repair was sure enough to be made",
}
_FINDING = {"kind": _KIND, "start": _COUNT, "end": _COUNT, "candidates": _CANDIDATES}
_DOCUMENT = {
    "schema": _COUNT,
    "id": _TEXT,
    "path": _TEXT,
    "encoding": _TEXT,
    "confidence": _SHARE,
    "damage": _COUNTS,
    "text": _TEXT,
    "first_line": _COUNT,
    "lines": _COUNT,
    "start": _COUNT,
    "more": _FLAG,
    "hits": _list(_of("Span")),
    "edits": _list(_of("Edit")),
    "findings": _list(_of("Finding")),
    "file": {"type": "string", "enum": ["same", "changed"]},
}
_STATS = {
    "schema": _COUNT,
    "documents": _COUNT,
    "terms": _COUNTS,
    "size": _COUNT,
    "bytes": _COUNT,
    "encodings": _COUNTS,
    "damage": _COUNTS,
    "files": _list(_object({"id": _TEXT, "damage": _COUNTS})),
    "unsure": _list(_object({"id": _TEXT, "path": _TEXT, "encoding": _TEXT, "confidence": _SHARE})),
    "told_by_neighbours": _COUNT,
    "inferred": _list(_object({"from": _SHARE, "below": _SHARE, "edits": _COUNT})),
    "stale": _TEXTS,
}
_RESTORED = {
    "schema": _COUNT,
    "encoding": _TEXT,
    "text": _TEXT,
    "damage": _COUNTS,
    "edits": _list(_of("Edit")),
    "findings": _list(_of("Finding")),
}
_PROBLEM = {"type": _TEXT, "title": _TEXT, "status": _COUNT, "detail": _TEXT, "hint": _TEXT, "code": _TEXT}
SCHEMAS: Mapping[str, Schema] = {
    "Span": _SPAN,
    "Edit": _object(_EDIT, "was", "probability"),
    "Finding": _object(_FINDING, "candidates"),
    "Snippet": _object(_SNIPPET),
    "Place": _object(_PLACE),
    "Hit": _object(_HIT),
    "Answer": _object(_ANSWER),
    "Document": _object(_DOCUMENT),
    "Statistics": _object(_STATS),
    "Suggestions": _object({"suggestions": _list(_object({"query": _TEXT, "count": _COUNT}))}),
    "Restored": _object(_RESTORED),
    "Problem": _object(_PROBLEM, "hint", "code"),
}

# The purpose, the parameters and the response schema of each address.
READS: Mapping[str, tuple[str, Table, str]] = {
    "search": ("Hits, best first", parameters.SEARCH, "Answer"),
    "document": ("Lines of a document, with what was repaired in them", parameters.TEXT, "Document"),
    "suggest": ("Words that begin as typed", parameters.SUGGEST, "Suggestions"),
    "stats": ("What the index holds", parameters.NONE, "Statistics"),
}


def description(root: str = "") -> Schema:
    """Return the description for a server with the path prefix `root`."""
    paths: Schema = {f"{API}/{name}": {"get": _read(name, *row)} for name, row in READS.items()}
    paths[f"{API}/restore"] = {"post": _restore()}
    paths[f"{API}/openapi.json"] = {"get": _answered("description", "This description", {"type": "object"})}
    paths["/healthz"] = {"get": _answered("health", "Whether the server answers", _TEXT, "text/plain")}
    about = "Full-text search over folders of damaged Chinese documents. Offsets are Unicode code points."
    return {
        "openapi": "3.1.0",
        "info": {"title": "seedsearch", "version": __version__, "description": about, "license": {"name": "MIT"}},
        "servers": [{"url": root or "/"}],
        "paths": paths,
        "components": {"schemas": dict(SCHEMAS)},
    }


def _read(name: str, about: str, table: Table, schema: str) -> Schema:
    return {**_answered(name, about, _of(schema)), "parameters": [_parameter(one) for one in table]}


def _parameter(one: Parameter) -> Schema:
    said = {"name": one.name, "in": "query", "required": one.needed, "description": one.about, "schema": one.schema()}
    return {**said, "style": "form", "explode": True} if one.several else said


def _restore() -> Schema:
    about = f"A text restored, of {LARGEST_TEXT:,} bytes at most"
    bytes_: Schema = {"schema": {"type": "string", "maxLength": LARGEST_TEXT}}
    body = {"required": True, "content": {"text/plain": bytes_, "application/octet-stream": {}}}
    return {**_answered("restore", about, _of("Restored")), "requestBody": body}


def _answered(name: str, about: str, schema: Schema, kind: str = "application/json") -> Schema:
    problem = {
        "description": "a problem (RFC 9457)",
        "content": {"application/problem+json": {"schema": _of("Problem")}},
    }
    good = {"description": about, "content": {kind: {"schema": schema}}}
    return {"operationId": name, "summary": about, "responses": {"200": good, "default": problem}}
