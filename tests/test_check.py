"""The command that runs every check: which parts there are, what it says, and that a failing part is not hidden."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import check
from tools.check import ALL, FIXES, PARTS


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


TRIES = """
from pathlib import Path

def test_once():
    tried = Path(__file__).with_suffix(".tried")
    before = tried.exists()
    tried.touch()
    assert before

def test_never():
    assert {never}

def test_good():
    pass
"""


@pytest.mark.slow
@pytest.mark.parametrize(("in_ci", "never", "code"), [(True, True, 0), (True, False, 1), (False, True, 1)])
def test_what_fails_is_run_once_more_in_ci_alone(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    in_ci: bool,
    never: bool,
    code: int,
) -> None:
    """Only what failed; and what fails again, fails."""
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    file = tmp_path / "test_tries.py"
    file.write_text(TRIES.format(never=never))
    monkeypatch.setattr(check, "PARTS", {"tries": (("pytest", "-q", "-p", "xdist", str(file)),)})
    monkeypatch.setenv("CI", "true" if in_ci else "")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # which take seconds to load
    assert check.main(["tries"]) == code
    said = capfd.readouterr().out
    assert ("test_once PASSED" in said) is in_ci
    assert "test_good PASSED" not in said
    assert ("test_never FAILED" in said) is (code == 1 and in_ci)


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


def test_the_markers_are_those_of_the_settings_of_the_tests(pytestconfig: pytest.Config) -> None:
    (command,) = PARTS["quick"]
    for marker in ("slow", "docs", "exhaustive"):
        assert f"not {marker}" in command[-1]
        assert any(line.startswith(f"{marker}: ") for line in pytestconfig.getini("markers"))
