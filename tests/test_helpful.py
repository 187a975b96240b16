"""What a terminal says to somebody who mistyped, waits, wants colour or none, a manual page, or the Tab key."""

from __future__ import annotations

import os
import pty
import re
import select
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from seedsearch.frontends import installing
from seedsearch.frontends.cli import main
from seedsearch.frontends.render.layout import cells
from seedsearch.frontends.render.manual import page
from seedsearch.frontends.render.progress import progress_text
from seedsearch.indexing.reports import Progress
from tests.programs import warm as seedsearch

pytestmark = pytest.mark.slow


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with a text and its index."""
    (tmp_path / "d").mkdir()
    (tmp_path / "d/a.txt").write_text("焊接材料和进口设备", "utf-8")
    assert seedsearch("index", "d", cwd=tmp_path).returncode == 0
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "code", "says"),
    [
        (("query", "焊接", "-进口"), 2, "to leave a word out, quote all of it: seedsearch query '焊接 -进口'"),
        (("query", "-i", "土地"), 2, "-i took 土地 as the index; queries ignore case here"),
        (("query", "焊接", "and", "材料"), 0, "operators are written in capitals, AND"),
        (
            ("query", "焊接", "lang:zh"),
            0,
            "lang: is not a filter and is searched for as text; filters are path:, name:",
        ),
        (("query", "作者:甲"), 1, "作者: is looked for as text; the filter is author:"),
        (("query", "焊接", "damage:拼音"), 2, "damage:拼音 cannot be asked; type one of reading-mark"),
        (("query", "焊接", "damage:reading"), 2, "type one of reading-mark\n"),
        (("query", "焊接", "after:前年"), 2, "“前年” is not a date; type a day, a month or a year"),
        (("query", "-l", "-C", "1", "焊接"), 2, "--context is printed with hits"),
        (
            ("query", "--link", "x{pat}", "焊接"),
            2,
            "a link cannot contain pat; in braces it takes path, line, column",
        ),
        (("query", "d", "seedsearch.toml"), 1, "quote the asterisk"),
        (("quer", "焊接"), 2, "Did you mean 'query'?"),
        (("query", '"焊接'), 0, "looked for"),
        (("help", "qurey"), 2, "Did you mean 'query'?"),
        (("index", "empty", "-i", "other"), 0, "no file to index here; name the folder with your documents"),
        (("index", "wrong"), 2, "wrong does not exist; name an existing file or folder"),
        (("query", "-i", "none", "焊接"), 2, "there is no index in none; make one with: seedsearch index -i none"),
        (("query", "--", "-进口"), 1, "leaves documents out, and all others are found"),
    ],
)
def test_one_line_helps(desk: Path, typed: tuple[str, ...], code: int, says: str) -> None:
    (desk / "empty").mkdir()
    (desk / "seedsearch.toml").touch()
    done = seedsearch(*typed, cwd=desk)
    assert done.returncode == code, done.stderr.decode()
    assert says in done.stderr.decode()
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("options", "printed", "code"),
    [
        ((), "【焊接】材料和进口设备", 0),
        (("--json",), '"matched": "sound"', 0),
        (("--json", "-q"), '"matched": "sound"', 0),
        (("--count",), "0", 1),
        (("--count", "-q"), "0", 1),
        (("-l",), "", 1),
        (("-0",), "", 1),
        (("-q",), "", 1),
        (("--format", "csv"), "path,line,column,raw_start,raw_end,before,match,after,encoding", 1),
    ],
)
def test_what_only_sounds_like_characters_is_no_match_for_a_script(
    desk: Path, options: tuple[str, ...], printed: str, code: int
) -> None:
    done = seedsearch("query", *options, "悍接", cwd=desk)
    assert done.returncode == code
    assert printed in done.stdout.decode() if printed else done.stdout == b""
    assert done.stderr.decode() == (
        "" if "-q" in options else "seedsearch: nothing found for 悍接; looked for 焊接, that sounds the same\n"
    )


def test_pinyin_that_was_typed_is_a_match(desk: Path) -> None:
    assert seedsearch("query", "--count", "-q", "hanjie", cwd=desk).stdout == b"1\n"


RECEIPT = """[tool]
requirements = [{ name = "seedsearch", directory = "/a b" }, { name = "x" }]
"""


@pytest.mark.parametrize(
    ("files", "pip", "command"),
    [
        ({"pipx_metadata.json": "{}"}, True, "pipx inject seedsearch 'pdfminer.six[image]'"),
        (
            {"uv-receipt.toml": RECEIPT},
            False,
            "uv tool install --with x --with 'pdfminer.six[image]' '/a b'",
        ),
        ({"uv-receipt.toml": "?"}, False, "uv tool install --with 'pdfminer.six[image]' seedsearch"),
        ({}, True, "{python} -m pip install 'pdfminer.six[image]'"),
        ({}, False, "uv pip install --python {python} 'pdfminer.six[image]'"),
    ],
)
def test_the_advice_to_install_an_extra_is_true_of_the_installation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], pip: bool, command: str
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    required = ["numpy>=2", 'pdfminer.six[image]>=2025; extra == "pdf"', 'x; extra == "other"']
    monkeypatch.setattr(installing, "requires", lambda _: required)
    monkeypatch.setattr(installing, "find_spec", lambda _: pip or None)
    installing.command.cache_clear()
    try:
        said = installing.in_place("a PDF; to read it: pip install 'seedsearch[pdf]'")
        assert said == f"a PDF; to read it: {command.format(python=shlex.quote(sys.executable))}"
        assert installing.in_place("pip install 'seedsearch[no]'") == "pip install 'seedsearch[no]'"
    finally:
        installing.command.cache_clear()


def test_the_advice_about_a_word_to_leave_out_works(desk: Path) -> None:
    assert seedsearch("query", "焊接 -进口", cwd=desk).returncode == 1


def test_an_index_above_is_pointed_at(desk: Path) -> None:
    (desk / "d/deep").mkdir()
    done = seedsearch("query", "焊接", cwd=desk / "d/deep")
    assert done.stderr.decode() == (
        "seedsearch: there is no index in index; there is one in ../../index: name it with -i ../../index\n"
    )


def test_without_arguments_it_helps(desk: Path) -> None:
    alone, asked = seedsearch(cwd=desk), seedsearch("help", cwd=desk)
    assert (alone.returncode, asked.returncode) == (0, 0)
    assert alone.stdout == asked.stdout == seedsearch("--help", cwd=desk).stdout
    assert b"..." not in alone.stdout.partition(b"Commands:")[2]
    assert seedsearch("help", "query", cwd=desk).stdout == seedsearch("query", "--help", cwd=desk).stdout


@pytest.mark.parametrize(
    ("options", "environment", "coloured"),
    [
        ((), {}, False),
        (("--color", "always"), {}, True),
        (("--color", "always"), {"NO_COLOR": "1"}, True),
        ((), {"CLICOLOR_FORCE": "1"}, True),
        ((), {"CLICOLOR_FORCE": "0"}, False),
        ((), {"FORCE_COLOR": "1"}, True),
        ((), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (("--color", "never"), {"CLICOLOR_FORCE": "1"}, False),
    ],
)
def test_colour_is_as_it_is_said(
    desk: Path, options: tuple[str, ...], environment: dict[str, str], coloured: bool
) -> None:
    clean = {"NO_COLOR": "", "CLICOLOR_FORCE": "", "FORCE_COLOR": "", **environment}
    assert (b"\x1b[" in seedsearch("query", "焊接", *options, cwd=desk, **clean).stdout) is coloured


def test_what_is_left_is_told_by_bytes_and_not_at_once() -> None:
    early = progress_text("indexing", Progress(30, 100, {"entity": 3}, 0.04), 4.0, 100)
    late = progress_text("indexing", Progress(50, 100, {"entity": 3}, 0.25), 10.0, 100)
    assert "left" not in early
    assert "0:30 left" in late
    assert " 25%" in late
    assert "5/s" in late


def test_damage_is_left_out_rather_than_cut() -> None:
    damage = {"utf8-as-gbk": 3427, "reading-mark": 99}
    for width in range(40, 120):
        line = progress_text("indexing", Progress(50, 100, damage, 0.5), 10.0, width)
        assert cells(line) <= width
        assert ("3,427" in line) is ("99 reading-mark" in line)


@pytest.mark.slow
def test_something_is_said_before_the_files_are_found(desk: Path) -> None:
    printed = _typed([sys.executable, "-m", "seedsearch", "index", "--full"], desk, b"", b"updated")
    assert printed.index("indexing: looking for changes") < printed.index("updated")


@pytest.mark.slow
def test_a_terminal_says_that_there_is_more(desk: Path) -> None:
    for number in range(13):
        (desk / f"d/{number}.txt").write_text(f"第{number}号检修记录，各不相同的第{number}页", "utf-8")
    seedsearch("index", cwd=desk)
    printed = _typed([sys.executable, "-m", "seedsearch", "query", "--no-pager", "检修"], desk, b"", b"--offset 10")
    assert "10 of 13; more: --offset 10" in printed
    assert b"--offset" not in seedsearch("query", "检修", cwd=desk).stdout


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", [None, *main.commands])
def test_a_manual_page_is_one(name: str | None, tmp_path: Path) -> None:
    """As groff reads it, without a warning; every option of --help is on it."""
    assert shutil.which("groff"), "groff is not installed: apt-get install groff"
    roff = page(main, name)
    checked = subprocess.run(
        ["groff", "-man", "-Kutf8", "-Tutf8", "-ww", "-P-c"], input=roff.encode(), capture_output=True, check=True
    )
    assert checked.stderr == b""
    shown = (
        re.sub(r"\s+", " ", re.sub(r"-\n\s*|.\x08", "", checked.stdout.decode())).replace("‐", "-").replace("−", "-")
    )
    command = main if name is None else main.commands[name]
    for parameter in command.params:
        for option in parameter.opts:
            assert not option.startswith("-") or option in shown
    assert "EXIT STATUS" in shown


def test_manual_pages_are_written(tmp_path: Path) -> None:
    assert seedsearch("man", "-o", "man1", cwd=tmp_path).returncode == 0
    assert {path.name for path in (tmp_path / "man1").iterdir()} == {
        "seedsearch.1",
        *(f"seedsearch-{name}.1" for name in main.commands),
    }
    assert seedsearch("man", "query", cwd=tmp_path).stdout == (tmp_path / "man1/seedsearch-query.1").read_bytes()


SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], 'eval "$(seedsearch completion bash)"'),
    "zsh": (["zsh", "-f", "-i"], 'autoload -U compinit; compinit -u -D; eval "$(seedsearch completion zsh)"'),
    "fish": (["fish", "--no-config", "-i"], "seedsearch completion fish | source"),
}


@pytest.mark.exhaustive
@pytest.mark.parametrize("shell", SHELLS)
def test_the_tab_key_completes_in_a_real_shell(desk: Path, shell: str) -> None:
    command, setup = SHELLS[shell]
    assert shutil.which(command[0]), f"{shell} is not installed: apt-get install {shell}"
    typed = f"{setup}; echo re''ady\n".encode(), b"seedsearch keyw\t--help\n"
    printed = _typed(command, desk, typed[0], b"ready", typed[1], b"characteristic words")
    assert "Usage: seedsearch keywords" in printed


def _typed(command: list[str], cwd: Path, *turns: bytes) -> str:
    """What a program prints on a terminal: what is typed and what is then waited for, in turns."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(cwd)
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        home = {
            "HOME": str(cwd),
            "XDG_CONFIG_HOME": str(cwd),
            "PATH": path,
            "TERM": "xterm",
            "LANG": "C.UTF-8",
            "COLUMNS": "100",
        }
        os.execvpe(command[0], command, {**os.environ, **home})
    printed = b""
    try:
        for typed, awaited in zip(turns[::2], turns[1::2], strict=True):
            if typed:
                os.write(terminal, typed)
            begun, end = len(printed), time.monotonic() + 120
            while awaited not in printed[begun:] and time.monotonic() < end:
                if select.select([terminal], [], [], 1)[0]:
                    printed += os.read(terminal, 65536)
    except OSError:
        pass  # the program ended
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(terminal)
    return printed.decode("utf-8", "replace")
