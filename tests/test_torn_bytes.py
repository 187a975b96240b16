"""Files whose bytes were changed by programs that know no characters, and files in two encodings."""

from __future__ import annotations

import codecs
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import seedsearch
from seedsearch.damage import Certainty, Damage
from seedsearch.errors import NotText
from seedsearch.offsets import check_edits
from seedsearch.reading.encodings import decode

LINES = ("今天不能去，路上不好走。", "他说不要等了，我们不在家。", "明天上午再不来，就不等了。", "不知道的事不要说。")
STORY = "\r\n".join(LINES) + "\r\n"
UTF8_LINE, OTHER_LINE = "服务已经启动，配置文件加载完成。", "用户登录失败，密码错误次数过多。"
WIDE = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}


def kinds(cleaned: seedsearch.Cleaned) -> set[str]:
    return set(cleaned.damage)


@pytest.mark.parametrize("encoding", WIDE)
@pytest.mark.parametrize("times", [1, 30])
def test_carriage_returns_taken_byte_by_byte(encoding: str, times: int) -> None:
    stream = (STORY * times).encode(encoding).replace(b"\r", b"")
    cleaned = seedsearch.clean(WIDE[encoding] + stream)
    assert cleaned.readable == STORY * times
    assert cleaned.raw.text == stream.decode(encoding, "replace")
    assert "realigned-bytes" in kinds(cleaned)


@pytest.mark.parametrize("encoding", WIDE)
@pytest.mark.parametrize("times", [1, 30])
def test_carriage_returns_added_byte_by_byte(encoding: str, times: int) -> None:
    text = STORY.replace("\r", "") * times
    stream = text.encode(encoding).replace(b"\n", b"\r\n")
    cleaned = seedsearch.clean(WIDE[encoding] + stream)
    assert cleaned.readable == text
    assert "realigned-bytes" in kinds(cleaned)


@pytest.mark.parametrize("encoding", WIDE)
@pytest.mark.parametrize("times", [1, 30])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_line_ends_of_one_byte(encoding: str, times: int, end: bytes) -> None:
    """What is left where every NUL was dropped, or a program wrote the line ends."""
    stream = b"".join(line.encode(encoding) + end for line in LINES * times)
    cleaned = seedsearch.clean(WIDE[encoding] + stream)
    assert cleaned.readable == "".join(line + end.decode() for line in LINES * times)


@pytest.mark.parametrize("encoding", WIDE)
@pytest.mark.parametrize("change", [(b"\n", b"\r\n"), (b"\r", b"")])
def test_changed_line_ends_without_a_mark(encoding: str, change: tuple[bytes, bytes]) -> None:
    text = f"{OTHER_LINE}\r\n{OTHER_LINE}\r\n".replace("\r" if change[0] == b"\n" else "", "")
    assert seedsearch.clean(text.encode(encoding).replace(*change)).readable == text


@pytest.mark.parametrize("encoding", WIDE)
@pytest.mark.parametrize("text", [LINES[0], STORY])
def test_a_byte_lost_at_an_end_without_a_mark(encoding: str, text: str) -> None:
    stream = text.encode(encoding)
    assert text[1:-2] in seedsearch.clean(stream[1:]).readable
    assert text[1:-2] in seedsearch.clean(stream[:-1]).readable


@pytest.mark.parametrize("encoding", WIDE)
@pytest.mark.parametrize("times", [1, 30])
def test_bytes_lost_within_without_a_mark(encoding: str, times: int) -> None:
    """Every 0D, that of 不 too; or one byte among the first characters."""
    stream = (STORY * times).encode(encoding)
    assert seedsearch.clean(stream.replace(b"\r", b"")).readable == STORY * times
    assert seedsearch.clean(stream[:9] + stream[10:]).readable == (STORY * times).replace("去", "\ufffd", 1)


@pytest.mark.parametrize("encoding", WIDE)
@pytest.mark.parametrize("char", [*"刀开最一㠀損", "伀儀刀匀\r\n"])
@pytest.mark.parametrize("times", [4, 30])
def test_a_character_again_and_again_lost_no_byte(encoding: str, char: str, times: int) -> None:
    """One byte off, 刀 (U+5200) is `R`, which reads well."""
    cleaned = seedsearch.clean(WIDE[encoding] + (char * times).encode(encoding))
    assert (cleaned.raw.text, cleaned.raw.edits) == (char * times, ())


