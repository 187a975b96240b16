"""The second generator says the truth: what is found is what its programs make of it, undone here by other means."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Iterable
from html import unescape

import ftfy.bad_codecs  # noqa: F401 (the code page of Windows with its five empty places)
import pytest

from fixtures.second_generator import FAULTS, FILES, INVISIBLE, KINDS, SITES, damaged

TEXT = """记者从市政府新闻办公室获悉，今年上半年全市经济运行总体平稳。“我们将继续优化营商环境。”东丽区负责人说。
《政府工作报告》提出，要为企业提供更好的服务；社保卡“一卡通”已经覆盖全区，环保科技有限公司网站同时开通！
天津将通过产业升级、技术创新和人才培养，推动高质量发展。“这里的变化太大了。”听司机说完，大家都笑了起来。
消费者可以在保险、学校、医院等场所使用，价格更低，时间更短。怎么办？我们为辽宁的朋友准备了详细的说明。"""
_MADE = re.compile("[a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüɡńňǹ?!,:;()\ufffd\x05-\x08 </>]+")  # by the programs
SEEDS = range(4)


@pytest.mark.parametrize("kind", KINDS)
def test_the_truth_of_a_page_is_what_its_programs_damaged(kind: str) -> None:
    """The bytes that stand are those of the truth in their order; where nothing is lost, they are all there."""
    for seed in SEEDS:
        page = damaged(kind, TEXT, random.Random(seed))
        assert page == damaged(kind, TEXT, random.Random(seed))
        found = page.content or page.found
        if kind == "lost for good":
            assert page.found == page.true != TEXT
        elif kind in FILES:
            assert _told(kind, page.content, page.true)
        elif kind in SITES:
            assert _stands(_MADE.sub("", page.found).encode("gb18030"), f"{page.true}\n{page.true}", "gbk")
        elif " as " in kind:
            assert _read_back(kind, page.found, page.true)
        else:
            assert _PLAIN[kind](page.found) == page.true
        assert (found in (page.true, page.true.encode())) == (kind == "lost for good")


_PLAIN: dict[str, Callable[[str], str]] = {
    "entities": unescape,
    "ruby": lambda text: re.sub("<rp>.</rp>|<rt>[^<]*</rt>|</?ruby>", "", text),
    "invisible characters": lambda text: re.sub(f"[{INVISIBLE}]", "", text),
    "radicals": lambda text: "".join(unicodedata.normalize("NFKC", c) if c not in "，！？；：、" else c for c in text),
}


def _read_back(kind: str, found: str, true: str) -> bool:
    written, _, read = kind.partition(" as ")
    code_page, _, lost = read.partition(", ")
    encoding = {"GBK": "gb18030", "Big5": "big5", "Latin-1": "latin-1", "cp1252": "sloppy-windows-1252"}
    name, times = encoding[code_page.removesuffix(" twice")], 1 + code_page.endswith(" twice")
    if lost:
        return _stands(re.sub("[?\ufffd]", "", found).encode(name), true, written)
    for _ in range(times):
        found = found.encode(name).decode(written)
    return found == true


def _told(kind: str, content: bytes, true: str) -> bool:
    usual = re.search("GBK|Big5|UTF-8|UTF-16", kind)
    assert usual
    encoding = {"UTF-16": "utf-16-be"}.get(usual[0], usual[0])
    if kind.endswith("bytes lost"):
        return 1 <= len(true.encode("gbk")) - len(content) <= 3 and _stands(content, true, "gbk")
    if kind.endswith("blanks of Latin-1"):
        more = len(content) - len(true.encode("gbk"))
        return more in range(2, 9, 2) and _in_order(true.encode("gbk"), content)
    if ", lines in" not in kind:
        return content.decode(encoding) == true
    pairs = list(zip(true.split("\n"), content.split(b"\n"), strict=True))
    strange = [(line, piece) for line, piece in pairs if line.encode(encoding) != piece]
    return strange != [] and all(line.encode(kind.rpartition(" ")[2]) == piece for line, piece in strange)


def _stands(left: bytes, true: str, encoding: str) -> bool:
    """Return whether bytes stand in a true text in their order, and are not few."""
    whole = true.encode(encoding)
    return len(left) > 0.25 * len(whole) and _in_order(left, whole)


def _in_order(part: Iterable[int], whole: Iterable[int]) -> bool:
    rest = iter(whole)
    return all(byte in rest for byte in part)


@pytest.mark.slow
def test_sites_tear_and_mark_as_they_say() -> None:
    """Shifts tear more than marks alone do; the sparse mark less than the dense; every kind reads by its own reader."""
    found = {kind: [damaged(kind, TEXT, random.Random(seed)).found for seed in range(8)] for kind in FAULTS}
    marks = {kind: sum(text.count("(") for text in texts) for kind, texts in found.items()}
    assert 0 < 2 * marks["marks sparse"] < marks["marks dense"]
    assert marks["shifts alone"] == 0
    assert all("?！" in text for text in found["shifts alone"])
    assert all("\ufffd" in text for text in found["shifts, U+FFFD"])
    assert any("\x05" in text for text in found["shifts, bad byte dropped, noise kept"])
    assert not any(unicodedata.category(char) == "Co" for text in found["shifts, private asked"] for char in text)
