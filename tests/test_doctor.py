"""What may be wrong: two Whooshes, damaged and old indexes, changed words, files that were not read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fixtures.guides import furnished
from seedsearch.reading.files import LARGEST_FILE
from tests.programs import warm as seedsearch


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The files of the guides, and their index."""
    assert seedsearch("index", cwd=furnished(tmp_path)).returncode == 0
    return tmp_path


def examined(place: Path, **environment: str) -> tuple[int, dict[str, list[tuple[str, str]]]]:
    """The exit code, and topic → how it stands and what is said of it."""
    done = seedsearch("doctor", "--json", cwd=place, **environment)
    remarks: dict[str, list[tuple[str, str]]] = {}
    for remark in json.loads(done.stdout)["remarks"]:
        remarks.setdefault(remark["topic"], []).append((remark["health"], remark["says"]))
    return done.returncode, remarks


def test_all_is_well(place: Path) -> None:
    code, remarks = examined(place)
    assert code == 0
    assert {health for said in remarks.values() for health, _ in said} == {"well", "note"}
    assert remarks["not read"] == [("note", "seeds/photo.png: a binary file, by its first bytes")]
    assert "seedsearch" in remarks["versions"][0][1]
    assert "jieba" in remarks["packages"][-1][1]
    assert "pytest" not in remarks["packages"][-1][1]


@pytest.mark.slow
def test_two_whooshes_are_named(place: Path) -> None:
    """Another distribution that brings a package `whoosh`, as pip leaves its record."""
    record = place / "site" / "Whoosh_Reloaded-2.7.5.dist-info"
    record.mkdir(parents=True)
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: Whoosh-Reloaded\nVersion: 2.7.5\n", encoding="utf-8")
    (record / "top_level.txt").write_text("whoosh\n", encoding="utf-8")
    code, remarks = examined(place, PYTHONPATH=str(place / "site"))
    ((health, said),) = remarks["whoosh"]
    assert (code, health) == (2, "fault")
    assert "Whoosh 2.7.4" in said
    assert "Whoosh-Reloaded 2.7.5" in said


@pytest.mark.slow
def test_an_index_that_is_not_there_is_worth_a_note(tmp_path: Path) -> None:
    code, remarks = examined(tmp_path)
    assert (code, remarks["index"]) == (0, [("note", "there is no index in index; make one with: seedsearch index")])


@pytest.mark.slow
def test_a_damaged_index_is_a_fault(place: Path) -> None:
    (segment,) = (place / "index").glob("*.segment")
    content = bytearray(segment.read_bytes())
    content[len(content) // 2] ^= 1
    segment.write_bytes(content)
    code, remarks = examined(place)
    assert code == 2
    assert "is not what was written" in remarks["index"][0][1]


def test_a_check_for_programs(place: Path) -> None:
    done = seedsearch("check", "--json", cwd=place)
    assert (done.returncode, json.loads(done.stdout)) == (0, {"sound": True, "faults": []})
    (segment,) = (place / "index").glob("*.segment")
    segment.write_bytes(segment.read_bytes()[:-1])
    done = seedsearch("check", "--json", cwd=place)
    found = json.loads(done.stdout)
    assert (done.returncode, found["sound"], len(found["faults"])) == (2, False, 1)
    assert segment.name in found["faults"][0]


@pytest.mark.slow
@pytest.mark.parametrize("command", ["stats", "check", "doctor", "config"])
def test_every_look_can_be_quiet_and_for_programs(place: Path, command: str) -> None:
    done = seedsearch(command, "-q", "--json", cwd=place)
    assert (done.returncode, done.stderr) == (0, b"")
    assert isinstance(json.loads(done.stdout), dict)


def test_a_file_without_a_word_has_no_keywords(place: Path) -> None:
    (place / "empty.txt").write_bytes(b"")
    assert seedsearch("keywords", "empty.txt", cwd=place).returncode == 1
    assert seedsearch("keywords", "seeds/letter.txt", cwd=place).returncode == 0


@pytest.mark.slow
def test_an_index_older_than_the_files(place: Path) -> None:
    (place / "seeds" / "new.txt").write_text("新的", encoding="utf-8")
    (place / "seeds" / "old.txt").unlink()
    (place / "seeds" / "page.txt").write_text("变了", encoding="utf-8")
    said = "the index is out of date (1 changed, 1 deleted, 1 new); update it with: seedsearch index"
    assert examined(place)[1]["files"] == [("note", said)]
    assert said in seedsearch("query", "量子", cwd=place).stderr.decode()
    assert seedsearch("index", cwd=place).returncode == 0
    assert examined(place)[1]["files"][0][0] == "well"
    assert b"older" not in seedsearch("query", "量子", cwd=place).stderr


def test_from_elsewhere_nothing_is_said_of_files(place: Path) -> None:
    (place / "elsewhere").mkdir()
    done = seedsearch("query", "-i", "../index", "量子", cwd=place / "elsewhere")
    assert b"older" not in done.stderr


@pytest.mark.slow
def test_words_that_were_written_again_are_worth_a_note(place: Path) -> None:
    (place / "words.txt").write_text("焊接机器人", encoding="utf-8")
    (place / "same.txt").write_text("焊接, 熔接", encoding="utf-8")
    words = ("--dictionary", "words.txt", "--synonyms", "same.txt")
    assert seedsearch("index", "--rebuild", *words, cwd=place).returncode == 0
    assert examined(place)[1]["dictionary"] == examined(place)[1]["synonyms"] == [("well", "remembered by the index")]
    (place / "words.txt").write_text("产业链", encoding="utf-8")
    (place / "same.txt").write_text("焊接, 銲接", encoding="utf-8")
    code, remarks = examined(place)
    assert code == 0
    (of_words,), (of_synonyms,) = remarks["dictionary"], remarks["synonyms"]
    assert of_words[0] == of_synonyms[0] == "note"
    assert "has changed; re-segment with: seedsearch index --rebuild --dictionary /" in of_words[1]
    assert "have changed; apply them with: seedsearch index --synonyms /" in of_synonyms[1]


@pytest.mark.slow
def test_files_that_could_not_be_read_are_named_until_they_can(place: Path) -> None:
    with open(place / "seeds" / "huge.txt", "wb") as sparse:
        sparse.truncate(LARGEST_FILE + 1)
    assert seedsearch("index", cwd=place).returncode == 2
    code, remarks = examined(place)
    assert (code, remarks["not read"][0][0]) == (2, "fault")
    assert remarks["not read"][0][1].startswith("seeds/huge.txt is larger than")
    (place / "seeds" / "huge.txt").unlink()
    assert seedsearch("index", cwd=place).returncode == 0
    assert examined(place)[0] == 0
