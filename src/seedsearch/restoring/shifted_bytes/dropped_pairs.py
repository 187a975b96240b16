"""Pairs of bytes without a character, which readers drop: the two characters whose inner halves they were.

Tables for the search of torn characters, made when they are first asked for.
"""

from __future__ import annotations

from functools import cache

from seedsearch.restoring.shifted_bytes.score import Choices, beginning_with, by_byte, ending_in
from seedsearch.text.gbk import (
    PRIVATE,
    pairs,
)


@cache
def without_character() -> dict[int, tuple[int, ...]]:
    """Lead → trails of the pairs that readers drop."""
    table: dict[int, tuple[int, ...]] = {}
    for pair, char in pairs().items():
        if ord(char) in PRIVATE:
            table[pair[0]] = (*table.get(pair[0], ()), pair[1])
    return table


@cache
def first_halves(pending: int) -> Choices:
    """Return characters of `pending` and the lead byte of a pair without a character."""
    choices = beginning_with(pending)
    return Choices(c for c in zip(choices.byte, choices.char, strict=True) if c[0] in without_character())


@cache
def middles(lead: int) -> Choices:
    """Return characters of the trail byte of such a pair and the lead byte of another one."""
    table = without_character()
    return Choices(
        (trail, char) for trail in table[lead] for next_lead, char in by_byte(0).get(trail, ()) if next_lead in table
    )


@cache
def torn_middles(lead: int) -> Choices:
    """Return the characters that begin with the trail byte of such a pair and may themselves be left alone."""
    return Choices(
        (trail, char)
        for trail in without_character()[lead]
        for other, char in by_byte(0).get(trail, ())
        if other >= 0x80
    )


@cache
def second_halves(lead: int, known: int) -> Choices:
    """Return characters of the trail byte of such a pair and the known byte that follows."""
    choices = ending_in(known)
    return Choices(c for c in zip(choices.byte, choices.char, strict=True) if c[0] in without_character()[lead])
