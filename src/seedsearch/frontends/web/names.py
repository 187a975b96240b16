"""The names of damage, tiers and facets on the pages, in two languages."""

from __future__ import annotations

from collections.abc import Mapping

from seedsearch.damage import Damage
from seedsearch.errors import QueryError
from seedsearch.frontends.web.words import Words
from seedsearch.searching.notes import Note

# English, Chinese.
KINDS: Mapping[str, tuple[str, str]] = {
    Damage.READING_MARK: ("pinyin in brackets", "括号里的拼音"),
    Damage.SHIFTED_BYTES: ("bytes read one off", "字节错位"),
    Damage.UTF8_AS_GBK: ("UTF-8 read as GBK", "UTF-8 误读为 GBK"),
    Damage.UTF8_AS_LATIN1: ("UTF-8 read as Latin-1", "UTF-8 误读为 Latin-1"),
    Damage.GBK_AS_LATIN1: ("GBK read as Latin-1", "GBK 误读为 Latin-1"),
    Damage.BIG5_AS_GBK: ("Big5 read as GBK", "Big5 误读为 GBK"),
    Damage.GBK_AS_BIG5: ("GBK read as Big5", "GBK 误读为 Big5"),
    Damage.ENTITY: ("HTML entity", "HTML 实体"),
    Damage.MARKUP: ("markup", "标记"),
    Damage.RUBY: ("ruby", "注音"),
    Damage.ESCAPED_CHARACTER: ("escaped character", "转义字符"),
    Damage.MISREAD_CODE_PAGE: ("misread code page", "误读的代码页"),
    Damage.MISREAD_BYTES: ("misread bytes", "误读的字节"),
    Damage.SEVEN_BIT_ENCODING: ("seven-bit encoding", "七位编码"),
    Damage.OVERSTRIKE: ("overstrike", "叠印"),
    Damage.INVISIBLE_CHARACTER: ("invisible character", "不可见字符"),
    Damage.COMPATIBILITY_CHARACTER: ("compatibility character", "兼容字符"),
    Damage.REPEATED_PASSAGE: ("repeated passage", "重复的段落"),
    Damage.REALIGNED_BYTES: ("bytes out of step", "字节重新对齐"),
    Damage.MIXED_ENCODING: ("another encoding inside", "夹有另一种编码"),
    Damage.LOST_CHARACTER: ("lost character", "丢失的字"),
    Damage.REPLACEMENT_CHARACTER: ("replacement character", "替换符"),
    Damage.KUN_JIN_KAO: ("锟斤拷", "锟斤拷"),
    Damage.MISSING_GLYPH: ("missing glyph", "缺字"),
    Damage.PRIVATE_USE_CHARACTER: ("private-use character", "私用区字符"),
    Damage.STRAY_SYMBOL: ("stray symbol", "杂散符号"),
    Damage.UNREPAIRED_BYTES: ("bytes not repaired", "未能修复的字节"),
}
TIERS: Mapping[str, tuple[str, str]] = {
    "phrase": ("the whole run", "整串文字"),
    "variant": ("the whole run in other words", "换一种说法的整串文字"),
    "all": ("all words", "全部词语"),
    "most": ("most of the words", "大部分词语"),
    "any": ("some of the words", "部分词语"),
    "query": ("the query as written", "按所写的式子"),
    "pinyin": ("by its pinyin", "按拼音"),
    "sound": ("by its sound", "按读音"),
    "similar": ("similar words", "含其中的词"),
}
# Tiers other than what was typed.
LOOSE = ("variant", "most", "any", "pinyin", "sound")


def called(names: Mapping[str, tuple[str, str]], name: str, words: Words) -> str:
    """Return the displayed name of something in the language of a page; itself by default."""
    return names[name][words.lang != "en"] if name in names else name


# Chinese translations of notes, whose sentences are English. `{texts}` stands for the texts of a note.
NOTES: Mapping[str, str] = {
    "not-a-pattern": "没有与 {texts} 这一式子相符的内容；已按原样查找",
    "heard": "没有找到所输入的文字；改为查找读音相同的：{texts}",
    "also-looked-for": "同时查找：{texts}",
    "not-all-words": "没有一篇文档含有全部词语；这些至少含有其中 {number} 个：{texts}",
    "not-there": "没有文档含有：{texts}",
}

# Chinese translations of refusals of queries, with what to do.
REFUSALS: Mapping[str, str] = {
    "empty": "没有输入要找的内容；请输入一个词",
    "too-long": "查询超过 {number} 个字符；请只查其中一部分",
    "too-many-terms": "查询中的词超过 {number} 个；请分几次查",
    "too-many-pieces": "查询中的式子超过 {number} 段；请分几次查",
    "too-deep": "括号套了 {number} 层以上；请写得简单一些",
    "filter-value": "{texts} 中的值没有意义，无法按它筛选",
    "filter-not-known": "这里没有 {texts} 这一筛选",
    "sign-in-filter": "{texts} 中的减号要写在筛选的名称之前",
    "near-how": "{texts} 没有说明相距多远；请写作 NEAR/3",
    "near-of-that": "{texts} 只能写在两个词或两段引文之间",
    "regular-expression": "无法查找正则表达式 /{texts}/；要找这串字本身，请加上引号",
    "not-an-order": "不能按“{texts}”排序；可用 date、path、size、relevance",
    "not-a-facet": "没有“{texts}”这一分面；可用 damage、encoding、ext、folder、year",
    "out-of-time": "查询用时超过 {number:g} 秒；请把要找的内容说得具体一些",
}


def note_of(note: Note, words: Words) -> tuple[str, str]:
    """Return a note and its language."""
    return _said(NOTES, note, words) or (str(note), "en")


def refusal_of(error: QueryError, words: Words) -> tuple[str, str] | None:
    """Return the reason for refusing a query and its language; None if there is only the error message."""
    return _said(REFUSALS, error, words)


def _said(sentences: Mapping[str, str], value: Note | QueryError, words: Words) -> tuple[str, str] | None:
    if words.lang == "en" or value.code not in sentences:
        return None
    return sentences[value.code].format(texts="、".join(value.texts), number=value.number), words.lang
