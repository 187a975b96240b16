"""Facets: counts of results by kind of damage, encoding, extension, folder or year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from seedsearch.engines import Engine
from seedsearch.engines.query import Prefix, Query, Term, Terms, any_of
from seedsearch.errors import QueryError
from seedsearch.searching.filling import every
from seedsearch.searching.results import FacetValue
from seedsearch.searching.tiers import Tier

# The tag prefix of each facet. A document may have several kinds of damage, the extensions of its file and of the
# archives around it, and all folders above it.
FACETS = {"damage": "damage:", "encoding": "encoding:", "ext": "ext:", "folder": "folder:", "year": "date:"}
_YEAR = 4  # characters of a date


def facets_of(engine: Engine, tiers: Sequence[Tier], names: Sequence[str]) -> dict[str, tuple[FacetValue, ...]]:
    """Return the values of the named facets, most frequent first; raises QueryError for a name that is not a facet."""
    for name in names:
        _check(name)
    if not tiers:
        return dict.fromkeys(names, ())
    query = every(tiers)
    return {name: _values(engine, query, name) for name in names}


def _values(engine: Engine, query: Query, name: str) -> tuple[FacetValue, ...]:
    prefix = FACETS[name]
    counts: Counter[str] = Counter()
    for tag, count in engine.tally(query, prefix):
        value = tag.removeprefix(prefix)
        counts[value[:_YEAR] if name == "year" else value] += count
    return tuple(FacetValue(*row) for row in sorted(counts.items(), key=lambda row: (-row[1], row[0])))


def filters_of(chosen: Mapping[str, Sequence[str]]) -> tuple[Query, ...]:
    """Return the documents with one of the selected values of each facet; raises QueryError for a name that is not a
    facet.
    """
    made = []
    for name, values in chosen.items():
        _check(name)
        queries = tuple(with_value(name, value) for value in values)
        if queries:
            made.append(any_of(queries))
    return tuple(made)


def with_value(name: str, value: str) -> Query:
    """Return the documents counted under a value of a facet."""
    tag = FACETS[name] + value
    return Terms("tag", Prefix(tag)) if name == "year" else Term("tag", tag)


def _check(name: str) -> None:
    if name not in FACETS:
        raise QueryError(
            f"“{name}” is not a facet", code="not-a-facet", texts=[name], hint=f"type one of {', '.join(FACETS)}"
        )
