"""Hostile texts for each cleaning step, for the findings and for decoding: rows of `benchmarks.worst`.

Three kinds: a unit that is repeated, a long run inside brackets that are never or only once closed, and prose that went
through a fault which loses bytes. Each is restored as a whole, because what is slow in one step is slow for the
document, whichever step it was meant for; the name says which that was.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial

import ftfy

from benchmarks.corpus import endless
from benchmarks.worst import Row
from fixtures import second_generator
from fixtures.generator import SITES, Damaged, damaged
from seedsearch.restoring.clean import clean


def _repeated(unit: str, size: int) -> str:
    return unit * (size // len(unit.encode()) + 1)


def _line(unit: str, size: int) -> str:
    """Return the unit repeated between the ends of a line of prose."""
    return "他们说：" + _repeated(unit, size) + "，后来就没有了。"


def _inside(opening: str, unit: str, closing: str, size: int) -> str:
    """Return one long element."""
    return opening + _repeated(unit, size) + closing


def prose(size: int) -> str:
    """Return words of the dictionary with marks, of about `size` bytes of UTF-8; the same ones in every run."""
    return next(endless(random.Random(size), size // 3))


def _losing(true: str, false: str, size: int) -> str:
    """Prose in the encoding `true` read as `false` by a reader that puts U+FFFD for what it cannot read."""
    # In the wrong encoding a text grows to twice its bytes in UTF-8 or so.
    return prose(size // 2).encode(true, "ignore").decode(false, "replace")


def _asking(size: int) -> str:
    """UTF-8 read as GBK by a reader that puts a question mark for what it cannot read."""
    return _losing("utf-8", "gbk", size).replace("\ufffd", "?")


def _with_lost(encoding: str, size: int) -> bytes:
    """Prose in `encoding` of which one byte in fifty is gone."""
    rng = random.Random(size)
    return bytes(byte for byte in prose(size).encode(encoding, "ignore") if rng.random() > 0.02)


def _site(kind: str, size: int) -> str:
    """Prose that one of the damaged sites of the tests' generator made."""
    return damaged(kind, prose(size), random.Random(size)).found


PAGE, BREAK = 330, "\f"  # characters of a short page, and what stands between two


def _pages(damage: Callable[[str, str, random.Random], Damaged], kind: str, size: int) -> str:
    """Return short pages of prose with a kind of damage, each of which is restored by itself."""
    rng, pages, left = random.Random(size), list[str](), size
    for text in endless(rng, PAGE):
        pages.append(damage(kind, text, rng).found)
        left -= len(pages[-1].encode())
        if left <= 0:
            break
    return BREAK.join(pages)


