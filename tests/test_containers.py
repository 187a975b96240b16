"""Files that programs read stay what they are when they are restored: JSON, tables, XML, code."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedsearch.offsets import apply_edits, check_edits
from seedsearch.reading.documents import RawDocument
from seedsearch.restoring.budget import Shares
from seedsearch.restoring.clean import clean, clean_document
from seedsearch.restoring.containers import clean_file, kind_of
from seedsearch.restoring.containers.xml_strings import values_of_xml
from seedsearch.restoring.documents import Cleaned
from tests.programs import warm as seedsearch
from tests.strategies import examples
from tests.test_restore import mixtures

OF_BYTES = ("code-pages", "latin1", "utf8-as-gbk", "big5-gbk", "misreadings")
texts = mixtures | st.text("\"\\/,;\t\r\n 'a1我焊接<>&\U0001f600\u2028\x7f", max_size=12)
# XML holds no controls, and normalizes ends of lines.
in_xml = texts.map(lambda text: "".join(c for c in text if c in "\t\n" or (" " <= c < "\ufffe" and c.isprintable())))


def restored(name: str, text: str, **more: Any) -> Cleaned:
    """The file restored; its edits are lawful, and what it reads is what they make."""
    done = clean_file(RawDocument(name, "utf-8", text), **more)
    check_edits(done.edits, len(text))
    assert apply_edits(text, done.edits) == done.readable
    assert all(0 <= f.span.start < f.span.end <= len(text) for f in done.findings)
    return done


def said(*texts: str) -> list[str]:
    """The texts restored each by itself, one after the other as those of one file, which share what they may cost."""
    shares: Shares = {}
    return [clean_document(RawDocument("", "str", text), shares=shares).readable for text in texts]


def tell_together(*values: str) -> bool:
    """Tell whether values that stand beside one another say more of misread bytes than each of them does."""
    lines = [one.replace("\n", " ") for one in values if not re.fullmatch("[0-9A-Za-z ._:+-]*", one)]
    some = ("\n".join(lines[i:j]) for i in range(len(lines)) for j in range(i + 2, len(lines) + 1))
    return any(clean(text, only=OF_BYTES).edits for text in some)


@examples(40)
@given(st.lists(texts, min_size=1, max_size=4), st.booleans(), st.sampled_from([None, 1]))
def test_json_keeps_its_shape_and_each_string_reads_as_by_itself(
    values: list[str], ascii_only: bool, indent: int | None
) -> None:
    value = {"标题&amp;": values[0], "n": [1.50, None, {"deep": values}]}
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    got = json.loads(restored("a.json", text).readable)
    first, *others = said(values[0], *values)
    assert len(got["n"][2]["deep"]) == len(values)
    assert tell_together(values[0], *values) or got == {"标题&amp;": first, "n": [1.5, None, {"deep": others}]}


@examples(25)
@given(st.lists(texts, min_size=1, max_size=5), st.booleans())
def test_lines_of_json_are_restored_one_by_one_and_other_fields_stay_byte_for_byte(
    values: list[str], ascii_only: bool
) -> None:
    rows = [{"id": f"&lt;{i}&gt;", "text": one, "at": 1e3} for i, one in enumerate(values)]
    lines = [json.dumps(row, ensure_ascii=ascii_only) for row in rows]
    done = restored("a.jsonl", "\n".join(lines), fields=("text",)).readable.split("\n")
    got = [json.loads(line)["text"] for line in done]
    assert len(got) == len(values)
    assert tell_together(*values) or got == said(*values)
    begins = [line[: line.index('"text"')] for line in lines]
    assert all(
        now.startswith(begin) and now.endswith(', "at": 1000.0}') for now, begin in zip(done, begins, strict=True)
    )


@pytest.mark.slow
@examples(40)
@given(st.lists(st.lists(texts, min_size=2, max_size=3), min_size=1, max_size=4), st.sampled_from(",;\t"))
def test_a_table_keeps_its_rows_and_each_cell_reads_as_by_itself(rows: list[list[str]], delimiter: str) -> None:
    headings = ["名", "text", "c"]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([headings, *rows])
    done = restored("a.csv", out.getvalue()).readable
    read = list(csv.reader(io.StringIO(done, newline=""), delimiter=delimiter))
    cells = [cell for row in rows for cell in row]
    alone = iter(said(*cells))
    assert [len(row) for row in read] == [3, *map(len, rows)]
    assert tell_together(headings[0], *cells) or read == [headings, *([next(alone) for _ in row] for row in rows)]


@examples(25)
@given(in_xml, in_xml)
def test_xml_stays_well_formed_and_its_texts_read_as_by_themselves(text: str, attribute: str) -> None:
    page = f"<?xml version='1.0'?>\n<r a={quoteattr(attribute)}><!-- &nbsp; <b> --><t>{escape(text)}</t></r>\n"
    root = ElementTree.fromstring(restored("a.xml", page).readable)
    in_attribute, in_text = said(attribute, text)
    if not tell_together(attribute, text):
        assert (root[0].text or "") == in_text or text.strip() == ""
        assert root.attrib["a"] == in_attribute


NAMES = [["姓名", "电话", "城市", "备注"], ["王建国", "13700000000", "天津", "加急"], ["赵敏", "", "深圳", "缺货"]]


@pytest.mark.parametrize(("encoding", "reader"), [("gbk", "latin-1"), ("utf-8", "latin-1"), ("gbk", "cp1251")])
def test_the_cells_of_a_row_tell_together_how_they_were_misread(encoding: str, reader: str) -> None:
    table = "".join(f"{','.join(row)}\n" for row in NAMES)
    assert restored("a.csv", table.encode(encoding).decode(reader)).readable == table
    record = json.dumps({"a": NAMES[1]}, ensure_ascii=False)
    assert restored("a.json", record.encode(encoding).decode(reader)).readable == record


def test_clean_rows_in_several_languages_stay() -> None:
    table = "name,city\nJosé Peña,São Paulo\nЛев Иванов,Москва\n王伟,北京\n田中さくら,東京\n김민수,서울\nÀÉÎ,ÄÖÜß\n"
    assert not restored("a.csv", table).edits


@pytest.mark.parametrize(
    ("name", "text", "readable"),
    [
        ("t.csv", "id,name\n1,甲&#44;乙\n2,a&#10;b\n", 'id,name\n1,"甲,乙"\n2,"a\nb"\n'),
        ("t.csv", "id,name\n1,他说&quot;好&quot;\n", 'id,name\n1,他说"好"\n'),
        ("t.csv", 'id,name\n1,"他说&quot;好&quot;"\n', 'id,name\n1,"他说""好"""\n'),
        ("t.csv", 'id,name\n1,"没有关上&nbsp;的引号\n2,甲\n', 'id,name\n1,"没有关上 的引号\n2,甲\n'),
        ("t.tsv", "id\tname\r\n1\t甲&nbsp;乙\r\n", "id\tname\r\n1\t甲 乙\r\n"),
        ("x.jsonl", '{"t":"他说&quot;焊接&quot;"}\r\n\n{"t": 1}', '{"t":"他说\\"焊接\\""}\r\n\n{"t": 1}'),
        ("x.jsonl", '{"t":"\\u710a\\u63a5\\"\\n&nbsp;"}', '{"t":"焊接\\"\\n "}'),
        ("x.jsonl", '{"t":"焊接&nbsp;材料 没有关上\n{"t":"甲&nbsp;"}', '{"t":"焊接&nbsp;材料 没有关上\n{"t":"甲 "}'),
        ("x.json", '{"t": "a\\/b\\u00e9", "n": 1.500}', '{"t": "a\\/b\\u00e9", "n": 1.500}'),
        ("x.json", "{'t': '焊接&quot;'}", "{'t': '焊接&quot;'}"),
        ("x.xml", '<r a="1 &lt; 2">甲 &amp; 乙&#x710a;&#x63a5;</r>', '<r a="1 &lt; 2">甲 &amp; 乙焊接</r>'),
        ("x.xml", "<r><![CDATA[甲&nbsp;<b>]]></r>", "<r><![CDATA[甲&nbsp;<b>]]></r>"),
        ("a.py", 'print("焊接 <br> &nbsp;")', 'print("焊接 <br> &nbsp;")'),
        ("a.yaml", 'a: "焊接&quot;"\u200b', 'a: "焊接&quot;"'),
        ("a.txt", "焊接&nbsp;<br>材料", "焊接 \n材料"),
    ],
)
def test_a_file_stays_what_it_is(name: str, text: str, readable: str) -> None:
    assert restored(name, text).readable == readable


