from __future__ import annotations

import codecs
from functools import cache
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from seedsearch.errors import NotText, SourceError
from seedsearch.offsets import apply_edits
from seedsearch.reading.encodings import decode

SIMPLIFIED = (
    "会议由副主任主持，参加的有各部门负责人。",
    "机器人可以自动完成焊接，\r\n精度达到0.1毫米。",
    "请在三天之内把材料寄到下面的地址，逾期不再受理。\n",
    "昨天夜里下了一场大雪，路上几乎没有行人。",
)
TRADITIONAL = (
    "這本書的作者住在臺北，常常到圖書館寫作。",
    "「你要去哪裡？」他問。\n「回家。」她說。",
    "系統會自動儲存設定，\r\n下次啟動時不必重新輸入。",
    "歷史學家對這個問題有不同的看法。",
)
ENCODINGS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")


@pytest.mark.parametrize("text", SIMPLIFIED + TRADITIONAL)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_sentences_without_any_hint(text: str, encoding: str) -> None:
    decoded = decode(text.encode(encoding))
    assert (decoded.text, decoded.encoding) == (text, encoding)
    assert decoded.confidence > 0.8


@pytest.mark.parametrize("text", TRADITIONAL)
def test_sentences_in_big5(text: str) -> None:
    decoded = decode(text.encode("big5"))
    assert (decoded.text, decoded.encoding) == (text, "big5")
    assert decoded.confidence > 0.8


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(text, encoding) for text in (SIMPLIFIED[0], TRADITIONAL[0]) for encoding in ENCODINGS]
    + [(TRADITIONAL[0], "big5")],
)
@pytest.mark.parametrize("size", [8, 12])
def test_a_few_characters(text: str, encoding: str, size: int) -> None:
    assert decode(text[:size].encode(encoding)).text == text[:size]


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (b"\x841\x953", "gb18030"),
    ],
)
def test_a_byte_order_mark_decides_and_is_no_text(mark: bytes, encoding: str) -> None:
    decoded = decode(mark + "字\r\n".encode(encoding))
    assert (decoded.text, decoded.encoding, decoded.confidence) == ("字\r\n", encoding, 1.0)
    assert decode(mark).text == ""


def test_an_empty_file_is_empty_text() -> None:
    assert (decode(b"").text, decode(b"").encoding) == ("", "utf-8")


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [("gb2312", "gb18030"), ("big5", "gb18030"), ("utf-8", "gb18030"), ("x-none", "gb18030"), ("gbk", "utf-8")],
)
def test_a_declared_charset_is_checked(declared: str, encoding: str) -> None:
    page = f'<meta charset="{declared}">\n<p>{SIMPLIFIED[0]}</p>'
    decoded = decode(page.encode(encoding))
    assert (decoded.text, decoded.encoding) == (page, encoding)


def test_a_declared_charset_brings_its_encoding_in() -> None:
    page = '<?xml version="1.0" encoding="windows-1251"?><p>Это русский текст, и его кодировка объявлена.</p>'
    assert decode(page.encode("cp1251")).text == page


def test_hz() -> None:
    text = "这是汉字 hello。"
    assert decode(text.encode("hz")).text == text
    assert decode(b"a ~{ tilde ~} b").encoding == "utf-8"


def test_extensions_of_big5() -> None:
    assert decode("佢哋喺度食嘢，唔知點解咁夜".encode("big5hkscs")).text == "佢哋喺度食嘢，唔知點解咁夜"
    assert decode(b"\xc6\xa1\xc6\xe7" + "中文說明書".encode("big5")).text == "①ぁ中文說明書"
    assert decode("銹恒裏粧嫺".encode("cp950"), encoding="big5").text == "銹恒裏粧嫺"
    named = decode("喺度".encode("big5hkscs"), encoding="big5")
    assert (named.text, named.encoding) == ("喺度", "big5-hkscs")