def _numbered(pattern: str, size: int) -> str:
    """Return a pattern with running numbers, so that no two are equal."""
    return "".join(pattern.format(i) for i in range(size // len(pattern.encode())))


REPEATED = {
    "latin1: an ideograph": "ä¸­",
    "latin1: torn": "ä¸\ufffdæ\ufffd",
    "latin1: blanks for bytes": "ä¸ æ ",
    "latin1: all lost": "ä\ufffd",
    "latin1: GBK": "ÖÐÎÄ",
    "latin1: GBK torn": "ÖÐÎÄÖ",
    "latin1: quotes": "â€œa",
    "latin1: twice": "Ã¤Â¸Â\xad",
    "utf8-as-gbk: torn, asked": "锛?",
    "utf8-as-gbk: torn, prose": "锛屼粬鐨?銆",
    "utf8-as-gbk: U+FFFD": "锛屼\ufffd粬",
    "utf8-as-gbk: euro": "锛€鐨€",
    "utf8-as-gbk: runs": "锛?a",
    "big5: U+FFFD": "い\ufffdゅ\ufffd",
    "big5: runs": "い\ufffdゅ\ufffd ",
    "big5: private": "\ue000\ue001い\ue002",
    "big5: level 2": "笢恅趼笢恅趼，",
    "shifts: U+0005 after a mark": "，\x05",
    "shifts: U+0005 alone": "\x05",
    "shifts: U+0005 before a mark": "中\x05\x05，",
    "shifts: question marks": "?！",
    "shifts: signs and readings": "人?(rén)",
    "shifts: false marks": "态?！睎|麗",
    "shifts: U+FFFD and noise": "人\ufffd\x05！国",
    "shifts: NUL": "人\0\0！国",
    "shifts: brackets opened": "?(a",
    "marks: a mark": "人(rén)",
    "marks: half marked": "人(rén)人民",
    "marks: not closed": "人(rén",
    "natural shift: rare": "犕醯且跃诤佣",
    "natural shift: marks": "犕，醯。且跃、",
    "natural shift: lines": "犕醯且跃诤佣\n",
    "invisible: controls": "\x01\x02",
    "invisible: joiners": "a\u200d\u200c",
    "invisible: selectors": "中\ufe00\ufe0f",
    "invisible: colour, not ended": "\x1b[1;1",
    "html: comments": "<!-- -",
    "html: tags": "<p><b>中</b>",
    "ruby: elements": "<ruby>雪<rt>ㄒㄩㄝˇ</rt></ruby>",
    "ruby: not closed": "<ruby>雪<rt>ㄒ",
    "ruby: interlinear": "\ufff9雪\ufffaㄒ",
    "ruby: Zhuyin": "雪ㄒㄩㄝˇ",
    "ruby: Zhuyin in brackets": "雪（ㄒㄩㄝˇ",
    "misreadings: Hangul": "한국어 문서",
    "misreadings: Hangul with U+FFFD": "한\ufffd글\ufffd",
    "misreadings: GBK as Shift_JIS": "ﾖﾐﾎﾄ ",
    "misreadings: at two places": "嶹ﾄ",
    "misreadings: wrongly twice": "盲赂颅忙聳",
    "code pages: Cyrillic": "При вет",
    "code pages: GBK": "╢╘▓╗╞Ё ",
    "code pages: UTF-8 with U+FFFD": "ĺ\ufffd\ufffdćť",
    "seven bits: HZ": "~{VPND~}",
    "seven bits: HZ, not ended": "~{VP",
    "seven bits: UTF-7": "+Ti1lhw- ",
    "seven bits: words": "=?utf-8?B?5Lit5paH?= ",
    "seven bits: ISO-2022-CN": "\x1b$)A\x0eVPND\x0f",
    "seven bits: headers": "Content-Transfer-Encoding: base64\n",
    "escapes: units": "\\u8bbe\\u5907 ",
    "escapes: units alone": "\\u8bbe,",
    "escapes: bytes of GBK": "\\xc9\\xe8\\xb1\\xb8 ",
    "escapes: addresses": "/%E8%AE%BE%E5%A4%87?",
    "escapes: soft line breaks": "=E8=AE=BE=\n",
    "escapes: backslashes": "\\",
    "escapes: talk": "转义\\u8bbe\\u5907",
    "entities: a name": "&nbsp;",
    "entities: escaped": "&amp;amp;",
    "entities: not ended": "&amp",
    "entities: numbers": "&#x1F600;&#0;",
    "entities: addresses": "a://&lt;",
    "entities: program": '("',
    "markup: tags": "<b>中</b>",
    "markup: tags in tags": "<b<b>r>",
    "markup: opened": "<a href=",
    "markup: not closed": "<b ",
    "markup: lines": "<br>\n \n",
    "code: fences": "```\n",
    "code: inline": "`a",
    "code: indented": "\n\n    a",
    "code: blank lines": "\n    \n\t",
    "compatibility: radicals": "⻉⽅",
    "repeated passage: a sentence": "今天天气很好，我们一起去公园里散步吧。",
    "repeated passage: two sentences": "今天天气很好，我们一起去公园里散步吧。明天不知道会不会下雨，大家都说不会的。",
    "repeated passage: stops": "。",
    "repeated passage: lines": "今天天气很好，我们一起去公园里散步\n",
    "findings: kun jin kao": "锟斤",
    "findings: traces of UTF-8": "锛a",
    "findings: private use": "中\uf000",
    "findings: boxes": "中□",
    "findings: questions": "中?",
    "findings: parts": "[木+",
    "findings: brackets": "<女",
    "plain: one character": "啊",
    "plain: line ends": "\n",
    "plain: blanks": " ",
    "plain: ASCII": "a",
}

LONG = {
    "ruby: long base": ("<ruby>", "雪", "<rt>xuě</rt></ruby>"),
    "ruby: long reading": ("<ruby>雪<rt>", "xue ", "</rt></ruby>"),
    "ruby: many parts": ("<ruby>", "雪<rt>xue</rt>", "</ruby>"),
    "ruby: a reading for all": ("<ruby>", "一", "<rt>" + "yi" * 20_000 + "</rt></ruby>"),
    "html: long comment": ("<html><!--", "-", "</html>"),
    "html: long text": ("<html><body>", "中 \n", "</body></html>"),
    "html: attributes": ("<html><body ", "a='b' ", ">中</body></html>"),
    "html: quotes": ("<html><body ", "=\"'", ">"),
    "html: lists": ("<html><body>", "<ul><li>中", "</body></html>"),
    "html: ruby": ("<html><body>", "<ruby>雪<rt>xuě</rt></ruby>", "</body></html>"),
    "html: doctype without end": ("<!doctype html><!", "a", ""),
    "markup: long script": ("<script>", "a;\n", "</script>"),
    "markup: attributes": ("<b ", "a=b ", "></b>"),
    "overstrike: one, and a long word": ("a\ba ", "啊", ""),
    "shifts: noise without a mark": ("中，", "\x05", ""),
    "shifts: a long bracket": ("人?(", "a", ")"),
}

MADE: dict[str, Callable[[int], str]] = {
    "prose": prose,
    "latin1: UTF-8 with U+FFFD": partial(_losing, "utf-8", "cp1252"),
    "latin1: GBK with U+FFFD": partial(_losing, "gbk", "cp1252"),
    "utf8-as-gbk: prose with U+FFFD": partial(_losing, "utf-8", "gbk"),
    "utf8-as-gbk: prose with ?": _asking,
    "big5: Big5 as GBK with U+FFFD": partial(_losing, "big5", "gbk"),
    "big5: GBK as Big5 with U+FFFD": partial(_losing, "gbk", "big5"),
    "ruby: no two equal": partial(_numbered, "<ruby>雪{0}<rt>xuě{0}</rt></ruby>"),
    "entities: no two equal": partial(_numbered, "&#{0};中"),
    "markup: no two equal": partial(_numbered, "<font size={0}>中{0}</font>"),
    "repeated passage: no two equal": partial(_numbered, "今天的天气很好，我们一起去第{0}公园里散步吧。"),
    **{f"site: {kind}": partial(_site, kind) for kind in SITES},
}

PAGES: dict[str, Callable[[int], str]] = {
    "misreadings: short pages of UTF-8 as Big5": partial(_pages, damaged, "UTF-8 as Big5"),
    "utf8-as-gbk: short pages with ?": partial(_pages, second_generator.damaged, "UTF-8 as GBK, asked"),
}

LOST = {f"decoding: {encoding} with lost bytes": partial(_with_lost, encoding) for encoding in ("gb18030", "big5")}


def _encoded(make: Callable[[int], str], size: int) -> bytes:
    return make(size).encode()


def _restored(content: bytes) -> object:
    return clean(content.decode())


def _fixed(content: bytes) -> object:
    """Do what ftfy does with the same text."""
    return ftfy.fix_text(content.decode())


def _row(name: str, make: Callable[[int], str]) -> Row:
    return Row(name, partial(_encoded, make), _restored, _fixed)


def _restored_pages(content: bytes) -> object:
    return [clean(page) for page in content.decode().split(BREAK)]


ROWS = (
    *(_row(name, partial(_repeated, unit)) for name, unit in REPEATED.items()),
    *(_row(f"{name}, in a line", partial(_line, unit)) for name, unit in REPEATED.items()),
    *(_row(name, partial(_inside, *parts)) for name, parts in LONG.items()),
    *(_row(name, make) for name, make in MADE.items()),
    *(Row(name, partial(_encoded, make), _restored_pages) for name, make in PAGES.items()),
    *(Row(name, make, clean) for name, make in LOST.items()),
)
