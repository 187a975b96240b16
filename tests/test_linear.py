"""Restoration takes linear time: steps are counted, on hostile texts and on twice as much of each.

What happens inside a regular expression is not seen by counting, so the patterns themselves are looked at.
"""

from __future__ import annotations

import gc
import re
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pkgutil import walk_packages
from re import _constants, _parser  # type: ignore[attr-defined]
from types import FrameType

import pytest

import seedsearch.restoring
from benchmarks.hostile_texts import ROWS
from seedsearch.damage import Certainty, Damage
from seedsearch.offsets import Edit, edit
from seedsearch.restoring import findings as lost
from seedsearch.restoring import latin1, lossless_shift, utf8_as_gbk
from seedsearch.restoring.budget import PAGE, Budget, Budgets, Shares
from seedsearch.restoring.lossy_guesses import TEAR, Atom, Lost
from seedsearch.restoring.lossy_utf8 import mend
from seedsearch.restoring.page import Page
from seedsearch.restoring.steps import Step, restore

SIZE = 4000  # bytes of the smaller text
# Calls for a byte of text, of which a budget allows some tens of thousands to any text: 2 s/MB are some 20 of them.
CALLS, ANY_TEXT = 50, 600_000
NAMES = (
    "latin1: torn",
    "latin1: all lost",
    "latin1: GBK torn",
    "latin1: UTF-8 with U+FFFD",
    "utf8-as-gbk: torn, asked",
    "utf8-as-gbk: torn, prose",
    "utf8-as-gbk: runs",
    "utf8-as-gbk: prose with ?",
    "big5: U+FFFD",
    "big5: Big5 as GBK with U+FFFD",
    "big5: GBK as Big5 with U+FFFD",
    "shifts: question marks",
    "shifts: false marks",
    "ruby: a reading for all",
    "ruby: Zhuyin",
    "marks: a mark",
    "findings: kun jin kao",
)


