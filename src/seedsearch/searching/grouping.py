"""Groups results by folder, extension, encoding, year or kind of damage, with the best hits of each."""

from __future__ import annotations

from collections.abc import Sequence

from seedsearch.engines import Engine
from seedsearch.engines.query import All, Not, Prefix, Query, Terms
from seedsearch.searching.facets import FACETS, facets_of, with_value
from seedsearch.searching.filling import Filling, every
from seedsearch.searching.hits import Shown
from seedsearch.searching.results import FacetValue, Group
from seedsearch.searching.tiers import Tier

OF_EACH = 3  # hits shown per group


def groups_of(
    engine: Engine, tiers: Sequence[Tier], name: str, offset: int, limit: int, shown: Shown
) -> tuple[tuple[Group, ...], bool]:
    """Return the groups from `offset` on, the largest first (years: the latest first), and whether there are more.

    A document is in the group of each value that it has; of folders, only in that of its own. Documents without a value
    are in the group "". Raises QueryError for a name that is not a facet.
    """
    values = facets_of(engine, tiers, [name])[name]
    if name == "folder":
        values = _own(values)
    elif name == "year":
        values = tuple(sorted(values, key=lambda one: one.value, reverse=True))
    if tiers and (without := engine.count([All((every(tiers), _with_none(name)))])[0]):
        values = (*values, FacetValue("", without))
    made = [_group(engine, tiers, name, one, shown) for one in values[offset : offset + limit]]
    return tuple(made), len(values) > offset + limit


def _own(values: Sequence[FacetValue]) -> tuple[FacetValue, ...]:
    """Return the folders with the documents directly in them; folders without any are left out."""
    counts = {one.value: one.count for one in values}
    own = dict(counts)
    for folder, count in counts.items():
        above = folder.rpartition("/")[0]
        if above in own:
            own[above] -= count
    found = (FacetValue(folder, count) for folder, count in own.items() if count)
    return tuple(sorted(found, key=lambda one: (-one.count, one.value)))


def _group(engine: Engine, tiers: Sequence[Tier], name: str, one: FacetValue, shown: Shown) -> Group:
    node = _members(name, one.value)
    narrowed = [tier._replace(required=All((tier.required, node)), learns=False) for tier in tiers]
    return Group(one.value, one.count, Filling(engine, narrowed, {}, shown).page(0, OF_EACH).hits)


def _members(name: str, value: str) -> Query:
    if not value:
        return _with_none(name)
    if name == "folder":
        return All((with_value(name, value), Not(Terms("tag", Prefix(f"folder:{value}/")))))
    return with_value(name, value)


def _with_none(name: str) -> Query:
    return Not(Terms("tag", Prefix(FACETS[name])))
