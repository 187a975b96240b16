from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch import language
from tests.strategies import MIXED

TOOL = Path(__file__).parents[1] / "tools" / "make_language.py"


def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_language", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_committed_model_is_what_the_tool_makes() -> None:
    made = tool()
    assert made.MODEL.read_bytes() == made.make_model()


def test_reading_the_model_needs_neither_jieba_nor_numpy() -> None:
    import subprocess

    code = "import sys; from seedsearch import language; language.model(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"jieba", "numpy"} & set(done.stdout.split())


@pytest.mark.parametrize(
    ("likely", "unlikely"),
    [
        ("实验室", "实验柿"),
        ("機器人", "機器刃"),
        ("生态。”东丽区", "生态？！睎|丽区"),
        ("中文名称", "涓枃鍚嶇О"),
        ("王登以沮河", "犕醯且跃诤"),
        ("他说：“走吧。”", "他说：“走吧，”"),
        ("第一、第二", "第一、。第二"),
        ("共3个", "共3彔"),
        ("结束。\n新的一段", "结束\ue000新的一段"),
    ],
)
def test_sense_scores_above_nonsense(likely: str, unlikely: str) -> None:
    assert language.score(likely) / len(likely) > language.score(unlikely) / len(unlikely)


def test_both_scripts_score_the_same() -> None:
    assert language.score("機器人產業鏈") == language.score("机器人产业链")
    assert language.rank("產") == language.rank("产") < language.COMMON


def test_rank_orders_by_frequency() -> None:
    assert language.rank("的") < language.rank("器") < language.rank("饕") < language.UNKNOWN_RANK
    assert language.rank("A") == language.rank("\ufffd") == language.UNKNOWN_RANK


def test_marks_that_never_stand_together() -> None:
    for pair in ("。、", "，。", "，”", "（，"):
        assert language.pair_score(*pair) == language.NEVER
    for pair in ("。”", "！！", "？！", "：“", "》、"):
        assert language.pair_score(*pair) > language.NEVER


def test_long_words_raise_the_third_character() -> None:
    assert language.triple_score("实", "验", "室") > language.pair_score("验", "室")
    assert language.triple_score("好", "验", "室") == language.pair_score("验", "室")


def test_the_rows_of_the_model_say_what_pair_score_says() -> None:
    model = language.model()
    assert model.follow["焊"].get("接") is not None
    assert model.follow["的"].get("\ue000") is None
    assert model.follow["\ue000"] == {}


@given(st.text(MIXED + "\ue000\ufffd𠮷ぁ\x05", max_size=12), st.text(max_size=12))
def test_scores_add_up(first: str, second: str) -> None:
    text = first + second
    pairs = sum(language.pair_score(a, b) for a, b in zip("\n" + text, text, strict=False))
    assert language.score(text) == pytest.approx(pairs)
    assert language.score(text) <= 0
