"""The command that runs every check: which parts there are, what it says, and that a failing part is not hidden."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tools import check
from tools.check import ALL, FIXES, PARTS, TOP


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Parts that do next to nothing in a process of their own, and a list of what is there beside them."""
    parts = {"good": (("this", "-q"),), "bad": (("no_such_module",),)}
    monkeypatch.setattr(check, "PARTS", parts)
    return list(parts)


def test_every_part_runs_also_after_one_that_fails(ran: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    assert check.main(["bad", "good"]) == 1
    said = capfd.readouterr().out
    assert "[1/2] bad FAILED" in said
    assert "[2/2] good passed" in said
    assert said.endswith("failed: bad\n")
    assert check.main(["good"]) == 0


def test_a_part_that_is_none_is_refused_with_the_names_of_all(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        check.main(["everything"])
    assert ", ".join(PARTS) in capsys.readouterr().err


def test_without_a_name_everything_runs() -> None:
    """Quick tests are some of all, deep ones take minutes, a browser or a JDK is not everywhere; the others run."""
    assert set(PARTS) - set(ALL) == {"quick", "browser", "cluster", "deep"}
    assert set(FIXES) <= set(ALL)
    marks = [command[command.index("-m") + 1] for part in ("tests", "deep") for command in PARTS[part]]
    assert marks == ["not exhaustive and not docs", "exhaustive or docs"]  # together, each test once


def test_the_markers_are_those_of_the_settings_of_the_tests() -> None:
    (command,) = PARTS["quick"]
    done = subprocess.run([sys.executable, "-m", "pytest", "--markers"], cwd=TOP, capture_output=True, text=True)
    for marker in ("slow", "docs"):
        assert f"not {marker}" in command[-1]
        assert f"@pytest.mark.{marker}: " in done.stdout
