"""Joints: what stands between the characters of a word is read across, and kept; batches give what single texts do."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from seedsearch.searching.index import Index
from seedsearch.text.batch import TOGETHER, pieces_of
from seedsearch.text.batch_analyzer import words_of
from seedsearch.text.joints import ENDS, MARKS, Joined, crossing, grams, holds, joints
from seedsearch.text.run_text import plain_grams, run_text
from seedsearch.text.segmenter import LONGEST_RUN, steady_cut
from tests.test_expressions import engines

# A text, and what is read of it.
READ = {
    "> 很复\n> 杂": "> 很复杂",
    "> > 深层引\n> > 用": "> > 深层引用",
    "// 并检\n// 查": "// 并检查",
    "# 的默\n# 认": "# 的默认",
    "-- 的平\n-- 均": "-- 的平均",
    "/**\n * 详细信\n * 息": "/** * 详细信息",
    "• 详细信\n• 息": "· 详细信息",
    "很远\n　　很远": "很远很远",
    "标准 inter-\nnational 的": "标准international的",
    "共 计 2 5 元": "共计25元",
    "P y t h o n 入 门": "python入门",
    "订 单 ： Ａ １ ０ ３": "订单:a103",
    "打(make)电话(phone call)咨询": "打电话咨询",
    "打（dǎ）电话": "打电话",
    "打（ㄉㄚˇ）電話": "打电话",
    "-{zh-hans:计算机;zh-hant:電腦}-是": "-{zh-hans:计算机是",
    "用-{zh-hans:计算机;zh-hant:電腦;}-的": "用计算机的",
    "这-{里}-是": "这里是",
    "长江[1]是河流[2][3]的": "长江是河流的",
    "长江〔1〕是[注 2]": "长江是[注 2]",
    "长江[^note]是": "长江是",
    "[[北京|首都]]的": "[[北京|首都的",
    "在[[首都]]的": "在首都的",
    "见[首都](http://a.b/c)的": "见首都的",
    "打**电**话": "打电话",
    "打__电__话": "打电话",
    "打*电*话": "打电话",
    "打<b>电</b>话": "打电话",
    "**W**hoosh": "**whoosh",
    "打 **(dǎ)** 电话": "打电话",
    "使用 Docker 容器": "使用docker容器",
    "乔治·克鲁尼": "乔治克鲁尼",
    "REM 的文\nREM 件列\nREM 表": "rem的文件列表",
    ":: 的文\n:: 件": ":: 的文件",
    "> - 的文\n> - 件": "> - 的文件",
    "-- | 的文\n-- | 件": "-- | 的文件",
    "%%% 的文\n%%% 件": "%%% 的文件",
    "║ 的文\n║ 件": "║ 的文件",
    "远程的文\\\n  件": "远程的文件",
    "远程的文\\r\\n件": "远程的文件",
    "\\textbf{重}点": "\\textbf{重点",
    "在\\emph{重}点": "在重点",
    "长\\u200b江": "长江",
    "重{zhòng}点": "重点",
    "{{lang|zh|北京}}大学": "{{lang|zh|北京大学",
    "黄河<ref>地理志</ref>流<ref name=a/>域": "黄河流域",
    "黄河〔三〕流域": "黄河流域",
    "在[color=red]重[/color]点": "在重点",
    "长[00:12.30]江": "长江",
    "在<tspan>泵</tspan><tspan>房</tspan>里": "在泵房里",
    "见[首都](http://a.b/c_(d)e)的": "见首都的",
    '见[首都](http://a.b/c "说 明")的': "见首都的",
    "见[首都][1]的": "见首都的",
    "见[首都][]的": "见首都的",
    "数组[甲]的": "数组[甲]的",
    "-{zh-cn:博客; zh-tw:網誌; }-的": "-{zh-cn:博客的",
    '" 设置自动缩\n" 进的宽度': '" 设置自动缩进的宽度',
    "end\n! 矩阵的特\n! 征值问题": "end ! 矩阵的特征值问题",
}
# What is read as it stands.
KEPT = """
foo_bar|a*b|pre-war|x-y|well - known|a b|see [1] in|f(x) = y|1-2
甲,乙|甲、乙|甲(乙)丙|甲(2020年)乙|《甲》乙|甲:乙|甲/乙|a<br>b|甲-乙|甲+乙|12:30|rem 甲|甲 remix 乙|甲\\name乙|a{b}
真好 ! 我们|他说 "你好"的|甲 " 乙
"""


@pytest.mark.parametrize(("text", "read"), READ.items())
def test_what_is_read_across(text: str, read: str) -> None:
    assert Joined(run_text(text)).text == read


@pytest.mark.parametrize("text", KEPT.replace("\n", "|").strip("|").split("|"))
def test_what_is_no_joint(text: str) -> None:
    run = run_text(text)
    assert Joined(run).text.replace(" ", "") == run.replace(" ", "")


PIECES = st.lists(
    st.sampled_from(
        [
            *"打电话国长江ab1é的 -*_[](){}<>=·;:|~`'#/>,.!。\n\0〔〕\\",
            '\n" ',
            "\n! ",
            "-{zh:",
            ";zh-tw:",
            "}-",
            "rem",
            "\\textbf{",
            "{{lang|zh|",
            "zh",
            "**",
            "[[",
            "-{",
            "<b>",
            "(dǎ)",
            " > ",
            "[1]",
            "](",
        ]
    ),
    max_size=24,
).map("".join)


@given(PIECES)
def test_joints_stand_between_letters_and_only_they_are_left_out(text: str) -> None:
    run = run_text(text)
    found = joints(run)
    assert all(run[start - 1].isalnum() and run[end].isalnum() for start, end in found)
    assert found == sorted(found)
    assert joints(run, range(len(run))) == found
    left = list(run)
    for start, end in found:
        left[start:end] = [""] * (end - start)
    assert "".join(left) == Joined(run).text


@given(PIECES, st.data())
def test_every_run_of_what_is_read_is_found_at_its_place(text: str, data: st.DataObject) -> None:
    run = run_text(text)
    joined = Joined(run)
    start = data.draw(st.integers(0, len(joined.text)))
    part = joined.text[start : start + data.draw(st.integers(1, 6))]
    assert holds(run, part)
    for begin, end in crossing(run, part):
        assert Joined(run[begin:end]).text == part or part in Joined(run[begin - 2 : end + 2]).text
        assert (run[begin], run[end - 1]) == (part[0], part[-1])
    assert set(plain_grams(joined.text)) <= set(grams(run))


@given(PIECES, st.data())
def test_what_is_found_sentence_by_sentence_is_what_the_whole_text_has(text: str, data: st.DataObject) -> None:
    run = run_text(text)
    joined = Joined(run)
    start = data.draw(st.integers(0, max(0, len(joined.read) - 1)))
    part = joined.read[start : start + data.draw(st.integers(1, 8))]
    assert crossing(run, part) == joined.crossing(part)
    assert holds(run, part) == (part in run or part in joined.read)


@pytest.mark.parametrize("text", READ)
def test_every_joint_begins_and_ends_with_marks_that_are_looked_for(text: str) -> None:
    run = run_text(text)
    assert all(run[start] in MARKS and run[end - 1] in ENDS for start, end in joints(run))


# A text, and what of it is found that stands nowhere as it is.
ALSO = {
    "我的-{zh-cn:博客;zh-tw:網誌}-已經": ["我的博客已经", "我的网志已经", "的网", "志已"],
    "-{zh-hans:计算机; zh-hant:電腦; zh-hk:電算}-的": ["计算机的", "电脑的", "电算的"],
    "用-{zh-hans:计算机;zh-hant:電腦;}-，": ["用计算机", "用电脑"],
    "他 说（他说）-{A|zh:软件;zh-tw:軟體}- 用": ["软件用", "软体用"],
}


@pytest.mark.parametrize("text", ALSO)
def test_a_conversion_is_read_in_each_way(text: str) -> None:
    run = run_text(text)
    assert all(holds(run, part) and crossing(run, part) for part in ALSO[text])
    assert not any(holds(run, part) for part in ("博客网志", "计算机电脑", "网志博客", "志的"))
    for part in ALSO[text]:
        assert set(map("".join, pairwise(part))) <= grams(run).keys()


def terms(texts: list[str]) -> tuple[list[Counter[str]], list[Counter[str]]]:
    """The pairs and words across joints that a batch has for each text."""
    pairs, words = [Counter[str]() for _ in texts], [Counter[str]() for _ in texts]
    for pieces in pieces_of(texts, LONGEST_RUN):
        part = pieces.part(words_of)
        for owner, pair in part.pairs:
            pairs[owner][pair] += 1
        for number, owner in zip(part.words.numbers.tolist(), part.words.owners.tolist(), strict=True):
            words[owner][part.words.terms[number]] += 1
        plain = words_of(part.runs)
        for number, piece in zip(plain.numbers.tolist(), plain.owners.tolist(), strict=True):
            words[part.owners[piece]][plain.terms[number]] -= 1
    return pairs, [+counter for counter in words]


def expected(text: str) -> tuple[Counter[str], Counter[str]]:
    joined = Joined(run_text(text))
    return Counter(joined.pairs()), Counter(joined.words(steady_cut()))


@example(["A 1业务"])  # a single letter before one digit, which an ideograph follows
@given(st.lists(PIECES, min_size=1, max_size=4))
def test_a_batch_has_what_single_texts_have(texts: list[str]) -> None:
    pairs, words = terms(texts)
    assert list(zip(pairs, words, strict=True)) == [expected(text) for text in texts]


@pytest.mark.parametrize("text", [*READ, *ALSO])
def test_the_cases_in_a_batch(text: str) -> None:
    pairs, words = terms(["前面", text, text])
    assert [(pairs[i], words[i]) for i in range(3)] == [expected("前面"), expected(text), expected(text)]


@pytest.mark.exhaustive
@pytest.mark.parametrize("end", ["，", "", "。", "。\n", "。 x", "[[a。b|"])
def test_a_joint_across_the_border_of_two_pieces_is_one(end: str) -> None:
    text = f"打(dǎ, dá)电话{end}" * (TOGETHER // 12) * 3
    assert len(list(pieces_of([text], LONGEST_RUN))) > 1
    pairs, words = terms(["一", text])
    assert (pairs[1], words[1]) == expected(text)
    assert words[1]["打电话"] == text.count("打")


DOCUMENTS = {str(number): text for number, text in enumerate(READ)}


@pytest.mark.slow
def test_engines_find_them_and_mark_the_place() -> None:
    with engines(DOCUMENTS) as made:
        for engine in made:
            index = Index(engine)
            for typed, document, marked in (
                ("很复杂", "0", "很复\n> 杂"),
                ("international", "8", "inter-\nnational"),
                ("打电话咨询", "12", "打(make)电话(phone call)咨询"),
                ("计算机是", "15", "计算机;zh-hant:電腦}-是"),
                ("首都的", "21", "首都]]的"),
                ("python入门", "10", "P y t h o n 入 门"),
                ("docker容器", "30", "Docker 容器"),
            ):
                hits = [hit for hit in index.search(typed).hits if hit.tier == "phrase"]
                shown = {
                    hit.path: [span.cut(snippet.text) for snippet in hit.snippets for span in snippet.highlights]
                    for hit in hits
                }
                assert shown[document] == [marked]
            assert index.search("(make)电").tiers == {"phrase": 1}
            assert index.search("使用 docker容器").tiers["phrase"] == 1
            assert index.search("打电话").tiers["phrase"] == sum("打" in text for text in READ)


@given(st.text("打电话ab1 *(", max_size=12), st.text("打电话ab1", min_size=1, max_size=4))
def test_holding_is_standing_in_the_text_or_in_what_is_read(text: str, part: str) -> None:
    run = run_text(text)
    assert holds(run, part) == (part in run or part in Joined(run).text)
    assert bool(crossing(run, part)) or part in run or not holds(run, part)
