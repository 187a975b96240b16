"""The command line as people and programs use it: the real program in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from fixtures import made
from seedsearch.reading.files import LARGEST_FILE
from seedsearch.restoring.steps import chosen
from tests.programs import warm as seedsearch

SEEDS = Path(__file__).parents[1] / "seeds"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with three seeds and their index."""
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "a.txt").write_text("第一行。\n我們有焊接材料。\n", encoding="utf-8")
    (tmp_path / "seeds" / "b.txt").write_bytes("东丽区的焊接产业链，创新联合体。".encode("gb18030"))
    (tmp_path / "seeds" / "c.txt").write_text("有&nbsp;实体\u200b的一页。", encoding="utf-8")
    assert seedsearch("index", cwd=tmp_path).returncode == 0
    return tmp_path


def test_query_for_people(place: Path) -> None:
    done = seedsearch("query", "焊接材料", cwd=place)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().splitlines() == [
        "2 documents for 焊接材料 (1 with the whole run, 1 with some of the words)",
        "",
        "with the whole run:",
        "1. seeds/a.txt:2:4",
        "   第一行。 我們有【焊接材料】。",
        "",
        "with some of the words:",
        "2. seeds/b.txt:1:5",
        "   东丽区的【焊接】产业链，创新联合体。",
    ]
    done = seedsearch("query", "--strict", "焊接材料", cwd=place)
    assert done.stdout.decode().splitlines() == [
        "1 document for 焊接材料 (the whole run)",
        "",
        "1. seeds/a.txt:2:4",
        "   第一行。 我們有【焊接材料】。",
    ]


def test_strict_is_a_setting(place: Path) -> None:
    (place / "seedsearch.toml").write_text("strict = true\n", encoding="utf-8")
    for options, count in (((), 1), (("--fill",), 2), (("--strict",), 1)):
        summary, *hits = seedsearch("query", "--json", *options, "焊接材料", cwd=place).stdout.splitlines()
        assert json.loads(summary)["total"] == len(hits) == count


def test_names_and_counts_are_of_what_matches(place: Path) -> None:
    """As with grep -l: what comes near is listed where --fill asks for it."""
    for option in ("--count", "-l"):
        strict, filled = (
            seedsearch("query", option, *more, "焊接材料", cwd=place).stdout for more in ((), ("--fill",))
        )
        assert (strict, filled) in ((b"1\n", b"2\n"), (b"seeds/a.txt\n", b"seeds/a.txt\nseeds/b.txt\n"))


def test_query_for_programs(place: Path) -> None:
    done = seedsearch("query", "--json", "焊接", cwd=place)
    summary, *hits = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert summary == {
        "type": "summary",
        "schema": 1,
        "query": "焊接",
        "total": 2,
        "matched": "phrase",
        "tiers": {"phrase": 2},
        "more": False,
    }
    assert [(hit["type"], hit["rank"]) for hit in hits] == [("hit", 1), ("hit", 2)]
    assert {hit["path"] for hit in hits} == {"seeds/a.txt", "seeds/b.txt"}
    for hit in hits:
        assert set(hit) == {"type", "rank", "path", "score", "snippets", "also_in", "tier", "id", "encoding", "damage"}
        assert hit["tier"] == "phrase"
        (snippet,) = hit["snippets"]
        assert [snippet["text"][a:b] for a, b in snippet["highlights"]] == ["焊接"]
        place_of_it = {"line", "column", "raw_start", "raw_end"}
        assert set(snippet) == {"text", "highlights", "cut_before", "cut_after", "restored", "matches"} | place_of_it
    assert "焊接" in done.stdout.decode()


def test_count_paths_limit_and_offset(place: Path) -> None:
    assert seedsearch("query", "--count", "焊接", cwd=place).stdout == b"2\n"
    paths = seedsearch("query", "-l", "焊接", cwd=place).stdout.decode().splitlines()
    assert sorted(paths) == ["seeds/a.txt", "seeds/b.txt"]
    assert seedsearch("query", "-l", "-n", "1", "焊接", cwd=place).stdout.decode().splitlines() == paths[:1]
    assert seedsearch("query", "-l", "--offset", "1", "焊接", cwd=place).stdout.decode().splitlines() == paths[1:]


