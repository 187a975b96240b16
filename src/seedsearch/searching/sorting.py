"""Sort orders of an answer: `sort:date` in a query, `--sort date`."""

from __future__ import annotations

from typing import NamedTuple

from seedsearch.errors import QueryError

# The property by which each order sorts, and whether the largest value comes first by default.
ORDERS = {"relevance": True, "date": True, "path": False, "size": True}
_SAYS = f"type one of {', '.join(ORDERS)}; the other way round: -date or date-asc"


class Order(NamedTuple):
    """An order: one of ORDERS, and whether the largest comes first."""

    by: str = "relevance"
    descending: bool = True

    @property
    def is_relevance(self) -> bool:
        """Whether it is the default order, best first."""
        return self.by == "relevance"


def order_of(value: str) -> Order:
    """Parse an order: `date`, `-date`, `date-asc`, `date-desc`; raises QueryError for anything else."""
    name = value.strip().lower()
    is_reversed = name.startswith("-")
    name, _, way = name.removeprefix("-").replace(":", "-").partition("-")
    if name not in ORDERS or way not in ("", "asc", "desc") or (name == "relevance" and (is_reversed or way)):
        raise QueryError(f"“{value}” is not an order", code="not-an-order", texts=[value], hint=_SAYS)
    descending = way == "desc" if way else ORDERS[name]
    return Order(name, descending != is_reversed)
