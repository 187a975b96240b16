"""An index that somebody else made: whatever stands in it, there is an answer in words, and no file of the reader's."""

from __future__ import annotations

import json
import os
import shutil
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from seedsearch import build_index, open_index
from seedsearch.engines import stored
from seedsearch.engines.choice import open_engine
from seedsearch.engines.embedded.manifest import NAME, File, Manifest
from seedsearch.engines.embedded.storage import Disk
from seedsearch.engines.entries import (
    IndexEntry,
)
from seedsearch.errors import IndexDamaged, IndexStale, SourceError
from seedsearch.frontends.cli import main
from seedsearch.metadata import document_records, failures, file_states, synonyms, user_dictionary
from seedsearch.metadata.file_states import Stamp, State
from seedsearch.text.analyzer import fingerprint
from tests.filling import put as put_entry
from tests.programs import limited

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive]

KEPT = (file_states.STATES, file_states.RULES_OF_ALL, user_dictionary.KEPT, synonyms.KEPT, failures.KEPT)
COMMANDS = (
    ["query", "焊接"],
    ["query", "没有"],
    ["query", "--json", "hanjie"],
    ["similar", "seeds/a.txt"],
    ["keywords", "seeds/a.txt"],
    ["stats"],
    ["check"],
    ["doctor"],
    ["index"],
    ["index", "--full", "--synonyms", "same.txt"],
    ["index", "--rebuild"],
)
SECRET = "root:$6$geheim焊接"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two texts, own words and synonyms, and their index; one stands in it."""
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "a.txt").write_text("焊接材料&nbsp;好", encoding="utf-8")
    (tmp_path / "seeds" / "b.txt").write_text("熔接的方法", encoding="utf-8")
    (tmp_path / "words.txt").write_text("焊接材料 100\n", encoding="utf-8")
    (tmp_path / "same.txt").write_text("焊接, 熔接\n", encoding="utf-8")
    (tmp_path / "secret").write_text(SECRET, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    build_index("seeds", "index", dictionary="words.txt", synonyms="same.txt")
    return tmp_path


def kept(name: str) -> bytes:
    """What the index keeps under a name."""
    content = open_engine(Path("index"), fingerprint()).metadata(name)
    assert content is not None
    return content


def put(name: str, content: bytes) -> None:
    """Keep other content, with checksums that are right."""
    folder, disk = Path("index"), Disk()
    manifest = Manifest.read(folder, None)
    file = f"{manifest.generation + 1:08}-900.kept"
    (folder / file).write_bytes(content)
    manifest.kept[name] = File(file, len(content), crc32(content))
    manifest.next().write(folder, disk)


def run(*arguments: str) -> Result:
    """A command; what it raises, but for the end of the program, goes through."""
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code in (0, 1, 2)
    return result


def all_commands() -> None:
    """None of them fails otherwise than in words that say what to do, and a rebuild heals."""
    for command in COMMANDS:
        result = run(*command)
        if result.exit_code == 2:
            assert "seedsearch index --rebuild" in result.output, command
    for command in (["query", "焊接"], ["stats"], ["check"], ["doctor"]):
        assert run(*command).exit_code == 0, command


DEEP = b"[" * 100_000
CONTENTS = (b"", b"null", b"7", b'"x"', b"[]", b"{}", b"[[1]]", b'[["a", 1, 2]]', b"\xff", b"NaN", b"9" * 5000, DEEP)


@pytest.mark.parametrize("name", KEPT)
@pytest.mark.parametrize("content", CONTENTS, ids=lambda content: repr(content[:14]))
def test_content_of_another_kind(place: Path, name: str, content: bytes) -> None:
    put(name, zlib.compress(content) if name == file_states.STATES and len(content) > 2 else content)
    for command in (["query", "没有"], ["stats"], ["doctor"]) if content != b"[[1]]" else COMMANDS:
        result = run(*command)
        assert result.exit_code < 2 or "seedsearch index --rebuild" in result.output, command
    assert run("index", "--rebuild").exit_code == 0
    assert run("doctor").exit_code == 0


WRONG: tuple[object, ...] = (None, -1, 1.5, "x", True, [], {}, [["x"]], {"a": {}}, 1 << 70)


def wrong(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The ways to all that stands in a JSON value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield (*at, key)
        yield from wrong(inner, (*at, key))


def with_wrong(content: dict[str, Any], at: tuple[str | int, ...], other: object) -> dict[str, Any]:
    """The same with something else in one place."""
    made: Any = json.loads(json.dumps(content))
    inner = made
    for key in at[:-1]:
        inner = inner[key]
    inner[at[-1]] = other
    return made  # type: ignore[no-any-return]


def same_kinds(some: object, others: object) -> bool:
    """Whether two JSON values are of one kind, down to what stands in them, however long their lists are."""
    match some, others:
        case dict(), dict():
            return some.keys() == others.keys() and all(same_kinds(some[key], others[key]) for key in some)
        case list(), list():
            return all(same_kinds(one, others[0]) for one in some)
    return type(some) is type(others)


@pytest.mark.parametrize("name", [user_dictionary.KEPT, synonyms.KEPT])
def test_words_of_another_kind(place: Path, name: str) -> None:
    """Each is what was written, or damage: nothing in between."""
    content = json.loads(kept(name))
    file = user_dictionary.FILE if name == user_dictionary.KEPT else synonyms.FILE
    for at in wrong(content):
        for other in WRONG:
            made = with_wrong(content, at, other)
            with suppress(IndexDamaged):
                file.content(json.dumps(made).encode())
                assert same_kinds(made, content)


WORDS = ("焊接 0\n", "焊接 -5\n", "焊接 99999999999999999999\n", "焊 接\n", "焊接 1", "a 1\n", "焊" * 65 + " 1\n", "\n")


@pytest.mark.parametrize("words", WORDS)
def test_words_that_no_dictionary_gives(place: Path, words: str) -> None:
    put(user_dictionary.KEPT, json.dumps({**json.loads(kept(user_dictionary.KEPT)), "words": words}).encode())
    all_commands()


def is_read() -> bool:
    """Whether the manifest is taken for one: where it is not, `stats` and `doctor` end as `query` does."""
    with suppress(IndexDamaged, IndexStale):
        return bool(Manifest.read(Path("index"), None))
    return False


@pytest.mark.parametrize("other", WRONG, ids=repr)
def test_a_description_of_another_kind(place: Path, other: object) -> None:
    content = json.loads((place / "index" / NAME).read_bytes())
    del content["checksum"]
    shutil.copytree("index", "before")
    for at in wrong(content):
        made = with_wrong(content, at, other)
        checksum = crc32(json.dumps(made, sort_keys=True).encode())
        (place / "index" / NAME).write_text(json.dumps({**made, "checksum": checksum}), encoding="utf-8")
        for command in (["query", "焊接"], ["check"], ["stats"], ["doctor"])[: None if is_read() else 2]:
            run(*command)
    shutil.rmtree("index")
    Path("before").rename("index")
    assert run("check").exit_code == 0


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "00000001-000.kept/../../secret", "lock", ""])
def test_a_file_outside_the_index_is_not_named(place: Path, name: str) -> None:
    manifest = Manifest.read(Path("index"), None)
    content = {"format": stored_format(), **asdict(manifest)}
    raw = (place / "secret").read_bytes()
    content["kept"][synonyms.KEPT] |= {"name": name, "size": len(raw), "checksum": crc32(raw)}
    checksum = crc32(json.dumps(content, sort_keys=True).encode())
    (place / "index" / NAME).write_text(json.dumps({**content, "checksum": checksum}), encoding="utf-8")
    result = run("query", "焊接")
    assert result.exit_code == 2
    assert "is damaged" in result.output
    assert "seedsearch index --rebuild" in result.output


def stored_format() -> int:
    found: int = json.loads(Path("index", NAME).read_bytes())["format"]
    return found


ROWS = (
    b"",
    b"[]",
    b"7",
    DEEP,
    b'["a", "b", 1, [], [], {}]',
    b'["a", "b", 1, [[1, 2]], [], {}, []]',
    b'["a", "b", 1, [[1, 2, "3"]], [], {}, []]',
    b'["a", "b", 1, [], [-1], {}, []]',
    b'["a", "b", 1, [], [], {"x": "y"}, []]',
    b'["a", "b", "c", [], [], {}, []]',
    b'[7, "b", 1, [], [], {}, []]',
    b'["a", "b", 1, [], [], {}, [["x", -1]]]',
    b'["a", "b", 1, [[0, 1, 1e400]], [], {}, []]',
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: repr(row[:44]))
def test_a_document_of_another_kind(place: Path, row: bytes) -> None:
    with open_engine(Path("index"), fingerprint()).writer() as writer:
        put_entry(writer, IndexEntry("c", "d", "焊接", (), row))
    all_commands()


def test_a_path_that_the_index_names_is_not_opened(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not by any command, and nothing of it gets into the index or onto the terminal."""
    opened: list[str] = []
    hooked = [True]

    def look(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and hooked and str(arguments[0]) in named:
            opened.append(str(arguments[0]))

    os.mkfifo(place / "pipe")
    named = {str(place / "secret"), str(place / "pipe"), "/dev/zero"}
    sys.addaudithook(look)
    for path in sorted(named):
        for name in (user_dictionary.KEPT, synonyms.KEPT):
            put(name, json.dumps({**json.loads(kept(name)), "path": path}).encode())
        for command in COMMANDS:
            assert SECRET[:12] not in run(*command).output
            assert SECRET[:12].encode() not in b"".join(f.read_bytes() for f in Path("index").glob("*.kept"))
    hooked.clear()
    assert opened == []


def test_a_file_that_the_index_lists_is_not_read(place: Path) -> None:
    """Not though it is said to have been indexed, with documents that are gone."""
    known = file_states.load(open_engine(Path("index"), fingerprint()).metadata)
    path = str(place / "secret")
    put(file_states.STATES, file_states.to_bytes({**known, path: State(Stamp(1, 2, 3), None)}))
    result = run("index")
    assert f"failed: {path}: its part of the index was damaged" in result.output
    assert run("query", "geheim").exit_code == 1


@pytest.mark.parametrize("option", ["--dictionary", "--synonyms"])
def test_a_file_that_is_named_is_a_regular_one_and_not_shown(place: Path, option: str) -> None:
    os.mkfifo(place / "pipe")
    for path, said in (("pipe", "not a regular file"), ("/dev/zero", "not a regular file"), ("seeds", "directory")):
        result = run("index", option, path)
        assert (result.exit_code, said in result.output) == (2, True)
    for content in (SECRET.encode(), b"\xff\xfe" + SECRET.encode()):
        (place / "secret").write_bytes(content)
        result = run("index", "--rebuild", "--dictionary", "secret")
        assert result.exit_code == 2
        assert "geheim" not in result.output
    with open(place / "large", "wb") as sparse:
        sparse.truncate((1 << 25) + 1)
    result = run("index", option, "large")
    assert (result.exit_code, "larger than 32 MiB" in result.output) == (2, True)


@pytest.mark.parametrize("name", KEPT)
@pytest.mark.parametrize("how", ["missing", "damaged", "folder", "pipe", "device"])
def test_a_rebuild_never_fails_for_what_the_index_kept(place: Path, name: str, how: str) -> None:
    file = place / "index" / Manifest.read(Path("index"), None).kept[name].name if name in stands() else None
    if file is None:
        put(name, b"[]")
        file = place / "index" / Manifest.read(Path("index"), None).kept[name].name
    content = file.read_bytes()
    file.unlink()
    match how:
        case "damaged":
            file.write_bytes(bytes([content[0] ^ 1]) + content[1:])
        case "folder":
            file.mkdir()
        case "pipe":
            os.mkfifo(file)
        case "device":
            file.symlink_to("/dev/zero")
    result = run("index", "--rebuild", "--json")
    assert result.exit_code == 0
    (answer,) = (json.loads(line) for line in result.output.splitlines() if line.startswith("{"))
    lost = [line for line in answer["notes"] if line.startswith("the index no longer knows its")]
    assert len(lost) == (name in (user_dictionary.KEPT, synonyms.KEPT))
    assert not lost or f"name the file with: --{name} FILE" in lost[0]
    assert run("doctor").exit_code == 0
    assert run("query", "焊接").exit_code == 0


def stands() -> dict[str, File]:
    return Manifest.read(Path("index"), None).kept


def test_a_rebuild_with_the_files_named_needs_nothing_of_the_old_index(place: Path) -> None:
    for name in KEPT:
        put(name, b"nothing")
    result = run("index", "--rebuild", "--dictionary", "words.txt", "--synonyms", "same.txt", "--json")
    assert json.loads(result.output)["notes"] == []
    with open_index("index") as index:
        assert "also looked for: 熔接" in index.search("焊接").notes


# 60 MB each, so they are made when they are tested.
BOMBS: dict[str, Callable[[], bytes]] = {
    "brackets": lambda: b"[" * 60_000_000,
    "empty lists": lambda: b"[" + b"[]," * 20_000_000 + b"[]]",
    "blanks": lambda: b" " * 60_000_000,
    "objects": lambda: b"[" + b"{}," * 20_000_000 + b"{}]",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_in_the_list_of_files(place: Path, name: str) -> None:
    """100 MB above what the program takes anyway would not do for any of them once it is unpacked."""
    put(file_states.STATES, zlib.compress(BOMBS[name]()))
    for command in (["query", "没有"], ["stats"], ["doctor"], ["index"], ["index", "--rebuild"]):
        done = limited(*command, cwd=place, megabytes=400)
        assert done.returncode in (0, 1, 2)
        assert b"Traceback" not in done.stderr
        assert b"Memory" not in done.stderr


texts = st.text(max_size=8)
rows = st.tuples(texts, texts, st.booleans())
numbers = st.integers(-(1 << 63), 1 << 63)
every_state = st.builds(
    State,
    st.builds(Stamp, numbers, numbers, numbers),
    st.none() | texts,
    st.none() | texts,
    st.booleans(),
    st.lists(texts, max_size=3).map(tuple),
    st.lists(rows, max_size=3).map(tuple),
    st.lists(texts, max_size=3).map(tuple),
    st.integers(0, 9),
)


@given(st.dictionaries(texts, every_state, max_size=4))
def test_states_come_back_as_they_were(known: dict[str, State]) -> None:
    """But for those with U+0000, whose files are read anew."""
    through = {
        name: state
        for name, state in known.items()
        if "\0" not in "".join([name, *state.names, *state.needs, *(part for lost in state.lost for part in lost[:2])])
    }
    assert file_states.from_bytes(file_states.to_bytes(known)) == through


@given(st.lists(st.sampled_from("[]{}"), min_size=1).map("".join))
def test_brackets_in_names_are_no_damage(name: str) -> None:
    known = {name: State(Stamp(1, 2, 3), None, name, False, (name,), ((name, name, True),))}
    assert file_states.from_bytes(file_states.to_bytes(known)) == known


def test_what_packs_well_is_still_read() -> None:
    known = {f"{number:06}": State(Stamp(1, 1, 1), None) for number in range(5000)}
    assert file_states.from_bytes(file_states.to_bytes(known)) == known


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
contents = st.binary(max_size=60) | json_values.map(lambda value: json.dumps(value).encode())


@given(contents)
def test_any_content_is_taken_or_called_damaged(content: bytes) -> None:
    for read in (
        file_states.from_bytes,
        lambda raw: file_states.from_bytes(zlib.compress(raw)),
        document_records.from_bytes,
        user_dictionary.FILE.content,
        synonyms.FILE.content,
        lambda content: user_dictionary.FILE.changed(content, "index"),
    ):
        with suppress(IndexDamaged):
            read(content)


@given(json_values)
def test_a_shape_takes_what_it_says_and_nothing_else(value: object) -> None:
    raw = json.dumps(value).encode()
    for shape, takes in (
        (stored.text, isinstance(value, str)),
        (stored.flag, isinstance(value, bool)),
        (stored.maybe(stored.text), value is None or isinstance(value, str)),
        (stored.many(stored.text), isinstance(value, list) and all(isinstance(item, str) for item in value)),
        (stored.row(stored.flag), isinstance(value, list) and len(value) == 1 and isinstance(value[0], bool)),
        (stored.table(stored.flag), isinstance(value, dict) and all(isinstance(v, bool) for v in value.values())),
        (stored.record(), value == {}),
    ):
        try:
            stored.parsed(raw, shape, "it")
        except IndexDamaged:
            assert not takes
        else:
            assert takes


@given(st.binary(max_size=3000), st.integers(1, 2000))
def test_what_is_packed_comes_back(content: bytes, times: int) -> None:
    assert stored.unpacked(stored.packed(content * times), "it") == content * times


@given(st.binary(max_size=300))
def test_what_was_not_packed_is_called_damaged(content: bytes) -> None:
    try:
        there = zlib.decompress(content)
    except zlib.error:
        with pytest.raises(IndexDamaged):
            stored.unpacked(content, "it")
    else:
        assert stored.unpacked(content, "it") == there


def test_a_group_of_synonyms_has_a_limit(place: Path) -> None:
    (place / "same.txt").write_text(", ".join(f"词{number}" for number in range(101)), encoding="utf-8")
    with pytest.raises(SourceError, match="more than 100 words"):
        build_index("seeds", "index", synonyms="same.txt")