@pytest.mark.exhaustive
@pytest.mark.slow
def test_every_file_that_matches_is_named(place: Path) -> None:
    """Copies that are one hit too, and more than a page of hits; with -n so many names."""
    for number in range(15):
        copy, other = "防汛工作由各乡镇负责，任何人不得推诿。" * 2, "防汛" * (number + 1) + chr(0x5000 + number)
        (place / "seeds" / f"copy{number}.txt").write_text(copy, encoding="utf-8")
        (place / "seeds" / f"other{number}.txt").write_text(other, encoding="utf-8")
    seedsearch("index", cwd=place)
    assert len(seedsearch("query", "--json", "--strict", "-n", "50", "防汛工作", cwd=place).stdout.splitlines()) == 2
    for query, count in (("防汛工作", 15), ("防汛", 30), ("fangxun", 30), ("防汛 任何人", 15)):
        paths = seedsearch("query", "-l", query, cwd=place).stdout.decode().splitlines()
        assert len(set(paths)) == len(paths) == count
        assert seedsearch("query", "--count", query, cwd=place).stdout == f"{count}\n".encode()
        names = seedsearch("query", "-0", query, cwd=place).stdout.decode().split("\0")
        assert names == [*paths, ""]
        page = seedsearch("query", "-l", "-n", "3", "--offset", "9", query, cwd=place).stdout.decode().splitlines()
        assert page == paths[9:12]
        first = seedsearch("query", "--json", "-n", "1", query, cwd=place).stdout.splitlines()[1]
        assert json.loads(first)["path"] == paths[0]
    none = seedsearch("query", "-l", "量子纠缠", cwd=place)
    assert (none.returncode, none.stdout, none.stderr) == (1, b"", b"")


@pytest.mark.slow
def test_what_the_system_refuses_is_said_as_it_is(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    for command in ("index .", "clean seeds -o out", "query 焊接", "stats"):
        line = (
            f"cd {gone}; rmdir ../gone; {sys.executable} -P -m seedsearch {command}; code=$?; mkdir {gone}; exit $code"
        )
        done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1
        assert "the current folder no longer exists: change to another one" in done.stderr
    (tmp_path / "a.txt").write_text("焊接", encoding="utf-8")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / ".seedsearch-clean.jsonl").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "seedsearch", "clean", "a.txt", "-o", "out"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.stderr == "seedsearch: out/.seedsearch-clean.jsonl cannot be used: is a directory\n"


def test_several_arguments_are_joined_by_blanks(place: Path) -> None:
    done = seedsearch("query", "--json", "创新联合体", "焊接", cwd=place)
    assert json.loads(done.stdout.splitlines()[0])["query"] == "创新联合体 焊接"


def test_nothing_found(place: Path) -> None:
    done = seedsearch("query", "量子纠缠", cwd=place)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode().splitlines() == [
        "seedsearch: nothing found for 量子纠缠",
        "seedsearch: looked for: the whole run, then all words, then some of the words",
    ]
    assert json.loads(seedsearch("query", "--json", "量子纠缠", cwd=place).stdout)["total"] == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("query", ""), "the query is empty"),
        # Below `seeds`: an index of this name in a folder above would be offered.
        (("query", "-i", "seeds/no", "焊接"), "there is no index in seeds/no; make one with: seedsearch index"),
        (("index", "nowhere"), "nowhere does not exist"),
        (("clean", "nowhere"), "nowhere does not exist"),
        (("clean", "nothing.zip"), "no text in nothing.zip"),
        (("clean", "seeds"), "several files cannot go to standard output as text"),
        (("clean", "seeds", "-o", "seeds/out"), "is inside seeds, which is only read"),
        (("clean", "seeds/a.txt", "-o", "seeds"), "would replace the file itself"),
        (("stats", "-i", "seeds/no"), "there is no index"),
        (("clean", "--encoding", "no-such", "seeds/a.txt"), "no-such"),
    ],
)
def test_errors_are_one_line_and_exit_code_2(place: Path, arguments: tuple[str, ...], says: str) -> None:
    ZipFile(place / "nothing.zip", "w").close()
    done = seedsearch(*arguments, cwd=place)
    assert done.returncode == 2
    assert says in done.stderr.decode()
    assert len(done.stderr.decode().splitlines()) == 1
    assert done.stdout == b""


