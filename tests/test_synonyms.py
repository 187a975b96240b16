"""Synonyms and own words from files: what they change, and that a change of the file is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from seedsearch import build_index, open_index
from seedsearch.errors import SourceError
from seedsearch.metadata.synonyms import Synonyms


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "seeds").mkdir()
    for name, text in (("a", "这里讲焊接的方法"), ("b", "這裡講熔接的方法"), ("c", "welding and more"), ("d", "别的")):
        (tmp_path / "seeds" / name).write_text(text, encoding="utf-8")
    (tmp_path / "synonyms.txt").write_text("# 工艺\n焊接，熔接, Welding\n东丽区 東麗\n单独\n", encoding="utf-8")
    return tmp_path


def names(place: Path, query: str) -> str:
    with open_index(place / "index") as index:
        return "".join(sorted(hit.path[-1] for hit in index.search(query).hits))


def test_groups_are_folded_and_go_all_ways() -> None:
    parsed = Synonyms.parse("焊接，熔接, Welding # 注\n东丽区 東麗\n单独\n,,\n")
    assert parsed.groups == (("焊接", "熔接", "welding"), ("东丽区", "东丽"))
    assert parsed.of("熔接") == ("焊接", "welding")
    assert parsed.of("单独") == ()


def test_a_word_finds_its_synonyms_and_the_answer_says_so(place: Path) -> None:
    build_index(place / "seeds", place / "index", synonyms=place / "synonyms.txt")
    assert names(place, "焊接") == "abc"
    assert names(place, "焊接 方法") == "abc"
    with open_index(place / "index") as index:
        assert index.search("焊接 方法").tiers == {"all": 2, "any": 1}
    assert names(place, "焊接 AND 方法") == "ab"
    assert names(place, '"焊接"') == "a"
    assert names(place, "方法 -焊接") == ""
    with open_index(place / "index") as index:
        assert index.search("焊接").notes == ("also looked for: 熔接, welding",)
        assert index.search("方法").notes == ()


def test_the_index_remembers_and_says_when_the_file_has_changed(place: Path) -> None:
    build_index(place / "seeds", place / "index", synonyms=place / "synonyms.txt")
    (place / "synonyms.txt").write_text("焊接 别的", encoding="utf-8")
    with open_index(place / "index") as index:
        (stale, _) = index.search("焊接").notes
    again = f"seedsearch index -i {place}/index --synonyms {place}/synonyms.txt"
    assert stale.endswith(f"have changed; apply them with: {again}")
    build_index(place / "seeds", place / "index")
    assert names(place, "焊接") == "abc"
    build_index(place / "seeds", place / "index", synonyms=place / "synonyms.txt")
    assert names(place, "焊接") == "ad"
    (place / "synonyms.txt").unlink()
    build_index(place / "seeds", place / "index")
    assert names(place, "焊接") == "ad"


def test_a_changed_dictionary_is_said(place: Path) -> None:
    (place / "words.txt").write_text("焊接的方法 100\n", encoding="utf-8")
    build_index(place / "seeds", place / "index", dictionary=place / "words.txt")
    (place / "words.txt").write_text("焊接的 100\n", encoding="utf-8")
    with open_index(place / "index") as index:
        (stale,) = index.search("方法").notes
    again = f"seedsearch index -i {place}/index --rebuild --dictionary {place}/words.txt"
    assert stale.endswith(f"has changed; re-segment with: {again}")


def test_a_dictionary_with_the_same_words_is_taken_without_a_rebuild(place: Path) -> None:
    (place / "words.txt").write_text("焊接的方法 100\n", encoding="utf-8")
    build_index(place / "seeds", place / "index", dictionary=place / "words.txt")
    (place / "words.txt").write_text("\n焊接的方法  100\n\n", encoding="utf-8")
    assert build_index(place / "seeds", place / "index", dictionary=place / "words.txt").unchanged == 4
    with open_index(place / "index") as index:
        assert index.search("方法").notes == ()


def test_a_file_that_is_not_there(place: Path) -> None:
    with pytest.raises(SourceError, match="synonyms nowhere cannot be read"):
        build_index(place / "seeds", place / "index", synonyms="nowhere")