@pytest.mark.parametrize("encoding", WIDE)
@pytest.mark.parametrize("narrow", ["utf-8", "gb18030"])
def test_lines_of_another_encoding_behind_utf16(encoding: str, narrow: str) -> None:
    stream = STORY.encode(encoding) + f"1: {UTF8_LINE}\r\n".encode(narrow)
    cleaned = seedsearch.clean(WIDE[encoding] + stream)
    assert cleaned.readable == STORY + f"1: {UTF8_LINE}\r\n"
    assert cleaned.raw.text == stream.decode(encoding, "replace")
    assert "mixed-encoding" in kinds(cleaned)


@pytest.mark.parametrize("encoding", WIDE)
@pytest.mark.parametrize("last", ["最后一行", "한국어 문서", "Привет", "שלום", "𠮷𠀀", "ⅠⅡ€", "\ue000"])
def test_a_last_line_in_utf16_stays(encoding: str, last: str) -> None:
    cleaned = seedsearch.clean(WIDE[encoding] + (STORY + last).encode(encoding))
    assert (cleaned.raw.text, cleaned.raw.edits) == (STORY + last, ())


@pytest.mark.parametrize("encoding", WIDE)
def test_ascii_behind_a_lost_byte_is_in_step(encoding: str) -> None:
    """One byte off, a rule of equals signs is a row of ideographs."""
    text = LINES[0] + "\r\n" + "=" * 60 + "\r\n" + LINES[1] + " See https://example.org/a.html for more.\r\n" + STORY
    cleaned = seedsearch.clean(WIDE[encoding] + text.encode(encoding).replace(b"\r", b""))
    assert cleaned.readable == text


@pytest.mark.parametrize("encoding", WIDE)
@pytest.mark.parametrize(
    "text",
    [
        STORY,
        "鶗鴂、奕誴、圐圙、滋澹",
        "한국어 문서입니다.",
        "Это текст",
        "俄语里的Привет мир是你好世界",
        "𠀀𠮷 plain",
        "日本語のテキスト",
        "①②③",
        "含量應符合以下限量：\n┌─────┬─────┐\n│項      目│限      量│\n├─────┼─────┤\n│    汞    │ 0.05  ppm│\n",
    ],
)
def test_utf16_that_is_whole_stays(encoding: str, text: str) -> None:
    cleaned = seedsearch.clean(WIDE[encoding] + (text * 20).encode(encoding))
    assert (cleaned.raw.text, cleaned.raw.edits) == (text * 20, ())


@pytest.mark.parametrize("encoding", ["big5", "gb18030"])
@pytest.mark.parametrize("escapes", [b"\x1b[33m", b"\x1b[1;31m\x1b[44m", b"\x1b[m"])
def test_escapes_between_the_bytes_of_a_character(encoding: str, escapes: bytes) -> None:
    before, char, after = "本站公告：", "版", "友請遵守規定，違者停權。"
    whole = (before + char + after).encode(encoding)
    at = len(before.encode(encoding)) + 1
    stream = whole[:at] + escapes + whole[at:] + b"\n" + whole + b"\n"
    cleaned = seedsearch.clean(stream)
    assert cleaned.readable == (before + char + after + "\n") * 2
    assert any(e.kind is Damage.REALIGNED_BYTES and e.certainty is Certainty.PROVED for e in cleaned.raw.edits)


@given(
    st.sampled_from(["big5", "gb18030"]),
    st.lists(
        st.tuples(st.sampled_from("測試看板公告如下人生無常，。 "), st.sampled_from([b"", b"\x1b[m", b"\x1b[0;37;44m"]))
    ),
)
def test_escapes_between_the_bytes_of_any_characters(encoding: str, torn: list[tuple[str, bytes]]) -> None:
    whole = "測試看板公告如下，謝謝收看。\n" * 3
    stream = whole.encode(encoding)
    for char, escapes in torn:
        code = char.encode(encoding)
        stream += code[:1] + escapes + code[1:] if len(code) == 2 else code
    cleaned = seedsearch.clean(stream)
    assert cleaned.readable == whole + "".join(char for char, _ in torn)


def test_escapes_between_the_bytes_of_nearly_all_characters() -> None:
    """With them the bytes are letters of Windows-1252 rather than Big5."""
    first = "測試看板公告如下，謝謝收看。\n"
    torn = b" ".join(
        b"".join(bytes((a, *b"\x1b[m", b)) for a, b in _pairs(word)) for word in ("告如板測", "板板告板試", "測")
    )
    cleaned = seedsearch.clean(first.encode("big5") * 3 + torn)
    assert cleaned.readable == first * 3 + "告如板測 板板告板試 測"


