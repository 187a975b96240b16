"""Parts that every page shares: templates, addresses, texts in one language, the spelling of names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from seedsearch.frontends.render.safe import one_line
from seedsearch.frontends.searches import Filters
from seedsearch.frontends.web.marks import visible
from seedsearch.frontends.web.names import KINDS, called
from seedsearch.frontends.web.site import Site
from seedsearch.frontends.web.words import Words


@cache
def templates() -> Environment:
    """Return the templates of the package."""
    loader = PackageLoader("seedsearch.frontends.web")
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters |= {"visible": visible, "number": _number, "name": shown_name}
    return made


def _number(count: int) -> str:
    return f"{count:,}"


def shown_name(path: str) -> Markup:
    """Return a path for display: control and invisible characters are escaped, and a long path may wrap after
    slashes.
    """
    return Markup("/<wbr>").join(visible(part) for part in one_line(path).split("/"))


@dataclass(frozen=True, slots=True)
class Face:
    """What every page needs: addresses, texts, the link to the other language, the content of the search box."""

    site: Site
    words: Words
    other: str
    typed: str = ""
    filters: Filters = field(default_factory=dict)

    def page(self, template: str, **values: Any) -> str:
        """Return a page."""
        known = {"site": self.site, "t": self.words, "other": self.other, "typed": self.typed, "filters": self.filters}
        return templates().get_template(template).render(**known, **values)

    def kind(self, name: str) -> str:
        """Return the displayed name of a kind of damage."""
        return called(KINDS, name, self.words)

    def kinds(self, damage: Mapping[str, int]) -> str:
        """Return kinds of damage with their counts, most frequent first."""
        ordered = sorted(damage.items(), key=lambda row: (-row[1], row[0]))
        return ", ".join(f"{self.kind(kind)} {count:,}" for kind, count in ordered)

    def counted(self, one: str, many: str, count: int) -> str:
        """Return a count in words."""
        return one if count == 1 else many.format(f"{count:,}")
