"""An index that was brought up to date, however often, is the one that is made anew; and little is read for it."""

from __future__ import annotations

import dataclasses
import inspect
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures import made
from seedsearch import build_index, open_index
from seedsearch.engines.choice import open_engine
from seedsearch.engines.embedded import vocabulary
from seedsearch.engines.query import FIELDS, Ranked, Run, Term
from seedsearch.errors import IndexStale, SourceError
from seedsearch.indexing import build
from seedsearch.indexing.options import BuildOptions
from seedsearch.indexing.reports import (
    IndexReport,
)
from seedsearch.metadata import file_states
from seedsearch.metadata.file_states import Stamp
from seedsearch.reading.files import read_bytes
from seedsearch.text.analyzer import fingerprint
from seedsearch.versions import RULES
from tests.programs import warm as seedsearch
from tests.strategies import examples

NAMES = ("a.txt", "b.txt", "sub/c.txt", "sub/d.txt", "e.png", "t.csv")
CONTENTS = (
    "焊接材料".encode(),
    "創(chuàng)新聯合體".encode(),
    "东丽区的焊接处".encode("gb18030"),  # all of different sizes: one with the same and the same time is not seen
    b"",
    b"\x89PNG\r\n\x1a\n" + bytes(64),
    "焊接,名\n材料,一\n材料,二\n".encode(),
    made.zip_of({"a.txt": "焊接一", "b.txt": "焊接二", "c.png": b"\x89PNG\r\n\x1a\n"}),
    made.zip_of({"b.txt": "焊接二", "d.csv": "名\n焊接三\n"}),
)
DAY = 86_400

Operation = Callable[[Path], None]


def write(name: str, content: bytes, day: int) -> Operation:
    def operation(folder: Path) -> None:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (day * DAY, day * DAY))

    return operation


def remove(name: str) -> Operation:
    return lambda folder: (folder / name).unlink(missing_ok=True)


def move(name: str, other: str) -> Operation:
    def operation(folder: Path) -> None:
        (folder / other).parent.mkdir(exist_ok=True)
        if (folder / name).exists():
            (folder / name).replace(folder / other)

    return operation


names = st.sampled_from(NAMES)
operations = st.one_of(
    st.builds(write, names, st.sampled_from(CONTENTS), st.integers(1, 3)),
    st.builds(remove, names),
    st.builds(move, names, names),
)


def content_of(index_dir: Path) -> dict[str, object]:
    """All that can be seen of an index."""
    engine = open_engine(index_dir, fingerprint())
    scored = Ranked(Run("焊接"), ((Term("word", "焊接"), 1.0), (Term("gram", "焊接"), 1.0)))
    found: dict[str, object] = {field: list(engine.vocabulary(field)) for field in FIELDS}
    best = engine.search(scored, 100).best
    found["matches"] = [(match.doc_id, round(match.score, 5), match.readable, match.stored) for match in best]
    found["digests"] = dict(engine.digests())
    found["stored"] = list(engine.stored())
    return found


def outcome(report: IndexReport) -> tuple[int, list[str]]:
    return report.added + report.updated + report.unchanged, [failure.reason for failure in report.failures]


