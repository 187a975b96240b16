"""What the pages are made of: text as HTML, parts and rows of a document, words, templates, slow clients, shares."""

from __future__ import annotations

import dataclasses
import html
import re
import subprocess
import sys
import zipfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.guides import TOP
from seedsearch.frontends.web import pages, parameters, words
from seedsearch.frontends.web.marks import Range, painted, visible
from seedsearch.frontends.web.rows import PART, ROW, Text, part_borders, rows
from seedsearch.offsets import Edit, OffsetMap, Span, apply_edits
from seedsearch.restoring.clean import clean
from tests.strategies import edits_of, mixed_text

ANY = st.text(st.characters(codec=None) | st.sampled_from("<>&\"'\x1b\u202e\n\r\t焊接{}%"), max_size=60)


def said(marked: str) -> str:
    """The text of HTML, with what was spelled out as it was."""
    plain = re.sub(r"<[^>]*>", "", re.sub(r'<span class="u">U\+([0-9A-F]+)</span>', r"\\u{\1}", marked))
    return re.sub(r"\\u\{([0-9A-F]+)\}", lambda found: chr(int(found[1], 16)), html.unescape(plain))


@given(ANY)
def test_any_text_is_shown_whole_and_does_nothing(text: str) -> None:
    made = visible(text)
    assert not re.search(r'<(?!span class="u">|/span>)', made)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", made)
    if "\\u{" not in text:
        assert said(made) == text.replace("\r\n", "\n")


@given(mixed_text, st.data())
def test_elements_change_no_text_and_are_closed(text: str, data: st.DataObject) -> None:
    layers = []
    for name in ("ins", "mark"):
        cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=8)))
        layers.append([Range(a, b, name, {"class": "<x>"}) for a, b in zip(cuts[::2], cuts[1::2], strict=False)])
    a = data.draw(st.integers(0, len(text)))
    b = data.draw(st.integers(a, len(text)))
    made = painted(text, a, b, layers)
    assert said(made) == text[a:b]
    open_: list[str] = []
    for closing, name in re.findall(r"<(/?)(\w+)", made):
        if closing:
            assert open_.pop() == name
        else:
            open_.append(name)
    assert open_ == []
    marked = "".join(html.unescape(inside) for inside in re.findall(r"<mark[^>]*>(.*?)</mark>", made, re.DOTALL))
    whole = "".join(text[max(a, one.start) : min(b, one.end)] for one in layers[1])
    assert re.sub(r"<[^>]*>", "", marked) == whole


def shown(raw: str, edits: list[Edit], hits: tuple[Span, ...] = ()) -> Text:
    lines = [0, *(at + 1 for at, char in enumerate(raw) if char == "\n")]
    return Text(raw, apply_edits(raw, edits), edits, (), hits, lines, OffsetMap.of(edits))


@given(mixed_text, st.data())
def test_rows_hold_both_texts_in_order(text: str, data: st.DataObject) -> None:
    """All that can be seen of either: white lines are named by their numbers."""
    whole = shown(text, data.draw(edits_of(text)))
    made = list(rows(whole, 0, len(text)))
    for got, wanted in (("".join(said(row.raw) for row in made), whole.raw),
                        ("".join(said(row.text) for row in made), whole.readable)):  # fmt: skip
        assert re.sub(r"\s", "", got) == re.sub(r"\s", "", wanted)
    numbers = [int(number) for row in made for number in row.lines.split("–")]
    assert numbers == sorted(numbers)
    for row in made:
        if not row.is_changed:
            assert said(row.raw) == said(row.text)


LONG_LINE = "焊接(jiē)材料与设备，" * 30_000


@pytest.mark.slow
@pytest.mark.parametrize(
    "raw", ["短", "", "字" * (3 * PART), "一行\n" * PART, LONG_LINE[: 5 * PART], "<br>".join(["行" * 40] * 900)]
)
def test_parts_cover_a_document_and_rows_are_never_long(raw: str) -> None:
    cleaned = clean(raw)
    text = shown(raw, list(cleaned.edits))
    borders = part_borders(text)
    assert (borders[0], borders[-1]) == (0, len(raw))
    assert borders == sorted(set(borders)) or raw == ""
    assert all(b - a <= 3 * PART for a, b in pairwise(borders))
    for edit in text.edits:
        assert not [at for at in borders if edit.span.start < at < edit.span.end]
    made = [row for a, b in pairwise(borders) for row in rows(text, a, b)]
    assert all(len(said(row.raw)) <= 2 * ROW for row in made)
    assert re.sub(r"\s", "", "".join(said(row.text) for row in made)) == re.sub(r"\s", "", cleaned.readable)


def test_a_row_ends_where_an_edit_makes_a_line_break() -> None:
    raw = "<p>第一行</p><p>第二行</p><br>第三行"
    cleaned = clean(raw)
    made = list(rows(shown(raw, list(cleaned.edits)), 0, len(raw)))
    assert [said(row.text).strip() for row in made] == ["第一行", "第二行", "第三行"]


def test_runs_of_empty_lines_are_one_row() -> None:
    raw = "一\n\n\n\n二\n"
    assert [row.lines for row in rows(shown(raw, []), 0, len(raw))] == ["1", "2–4", "5"]


def test_a_hit_has_its_number_once_and_stands_beside_its_source() -> None:
    raw = "焊接(jiē)材料，焊接"
    edits = list(clean(raw).edits)
    readable = apply_edits(raw, edits)
    hits = tuple(Span(found.start(), found.end()) for found in re.finditer("焊接", readable))
    (row,) = rows(shown(raw, edits, hits), 0, len(raw))
    assert re.findall(r'id="(h\d)"', row.text) == ["h1", "h2"]
    assert len(re.findall("<mark", row.raw)) == 2


def test_what_goes_side_by_side_has_one_bar() -> None:
    raw = "<b><i><u>焊接</u></i></b>材料"
    (row,) = rows(shown(raw, list(clean(raw).edits)), 0, len(raw))
    assert row.text.count("<ins") == 2


def test_every_word_of_the_pages_is_said_in_both_languages() -> None:
    """No template takes a method for a word, none names one that there is not, and each word is on a page."""
    fields = {field.name for field in dataclasses.fields(words.Words)}
    folder = Path(pages.__file__).parent
    files = [path for path in folder.glob("**/*") if path.suffix in (".html", ".py") and path.name != "words.py"]
    text = "".join(path.read_text(encoding="utf-8") for path in files)
    said = set(re.findall(r"\bt\.(\w+)", text)) - {"format"}
    assert said <= fields
    by_name = {*parameters.FACETS, *parameters.VIEW.choices}  # getattr
    assert fields == said | set(re.findall(r"\bwords\.(\w+)", text)) & fields | by_name
    for field in fields:
        english, chinese = getattr(words.EN, field), getattr(words.ZH, field)
        assert english.count("{}") == chinese.count("{}"), field


@pytest.mark.slow
def test_a_wheel_has_the_templates_and_the_static_files(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=TOP, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    source = TOP / "src" / "seedsearch"
    files = [path for path in source.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    ours = {f"seedsearch/{path.relative_to(source)}" for path in files}
    assert ours <= inside
    assert {"seedsearch/frontends/web/static/page.css", "seedsearch/frontends/web/templates/base.html"} <= inside