def test_escaped_characters_stay_where_their_step_is_left_out() -> None:
    text = '{"t":"\\u710a\\u63a5&nbsp;\\u710a"}'
    assert restored("x.jsonl", text, names=["entities"]).readable == '{"t":"\\u710a\\u63a5 \\u710a"}'
    edits = restored("x.jsonl", text).edits
    assert [(e.step, e.span.cut(text), e.replacement) for e in edits] == [
        ("escapes", "\\u710a\\u63a5", "焊接"),
        ("entities", "&nbsp;", " "),
        ("escapes", "\\u710a", "焊"),
    ]


def test_xml_is_known_by_its_first_words_and_html_is_none() -> None:
    assert kind_of("a", '<?xml version="1.0"?><r/>') == "xml"
    assert kind_of("a.xml", "<?xml version='1.0'?><html lang='zh'>") == "text"


def run(place: Path, *arguments: str, stdin: str = "") -> str:
    done = seedsearch("clean", *arguments, cwd=place, stdin=stdin)
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode()


@pytest.mark.slow
@pytest.mark.parametrize("text", ["<a " + "x" * 300_000 + ">", "<![" * 300_000, "<a " + "x= " * 300_000 + ">"])
def test_broken_xml_is_read_in_one_go(text: str) -> None:
    """Not anew from each of its characters, which would take many minutes."""
    assert {text[value.start : value.end] for value in values_of_xml(text, (), set())} <= {"["}


