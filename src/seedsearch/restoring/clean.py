"""Raw document → cleaned document: the one place where decoding, cleaning and folding meet."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from seedsearch.damage import SURE
from seedsearch.reading.documents import (
    RawDocument,
)
from seedsearch.reading.files import raw_document
from seedsearch.restoring.budget import Shares
from seedsearch.restoring.documents import (
    Cleaned,
)
from seedsearch.restoring.steps import DECODING, STEPS, chosen, restore

_SURROGATES = re.compile("[\ud800-\udfff]")


def clean(data: bytes | str, *, only: Sequence[str] = (), skip: Sequence[str] = (), sure: float = SURE) -> Cleaned:
    """Restore a damaged text, or the bytes of a damaged file.

    Bytes are decoded first (`.encoding` says as what); a lone surrogate in a str is read as U+FFFD.
    `.edits` are in code points of the text as decoded. `only` are the names of the steps that are done, all where
    none is named; those of `skip` are left out. Where a repair was inferred and is less probable than `sure` (0 to 1)
    nothing is changed, and a finding has the candidates. Raises NotText for bytes that hold no text, StepUnknown for
    a name that no step has.

    >>> cleaned = clean("焊接&nbsp;材料")
    >>> cleaned.readable
    '焊接 材料'
    >>> [(str(e.kind), e.span.start, e.span.end, e.replacement) for e in cleaned.edits]
    [('entity', 2, 8, ' ')]
    >>> clean("焊接&nbsp;材料", skip=["entities"]).readable
    '焊接&nbsp;材料'
    >>> clean("東麗區".encode("big5")).encoding
    'big5'
    """
    steps = chosen(only, skip) if only or skip else None
    if isinstance(data, bytes):
        return clean_document(raw_document("", data), steps, sure=sure)
    text = _SURROGATES.sub("\ufffd", data)
    return clean_document(RawDocument("", "str", text), steps, sure=sure)


def clean_document(
    raw: RawDocument,
    names: Collection[str] | None = None,
    *,
    for_index: bool = False,
    sure: float = SURE,
    shares: Shares | None = None,
) -> Cleaned:
    """Restore one document, by all steps or by those with `names`.

    `for_index`: what addresses and code spell is restored as well, which `clean` leaves as it is. `sure`: as
    for `clean`. `shares`: one for all documents of a file, for what they may cost together.
    """
    steps = STEPS if names is None else tuple(step for step in STEPS if step.name in names)
    done = raw.edits if names is None or DECODING in names else ()
    restored = restore(
        raw.text,
        steps,
        done=done,
        left=raw.passed_over,
        unsure=may_be_misread(raw),
        for_index=for_index,
        sure=sure,
        shares=shares,
    )
    return Cleaned(raw, restored.edits, restored.findings, restored.text)


def may_be_misread(raw: RawDocument) -> bool:
    """Tell whether the decoder of a document may have written the U+FFFD in it."""
    return raw.encoding != "str" and not raw.encoding.startswith("utf")
