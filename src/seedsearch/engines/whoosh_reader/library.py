"""Imports the parts of Whoosh in use, without the warnings of its source on Python 3.12 and later."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # invalid escapes in strings that are not raw strings
    from whoosh import analysis, columns, fields, formats, highlight, index, qparser, query, scoring, sorting
    from whoosh.codec import base
    from whoosh.matching import InverseMatcher, ListMatcher, NullMatcher
    from whoosh.matching.binary import AndNotMatcher
    from whoosh.reading import TermInfo

__all__ = [
    "AndNotMatcher",
    "InverseMatcher",
    "ListMatcher",
    "NullMatcher",
    "TermInfo",
    "analysis",
    "base",
    "columns",
    "fields",
    "formats",
    "highlight",
    "index",
    "qparser",
    "query",
    "scoring",
    "sorting",
]