def test_utf8_with_bad_bytes_stays_utf8() -> None:
    torn = SIMPLIFIED[0].encode() + b"\xff" + SIMPLIFIED[3].encode()[:-1]
    decoded = decode(torn)
    assert decoded.encoding == "utf-8"
    assert decoded.text == SIMPLIFIED[0] + "\ufffd" + SIMPLIFIED[3][:-1] + "\ufffd"


@pytest.mark.parametrize(("encoding", "texts"), [("gb18030", SIMPLIFIED + TRADITIONAL), ("big5", TRADITIONAL)])
def test_a_lost_byte_costs_one_character(encoding: str, texts: tuple[str, ...]) -> None:
    text = "".join(texts).replace("0.1", "十") * 2
    rng = Random(5)
    for _ in range(20):
        stream = bytearray(text.encode(encoding))
        at = rng.choice([i for i, byte in enumerate(stream) if byte >= 0xA1])
        del stream[at]
        decoded = decode(bytes(stream))
        assert decoded.text == bytes(stream).decode(decoded.encoding, "replace")
        made = apply_edits(decoded.text, decoded.edits)
        # The second byte of a pair may be ASCII and stands for itself; the place may move by a character or two.
        assert len(made) in (len(text), len(text) - 1)
        assert sum(a == b for a, b in zip(made, text, strict=False)) >= len(text) - 3 or "\ufffd" not in made


def test_lone_surrogates_never_reach_the_text() -> None:
    stream = SIMPLIFIED[0].encode("utf-16-le") + b"\x00\xd8" + SIMPLIFIED[3].encode("utf-16-le")
    assert decode(stream).text == SIMPLIFIED[0] + "\ufffd" + SIMPLIFIED[3]


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n rest",
        b"%PDF-1.7\n%\xe2\xe3",
        # Tables, fonts, books, catalogues of messages: what follows could pass for UTF-16 or a code page.
        b"PAR1\x15\x04" + "焊接材料".encode("utf-16-le") * 50,
        b"OTTO\0\x0c\0\x80" + "焊接材料".encode("utf-16-le") * 50,
        b"\x93NUMPY\1\0v\0{'descr': '<i2'}" + "焊接材料".encode("utf-16-le") * 50,
        b"\xde\x12\x04\x95\0\0\0\0" + "焊接".encode() * 50,
        b"novel".ljust(60, b"\0") + b"BOOKMOBI" + "焊接".encode("gbk") * 50,
        b"seedsearch\0seg\r\n" + "焊接材料".encode("utf-16-le") * 50,
        b"BM\x36\x75\0\0\0\0\0\0\x36\0" + "焊接".encode("gbk") * 50,
        b"PK\x03\x04 rest of it",
        b"\x7fELF\x02\x01\x01",
        b"\x1f\x8b\x08\x00\x00",
        bytes(200),
        bytes(range(256)) * 8,
        Random(1).randbytes(4000),
    ],
)
def test_binary_files_are_refused(content: bytes) -> None:
    with pytest.raises(NotText, match="binary"):
        decode(content)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_text_padded_with_nul_is_read(encoding: str) -> None:
    first, second = (SIMPLIFIED[number].encode(encoding) for number in (0, 3))
    for padded in (first + bytes(4096), bytes(700) + first, first + bytes(512) + second):
        decoded = decode(padded)
        assert (decoded.text, decoded.encoding) == (padded.decode(encoding), encoding)


@pytest.mark.parametrize("content", [bytes(99) + b"\1\0\2", bytes(1 << 17) + b"EFI PART", b"\x89PNG" + bytes(99)])
def test_what_is_mostly_padding_is_binary(content: bytes) -> None:
    with pytest.raises(NotText, match="binary"):
        decode(content)


def test_a_long_piece_that_an_encoding_cannot_read_is_no_likely_one() -> None:
    page = SIMPLIFIED[2].encode().decode("iso8859-5")  # of Cyrillic and C1: no byte of it is one of UTF-8 in three
    assert decode(page.encode()).text == page


