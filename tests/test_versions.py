"""What the program does stands beside the numbers that an index is made by: neither changes without the other."""

from __future__ import annotations

import pytest

from tools import make_golden
from tools.make_golden import NUMBERS, complaint, golden, numbers, stored

BEFORE = {"RULES": 4, "ANALYSIS": 2, "FORMAT": 4}


@pytest.mark.slow
def test_the_program_does_what_it_did_when_the_numbers_were_set() -> None:
    of_file, _, there = stored()
    said = complaint(there, golden(), of_file, numbers())
    assert not said, said


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize(
    ("now", "raised", "said"),
    [
        ({"one": "a", "two": "b"}, False, None),
        ({"one": "a", "two": "c"}, False, "another result than before for {0} two: raise {0} in"),
        ({"one": "a", "two": "c"}, True, "write tests/golden.txt again"),
        ({"one": "a", "two": "b"}, True, "write tests/golden.txt again"),
        ({"one": "a", "two": "b", "three": "c"}, False, "write tests/golden.txt again"),
        ({"one": "a"}, False, "write tests/golden.txt again"),
    ],
)
def test_what_is_said_of_a_change(number: str, now: dict[str, str], raised: bool, said: str | None) -> None:
    there = {f"{number} one": "a", f"{number} two": "b"}
    of_code = BEFORE | {number: BEFORE[number] + raised}
    found = complaint(there, {f"{number} {name}": value for name, value in now.items()}, BEFORE, of_code)
    assert found.startswith(said.format(number)) if said else not found
    assert not found or "python -m tools.make_golden" in found


def test_the_tool_refuses_what_the_last_release_did_otherwise_by_the_same_number(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    of_file, _, there = stored()
    monkeypatch.setattr(make_golden, "golden", lambda: there)  # what else differs now is another test's
    changed = {name: "0" * 16 if name.startswith("ANALYSIS") else made for name, made in there.items()}
    before = make_golden.GOLDEN.read_bytes()
    monkeypatch.setattr(make_golden, "stored", lambda: (of_file, numbers(), changed))
    assert make_golden.main() == 1
    assert capsys.readouterr().err == "raise ANALYSIS in src/seedsearch/versions.py first\n"
    assert make_golden.GOLDEN.read_bytes() == before