def test_index_reports(place: Path) -> None:
    (place / "seeds" / "b.txt").unlink()
    (place / "seeds" / "d.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(1000))
    (place / "seeds" / "e.txt").write_text("新的", encoding="utf-8")
    report = json.loads(seedsearch("index", "--json", cwd=place).stdout)
    assert {key: report[key] for key in ("added", "updated", "unchanged", "removed")} == {
        "added": 1,
        "updated": 0,
        "unchanged": 2,
        "removed": 1,
    }
    assert [(failure["path"], failure["skipped"]) for failure in report["failures"]] == [("seeds/d.png", True)]


def test_a_file_that_can_not_be_read_is_exit_code_2_and_the_rest_is_done(place: Path) -> None:
    (place / "seeds" / "e.txt").write_text("新的", encoding="utf-8")
    with open(place / "seeds" / "f.txt", "wb") as sparse:
        sparse.truncate(LARGEST_FILE + 1)
    done = seedsearch("index", cwd=place)
    assert done.returncode == 2
    assert "seeds/f.txt is larger than 256 MiB" in done.stdout.decode()
    assert seedsearch("query", "新的", cwd=place).returncode == 0


def test_similar_and_keywords(place: Path) -> None:
    (place / "new.txt").write_text("焊接材料与产业链", encoding="utf-8")
    summary, *hits = [
        json.loads(line) for line in seedsearch("similar", "--json", "new.txt", cwd=place).stdout.splitlines()
    ]
    assert (summary["matched"], summary["query"]) == ("similar", "new.txt")
    assert {hit["path"] for hit in hits} == {"seeds/a.txt", "seeds/b.txt"}
    found = json.loads(seedsearch("keywords", "-n", "2", "--json", "new.txt", cwd=place).stdout)
    assert [set(row) for row in found["keywords"]] == [{"word", "weight"}] * 2
    assert "材料" in seedsearch("keywords", "-", cwd=place, stdin="焊接材料".encode()).stdout.decode()
    assert seedsearch("similar", "-", cwd=place, stdin="玫瑰".encode()).returncode == 1


def test_how_a_query_was_read_and_what_it_could_not_do(place: Path) -> None:
    done = seedsearch("query", "--explain", "焊接 -材料", cwd=place)
    assert done.stderr.decode() == "seedsearch: query: all of (“焊接”, not “材料”)\n"
    assert seedsearch("query", "--count", "焊接 -材料", cwd=place).stdout == b"1\n"
    done = seedsearch("query", "--json", "hanjie", cwd=place)
    summary = json.loads(done.stdout.splitlines()[0])
    assert summary["matched"] == "pinyin"
    assert summary["notes"] == ["nothing found for hanjie; looked for 焊接, by its pinyin"]
    assert summary["notes"][0] in done.stderr.decode()


def test_lines_and_several_snippets(place: Path) -> None:
    done = seedsearch("query", "--strict", "-C", "1", "--snippets", "2", "焊接材料", cwd=place)
    assert done.stdout.decode().splitlines()[2:] == [
        "1. seeds/a.txt:2:4",
        "   第一行。",
        "   我們有【焊接材料】。",
        "",
    ]


def test_stats(place: Path) -> None:
    found = json.loads(seedsearch("stats", "--json", cwd=place).stdout)
    assert found["documents"] == 3
    assert found["encodings"] == {"gb18030": 1, "utf-8": 2}
    assert found["damage"] == {"entity": 1, "invisible-character": 1}
    text = seedsearch("stats", cwd=place).stdout.decode()
    assert "documents  3\n" in text
    assert "1 entity, 1 invisible-character" in text


def test_clean_standard_input_and_one_file(place: Path) -> None:
    assert seedsearch("clean", cwd=place, stdin="有&nbsp;字".encode()).stdout.decode() == "有\xa0字".replace(
        "\xa0", " "
    )
    assert seedsearch("clean", "-", cwd=place, stdin="东丽".encode("gb18030")).stdout.decode() == "东丽"
    assert seedsearch("clean", "seeds/a.txt", cwd=place).stdout == (place / "seeds" / "a.txt").read_bytes()


def test_clean_explains(place: Path) -> None:
    row = json.loads(seedsearch("clean", "--json", "seeds/c.txt", cwd=place).stdout)
    raw = (place / "seeds" / "c.txt").read_text(encoding="utf-8")
    assert row["path"] == "seeds/c.txt"
    assert [(e["kind"], e["found"], e["certainty"]) for e in row["edits"]] == [
        ("entity", "&nbsp;", "certain"),
        ("invisible-character", "\u200b", "certain"),
    ]
    assert [raw[e["raw_start"] : e["raw_end"]] for e in row["edits"]] == [e["found"] for e in row["edits"]]
    diff = seedsearch("clean", "--diff", "seeds/c.txt", cwd=place).stdout.decode()
    assert diff == "1: 有[-&nbsp;-]{+ +}实体[-\\u200b-]的一页。\n"


@pytest.mark.slow
def test_clean_by_some_steps(place: Path) -> None:
    row = json.loads(seedsearch("clean", "--json", "seeds/c.txt", cwd=place).stdout)
    assert [e["step"] for e in row["edits"]] == ["entities", "invisible"]
    alone = seedsearch("clean", "--json", "--only", "ruby", "--only", "entities", "seeds/c.txt", cwd=place).stdout
    assert json.loads(alone)["edits"] == row["edits"][:1]
    without = seedsearch("clean", "--jsonl", "--skip", "entities", "--workers", "2", "seeds", cwd=place).stdout
    assert [json.loads(line)["damage"] for line in without.splitlines()] == [{}, {}, {"invisible-character": 1}]
    wrong = seedsearch("clean", "--skip", "rubi", "seeds/c.txt", cwd=place)
    assert (wrong.returncode, wrong.stdout) == (2, b"")
    assert wrong.stderr.decode().startswith("seedsearch: there is no step rubi; the steps are decoding, ")
    assert wrong.stderr.count(b"\n") == 1
    listed = seedsearch("clean", "--list-steps", cwd=place).stdout.decode().splitlines()
    assert [line.split()[0] for line in listed] == list(chosen())


def test_clean_a_folder_into_copies(place: Path) -> None:
    before = {path.name: path.read_bytes() for path in (place / "seeds").iterdir()}
    done = seedsearch("clean", "seeds", "-o", "out", cwd=place)
    assert done.returncode == 0
    assert (place / "out" / "b.txt").read_text(encoding="utf-8") == "东丽区的焊接产业链，创新联合体。"
    assert "3 documents, 1 with damage" in done.stderr.decode()
    assert {path.name: path.read_bytes() for path in (place / "seeds").iterdir()} == before
    again = seedsearch("clean", "seeds", "-o", "out", cwd=place)
    assert "3 documents (3 of them by an earlier run)" in again.stderr.decode()
    (place / "seeds" / "a.txt").write_text("变了", encoding="utf-8")
    third = seedsearch("clean", "seeds", "-o", "out", cwd=place)
    assert "3 documents (2 of them by an earlier run)" in third.stderr.decode()
    assert (place / "out" / "a.txt").read_text(encoding="utf-8") == "变了"


def test_clean_a_folder_as_json_lines(place: Path) -> None:
    done = seedsearch("clean", "--jsonl", "--workers", "2", "seeds", cwd=place)
    rows = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert [row["path"] for row in rows] == ["seeds/a.txt", "seeds/b.txt", "seeds/c.txt"]
    assert rows[1] == {
        "path": "seeds/b.txt",
        "encoding": "gb18030",
        "text": "东丽区的焊接产业链，创新联合体。",
        "damage": {},
    }


def test_the_seed_is_restored() -> None:
    done = seedsearch("clean", str(next(SEEDS.iterdir())), cwd=SEEDS)
    text = done.stdout.decode()
    assert "良性生態。”東麗區科技局局長" in text
    assert "加速推動應用落地。”" in text
    assert text.count("良性生態") == 1
    assert text.count("(") == text.count(")") == 2
    assert text.count("來源:天津日報") == 1


@pytest.mark.slow
def test_a_closed_pipe_ends_quietly(place: Path) -> None:
    command = f"{sys.executable} -m seedsearch query --json 焊接 | head -c 1"
    done = subprocess.run(["bash", "-c", command], cwd=place, capture_output=True, check=True)
    assert done.stderr == b""


@pytest.mark.slow
def test_a_full_disk_is_an_error(place: Path) -> None:
    command = f"{sys.executable} -m seedsearch query 焊接 > /dev/full"
    done = subprocess.run(["bash", "-c", command], cwd=place, capture_output=True, check=False)
    assert done.returncode == 2
    assert done.stderr.decode() == "seedsearch: output cannot be written: no space left on device\n"


def test_a_query_in_the_encoding_of_an_old_terminal(place: Path) -> None:
    assert seedsearch("query", "--count", "焊接".encode("gb18030"), cwd=place).stdout == b"2\n"


def test_names_that_are_no_utf8_and_have_line_breaks(place: Path) -> None:
    odd = os.fsencode(place / "seeds") + b"/\xb5\xe7\n\x1b[31m.txt"
    Path(os.fsdecode(odd)).write_text("罕见的文件名", encoding="utf-8")
    assert seedsearch("index", cwd=place).returncode == 0
    shown = seedsearch("query", "罕见", cwd=place).stdout
    assert b"\x1b" not in shown
    path = json.loads(seedsearch("query", "--json", "罕见", cwd=place).stdout.splitlines()[1])["path"]
    assert os.fsencode(place / path) == odd


@pytest.mark.slow
@pytest.mark.parametrize("variable", ["LANG", "LC_ALL"])
def test_any_locale_prints_utf8(place: Path, variable: str) -> None:
    ascii_only = {variable: "C", "PYTHONIOENCODING": "ascii"}
    assert "焊接".encode() in seedsearch("query", "焊接", cwd=place, stdin=b"", **ascii_only).stdout


def test_text_of_a_document_can_not_steer_the_terminal(place: Path) -> None:
    (place / "seeds" / "evil.txt").write_text("邪恶\x1b]0;title\x07的\u202e文字", encoding="utf-8")
    assert seedsearch("index", cwd=place).returncode == 0
    shown = seedsearch("query", "邪恶", cwd=place).stdout.decode()
    assert not set(shown) & set("\x1b\x07\u202e")


@pytest.mark.parametrize("arguments", [("--help",), ("query", "--help"), ("--version",)])
def test_help_says_nothing_on_standard_error(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = seedsearch(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"seedsearch" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments", [("--help",), ("clean", "seeds/c.txt"), ("query", "焊接"), ("query", "-n", "3", "创新联合体 焊接")]
)
def test_jieba_is_not_loaded_where_it_is_not_needed(place: Path, arguments: tuple[str, ...]) -> None:
    done = seedsearch(*arguments, cwd=place, PYTHONPROFILEIMPORTTIME="1")
    assert done.returncode == 0
    assert b"seedsearch.frontends.cli" in done.stderr
    assert b" jieba" not in done.stderr


def test_check_says_that_all_is_well_or_what_is_not(place: Path) -> None:
    done = seedsearch("check", cwd=place)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"index: all checksums match\n", b"")
    (segment,) = (place / "index").glob("*.segment")
    content = bytearray(segment.read_bytes())
    content[len(content) // 2] ^= 1
    segment.write_bytes(content)
    done = seedsearch("check", cwd=place)
    assert (done.returncode, done.stdout) == (2, b"")
    assert f"index/{segment.name} is not what was written" in done.stderr.decode()
    assert "seedsearch index --rebuild" in done.stderr.decode()


@pytest.mark.parametrize("content", [b"", b"not an index", b'{"format": 99, "fingerprint": "of later"}'])
def test_a_query_on_a_foreign_index_says_what_to_do(place: Path, content: bytes) -> None:
    (place / "index" / "seedsearch.json").write_bytes(content)
    done = seedsearch("query", "焊接", cwd=place)
    assert (done.returncode, done.stdout) == (2, b"")
    (line,) = done.stderr.decode().splitlines()
    assert "seedsearch index --rebuild" in line
    assert seedsearch("index", "--rebuild", cwd=place).returncode == 0
    assert seedsearch("query", "焊接", cwd=place).returncode == 0


def test_a_dictionary_is_remembered(place: Path) -> None:
    (place / "words.txt").write_text("焊接材料\n", encoding="utf-8")
    assert seedsearch("index", "--dictionary", "words.txt", cwd=place).returncode == 2
    assert seedsearch("index", "--rebuild", "--dictionary", "words.txt", cwd=place).returncode == 0
    assert seedsearch("index", "--full", cwd=place).stdout.decode().startswith("0 added, 0 updated, 3 unchanged")
    assert seedsearch("query", "焊接材料", cwd=place).returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [("--help",), ("query", "焊接"), ("config",), ("stats",)])
def test_what_asks_loads_nothing_of_the_restoration(place: Path, arguments: tuple[str, ...]) -> None:
    done = seedsearch(*arguments, cwd=place, PYTHONPROFILEIMPORTTIME="1")
    assert done.returncode == 0
    packages = (
        b" seedsearch.restoring.steps",
        b" rjieba",
        b" pypinyin",
        b" ftfy",
        b" wcwidth",
        b" watchfiles",
        b" tomllib",
    )
    assert [package for package in packages if package in done.stderr] == []


def test_files_lists_what_is_in_the_index_and_what_is_not(place: Path) -> None:
    done = seedsearch("files", "--skipped", cwd=place)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode() == "seedsearch: every file is in the index\n"
    for number in range(7):
        (place / "seeds" / f"{number}.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    (place / "seeds" / "t.csv").write_text("甲\n1\n2\n", encoding="utf-8")
    (place / "seeds" / "old.doc").write_bytes(made.ole_of({"other": b"1"}))
    assert seedsearch("index", cwd=place).returncode == 0
    assert seedsearch("files", cwd=place).stdout.decode().splitlines() == [
        *(f"seeds/{name}.txt" for name in "abc"),
        "seeds/t.csv (2 documents)",
    ]
    assert seedsearch("files", "--skipped", cwd=place).stdout.decode().splitlines() == [
        "7 × a binary file, by its first bytes",
        *(f"    seeds/{number}.png" for number in range(5)),
        "    and 2 more; --verbose names them",
        "1 × an office document of a kind that is not read; save it as DOCX, XLSX or PPTX",
        "    seeds/old.doc",
    ]
    assert len(seedsearch("files", "--skipped", "--verbose", cwd=place).stdout.splitlines()) == 10
    rows = [json.loads(line) for line in seedsearch("files", "--skipped", "--json", cwd=place).stdout.splitlines()]
    assert [row["path"] for row in rows] == [*(f"seeds/{number}.png" for number in range(7)), "seeds/old.doc"]
    assert all(row["skipped"] and row["reason"] for row in rows)
    rows = [json.loads(line) for line in seedsearch("files", "--json", cwd=place).stdout.splitlines()]
    assert rows[-1] == {"path": "seeds/t.csv", "documents": 2}
