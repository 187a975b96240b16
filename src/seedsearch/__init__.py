"""Full-text search over folders of damaged Chinese documents.

    files → RawDocument → Cleaned (+ edits) → terms → engine │ typed → matches → hits → terminal, JSON
     reading/            restoring/           text/  engines/ │ searching/ engines/ searching/  frontends/

The public names are listed below; each is imported on first use, so a program pays only for what it uses.
"""

# Nothing is imported here, not even typing: `python -m seedsearch` runs this file before it excludes modules in the
# current folder (see interpreter).
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from seedsearch.damage import Certainty, Damage
    from seedsearch.errors import IndexMissing, QueryError, SeedsearchError, SourceError
    from seedsearch.indexing.build import build_index
    from seedsearch.indexing.reports import (
        IndexReport,
        Progress,
    )
    from seedsearch.offsets import Edit, Span
    from seedsearch.reading.documents import Failure
    from seedsearch.restoring.clean import clean
    from seedsearch.restoring.documents import (
        Cleaned,
    )
    from seedsearch.searching.index import Index, open_index
    from seedsearch.searching.results import (
        Hit,
        IndexStats,
        Results,
        Snippet,
    )

__version__ = "0.1.0"

__all__ = [
    "Certainty",
    "Cleaned",
    "Damage",
    "Edit",
    "Failure",
    "Hit",
    "Index",
    "IndexMissing",
    "IndexReport",
    "IndexStats",
    "Progress",
    "QueryError",
    "Results",
    "SeedsearchError",
    "Snippet",
    "SourceError",
    "Span",
    "build_index",
    "clean",
    "open_index",
]

_HOME = {
    "Certainty": "damage",
    "Cleaned": "restoring.documents",
    "Damage": "damage",
    "Edit": "offsets",
    "Failure": "reading.documents",
    "Hit": "searching.results",
    "Index": "searching.index",
    "IndexMissing": "errors",
    "IndexReport": "indexing.reports",
    "IndexStats": "searching.results",
    "Progress": "indexing.reports",
    "QueryError": "errors",
    "Results": "searching.results",
    "SeedsearchError": "errors",
    "Snippet": "searching.results",
    "SourceError": "errors",
    "Span": "offsets",
    "build_index": "indexing.build",
    "clean": "restoring.clean",
    "open_index": "searching.index",
}


def __dir__() -> "list[str]":
    """Return the public names, for completion in a notebook; they are not attributes before their first use."""
    return [*__all__, "__version__"]


def __getattr__(name: str) -> "Any":
    from importlib import import_module

    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
