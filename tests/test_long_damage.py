"""Ordinary damage of a long text is repaired as that of a short one: no budget ends before the text does."""

from __future__ import annotations

import random
from itertools import islice

import pytest

from benchmarks.corpus import endless
from benchmarks.restoration import long_share
from fixtures.generator import LOSING

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive]

SHORT, LONG = 20_000, 150_000  # bytes of the text before it is damaged


@pytest.mark.parametrize("kind", LOSING)
def test_as_much_comes_back_of_a_long_text(kind: str) -> None:
    """Lines of 40 to 4,000 characters, so that some are longer than what a step looks at together."""
    rng = random.Random(7)
    lines = "\n".join(line for length in (40, 400, 4000, 90) for line in islice(endless(rng, length), 30))
    text = lines * (LONG // len(lines.encode()) + 1)
    assert long_share(kind, text, LONG) > long_share(kind, text, SHORT) - 0.005
