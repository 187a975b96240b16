"""The law of decoding: what is told is what Python's codec of that name makes, at any size; the rest are edits."""

from __future__ import annotations

from functools import cache
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import seedsearch
from seedsearch.errors import NotText
from seedsearch.offsets import apply_edits, check_edits
from seedsearch.reading.encodings import decode
from seedsearch.reading.encodings.byte_repairs import assembled, repairs
from seedsearch.reading.encodings.names import BOMS, exactly
from seedsearch.text.character_model import model
from seedsearch.text.double_byte import DOUBLE_BYTE, plain_parts, plain_runs
from tests.strategies import examples

CODECS = ("gb18030", "gbk", "cp950", "big5", "big5hkscs")
RARE = (
    "数声鶗鴂。又报芳菲歇。",
    "愛新覺羅奕誴",
    "薛圐圙村",
    "竹外松间滋澹竚",
    "哗哗的雨，咖啡和蝴蝶",
    "一輪寒光零亂，偏照醽醁。",
)


@cache
def characters(codec: str) -> str:
    """Every character of the basic plane that the codec can write and reads back."""
    points = (chr(point) for point in range(0x80, 0x10000) if not 0xD800 <= point < 0xE000)
    return "".join(char for char in points if _back(char, codec))


def _back(char: str, codec: str) -> bool:
    try:
        return char.encode(codec).decode(codec) == char
    except UnicodeError:
        return False


@cache
def words_in(codec: str) -> tuple[str, ...]:
    """Words of ideographs that the codec can write."""
    words = list(model().long_words)[:20_000]
    return tuple(w for w in words if not any(map(str.isascii, w)) and all(_back(char, codec) for char in w))


def told(data: bytes) -> None:
    """Hold the law for these bytes, if they hold text."""
    try:
        decoded = decode(data)
    except NotText:
        return
    if decoded.told_by == "mark":  # which is no part of the text
        data = next(data[len(mark) :] for mark, _ in BOMS if data.startswith(mark))
    assert decoded.text == data.decode(decoded.encoding, "replace")
    assert decoded.edits == () or not read_strictly(data, decoded.encoding)


def read_strictly(data: bytes, codec: str) -> bool:
    try:
        data.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


@pytest.mark.slow
@pytest.mark.parametrize("codec", CODECS)
@examples(40)
@given(data=st.data())
def test_text_of_any_characters_is_what_the_codec_makes(codec: str, data: st.DataObject) -> None:
    pool = characters(codec)
    text = data.draw(st.text(st.sampled_from(pool) | st.sampled_from("的一，。\n ,ab"), min_size=1, max_size=80))
    told(text.encode(codec))
    decoded = decode(text.encode(codec), encoding=codec)
    assert (decoded.text, decoded.edits) == (text.removeprefix("\ufeff"), ())  # a mark in front is dropped


@pytest.mark.parametrize("line", RARE)
@pytest.mark.parametrize("codec", ["gb18030", "big5hkscs"])
def test_rare_characters_side_by_side_stay(line: str, codec: str) -> None:
    if not all(_back(char, codec) for char in line):
        return
    stream = (line + "\n").encode(codec)
    cleaned = seedsearch.clean(stream)
    assert (cleaned.raw.text, cleaned.edits) == (line + "\n", ())


@pytest.mark.slow
@pytest.mark.parametrize("codec", ["gb18030", "cp950", "big5hkscs"])
@pytest.mark.parametrize("break_", ["\n", "，"])
def test_megabytes_come_back(codec: str, break_: str) -> None:
    rng = Random(3)
    words = words_in(codec)
    text = break_.join("".join(rng.choices(words, k=12)) for _ in range(30_000))
    decoded = decode(text.encode(codec))
    assert len(text.encode(codec)) > 1_500_000
    assert (decoded.text == text, decoded.edits) == (True, ())
    assert text.encode(codec).decode(decoded.encoding) == text


@given(st.binary(max_size=200))
@example(b"\x841\x953")
def test_any_bytes_read_as_the_codec_reads_them(content: bytes) -> None:
    told(content)


@given(st.binary(max_size=60), st.sampled_from(["utf-8", *DOUBLE_BYTE]))
@example(b"\x800\x00\x80", "gb18030")  # its first three bytes alone read as one U+FFFD
def test_repairs_are_edits_of_the_plain_reading(content: bytes, codec: str) -> None:
    text, edits, _ = assembled(content, codec, repairs(content, codec))
    assert text == content.decode(codec, "replace")
    check_edits(edits, len(text))


@given(st.binary(max_size=9000), st.sampled_from(["utf-8", *DOUBLE_BYTE]))
def test_plain_parts_are_the_reading_of_the_codec(content: bytes, codec: str) -> None:
    runs = [(end - start, "\ufffd" if text is None else text) for start, end, text in plain_runs(content, codec)]
    parts = runs if codec == "utf-8" else plain_parts(content, DOUBLE_BYTE[codec])
    assert "".join(text for _, text in parts) == content.decode(codec, "replace")
    assert sum(size for size, _ in parts) == len(content)


@pytest.mark.slow
def test_a_byte_lost_in_a_line_of_megabytes_is_made_good_beside_it() -> None:
    rng = Random(4)
    text = "，".join("".join(rng.choices(words_in("gb2312"), k=12)) for _ in range(8_000))
    whole = text.encode("gb18030")
    at = len(whole) // 2 & ~1
    stream = whole[:at] + whole[at + 1 :]
    decoded = decode(stream)
    made = apply_edits(decoded.text, decoded.edits)
    assert decoded.text == stream.decode("gb18030", "replace") != made
    assert abs(len(made) - len(text)) < 3
    near = len(text) // 2 - 200
    assert made[:near] == text[:near]
    assert made[-near:] == text[-near:]


def test_a_named_encoding_is_taken_at_its_word() -> None:
    for codec, stream in (
        ("latin-1", b"\x80\xff caf\xe9"),
        ("big5", b"\xa1\x45\xa2\x44"),
        ("cp950", b"\xa1\x45\xa3\xe1"),
    ):
        decoded = decode(stream, encoding=codec)
        assert decoded.text == stream.decode(codec) == stream.decode(decoded.encoding)


def test_every_code_of_big5_is_read_as_the_codec_told_reads_it() -> None:
    behind = "中文的說明，寫在後面".encode("big5")
    told_as = set()
    for lead in range(0x81, 0xFF):
        for trail in (*range(0x40, 0x7F), *range(0xA1, 0xFF)):
            stream = bytes((lead, trail)) + behind
            if found := exactly(stream, "big5"):
                text, name = found
                assert stream.decode(name) == text
                told_as.add(name)
    assert told_as == {"big5", "cp950", "big5-hkscs"}


@pytest.mark.parametrize(
    ("stream", "text", "name"),
    [
        (b"\xa1\x45", "‧", "cp950"),  # big5 reads •
        (b"\xa2\x41", "∕", "cp950"),  # big5 reads ／, as both read the next
        (b"\xa1\xfe", "／", "big5"),
        (b"\xa1\xfe\xa4\xa2\x41", "／丐A", "big5"),  # a second byte and a letter
        (b"\xf9\xd8", "裏", "cp950"),
    ],
)
@pytest.mark.parametrize("before", [0, 20_000])
def test_signs_of_windows_are_read_as_windows_does(stream: bytes, text: str, name: str, before: int) -> None:
    assert exactly(b"x" * before + stream, "big5") == ("x" * before + text, name)