@pytest.mark.slow
@given(st.lists(st.lists(operations, max_size=6), min_size=1, max_size=5))
@examples(40)
def test_any_history_ends_like_a_fresh_build(history: list[list[Operation]]) -> None:
    with TemporaryDirectory() as place:
        folder, index_dir = Path(place, "files"), Path(place, "index")
        folder.mkdir()
        for round_ in history:
            for operation in round_:
                operation(folder)
            report = build_index(folder, index_dir, workers=1)
            fresh = build_index(folder, Path(place, "fresh"), workers=1, rebuild=True)
            assert outcome(report) == outcome(fresh)
            assert content_of(index_dir) == content_of(Path(place, "fresh"))
        assert build_index(folder, index_dir, workers=1).unchanged == fresh.added


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with two texts and a binary file, and their index."""
    (tmp_path / "files").mkdir()
    for name, content in zip(NAMES, CONTENTS[:2], strict=False):
        write(name, content, 1)(tmp_path / "files")
    write("e.png", CONTENTS[4], 1)(tmp_path / "files")
    update(tmp_path)
    return tmp_path


def update(place: Path, **options: object) -> IndexReport:
    return build_index(place / "files", place / "index", workers=1, **options)  # type: ignore[arg-type]


def read_files(place: Path, monkeypatch: pytest.MonkeyPatch, **options: object) -> tuple[list[str], IndexReport]:
    """The names of the files that an update read."""
    read: list[str] = []

    def noted(path: str) -> bytes:
        read.append(Path(path).name)
        return read_bytes(path)

    monkeypatch.setattr("seedsearch.indexing.pipeline.read_bytes", noted)
    return read, update(place, **options)


def test_what_did_not_change_is_not_read(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (place / "index" / "seedsearch.json").read_bytes()
    read, report = read_files(place, monkeypatch)
    assert read == []
    assert (report.unchanged, report.added, report.updated) == (2, 0, 0)
    assert [(Path(f.path).name, f.skipped) for f in report.failures] == [("e.png", True)]
    assert (place / "index" / "seedsearch.json").read_bytes() == before


def test_what_was_touched_is_read_once_and_not_indexed(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.utime(place / "files" / "a.txt", (DAY + 5, DAY + 5))
    read, report = read_files(place, monkeypatch)
    assert read == ["a.txt"]
    assert report.unchanged == 2
    assert read_files(place, monkeypatch)[0] == []


def test_a_run_does_not_count_the_terms_of_the_index(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[str] = []

    def count(_: object, field: str) -> int:
        counted.append(field)
        return 0

    monkeypatch.setattr(vocabulary, "count_terms", count)
    assert update(place).unchanged == 2
    assert counted == []


def test_full_reads_what_looks_unchanged(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = place / "files" / "a.txt"
    before = path.stat()
    path.write_bytes("焊工材料".encode())
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert update(place).updated == 0
    read, report = read_files(place, monkeypatch, full=True)
    assert sorted(read) == ["a.txt", "b.txt", "e.png"]
    assert (report.updated, report.unchanged) == (1, 1)


def test_another_encoding_is_another_reading(place: Path) -> None:
    report = update(place, encoding="utf-8")
    assert (report.updated, report.unchanged) == (2, 0)
    assert update(place, encoding="utf-8").unchanged == report.updated + report.added


def test_files_elsewhere_stay(place: Path) -> None:
    write("z.txt", CONTENTS[0], 1)(place)
    assert build_index(place / "z.txt", place / "index", workers=1).added == 1
    (place / "z.txt").unlink()
    assert update(place).unchanged == 2
    with open_index(place / "index") as index:
        assert index.search("焊接").total == 2


def test_days_are_tags(place: Path) -> None:
    engine = open_engine(place / "index", fingerprint())
    assert dict(engine.vocabulary("tag", "date:")) == {"date:1970-01-02": 2}
    write("a.txt", CONTENTS[0], 2)(place / "files")
    assert update(place).updated == 1
    assert dict(open_engine(place / "index", fingerprint()).vocabulary("tag", "date:"))["date:1970-01-03"] == 1


@pytest.mark.parametrize(
    ("changed", "day"), [(0, "1970-01-01"), (-1, "1969-12-31"), (1 << 62, "2116-02-20"), (1 << 63, "2262-04-11")]
)
def test_every_time_has_a_day(changed: int, day: str) -> None:
    assert Stamp(0, changed, 0).date == day


@pytest.mark.slow
def test_work_by_several_processes_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("WORTH_WORKERS", 0), ("SAMPLE", 10), ("TASK_FILES", 3)):
        monkeypatch.setattr(f"seedsearch.indexing.build.{name}", value)
    (tmp_path / "files").mkdir()
    for i in range(20):
        write(f"{i}.txt", f"焊接材料{i}，創(chuàng)新".encode(), 1)(tmp_path / "files")
    build_index(tmp_path / "files", tmp_path / "one", workers=1)
    build_index(tmp_path / "files", tmp_path / "two", workers=2)
    assert content_of(tmp_path / "one") == content_of(tmp_path / "two")


class TestDictionary:
    """Words of the user's own."""

    @pytest.fixture
    def own(self, place: Path) -> Path:
        path = place / "words.txt"
        path.write_text("焊接材料 100 n\n聯合體\n", encoding="utf-8")
        return path

    def vocabulary(self, place: Path) -> set[str]:
        return {term for term, _ in open_engine(place / "index", fingerprint()).vocabulary("word")}

    def test_its_words_are_terms_and_remembered(self, place: Path, own: Path) -> None:
        assert "焊接材料" not in self.vocabulary(place)
        update(place, dictionary=own, rebuild=True)
        assert {"焊接材料", "联合体"} <= self.vocabulary(place)
        write("sub/c.txt", "新的焊接材料".encode(), 1)(place / "files")
        assert update(place).added == 1
        with open_index(place / "index") as index:
            assert index.search("新的焊接材料", strict=True).total == 1

    def test_a_changed_one_makes_the_index_stale(self, place: Path, own: Path) -> None:
        with pytest.raises(IndexStale, match=r"words.txt is not the one .* --rebuild"):
            update(place, dictionary=own)
        update(place, dictionary=own, rebuild=True)
        own.write_text("材料\n", encoding="utf-8")
        with pytest.raises(IndexStale, match="--rebuild"):
            update(place, dictionary=own)
        assert update(place).unchanged == 2

    def test_a_rebuild_takes_the_remembered_one(self, place: Path, own: Path) -> None:
        update(place, dictionary=own, rebuild=True)
        update(place, rebuild=True)
        assert {"焊接材料", "联合体"} <= self.vocabulary(place)
        own.write_text("聯合體\n", encoding="utf-8")
        update(place, rebuild=True)
        assert "焊接材料" in self.vocabulary(place)
        update(place, rebuild=True, dictionary=own)
        assert "焊接材料" not in self.vocabulary(place)

    def test_one_that_can_not_be_read(self, place: Path, own: Path) -> None:
        own.write_text("not a word\n", encoding="utf-8")
        with pytest.raises(SourceError, match="line 1"):
            update(place, dictionary=own, rebuild=True)
        with pytest.raises(SourceError, match="no such file"):
            update(place, dictionary="nowhere", rebuild=True)