def test_noise_of_damaged_pages_is_no_sign_of_a_binary_file() -> None:
    page = "变\0\0huan)化很大\x05\x06，我们的生活\x07\x08也一样。"
    assert decode(page.encode("gb18030")).text == page
    assert decode(page.encode()).text == page


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Le café est déjà fermé, à bientôt garçon", "cp1252"),
        ("日本語のテキストです。これはテストです。", "shift_jis"),
        ("日本語のテキストです。これはテストです。", "euc_jp"),
        ("plain text", "utf-16-be"),
        ("Привет, мир! Это русский текст.", "utf-16-le"),
    ],
)
def test_other_languages(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)).text == text


@pytest.mark.parametrize("encoding", ["koi8-r", "cp1251", "iso8859-5"])
def test_what_is_not_known_has_a_low_confidence(encoding: str) -> None:
    assert decode("Привет, мир! Это русский текст.".encode(encoding)).confidence < 0.5


def test_a_named_encoding_is_used() -> None:
    assert decode("中文".encode("gbk"), encoding="GB2312").encoding == "gb18030"
    assert decode("中文".encode("gbk"), encoding="latin-1").text == "ÖÐÎÄ"
    assert decode(codecs.BOM_UTF16_BE + "中".encode("utf-16-be"), encoding="utf-16").text == "中"
    assert decode(b"\x89PNG", encoding="cp1252").text == "‰PNG"


@pytest.mark.parametrize("name", ["gb99", "", "rot13", "base64", "zlib"])
def test_an_unknown_encoding_is_named_in_the_error(name: str) -> None:
    with pytest.raises(SourceError, match="is not a known encoding"):
        decode(b"text", encoding=name)


@given(st.binary(max_size=60))
def test_any_bytes_give_text_or_a_refusal(content: bytes) -> None:
    try:
        decoded = decode(content)
    except NotText:
        return
    decoded.text.encode()
    assert 0 <= decoded.confidence <= 1


@given(st.text(st.characters(min_codepoint=32, exclude_categories=("Cs", "Cc")), max_size=40))
@example("\U0007f000")  # of no plane that is in use, and half a character in GBK
def test_text_in_utf8_comes_back(text: str) -> None:
    if not text.startswith("\ufeff") and "~{" not in text and not text.startswith(("%PDF", "GIF8", "PK", "MZ")):
        decoded = decode(text.encode())
        assert decoded.text == text.encode().decode(decoded.encoding)
        assert decoded.text == text or sum(char > "\u07ff" for char in text) < 3  # Ŀ¼ may be 目录


# A word or two are all there is in many a file. Words of a dictionary, every seventh; the population is in benchmarks.
@cache
def words(encoding: str, script: str) -> tuple[str, ...]:
    from opencc import OpenCC

    from seedsearch.text.character_model import model

    known = sorted(model().long_words)[::97]
    pairs = [a + b for a in "学校目录图片系统模式小说同学" for b in "院目录统业片校学式说间门"]
    convert = OpenCC(script).convert
    converted = [convert(word) for word in known + pairs]
    return tuple(word for word in converted if word.encode(encoding, "ignore").decode(encoding) == word)


@pytest.mark.slow
@pytest.mark.parametrize(("encoding", "script"), [("gb18030", "t2s"), ("utf-8", "t2s"), ("cp950", "s2t")])
@pytest.mark.parametrize(
    "form", ["{}", "/* {} */\nint x;\n", "[{}]\nkey=1\n", '"{}","{}"\n', "★★★★★★★★\n  {}\n★★★★★★★★\n"]
)
def test_words_alone_and_in_forms(encoding: str, script: str, form: str) -> None:
    known = words(encoding, script)
    texts = [form.replace("{}", word) for word in known]
    read = [(text, decode(text.encode(encoding))) for text in texts]
    wrong = [(text, decoded) for text, decoded in read if decoded.text != text]
    assert len(known) > 150
    assert len(wrong) <= len(texts) // 100
    assert all(decoded.confidence < 0.9 for _, decoded in wrong)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("목록과 설정을 저장합니다", "euc_kr"),
        ("// 사용자 설정\nint main() { return 0; }\n", "euc_kr"),
        ("設定ファイルを読み込みます", "shift_jis"),
        ("# はじめに\nx = 1\n", "euc_jp"),
        ("naïve façade, déjà vu", "cp1252"),
        ("Über die Brücke", "cp1252"),
    ],
)
def test_other_languages_are_still_read(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)).text == text


