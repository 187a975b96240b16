"""Clean text that is no running prose, as bytes: rare words, boards, copybooks, pinyin, tables, without a mark."""

from __future__ import annotations

import pytest

from seedsearch.errors import NotText
from seedsearch.reading.encodings import decode

RARE_SIMPLIFIED = "嶙峋、嵯峨、巉岏、窸窣、氤氲、旖旎、囹圄、蹀躞、觊觎、龃龉、饕餮、魍魉、蹁跹、邋遢、妯娌、鹡鸰"
RARE_TRADITIONAL = (
    "嶙峋、嵯峨、窸窣、氤氳、旖旎、囹圄、蹀躞、覬覦、齟齬、饕餮、魍魎、蹁躚、邋遢、妯娌、鶺鴒、嫘祖、觚稜"
)
BOARD = "┌┬┬┬┐\n├┼●┼┤\n├○┼┼┤\n├┼┼②┤\n└┴┴┴┘\n"
CHESS = "車馬象士將士象馬車\n┼┼┼┼┼┼┼┼┼\n┼砲┼┼┼┼┼砲┼\n卒┼卒┼卒┼卒┼卒\n│　楚河　　漢界　│\n"
COPYBOOK = "鼬鼬鼬鼬鼬鼬\n黠黠黠黠黠黠\n觥觥觥觥觥觥\n糅糅糅糅糅糅\n臧臧臧臧臧臧\n"
FRAMED = "褒□褒□褒□褒□褒□\n仇□仇□仇□仇□\n喙□喙□喙□\n萌□萌□萌□\n"
PINYIN = "阿(ā)霭(ǎi)鏖(áo)鹌(ān)坳(ào)\n岜(bā)捭(bǎi)绊(bàn)谤(bàng)孢(bāo)\n"
TABLE = "亍丌兀丐廿卅丕亘丞鬲孬噩丨禺丿匕乇夭爻卮\n氐囟胤馗毓睾鼗丶亟鼐乜乩亓芈孛啬嘏仄厍厝\n"
FOUR_BYTES = "\U00020021 \U00020022 \U00020023 \U00020024\n\U00020025 \U00020026 \U00020027 \U00020028\n"
NUMBERS = "①②③④⑤\n零壹贰叁肆\n⑥⑦⑧⑨⑩\n伍陆柒捌玖\n"
RULED = "────────────────\n   升空\n────────────────\n"
NOTICE = "★★★★★★★★★★★★\n   心道\n★★★★★★★★★★★★\n"

ODD = {
    "rare words, simplified": (RARE_SIMPLIFIED, "gb18030"),
    "rare words, traditional": (RARE_TRADITIONAL, "big5"),
    "board": (BOARD, "gb18030"),
    "chess": (CHESS, "big5"),
    "copybook": (COPYBOOK, "gb18030"),
    "pinyin": (PINYIN, "gb18030"),
    "second level": (TABLE, "gb18030"),
    "four bytes": (FOUR_BYTES, "gb18030"),
    "numbers": (NUMBERS, "gb18030"),
}


@pytest.mark.parametrize("kind", ODD)
def test_odd_text_in_its_double_byte_encoding(kind: str) -> None:
    text, encoding = ODD[kind]
    decoded = decode(text.encode("cp950" if encoding == "big5" else encoding))
    assert (decoded.text, decoded.encoding in (encoding, "cp950")) == (text, True)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "text", [BOARD, CHESS, COPYBOOK, FRAMED, PINYIN, TABLE, FOUR_BYTES, NUMBERS, RULED, NOTICE, RARE_SIMPLIFIED]
)
def test_odd_text_in_utf16_without_a_mark(text: str, encoding: str) -> None:
    decoded = decode(text.encode(encoding))
    assert (decoded.text, decoded.encoding) == (text, encoding)


@pytest.mark.parametrize("char", "鼬褒仇啊嫨擫")
@pytest.mark.parametrize("encoding", ["gb18030", "cp950", "utf-16-le", "utf-16-be", "utf-8"])
def test_one_character_repeated_is_never_told_for_sure(char: str, encoding: str) -> None:
    for times in (2, 4, 30):
        content = (char * times).encode(encoding, "ignore")
        try:
            decoded = decode(content)
        except NotText:
            continue
        ascii_throughout = content.isascii()  # nothing but a doubt of all ASCII could tell `fNfN`
        assert decoded.text == char * times or decoded.confidence < 0.9 or ascii_throughout


def test_ideographs_alone_are_chinese_rather_than_japanese_or_korean() -> None:
    for text in ("角角角叔叔叔求求求", "胆忽斌匍何忌", "哨哨咣咣砰砰咚咚"):
        assert decode(text.encode("gb18030")).encoding not in ("euc_jp", "euc_kr", "shift_jis")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("한글 문서를 저장합니다", "euc_kr"),
        ("次の項目を確認してください", "euc_jp"),
        ("次の項目を確認してください", "shift_jis"),
        ("Größe der Datei, geändert für Übersicht", "cp1252"),
        ("한국어 문서입니다. 다시 저장하세요.\n", "utf-16-le"),
        ("これは文書です。\n保存しました。\n", "utf-16-be"),
    ],
)
def test_what_other_languages_look_like_is_still_theirs(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)).text == text