def calls(work: Callable[[], object]) -> int:
    """How many functions `work` calls, those written in C included."""
    count = 0

    def counted(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    gc.disable()  # what others have called when it collects is not counted
    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(None)
        gc.enable()
    return count


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_twice_the_text_takes_twice_the_calls(name: str) -> None:
    row = next(row for row in ROWS if row.name == name)
    once, twice = row.make(SIZE).decode(), row.make(2 * SIZE).decode()
    restore(twice)  # tables, and answers that are kept
    first, second = calls(lambda: restore(once)), calls(lambda: restore(twice))
    assert second < 2.5 * first
    assert second < ANY_TEXT + CALLS * 2 * SIZE


def test_the_bases_of_ruby_are_looked_at_once() -> None:
    """A long base with many readings behind it: the readings do not each look through the base."""

    def page(size: int) -> str:
        return "<ruby>" + "雪" * size + "<rt>xue</rt>" * size + "</ruby>"

    assert calls(lambda: restore(page(400))) < 2.5 * calls(lambda: restore(page(200)))


def test_a_budget_ends() -> None:
    budget = Budget(2, 10, 0.1)
    assert [budget.spend() for _ in range(5)] == [True, True, True, False, False]


def test_texts_of_a_file_share_what_any_text_may_cost() -> None:
    """And what one of them takes too much the next ones have not."""
    shares: Shares = {}
    first, second = (Budgets(shares).of("a", 2, 10, 0.1) for _ in range(2))
    assert (first.left, second.left) == (4, 4)
    assert first.spend(9)
    assert not second.spend()
    assert Budgets(shares).of("b", 2, 10, 0.1).left == 3
    assert Budgets(shares).of("b", 200, PAGE // 10, 0.1).left == 3 + 20 + PAGE // 100  # a tenth of a page
    assert Budgets(shares).of("b", 200, 2 * PAGE, 0).left == 3 + 20 + PAGE // 100 + 200


@pytest.mark.slow
def test_a_table_of_damaged_rows_costs_less_than_its_rows() -> None:
    """Each row by itself may be searched for as long as a page: a table of a thousand would take a minute."""
    row = "?���s圧?�A?�e��??�s圧?�A?�e�?�舐舉A�s圧�^�A?�e�昏密勣�?菌�n�昏��~�s圧?�A?�e�痕]ド??�僞困H�t�b"

    def cost(shares: Shares | None) -> int:
        return calls(lambda: [restore(row, shares=shares) for _ in range(12)])

    assert cost({}) < 0.85 * cost(None)


def test_what_is_over_the_budget_stays_torn() -> None:
    """All that is whole is read, whatever the search may cost."""
    lost = (Lost(tuple(bytes((b,)) for b in range(0x80, 0xC0))),)
    atoms: list[Atom] = [b"\xe4", b"\xb8", lost, *(bytes((b,)) for b in "中文".encode())]
    made = "".join(piece.text for piece in mend(atoms, work=Budget(0, 0, 0)))
    assert made.endswith("中文")
    assert TEAR in made


@pytest.mark.slow
@pytest.mark.parametrize(
    ("step", "unit"),
    [(utf8_as_gbk, "锛?"), (utf8_as_gbk, "锛屼粬鐨?銆"), (latin1, "ä¸\ufffdæ\ufffd")],
    ids=["asked", "torn", "Latin-1"],
)
def test_what_is_left_over_is_found(step: object, unit: str) -> None:
    """A text of which more is lost than a page may cost: what is not restored is reported."""
    restored = restore(unit * 3000)
    kinds = {finding.kind for finding in restored.findings}
    assert kinds & {Damage.UNREPAIRED_BYTES, Damage.REPLACEMENT_CHARACTER}
    assert lost.findings(restored.text)


def shifted(sentence: str) -> str:
    """A sentence read one byte off, as GBK."""
    return sentence.encode("gbk")[1:-1].decode("gb18030")


SHIFTED = shifted("大家都想到公园里散步的时候看见许多老人和孩子都非常高兴地唱着歌")


@pytest.mark.parametrize("name", ["AGAIN", "LOOKS"])
def test_a_shift_that_is_not_looked_for_is_found(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Gibberish of ordinary characters shows no other trace; what each of the two budgets leaves is reported."""
    text = f"这里的天气今天非常好。\n{SHIFTED}\n" * 3
    assert not any(finding.kind is Damage.UNREPAIRED_BYTES for finding in restore(text).findings)
    monkeypatch.setattr(lossless_shift, name, 0)
    left = restore(text)
    assert SHIFTED[4:20] in left.text
    places = [f.span.start for f in left.findings if f.kind is Damage.UNREPAIRED_BYTES]
    assert places
    assert all(text[at] in SHIFTED for at in places)


def test_a_long_run_is_read_again_to_its_end() -> None:
    """A shift far behind another one, without an ASCII character between them."""
    text = SHIFTED + "这里的天气今天非常好。" * 300 + SHIFTED
    assert [e.span.start < 100 for e in lossless_shift.edits(text)] == [True, False]


def test_all_rounds_share_one_budget() -> None:
    """What is refused in one round is not searched for again in the next."""
    spent: list[int] = []

    def edits(page: Page) -> list[Edit]:
        budget = page.budgets.of("a search", 3, len(page.text), 0)
        spent.append(budget.left)
        return [edit(0, 1, "", Damage.MARKUP, Certainty.PROVED)] if budget.spend() else []

    restore("abcdefgh", (Step("a", (), None, edits), Step("b", (), None, lambda page: [])))
    assert spent == [3, 2, 1, 0]


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every pattern of the cleaning steps that is kept in their modules."""
    for module in walk_packages(seedsearch.restoring.__path__, "seedsearch.restoring."):
        for name, value in vars(import_module(module.name)).items():
            if isinstance(value, re.Pattern):
                yield f"{module.name.rpartition('.')[2]}.{name}", value


# Taken whole from where they begin, asked for at one place, or searched in a few characters only.
HARMLESS = {
    *("latin1._MARKS", "markup._REST_OF_LINE", "traces._CLAUSE", "utf8_as_gbk._RUN"),
    *("containers._XML", "values.PLAIN", "resting.PLAIN", "xml_strings._BLANK", "where._TOKEN"),
}


def test_no_pattern_runs_on_from_every_place() -> None:
    """A search for `x+y` in a row of x begins at each of them and runs to the end: quadratic."""
    found = set()
    for name, pattern in patterns():
        first, *others = _parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)
        while first[0] is _constants.SUBPATTERN:
            first, *further = first[1][3]
            others = further + others
        unbounded = first[0] is _constants.MAX_REPEAT and first[1][1] is _constants.MAXREPEAT
        if unbounded and others:
            found.add(name)
    assert found <= HARMLESS