def test_several_torn_characters_of_a_line() -> None:
    stream = b"".join(bytes((a, *b"\x1b[3", 0x31, *b"m", b)) for a, b in _pairs("人生無常"))
    cleaned = seedsearch.clean("測試看板公告如下\n".encode("big5") + stream + "謝謝收看。\n".encode("big5"))
    assert cleaned.readable == "測試看板公告如下\n人生無常謝謝收看。\n"


def _pairs(text: str) -> list[tuple[int, int]]:
    stream = text.encode("big5")
    return list(zip(stream[::2], stream[1::2], strict=True))


@pytest.mark.parametrize("encoding", ["gb18030", "big5"])
@pytest.mark.parametrize("shape", ["halves", "mostly the other", "mostly UTF-8", "turn about"])
def test_two_encodings_in_one_file(encoding: str, shape: str) -> None:
    lines = [UTF8_LINE, OTHER_LINE] if encoding == "gb18030" else ["服務已經啟動。", "使用者登入失敗，密碼錯誤。"]
    order = {"halves": "uuuooo", "mostly the other": "oooooou", "mostly UTF-8": "uuuuuuo", "turn about": "uouououo"}
    marked = [(f"1: {lines['uo'.index(one)]}\n", "utf-8" if one == "u" else encoding) for one in order[shape]]
    stream = b"".join(line.encode(name) for line, name in marked)
    cleaned = seedsearch.clean(stream)
    assert cleaned.readable == "".join(line for line, _ in marked)
    assert "mixed-encoding" in kinds(cleaned)
    assert cleaned.raw.text == stream.decode(cleaned.encoding, "replace")


@pytest.mark.parametrize("encoding", ["gb18030", "big5"])
def test_short_lines_in_another_encoding(encoding: str) -> None:
    """Each of them alone proves nothing: together they do, and those that are valid UTF-8 by chance go with them."""
    own, other = (
        ["焊接机器人", "北京", "第一章 总则", "了"],
        ["目錄", "圖片", "第八條", "1999年8月", "在", "下載 A", "學校"],
    )
    cleaned = seedsearch.clean("\n".join(own).encode() + b"\n" + "\n".join(other).encode(encoding))
    assert cleaned.readable.split("\n") == [*own, *other]
    assert "realigned-bytes" not in cleaned.damage


@pytest.mark.parametrize("other", ["halves", "turn about"])
def test_gbk_among_big5(other: str) -> None:
    """Bytes of GBK are nearly all characters of Big5; where one is none, the line was put in step and torn."""
    marked = [
        ("書架上還有三本沒有歸還，請各位讀者留意。", "big5"),
        ("他把旧钥匙交给了邻居老刘保管。", "gb18030"),
        ("謝謝", "big5"),
        ("迁都许县", "gb18030"),
        ("展覽館新到了一批古代建築的畫冊。", "big5"),
        ("村口的老槐树下坐着几个下棋的老人，谁也不肯认输。", "gb18030"),
    ]
    if other == "halves":
        marked.sort(key=lambda row: row[1])
    stream = b"\n".join(line.encode(name) for line, name in marked)
    cleaned = seedsearch.clean(stream)
    assert cleaned.readable == "\n".join(line for line, _ in marked)
    assert "realigned-bytes" not in cleaned.damage


def test_letters_between_high_bytes_are_not_junk_inside_utf8() -> None:
    """0xE8 0x41 0xB2 0xA3: a letter of Big5 and a byte of the next one, not a torn character of UTF-8."""
    other = "吳王的使者到廬江，廬江王不答應與吳王聯合。每天晚餐，都要禱告上帝。" * 4
    cleaned = seedsearch.clean("今天不能去，路上不好走。\n".encode() * 9 + other.encode("big5") + b"\n")
    assert cleaned.readable.endswith(other + "\n")


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("text", ["Señor Núñez, piñata.", "Привет, мир.", "naïve café"])
def test_lines_of_letters_beside_lines_in_another_encoding_stay(text: str, times: int) -> None:
    stream = f"{UTF8_LINE}\n{UTF8_LINE}\n{text}\n".encode() + (OTHER_LINE + "\n").encode("gbk") * times
    assert seedsearch.clean(stream).readable == f"{UTF8_LINE}\n{UTF8_LINE}\n{text}\n" + f"{OTHER_LINE}\n" * times


