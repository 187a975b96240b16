"""What was typed → a tree that every engine understands.

Matching and scoring are apart: `Run`, `All`, `Any`, `AtLeast` and `Not` say which documents match,
and only the terms of `Ranked` give scores. Every text in a tree is a run text (analysis.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Field: TypeAlias = Literal["gram", "word"]


@dataclass(frozen=True, slots=True)
class Term:
    """Documents with this term in this field."""

    field: Field
    text: str


@dataclass(frozen=True, slots=True)
class Run:
    """Documents whose run text holds `text`; `grams` are terms of the field `gram` that all of them have."""

    text: str
    grams: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class All:
    """Documents that match every child."""

    children: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """Documents that match one child or more."""

    children: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """Documents that match `count` of the children or more."""

    count: int
    children: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Documents that do not match the child."""

    child: Query


@dataclass(frozen=True, slots=True)
class Ranked:
    """Documents that match `required`, scored by the terms of `scored` that they have."""

    required: Query
    scored: tuple[tuple[Term, float], ...]


Query: TypeAlias = Term | Run | All | Any | AtLeast | Not | Ranked
