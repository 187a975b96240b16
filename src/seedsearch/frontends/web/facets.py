"""The facets beside an answer: values with their counts, each a link that selects or deselects it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from seedsearch.frontends.web.face import Face, shown_name
from seedsearch.frontends.web.marks import visible
from seedsearch.frontends.web.parameters import FACETS
from seedsearch.searching.results import Results

# Values shown per facet.
VALUES = 12


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a facet: its name, its number of documents, whether it is selected, and its link."""

    name: Markup
    count: int | None
    is_chosen: bool
    address: str


def facets_of(face: Face, results: Results) -> Iterator[tuple[str, list[Value]]]:
    """Yield the facets that distinguish the documents of an answer, each with its name."""
    for name in FACETS:
        chosen = face.filters.get(name, ())
        counts = {one.value: one.count for one in results.facets.get(name, ())}
        telling = _below(counts, results.total, chosen) if name == "folder" else counts
        values = [*chosen, *(value for value in telling if value not in chosen)][:VALUES]
        if chosen or len(values) > 1 or (name == "damage" and values):
            yield getattr(face.words, name), [_value(face, name, one, counts.get(one), one in chosen) for one in values]


def _below(counts: Mapping[str, int], total: int, chosen: Sequence[str]) -> list[str]:
    """Return the folders directly below the common one of all documents, and below the selected ones."""
    everywhere = {folder for folder, count in counts.items() if count == total}
    above = {"", *everywhere, *chosen}
    return [folder for folder in counts if folder not in everywhere and folder.rpartition("/")[0] in above]


def _value(face: Face, facet: str, value: str, count: int | None, is_chosen: bool) -> Value:
    others = tuple(one for one in face.filters.get(facet, ()) if one != value)
    changed = {**face.filters, facet: others if is_chosen else (*others, value)}
    # For an unselected folder, the last name is enough: the folders above contain all documents or are selected.
    shown = value.rpartition("/")[2] if facet == "folder" and not is_chosen else value
    name = visible(face.kind(value)) if facet == "damage" else shown_name(shown)
    return Value(name, count, is_chosen, face.site.home(q=face.typed, **changed))
