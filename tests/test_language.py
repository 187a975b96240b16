from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.text import character_model
from tests.strategies import MIXED

TOOL = Path(__file__).parents[1] / "tools" / "make_language.py"


def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_language", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_the_committed_model_is_what_the_tool_makes() -> None:
    made = tool()
    assert made.MODEL.read_bytes() == made.make_model()


def test_reading_the_model_needs_neither_jieba_nor_numpy() -> None:
    import subprocess

    code = "import sys; from seedsearch.text import character_model; character_model.model(); print(*sys.modules)"
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
    assert character_model.score(likely) / len(likely) > character_model.score(unlikely) / len(unlikely)


def test_both_scripts_score_the_same() -> None:
    assert character_model.score("機器人產業鏈") == character_model.score("机器人产业链")
    assert character_model.rank("產") == character_model.rank("产") < character_model.COMMON


def test_rank_orders_by_frequency() -> None:
    assert (
        character_model.rank("的")
        < character_model.rank("器")
        < character_model.rank("饕")
        < character_model.UNKNOWN_RANK
    )
    assert character_model.rank("A") == character_model.rank("\ufffd") == character_model.UNKNOWN_RANK


def test_marks_that_never_stand_together() -> None:
    for pair in ("。、", "，。", "，”", "（，"):
        assert character_model.pair_score(*pair) == character_model.NEVER
    for pair in ("。”", "！！", "？！", "：“", "》、"):
        assert character_model.pair_score(*pair) > character_model.NEVER


def test_the_rows_of_the_model_say_what_pair_score_says() -> None:
    model = character_model.model()
    assert model.follow["焊"].get("接") is not None
    assert model.follow["的"].get("\ue000") is None
    assert model.follow["\ue000"] == {}


@given(st.text(MIXED + "\ue000\ufffd𠮷ぁ\x05", max_size=12), st.text(max_size=12))
def test_scores_add_up(first: str, second: str) -> None:
    text = first + second
    pairs = sum(character_model.pair_score(a, b) for a, b in zip("\n" + text, text, strict=False))
    assert character_model.score(text) == pytest.approx(pairs)
    assert character_model.score(text) <= 0
