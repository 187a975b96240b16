"""Raw document → cleaned document: decoding, cleaning and folding come together here."""

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

        Args:
        data: A text, or the bytes of a file, whose encoding is detected. Lone surrogates in a str become U+FFFD.
        only: Names of the steps to run; by default all.
        skip: Names of steps to leave out.
        sure: Do not make inferred repairs with a lower probability (0 to 1); a finding lists their candidates.

    Returns:
        The readable text, the edits and the findings, with spans in code points of the text as decoded.

    Raises:
        NotText: The bytes are not text.
        StepUnknown: There is no step of that name.


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

    `for_index`: decode escapes in URLs and code too, which `clean` leaves as they are. `sure`: as for `clean`.
    `shares`: the budget that all documents of a file share.
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
    """Return whether the decoder of a document may have written the U+FFFD in it."""
    return raw.encoding != "str" and not raw.encoding.startswith("utf")