def test_the_index_does_not_hold_its_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("焊接", encoding="utf-8")
    (tmp_path / "index.txt").write_text("焊接的目录", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert build_index(".", "index").added == 2
    again = build_index(".", "index")
    assert (again.added, again.unchanged, again.failures) == (0, 2, ())


@pytest.mark.parametrize("name", ["link", "seeds/link"])
def test_the_index_does_not_hold_its_own_folder_behind_a_symbolic_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / "seeds" / "index").mkdir(parents=True)
    (tmp_path / "seeds" / "a.txt").write_text("焊接", encoding="utf-8")
    (tmp_path / name).symlink_to(tmp_path / "seeds" / "index")
    monkeypatch.chdir(tmp_path)
    assert build_index("seeds", name).added == 1
    again = build_index("seeds", name)
    assert (again.added, again.unchanged, again.failures) == (0, 1, ())


@pytest.mark.slow
class TestOtherRules:
    """An index that another version made, by rules of restoring that are older or newer than those of this one."""

    RULE = "restore(\n        raw.text"

    @pytest.fixture
    def place(self, tmp_path: Path) -> Path:
        """Two files in two folders, and their index."""
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            (tmp_path / name / "a.txt").write_text("焊接材料", encoding="utf-8")
        assert seedsearch("index", "one", "two", cwd=tmp_path).returncode == 0
        return tmp_path

    @pytest.fixture
    def newer(self, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
        """The environment of a program whose rules are the next ones, by which 焊接 is 熔接."""
        room = tmp_path_factory.mktemp("newer") / "seedsearch"
        shutil.copytree(Path(file_states.__file__).parents[1], room, ignore=shutil.ignore_patterns("__pycache__"))
        with (room / "versions.py").open("a", encoding="utf-8") as numbers:
            numbers.write(f"RULES = {RULES + 1}\n")
        rule = (room / "restoring" / "clean.py").read_text(encoding="utf-8")
        assert self.RULE in rule
        changed = rule.replace(self.RULE, f'{self.RULE}.replace("焊接", "熔接")')
        (room / "restoring" / "clean.py").write_text(changed, encoding="utf-8")
        return {"PYTHONPATH": str(room.parent)}

    def said(self, place: Path, environment: dict[str, str]) -> list[str | None]:
        """What `query`, `stats` and `doctor` say of the rules, as JSON has it."""
        answers = []
        for command in (["query", "材料"], ["stats"], ["doctor"]):
            done = seedsearch(*command, "--json", cwd=place, **environment)
            assert done.returncode == 0
            answers.append(json.loads(done.stdout.splitlines()[0]))
        notes, stale = answers[0].get("notes", []), answers[1]["stale"]
        (of_doctor,) = [row for row in answers[2]["remarks"] if row["topic"] == "rules"]
        assert len(notes) <= 1
        assert len(stale) <= 1
        said = of_doctor["says"] if of_doctor["health"] == "note" else None
        return [*(notes or [None]), *(stale or [None]), said]

    @pytest.mark.exhaustive
    def test_is_called_older_until_all_files_are_read_again(self, place: Path, newer: dict[str, str]) -> None:
        older = f"the index is older than the rules of restoring ({RULES}; now {RULES + 1}); "
        older += "update it with: seedsearch index"
        assert self.said(place, {}) == [None] * 3
        assert self.said(place, newer) == [older] * 3
        assert older.encode() in seedsearch("stats", cwd=place, **newer).stdout
        assert older.encode() in seedsearch("query", "材料", cwd=place, **newer).stderr
        assert older.encode() in seedsearch("query", "没有", cwd=place, **newer).stderr
        assert b"1 updated, 0 unchanged" in seedsearch("index", "one", cwd=place, **newer).stdout
        assert self.said(place, newer) == [older] * 3
        assert b"1 updated, 1 unchanged" in seedsearch("index", "one", "two", cwd=place, **newer).stdout
        assert self.said(place, newer) == [None] * 3

    def test_a_new_rule_reaches_what_was_indexed_before(self, place: Path, newer: dict[str, str]) -> None:
        assert seedsearch("query", "熔接", cwd=place, **newer).returncode == 1
        assert seedsearch("index", "one", "two", cwd=place, **newer).returncode == 0
        assert seedsearch("query", "-l", "熔接", cwd=place, **newer).returncode == 0
        assert seedsearch("query", "-l", "焊接", cwd=place, **newer).returncode == 1

    def test_what_a_newer_version_made_is_said_by_an_older_one(self, place: Path, newer: dict[str, str]) -> None:
        assert seedsearch("index", "one", "two", cwd=place, **newer).returncode == 0
        newer_rules = f"the index was made by newer rules of restoring ({RULES + 1}; here {RULES}); update seedsearch"
        assert self.said(place, {}) == [newer_rules] * 3
        assert b"2 updated" in seedsearch("index", "one", "two", cwd=place).stdout
        assert self.said(place, {}) == [None] * 3


def test_the_keywords_and_the_options_of_a_run_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names and defaults, and each keyword arrives as the field of its name."""
    parameters = inspect.signature(build_index).parameters.values()
    keywords = {p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY and p.name != "progress"}
    assert keywords == {field.name: field.default for field in dataclasses.fields(BuildOptions)}
    told: list[object] = []
    monkeypatch.setattr(build, "build", lambda *arguments: told.append(arguments))
    given_ = {name: f"its {name}" for name in keywords}
    build_index("seeds", "index", **given_)  # type: ignore[arg-type]
    assert told == [("seeds", "index", BuildOptions(**given_), None)]  # type: ignore[arg-type]


@pytest.mark.slow
def test_a_run_that_finds_nothing_changed_loads_no_restoration(place: Path) -> None:
    program = (
        "import sys; from seedsearch import build_index; print(build_index('files', 'index').unchanged,"
        " 'seedsearch.restoring.steps' in sys.modules)"
    )
    command = [sys.executable, "-c", program]
    first, then = (subprocess.run(command, cwd=place, capture_output=True, text=True, check=True) for _ in range(2))
    assert (first.stdout, then.stdout) == ("0 True\n", "2 False\n")
