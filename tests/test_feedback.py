"""What the best document says puts those behind the first ones in order."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from seedsearch import build_index, open_index
from seedsearch.engines.memory import MemoryEngine
from seedsearch.engines.query import Term
from seedsearch.searching.feedback import learned
from seedsearch.searching.index import Index
from seedsearch.searching.ranking import LEADING, LEARNED
from tests.filling import put
from tests.strategies import examples
from tests.test_expressions import entry
from tests.test_ranking import index_of

BEST = "焊接车间的材料\n焊接材料由车间验收，熔池温度要稳，熔池温度过高就停。焊接车间每天记下材料的熔池温度。"
LIKE_IT = "熔池温度的记录。车间里熔池温度每小时记一次，熔池温度不稳要上报。" + "其余从略，见附表。" * 3
UNLIKE_IT = "食堂公告。车间里的同事请在中午以前订餐，过时不候，费用月底结算。" + "其余从略，见附表。" * 3
TEXTS = [BEST, "焊接车间，材料另有说明一。", "焊接车间，材料另有说明二的后半。", UNLIKE_IT, LIKE_IT]


def test_what_is_like_the_best_document_comes_before_what_is_not() -> None:
    with index_of(TEXTS) as index:
        paths = [hit.path for hit in index.search("焊接 车间 材料").hits]
        assert paths[0] == "0"
        assert paths[LEADING:] == ["4", "3"]
        alone = [hit.path for hit in index.search("车间").hits]
        assert alone.index("3") < alone.index("4")  # of one word nothing is learned


def test_what_is_learned_is_explained() -> None:
    with index_of(TEXTS) as index:
        *_, last = index.readings("焊接 车间 材料")
        assert last == "behind the first 3: better with “池温”, “温度”, “熔池”"
        assert not any("behind" in line for line in index.readings("车间"))
        assert not any("behind" in line for line in index.readings("焊接 -材料"))


def test_pairs_that_say_little_and_those_of_the_query_are_not_learned() -> None:
    engine = MemoryEngine()
    with engine.writer() as writer:
        put(writer, entry(0, "第一条和第二条的规定"))
    run = (
        "第一条的规定。第一条的规定。焊接a焊接a，料，料"
        + "".join(f"{a}{b}" * 2 for a, b in zip("甲乙丙丁戊己庚", "子丑寅卯辰巳午", strict=True)) * 2
    )
    found = [term.text for term, _ in learned(engine, ((Term("word", "焊接"), 1.0), (Term("gram", "焊接"), 0.5)), run)]
    assert len(found) == LEARNED
    assert "甲子" in found
    assert not {"第一", "的规", "焊接", "接a", "，料"} & set(found)


@examples(20)
@given(
    st.lists(st.text("焊接车间材料熔池温度，。", min_size=4, max_size=40), min_size=1, max_size=14, unique=True),
    st.integers(1, 6),
)
def test_every_page_has_the_same_order(texts: list[str], size: int) -> None:
    engine = MemoryEngine()
    with engine.writer() as writer:
        for number, text in enumerate(texts):
            put(writer, entry(number, text))
    with Index(engine) as index:
        every = [hit.path for hit in index.search("焊接 车间 材料", limit=20).hits]
        pages: list[str] = []
        while more := index.search("焊接 车间 材料", limit=size, offset=len(pages)).hits:
            pages += [hit.path for hit in more]
        assert pages == every
        assert len(set(every)) == len(every)
        named = index.paths("焊接 车间 材料")
        assert [path for path in named if path in every] == every
        assert len(set(named)) == len(named) == index.search("焊接 车间 材料").total


def test_every_engine_learns_the_same(tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    for number, text in enumerate(TEXTS):
        (tmp_path / "seeds" / f"{number}.txt").write_text(text, encoding="utf-8")
    build_index(str(tmp_path / "seeds"), str(tmp_path / "index"), workers=1)
    with open_index(str(tmp_path / "index")) as kept, index_of(TEXTS) as reference:
        assert kept.readings("焊接 车间 材料") == reference.readings("焊接 车间 材料")
        found, expected = (one.search("焊接 车间 材料").hits for one in (kept, reference))
        assert [Path(hit.path).stem for hit in found] == [hit.path for hit in expected]