PIECES = [c.encode(e, "ignore") for c in "üΩé╪我焊" for e in ("utf-8", "gb18030", "big5hkscs") if c.encode(e, "ignore")]


@given(
    st.lists(
        st.sampled_from([*PIECES, *(piece[:1] for piece in PIECES), b"A", b" ", b"\n", b"\x1b[1m", b"\xff"]),
        max_size=40,
    ),
    st.sampled_from(["big5", "gb18030", "utf-8"]),
)
@example([b"\xc3\xbc\xce\xa9]\xc2\xb1V\xc2\xb2Q\xc3\xa0N"], "big5")
@example([b"\xa4", b"\x1b[1m", "我们".encode()], "gb18030")
def test_repairs_of_bytes_are_apart_whatever_is_mixed(pieces: list[bytes], encoding: str) -> None:
    before = {"utf-8": UTF8_LINE, "gb18030": OTHER_LINE, "big5": "使用者登入失敗，密碼錯誤。"}[encoding].encode(
        encoding
    ) * 3
    decoded = decode(before + b"\n" + "文字串\n".encode() + b"".join(pieces), encoding=encoding)
    check_edits(decoded.edits, len(decoded.text))


@pytest.mark.parametrize("junk", [b"\xff", b"\xc0", b"\n"])
@pytest.mark.parametrize("at", [1, 2])
def test_a_byte_put_inside_a_character_of_utf8(junk: bytes, at: int) -> None:
    stream = (
        "清晨的雾还没有散去，".encode() + "码".encode()[:at] + junk + "码".encode()[at:] + "头上的工人来了。".encode()
    )
    kept = junk.decode("ascii", "ignore")
    assert seedsearch.clean(stream).readable == f"清晨的雾还没有散去，码{kept}头上的工人来了。"


def test_halves_of_characters_in_utf8() -> None:
    """What Java and Oracle write of a character beyond U+FFFF (CESU-8)."""
    text = "生僻字𠮷𠀀野家在街角开了三十年。"
    stream = b"".join(
        half.to_bytes(2, "big").decode("utf-16-be", "surrogatepass").encode("utf-8", "surrogatepass")
        for half in memoryview(text.encode("utf-16-le")).cast("H")
    )
    cleaned = seedsearch.clean(stream)
    assert cleaned.readable == text
    assert {(e.kind, e.certainty) for e in cleaned.raw.edits} == {(Damage.REALIGNED_BYTES, Certainty.PROVED)}


def test_the_euro_of_code_page_936() -> None:
    stream = "这本书的价格是".encode("gbk") + b"\x80" + "25，运费另算。\n".encode("gbk")
    assert seedsearch.clean(stream).readable == "这本书的价格是€25，运费另算。\n"


def test_bytes_of_no_encoding_are_counted() -> None:
    stream = UTF8_LINE.encode() + b"\n\xff\xfe\xfd\xfc\n" + UTF8_LINE.encode()
    cleaned = seedsearch.clean(stream)
    assert cleaned.damage["replacement-character"] >= 1
    assert cleaned.readable.count(UTF8_LINE) == 2


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5"])
@pytest.mark.parametrize(
    "tail",
    [
        "2026-11-21 機房斷電，正在恢復\r\n完成\r\n",
        "ok done\r\n",
        "\ufeff上面的內容\r\n結束",
        "开始恢复\r\n最近",
        "最大負載，開始恢復，最後開始備份最新的資料\r\n備份开始，最近的一次已經完成\r\n" * 3,
    ],
)
def test_a_log_that_goes_on_in_utf16(encoding: str, tail: str) -> None:
    head = "2026-11-20 開始備份伺服器上的資料\r\n完成\r\n"
    data = head.encode(encoding) + tail.encode("utf-16-le")
    done = seedsearch.clean(data)
    assert done.readable == head + tail.removeprefix("\ufeff")
    assert done.raw.text == data.decode(done.raw.encoding, "replace")
    assert {(e.kind, e.certainty) for e in done.edits} == {(Damage.MIXED_ENCODING, Certainty.PROVED)}


@pytest.mark.parametrize("tail", [b"a\0\1\0\2\0b\0", b"\0\0\0\0ab", bytes(range(256)) * 4, b"x\0y"])
def test_nuls_behind_text_are_not_utf16(tail: bytes) -> None:
    with suppress(NotText):
        assert not any(e.kind is Damage.MIXED_ENCODING for e in seedsearch.clean(b"a line of text\n" + tail).edits)
