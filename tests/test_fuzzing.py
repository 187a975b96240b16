"""Random damage to good bytes: the targets of the fuzzer, with what a property test thinks of."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz.targets import DAMAGED, PAGE, TARGETS

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive]


@st.composite
def mutated(draw: st.DrawFn, seeds: tuple[bytes, ...]) -> bytes:
    """Good bytes of which some were changed, taken away, doubled or put in."""
    content = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(content)))
        size = draw(st.integers(0, 12))
        piece = draw(st.binary(max_size=8) | st.just(bytes(content[at : at + size]) * 2))
        content[at : at + size] = piece
    return bytes(content)


@pytest.mark.parametrize("name", TARGETS)
@given(data=st.data())
@settings(max_examples=300)
def test_no_bytes_break_a_law(name: str, data: st.DataObject) -> None:
    target = TARGETS[name]
    target.feed(data.draw(mutated(target.seeds) | st.binary(max_size=60)))


PIECES = [*DAMAGED, *PAGE.split(">")]
PIECES += ["<", ">", "&#x110000;", "&#xd800;", "<!--", "]]>", "<pre>", "`", "\n", "\x1b[31m", "\u202e"]


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
@settings(max_examples=300)
def test_no_text_of_pieces_of_damage_breaks_a_law(text: str) -> None:
    TARGETS["cleaning"].feed(text.encode())


@pytest.mark.parametrize("name", TARGETS)
def test_every_seed_keeps_the_laws(name: str) -> None:
    for seed in TARGETS[name].seeds:
        TARGETS[name].feed(seed)
