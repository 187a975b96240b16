"""What holds and where it is from: options, environment, the folder's file, the user's, defaults; named indexes."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from fixtures.guides import environment as environment_of
from seedsearch.errors import SettingsError
from seedsearch.frontends.render.style import Style
from seedsearch.frontends.settings import KEYS, settings_of, variable
from tests.programs import warm as seedsearch
from tools.terminal_svg import on_terminal


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with four files that match 焊接, and their index."""
    (tmp_path / "seeds").mkdir()
    for number, word in enumerate(("甲", "乙", "丙", "丁")):
        (tmp_path / "seeds" / f"{number}.txt").write_text(f"焊接{word}", encoding="utf-8")
    assert seedsearch("index", cwd=tmp_path).returncode == 0
    return tmp_path


def user_file(place: Path) -> Path:
    (place / "seedsearch").mkdir(exist_ok=True)
    return place / "seedsearch" / "config.toml"


def hits(place: Path, *options: str, **environment: str) -> int:
    return len(seedsearch("query", "-l", *options, "焊接", cwd=place, **environment).stdout.splitlines())


@pytest.mark.slow
def test_what_comes_first(place: Path) -> None:
    """Each source is set in turn, the weakest first, and wins over those before."""
    assert hits(place) == 4
    user_file(place).write_text("limit = 3", encoding="utf-8")
    assert hits(place) == 3
    (place / "seedsearch.toml").write_text("limit = 2", encoding="utf-8")
    assert hits(place) == 2
    assert hits(place, SEEDSEARCH_LIMIT="1") == 1
    assert hits(place, "-n", "4", SEEDSEARCH_LIMIT="1") == 4


def test_config_says_where_each_is_from(place: Path) -> None:
    user_file(place).write_text('snippets = 2\nlimit = 3\npaths = ["~/texts"]', encoding="utf-8")
    (place / "seedsearch.toml").write_text("limit = 2", encoding="utf-8")
    environment = {"SEEDSEARCH_CONTEXT": "1", "HOME": "/home/you"}
    shown = json.loads(seedsearch("config", "--json", cwd=place, **environment).stdout)
    assert set(shown["settings"]) == set(KEYS)
    assert shown["settings"]["limit"] == {"value": 2, "from": "seedsearch.toml"}
    assert shown["settings"]["snippets"]["from"].endswith("seedsearch/config.toml")
    assert shown["settings"]["paths"]["value"] == ["/home/you/texts"]
    assert shown["settings"]["context"] == {"value": "1", "from": "environment SEEDSEARCH_CONTEXT"}
    assert shown["settings"]["workers"] == {"value": None, "from": "default"}
    assert [Path(file).name for file in shown["files"]] == ["seedsearch.toml", "config.toml"]
    assert re.search("^limit +2 +seedsearch.toml$", seedsearch("config", cwd=place).stdout.decode(), re.MULTILINE)


def test_config_says_what_each_is_for(place: Path) -> None:
    lines = seedsearch("config", "--verbose", cwd=place).stdout.decode().splitlines()
    said = {line.split()[0]: line for line in lines}
    assert all(said[name].endswith(f"  {key.about}") for name, key in KEYS.items())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("limits = 3", "unknown setting limits; did you mean limit?"),
        ("limit = 'many'", "limit = 'many' is not a whole number from 0 on"),
        ("limit = true", "limit = True is not a whole number from 0 on"),
        ("snippets = 0", "snippets = 0 is not a whole number from 1 on"),
        ("quiet = 1", "quiet = 1 is not true or false"),
        ("paths = 'seeds'", "paths = 'seeds' is not a list of texts in quotes"),
        ("zzz = 1", "unknown setting zzz; there are index-dir, paths"),
        ("limit =", "is not valid TOML"),
        ("\xff = 1", "is not valid TOML"),
        ("index = 'work'", "index is not a table of named indexes"),
        ("[index.work]\npaths = ['a']", "index.work has no dir"),
        ("[index.work]\ndir = 'a'\npath = 'b'", "unknown setting index.work.path; did you mean paths?"),
    ],
)
def test_an_error_in_a_file_is_one_line_with_file_and_key(place: Path, content: str, says: str) -> None:
    (place / "seedsearch.toml").write_text(content, encoding="latin-1")
    done = seedsearch("query", "焊接", cwd=place)
    assert (done.returncode, done.stdout) == (2, b"")
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.decode().startswith("seedsearch: seedsearch.toml")
    assert says in done.stderr.decode()


def test_a_file_that_can_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "seedsearch.toml").mkdir()
    with pytest.raises(SettingsError, match=r"seedsearch\.toml cannot be read: is a directory"):
        settings_of(tmp_path, {})


HOSTILE = 'pager = "sh -c \\"touch ran\\""\nlink = "x\\u001b]52;c;eA==\\u0007{path}"\nworkers = 100000\n'