@pytest.mark.parametrize("word", ["佢哋", "嘅", "啲嘢", "攞嘢", "瞓覺", "嗰個", "唔該"])
def test_words_of_cantonese_in_the_big5_of_hong_kong(word: str) -> None:
    assert decode(word.encode("big5hkscs")).text == word


@pytest.mark.parametrize(
    "text",
    [
        "Москва и Киев",
        "Ελληνικά",
        "שלום עולם",
        "Łódź",
        "Žluťoučký kůň",
        "café",
        "25°C ± 2",
        "Home · About",
        "Tiếng Việt",
        "한국",
        "あ",
        "x² + y²",
        "Հայերեն լեզու",
        "ܠܫܢܐ",
        "ӘӨҮҰ әөүұ",
        "ދިވެހި",
        "ä¸\xadæ\x96\x87",
    ],
)
def test_short_utf8_of_others_is_utf8(text: str) -> None:
    assert decode(text.encode()).text == text


@pytest.mark.parametrize("text", ["驗方", "癞疮", "穹顶"])
def test_two_ideographs_are_no_character_of_an_empty_plane(text: str) -> None:
    """Their four bytes in GBK are one of UTF-8, U+9EDFD: in a plane that has none."""
    decoded = decode(text.encode("gbk"))
    assert (decoded.text, decoded.encoding) == (text, "gb18030")


@pytest.mark.parametrize(
    "text", ["icon = \U000f0493\n", "🏴\U000e0067\U000e0062\U000e007f", "𠮷", "𰻝麵", "😀", "〇鏈"]
)
def test_characters_of_the_planes_behind_are_utf8(text: str) -> None:
    decoded = decode(text.encode())
    assert (decoded.text, decoded.encoding) == (text, "utf-8")


def test_late_chinese_is_found_behind_much_ascii() -> None:
    for lines in (300, 5_000, 200_000):
        text = "x = 1\n" * lines + "# 初始化完成\n" + "y = 2\n" * lines
        decoded = decode(text.encode("gbk"))
        assert (decoded.text == text, decoded.encoding) == (True, "gb18030")


def test_a_line_of_signs_counts_once() -> None:
    for sign in "●★■※─━◆○□":
        for text, encoding in (
            (f"{sign * 60}\n      社团招生\n{sign * 60}\n", "gbk"),
            (f"{sign * 60}\n社團招生\n", "cp950"),
        ):
            assert decode(text.encode(encoding, "ignore")).text == text.encode(encoding, "ignore").decode(encoding)


def test_quoted_words_are_not_utf16() -> None:
    text = ",".join(f'"{word}"' for word in ("中国", "美国", "英国", "法国"))
    assert decode(text.encode("gbk")).text == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "text", ["，积累德政善行十多代", "王围困建康城，住在石", "丁巳，任命侍中、太尉公、丹阳王萧赞为使持"]
)
def test_utf16_without_a_mark_or_a_blank(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding)).text == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("учитель 教师；преподаватель 教员。Привет 你好。\n", "gb18030"),
        ("ㄋㄧˇ ㄏㄠˇ，我ㄉㄜ˙家ㄗㄞˋ台北。\n", "gb18030"),
        ("ㄋㄧˇ ㄏㄠˇ，我ㄉㄜ˙家ㄗㄞˋ台北。\n", "cp950"),
    ],
)
def test_what_chinese_is_spelled_with_beside_it(text: str, encoding: str) -> None:
    """Letters are ideographs in the other encoding, and rare ones are likelier than letters by themselves."""
    assert decode((text * 5).encode(encoding)).text == text * 5
