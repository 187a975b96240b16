"""Chinese in seven bits: what was shifted into letters comes back, and letters stay."""

from __future__ import annotations

import base64
from email.header import Header
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch import clean
from seedsearch.damage import Damage
from seedsearch.restoring.steps import restore
from seedsearch.text import character_model, cns
from tests.misreadings import SENTENCES

# What GB 2312 holds, which HZ and mail of the mainland were written in.
WRITTEN = [text for text in SENTENCES if "們" not in text and "軟" not in text]


def test_an_address_is_no_reason_to_load_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(character_model, "model", None)
    assert restore("原文见 http://example.com/page&about-us+again。").edits == ()


@pytest.mark.parametrize("text", SENTENCES)
def test_utf7(text: str) -> None:
    assert restore("“" + text.encode("utf-7").decode() + "”").text == f"“{text}”"


@pytest.mark.parametrize("text", WRITTEN)
def test_hz_among_other_text(text: str) -> None:
    assert restore("“" + text.encode("hz").decode() + "”").text == f"“{text}”"


@pytest.mark.parametrize("text", SENTENCES)
@pytest.mark.parametrize("charset", ["gb18030", "utf-8", "big5"])
def test_a_header_of_many_words(text: str, charset: str) -> None:
    true = text.encode(charset, "ignore").decode(charset)
    header = Header(true, charset, header_name="Subject").encode().lstrip()
    assert restore(f"Subject: {header}\nTo: a").text == f"Subject: {true}\nTo: a"


@pytest.mark.parametrize("charset", ["gb2312", "utf-8"])
def test_a_message_that_was_kept_as_a_text(charset: str) -> None:
    message = EmailMessage()
    message["Subject"] = WRITTEN[0]
    message.set_content(WRITTEN[2] + "\n", charset=charset, cte="base64")
    cleaned = clean(message.as_bytes())
    assert WRITTEN[2] in cleaned.readable
    assert WRITTEN[0] in cleaned.readable
    assert "base64\n" in cleaned.readable


def in_iso_2022(text: str) -> bytes:
    """`text` in ISO-2022-CN: GB 2312, and what it does not hold by plane 1 of CNS 11643."""
    of_cns = {char: pair for pair, char in cns.plane(1).items()}
    made, last = b"", ""
    for char in text:
        if char < "\x80":
            made, last = made + (b"\x0f" if last else b"") + char.encode(), ""
            continue
        pair = bytes(byte & 0x7F for byte in char.encode("gb2312", "ignore"))
        name = "A" if pair else "G"
        made += (b"" if last == name else f"\x1b$){name}\x0e".encode()) + (pair or of_cns[char])
        last = name
    return made + (b"\x0f" if last else b"")


@pytest.mark.parametrize("text", SENTENCES)
def test_a_file_of_iso_2022_cn(text: str) -> None:
    content = b"\n".join(in_iso_2022(text) for _ in range(3))
    cleaned = clean(content)
    assert cleaned.encoding == "utf-8"
    assert cleaned.readable == "\n".join([text] * 3)
    assert set(cleaned.damage) == {Damage.SEVEN_BIT_ENCODING}


def test_the_planes_hold_what_big5_holds() -> None:
    """Plane 1 and 2 of CNS 11643 have 5,401 and 7,650 ideographs (CNS 11643-1992, Big5 of 1984)."""
    big5 = {bytes((a, b)).decode("cp950", "ignore") for a in range(0xA4, 0xFA) for b in range(0x40, 0xFF)}
    first, second = (set(cns.plane(number).values()) for number in (1, 2))
    han = {char for char in big5 if "一" <= char <= "鿿"}
    assert len(second) == 7650
    assert han <= first | second | set("碁銹裏墻恒粧嫺彝")
    assert not first & second
    assert cns.plane(1)[b"\x44\x21"] == "一"
    assert cns.plane(2)[b"\x21\x21"] == "乂"


@given(st.text("~{}=?+&-/:;BQbqAGHutf8gb2312VPND,. \n\x1b$()\x0e\x0f中文", max_size=60))
def test_restoring_again_changes_nothing(text: str) -> None:
    once = restore(text).text
    assert restore(once).text == once


# HZ reads letters as Chinese, `AAAA` as 亮亮; the pair `+/` stands for nothing in it.
FRAMES = ["+{}-", "&{}-", "+{}", "=?x-none?B?{}?=", "~{{+/{}~}}"]


@given(st.binary(min_size=3, max_size=90), st.sampled_from(FRAMES))
def test_bytes_in_base64_stay(content: bytes, frame: str) -> None:
    text = frame.format(base64.b64encode(content).decode())
    assert not [e for e in restore(text).edits if e.kind is Damage.SEVEN_BIT_ENCODING]