@pytest.mark.slow
def test_what_is_run_or_printed_raw_is_not_taken_from_the_folder_of_the_data(place: Path) -> None:
    (place / "seedsearch.toml").write_text(HOSTILE, encoding="utf-8")
    (place / "seeds" / "long.txt").write_text("焊接\n" * 99, encoding="utf-8")
    variables = {"XDG_CONFIG_HOME": str(place), "TERM": "xterm-kitty", "PAGER": "cat"}
    environment = environment_of(place) | variables
    printed = on_terminal("seedsearch query -C 99 焊接", place, 60, environment, 5)
    assert "seedsearch.toml in this folder cannot set pager and link; that is for your own settings" in printed
    assert "\x1b]52" not in printed
    assert not (place / "ran").exists()
    assert seedsearch("query", "-q", "焊接", cwd=place).stderr == b""
    shown = json.loads(seedsearch("config", "--json", cwd=place).stdout)
    assert shown["ignored"] == ["pager", "link"]
    assert [shown["settings"][key] for key in ("pager", "link")] == [{"value": None, "from": "default"}] * 2
    assert shown["settings"]["workers"]["value"] == os.cpu_count()
    assert "not taken from seedsearch.toml: pager, link" in seedsearch("config", cwd=place).stdout.decode()
    user_file(place).write_text(HOSTILE, encoding="utf-8")
    shown = json.loads(seedsearch("config", "--json", cwd=place).stdout)
    assert shown["settings"]["pager"]["from"].endswith("config.toml")
    on_terminal("seedsearch query -C 99 焊接", place, 60, environment, 5)
    assert (place / "ran").exists()


def test_a_link_has_nothing_in_it_that_steers(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("")
    linked = Style(link="x:\x1b]52;c;eA==\x07\x9b{path}#{line}\n焊").linked("a", str(tmp_path / "a.txt"), 3)
    opening, text, closing = linked.split("\x1b\\")
    assert re.fullmatch(r"\x1b\]8;;[!-~]+", opening)
    assert (text, closing) == ("a\x1b]8;;", "")
    assert f"{tmp_path}/a.txt#3" in linked


@pytest.mark.parametrize(
    "line",
    [
        "index-dir = '~/mine'",
        "index-dir = '/tmp/x'",
        "index-dir = 'a/../../x'",
        "paths = ['seeds', '..']",
        "paths = ['~/.ssh']",
        "dictionary = '/etc/passwd'",
        "synonyms = 'leading-out'",
        "[index.a]\ndir = '../x'",
        "[index.a]\ndir = 'x'\npaths = ['~']",
    ],
)
def test_the_file_of_a_folder_names_nothing_outside_of_it(place: Path, line: str) -> None:
    (place / "leading-out").symlink_to("/etc/passwd")
    (place / "seedsearch.toml").write_text(line, encoding="utf-8")
    with pytest.raises(SettingsError, match="is outside of the folder; name it in"):
        settings_of(place, {})
    (place / "seedsearch.toml").rename(user_file(place))
    assert settings_of(place, {"XDG_CONFIG_HOME": str(place)}).files


def test_nor_an_index_of_the_user(place: Path) -> None:
    user_file(place).write_text("[index.mine]\ndir = '~/mine'", encoding="utf-8")
    (place / "seedsearch.toml").write_text("index-dir = 'mine'", encoding="utf-8")
    with pytest.raises(SettingsError, match="index-dir = 'mine' is outside of the folder"):
        settings_of(place, {"XDG_CONFIG_HOME": str(place)})


def test_a_file_that_is_none(place: Path) -> None:
    os.mkfifo(place / "seedsearch.toml")
    with pytest.raises(SettingsError, match="is not a regular file"):
        settings_of(place, {})
    (place / "seedsearch.toml").unlink()
    (place / "seedsearch.toml").write_text("#" * 300_000)
    with pytest.raises(SettingsError, match="is larger than"):
        settings_of(place, {})
    (place / "seedsearch.toml").write_text(f"limit = {'[' * 50_000}")
    with pytest.raises(SettingsError, match="is not valid TOML"):
        settings_of(place, {})


@pytest.mark.slow
def test_named_indexes(place: Path) -> None:
    named = '[index.two]\npaths = ["seeds/0.txt", "seeds/1.txt"]\ndir = "of-two"\n'
    (place / "seedsearch.toml").write_text(f'index-dir = "two"\n{named}', encoding="utf-8")
    user_file(place).write_text('[index.one]\npaths = ["seeds/3.txt"]\ndir = "of-one"', encoding="utf-8")
    assert json.loads(seedsearch("index", "--json", cwd=place).stdout)["added"] == 2
    assert json.loads(seedsearch("index", "--json", "-i", "one", cwd=place).stdout)["added"] == 1
    assert hits(place) == 2
    assert hits(place, "-i", "one") == hits(place, SEEDSEARCH_INDEX_DIR="one") == 1
    assert hits(place, "-i", "index") == 4
    assert json.loads(seedsearch("index", "--json", "-i", "one", "seeds", cwd=place).stdout)["added"] == 3


def test_paths_of_the_settings_are_for_index_alone(place: Path) -> None:
    (place / "seedsearch.toml").write_text('paths = ["seeds/0.txt"]', encoding="utf-8")
    assert json.loads(seedsearch("index", "--json", "-i", "new", cwd=place).stdout)["added"] == 1
    assert seedsearch("clean", cwd=place, stdin="甲".encode()).stdout.decode() == "甲"


# The language is needed before any option is read: help is in it.
@pytest.mark.parametrize("key", [key for key in KEYS if KEYS[key].kind is not list and key != "language"])
def test_every_setting_is_an_option_of_a_command(key: str) -> None:
    from seedsearch.frontends.cli import main

    parameters = [parameter for command in main.commands.values() for parameter in command.params]
    assert any(parameter.envvar == variable(key) for parameter in parameters)
    assert any(f"--{key}" in parameter.opts for parameter in parameters)


def test_a_default_is_the_one_that_help_shows() -> None:
    from seedsearch.frontends.cli import main

    shown = {parameter.name: parameter.default for command in main.commands.values() for parameter in command.params}
    assert {key: shown[key] for key in ("limit", "snippets")} == {"limit": 10, "snippets": 1}
    assert str(shown["index_dir"]) == KEYS["index-dir"].default
