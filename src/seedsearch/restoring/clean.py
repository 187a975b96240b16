"""Raw document → cleaned document: the one place where decoding, cleaning and folding meet."""

from __future__ import annotations

import re

from seedsearch.reading.documents import (
    RawDocument,
)
from seedsearch.reading.files import digest, raw_document
from seedsearch.restoring.documents import (
    Cleaned,
)
from seedsearch.restoring.steps import restore

_SURROGATES = re.compile("[\ud800-\udfff]")


def clean(data: bytes | str) -> Cleaned:
    """Restore a damaged text, or the bytes of a damaged file.

    Bytes are decoded first (`.encoding` says as what); a lone surrogate in a str is read as U+FFFD.
    `.edits` are in code points of the text as decoded. Raises NotText for bytes that hold no text.

    >>> cleaned = clean("焊接&nbsp;材料")
    >>> cleaned.readable
    '焊接 材料'
    >>> [(str(e.kind), e.span.start, e.span.end, e.replacement) for e in cleaned.edits]
    [('entity', 2, 8, ' ')]
    >>> clean("東麗區".encode("big5")).encoding
    'big5'
    """
    if isinstance(data, bytes):
        return clean_document(raw_document("", data))
    text = _SURROGATES.sub("\ufffd", data)
    return clean_document(RawDocument("", digest(text.encode()), "str", text))


def clean_document(raw: RawDocument) -> Cleaned:
    """Restore one document."""
    unsure = raw.encoding != "str" and not raw.encoding.startswith("utf")
    restored = restore(raw.text, done=raw.edits, unsure=unsure)
    return Cleaned(raw, restored.edits, restored.findings, restored.text)
