"""Characters spelled by their numbers: every spelling comes back, and what programs go on using stays."""

from __future__ import annotations

import json
import quopri
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from seedsearch import build_index, clean, open_index
from seedsearch.restoring import escape_forms
from seedsearch.restoring.steps import restore
from tests.misreadings import SENTENCES

LINKED = "设备温度过高"

SPELLINGS: dict[str, Callable[[str], str]] = {
    "JSON": lambda text: json.dumps({"msg": text}),
    "JSON in JSON": lambda text: json.dumps({"log": json.dumps({"msg": text})}),
    "a log": lambda text: text.encode("ascii", "backslashreplace").decode(),
    "bytes of UTF-8": lambda text: "".join(f"\\x{byte:02X}" if byte > 0x7F else chr(byte) for byte in text.encode()),
    "bytes of GBK": lambda text: text.encode("gbk").decode("ascii", "backslashreplace"),
    "octal": lambda text: "".join(f"\\{byte:o}" if byte > 0x7F else chr(byte) for byte in text.encode()),
    "percent": lambda text: quote(text, safe="，。"),
    "percent, GBK": lambda text: quote(text.encode("gbk"), safe=""),
    "quoted-printable": lambda text: quopri.encodestring(text.encode()).decode(),
}


@pytest.mark.parametrize("how", SPELLINGS)
@pytest.mark.parametrize("text", [text for text in SENTENCES if text.isascii() is False])
def test_what_was_spelled_comes_back(how: str, text: str) -> None:
    plain = "".join(char for char in text if char > "\x7f" and char.encode("gbk"))
    assert clean(SPELLINGS[how](plain)).readable.find(plain) >= 0


def test_the_end_of_a_french_quotation_is_no_ideograph() -> None:
    """`é\u00a0»` are the bytes of one in UTF-8, beside Chinese that is spelled in the same way."""
    value = {"fr": "«\u00a0été\u00a0» et «\u00a0café\u00a0»", "zh": LINKED}
    assert json.loads(restore(json.dumps(value), for_index=True).text) == value


@given(st.text('设备温度过高，。“”"\\\n\t/é𠮷\u2028\u00a0ab1', min_size=1, max_size=40))
def test_json_stays_json_of_the_same_value(text: str) -> None:
    value = {"msg": text, "of": LINKED, "in": json.dumps([text])}
    restored = restore(json.dumps(value), for_index=True).text
    assert json.loads(restored)["msg"] == text
    assert json.loads(json.loads(restored)["in"]) == [text]
    assert LINKED in restored


@given(st.text("\\u4e2d8bbe5907x%=-[]{}'\"b \nU+/?&:编码", max_size=60), st.booleans())
def test_restoring_again_changes_nothing(text: str, for_index: bool) -> None:
    once = restore(text + "\\u8bbe\\u5907", for_index=for_index).text
    assert restore(once, for_index=for_index).text == once


USED = {
    "an address": "http://example.com/s?q=%E8%AE%BE%E5%A4%87%E6%B8%A9%E5%BA%A6%E8%BF%87%E9%AB%98",
    "an address of GBK": "GET /s?q=%C9%E8%B1%B8%CE%C2%B6%C8%B9%FD%B8%DF HTTP/1.1",
    "code": "运行 `print('\\u8bbe\\u5907\\u6e29\\u5ea6\\u8fc7\\u9ad8')` 看看",
    "bytes": "x = b'\\xe8\\xae\\xbe\\xe5\\xa4\\x87\\xe6\\xb8\\xa9\\xe5\\xba\\xa6\\xe8\\xbf\\x87\\xe9\\xab\\x98'",
    "a program that decodes": "'\\xc9\\xe8\\xb1\\xb8\\xce\\xc2\\xb6\\xc8\\xb9\\xfd\\xb8\\xdf'.encode('latin-1')",
    "talk": "转义以后是 \\u8bbe\\u5907\\u6e29\\u5ea6\\u8fc7\\u9ad8",
}


def test_an_index_reads_what_clean_leaves_to_programs(tmp_path: Path) -> None:
    for name, text in USED.items():
        assert clean(text).readable == text
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    build_index([str(tmp_path)], str(tmp_path / "index"))
    with open_index(str(tmp_path / "index")) as index:
        results = index.search(LINKED)
        named = [Path(path).stem for hit in results.hits for path in (hit.path, *hit.also_in)]
        assert sorted(named) == sorted(USED)
        place = results.hits[0].snippets[0]
        assert place.line == 1


@pytest.mark.parametrize(
    "text",
    [
        "if ('\\u4e00' <= c && c <= '\\u9fa5') return /[\\u4e00-\\u9fff\\u3400-\\u4dbf]/.test(c);",
        "C:\\users\\u4d3c2b1a\\x86\\abc 100%d8 \\377\\376 a=BC=DE &c=E4",
        "magnet:?xt=urn:btih:%D2%C3%E5%81%BA%91%E0%AC%D9%ED%A5%F1%99%8C%B7%E2%90%A3%D4%F8",
    ],
)
@pytest.mark.parametrize("for_index", [False, True])
def test_what_says_nothing_stays(text: str, for_index: bool) -> None:
    assert not restore(text, for_index=for_index).edits


@given(st.text(alphabet="\\%<=>+uUxE4B8 \r\n'中@", max_size=60))
@example("中= \n=E4=B8")
@example("\\\\u4e2d%E4@<E4><U+4E2D>'\\4e2d\\6587'\\xe4\\344")
def test_no_run_is_missed_by_looking_for_its_beginning(text: str) -> None:
    found = [(run.span(), run.lastgroup) for run in escape_forms.runs(text)]
    assert found == [(run.span(), run.lastgroup) for run in escape_forms._RUN.finditer(text)]


@given(st.lists(st.sampled_from("中文设备é"), min_size=1, max_size=6), st.sampled_from(("\\x", "%", "=")))
def test_bytes_that_are_all_spelled_alike_are_read_as_each_by_itself(chars: list[str], sign: str) -> None:
    spelled = "".join(f"{sign}{byte:02X}" for byte in "".join(chars).encode("gb18030"))
    units = escape_forms._spelled_units(spelled, len(spelled))
    each = [escape_forms._unit(m, len(spelled)) for m in escape_forms._UNIT.finditer(spelled)]
    assert list(zip(*units, strict=True)) == each


@pytest.mark.parametrize("line_end", ["=\n", "= \t\r\n"])
def test_soft_line_breaks_go_wherever_they_cut_a_character(line_end: str) -> None:
    spelled = [f"={byte:02X}" for byte in "中文设备，材料".encode()]
    broken = "".join(f"{piece}{line_end if number % 2 else ''}" for number, piece in enumerate(spelled))
    assert clean(f"{broken}\nsome more{line_end} words").readable == "中文设备，材料\nsome more words"


def test_what_a_page_spells_again_and_again_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read, found = escape_forms._of_bytes, list[object]()

    def counted(units: escape_forms.Units, at: int, *, older: bool = False) -> list[escape_forms.Spelled]:
        found.append(units)
        return read(units, at, older=older)

    monkeypatch.setattr(escape_forms, "_of_bytes", counted)
    spelled = "".join(f"\\x{byte:02x}" for byte in "蜻蜓点水".encode("gb18030"))
    assert clean(f"{spelled} " * 50).readable == "蜻蜓点水 " * 50
    assert len(found) == 1