def test_attributes_without_a_value_are_passed_over() -> None:
    text = """<a b c = "甲" d=e='乙' f="">"""
    assert [text[value.start : value.end] for value in values_of_xml(text, (), set())] == ["甲", "乙", ""]


@pytest.mark.slow
def test_standard_input_is_known_as_json_or_said_to_be_a_table(tmp_path: Path) -> None:
    assert run(tmp_path, stdin='{"t":"甲&quot;"}\n{"t":2}\n') == '{"t":"甲\\""}\n{"t":2}\n'
    assert run(tmp_path, "-", stdin='[\n "甲&quot;"]') == '[\n "甲\\""]'
    table = "id,text,other\n1,甲&#44;,&nbsp;\n"
    assert run(tmp_path, "-", "--input", "csv", "--field", "text", stdin=table) == 'id,text,other\n1,"甲,",&nbsp;\n'
    assert run(tmp_path, "--field", "text", stdin=table) == 'id,text,other\n1,"甲,",&nbsp;\n'
    assert run(tmp_path, "--input", "text", stdin='{"t":"甲&quot;"}') == '{"t":"甲""}'


@pytest.mark.slow
def test_a_field_that_is_not_there_is_an_error_that_names_it(tmp_path: Path) -> None:
    for name, text in (("a.jsonl", '{"body":"甲"}\n'), ("a.csv", "id,body\n1,甲\n"), ("a.xml", "<r>甲</r>")):
        (tmp_path / name).write_text(text, encoding="utf-8")
        done = seedsearch("clean", name, "--field", "text", cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, b"")
        assert f"{name} has no field text" in done.stderr.decode()
    (tmp_path / "a.txt").write_text("甲", encoding="utf-8")
    done = seedsearch("clean", "a.txt", "--field", "text", cwd=tmp_path)
    assert done.returncode == 2
    assert "a.txt is text, which has no fields" in done.stderr.decode()


def test_copies_in_utf_8_say_so(tmp_path: Path) -> None:
    """XML declares its encoding; a spreadsheet knows UTF-8 by its mark."""
    (tmp_path / "in").mkdir()
    page = "<?xml version='1.0' encoding='GBK'?>\n<r>焊接材料已经备足，等待检修。&amp;</r>"
    (tmp_path / "in" / "a.xml").write_bytes(page.encode("gbk"))
    (tmp_path / "in" / "a.csv").write_bytes("\ufeffid,名\r\n1,焊接&#44;\r\n".encode())
    run(tmp_path, "in", "-o", "out", "-q")
    root = ElementTree.fromstring((tmp_path / "out" / "a.xml").read_bytes())
    assert root.text == "焊接材料已经备足，等待检修。&"
    assert (tmp_path / "out" / "a.csv").read_bytes() == '\ufeffid,名\r\n1,"焊接,"\r\n'.encode()
