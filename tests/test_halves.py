"""The two halves of the questions by which ranking is measured: what is chosen on one is reported on the other."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest

from benchmarks.questions import HALVES, half_of
from benchmarks.ranking import _sets

TITLE = "焊接机器人的安全操作规程第{}号文件"
TEXT = "操作人员必须穿戴防护用品，检查电源、气瓶、管路是否完好，离开前切断总电源。"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A set with two questions a passage, and a collection of works."""
    judged = tmp_path / "judged"
    judged.mkdir()
    passages = [{"id": f"p{number}", "text": TEXT} for number in range(20)]
    queries = [{"id": f"q{number}", "text": "切断什么"} for number in range(40)]
    for name, rows in (("passages", passages), ("queries", queries)):
        (judged / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    (judged / "qrels.tsv").write_text("".join(f"q{number}\t0\tp{number // 2}\t1\n" for number in range(40)))
    with lzma.open(tmp_path / "works.jsonl.xz", "wt") as works:
        for number in range(40):
            row = {"path": f"rules/{number}#0", "text": f"{TITLE.format(number)}\n{TEXT}"}
            print(json.dumps(row), file=works)
    return tmp_path


def test_the_halves_share_no_passage_and_no_work_and_are_all_there_is(corpus: Path) -> None:
    sets = {half: list(_sets(corpus, half)) for half in HALVES}
    kinds = [both for both in zip(*sets.values(), strict=True) if both[0].queries]
    assert len(kinds) == 3  # of the works there are titles and questions; they are too much alike for keywords
    for both in kinds:
        answered = [{passage for query in judged.queries for passage in judged.relevant[query]} for judged in both]
        assert all(answered)
        assert answered[0].isdisjoint(answered[1])
        assert both[0].passages == both[1].passages
    judged, *_ = zip(*sets.values(), strict=True)
    assert sum(len(half.queries) for half in judged) == 40
    assert {half.name for half in judged} == {f"judged, {half}" for half in HALVES}


def test_about_as_many_are_in_each_half() -> None:
    names = [half_of(f"p{number}") for number in range(1000)]
    assert 400 < names.count("dev") < 600
