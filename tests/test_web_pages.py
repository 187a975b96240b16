"""The pages as they are sent: what documents and queries can put into them, what they say, what they lead to."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from fixtures.guides import furnished
from fixtures.hostile import TEXTS, WORD
from seedsearch import build_index, open_index
from seedsearch.metadata.document_records import doc_id_of
from tests.serving import Answer, Server, indexed, serving

VOID = {"meta", "link", "input", "br", "wbr"}


class Page(HTMLParser):
    """What a browser makes of a page, as far as it matters here."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.marks: list[str] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag == "mark":
            self.marks.append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if "mark" in self.open:
            self.marks[-1] += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def links(self) -> list[str]:
        return [one["href"] for one in self.all("a")]


def harmless(answer: Answer) -> Page:
    """The page, if nothing in it runs, loads or hides but what is ours."""
    page = Page(answer.text)
    assert page.open == []
    (script,) = page.all("script")
    assert script["src"].endswith("/page.js")
    assert not [one for one in ("img", "iframe", "object", "embed", "style", "base") if page.all(one)]
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on") or name in ("style", "srcdoc")], tag
        for name in ("href", "src", "action"):
            assert re.match(r"$|[/#?](?!/)", attributes.get(name, "")), attributes
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]", page.text)
    assert "5332114" not in answer.text  # what a template would make of 1234*4321
    return page


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the guides, those that were made to do harm, and their index."""
    return indexed(tmp_path_factory.mktemp("pages"))


@pytest.fixture(scope="module")
def server(place: Path) -> Iterator[Server]:
    with serving(cwd=place) as running:
        yield running


def ids_of(place: Path) -> list[str]:
    with open_index(place / "index") as index:
        return [doc_id_of(record.path) for record in index.records()]


@pytest.mark.slow
def test_no_document_and_no_name_gets_out_of_its_page(server: Server, place: Path) -> None:
    ids = ids_of(place)
    assert len(ids) >= 30
    for id in ids:
        for view in ("both", "text", "raw"):
            harmless(server.ask("/document", id=id, q=WORD, view=view))
    for page in (1, 2):
        found = harmless(server.ask("/", q=WORD, page=page))
        assert set(found.marks) == {WORD}
    harmless(server.ask("/stats"))


QUERIES = [
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "javascript:alert(1)", "{{1234*4321}}", "{% raw %}",
    "焊接</title>",
    "' onfocus=alert(1) autofocus='", "\x1b[31m焊接", "\u202e焊接", "&lt;焊接&gt;", "%3Cscript%3E",
]  # fmt: skip


@pytest.mark.parametrize("typed", QUERIES)
def test_no_query_gets_out_of_its_page(server: Server, typed: str) -> None:
    page = harmless(server.ask("/", q=typed, damage=typed, folder=typed))
    (box,) = [one for one in page.all("input") if one.get("name") == "q"]
    assert box["value"] == typed or not typed.isprintable()
    harmless(server.ask("/document", id="hostile/astral.txt", q=typed))
    harmless(server.ask("/", q=typed, lang=typed))
    harmless(server.ask("/document", id=typed))


def test_no_text_can_forge_a_highlight(server: Server) -> None:
    page = harmless(server.ask("/document", id="hostile/forged.txt", q="焊接", view="text"))
    assert page.marks == ["焊接"] * page.text.count("焊接") or len(page.marks) >= 3
    assert "【焊接】" in page.text
    assert len([one for one in page.all("mark") if one.get("id") == "h1"]) == 1


@pytest.mark.parametrize("name", ["astral.txt", "script.txt", "close.txt", "entity.txt"])
def test_the_raw_text_is_all_there(server: Server, name: str) -> None:
    page = harmless(server.ask("/document", id=f"hostile/{name}", view="raw"))
    assert TEXTS[name].rstrip() in page.text


def test_a_facet_that_is_chosen_gives_what_it_counted(server: Server) -> None:
    """And narrows the tiers that answered; a second click lets it go."""
    facets = "damage,encoding,ext,folder,year"
    whole = server.ask("/api/v1/search", q="焊接材料", facets=facets, limit=0).json
    assert {name for name, values in whole["facets"].items() if values} == set(facets.split(","))
    for name, values in whole["facets"].items():
        for one in values:
            narrowed = server.ask("/api/v1/search", q="焊接材料", limit=0, **{name: one["value"]}).json
            assert narrowed["total"] == one["count"], (name, one)
            assert set(narrowed["tiers"]) <= set(whole["tiers"])
    page = Page(server.ask("/", q="焊接材料", damage="reading-mark", lang="en").text)
    assert [one["value"] for one in page.all("input") if one.get("name") == "damage"] == ["reading-mark"]
    (chosen,) = [one["href"] for one in page.all("a") if one.get("class") == "chosen"]
    assert "damage" not in chosen


def test_every_link_of_the_pages_leads_somewhere(server: Server) -> None:
    """From the start page on, two clicks deep."""
    seen: set[str] = set()
    left = ["/", "/?q=焊接", "/stats", "/document?id=seeds/notice.txt&q=焊接"]
    for _ in range(2):
        found: set[str] = set()
        for address in left:
            parts = urlsplit(address)
            said: dict[str, Any] = parse_qs(parts.query)
            answer = server.ask(parts.path, **said)
            assert answer.status == 200, address
            if answer.headers["content-type"].startswith("text/html"):
                found |= {link.partition("#")[0] for link in Page(answer.text).links()}
        seen |= set(left)
        left = sorted(one for one in found - seen if one.startswith("/"))[:60]
    assert any("/document?" in one for one in seen)


def test_an_answer_says_what_it_is(server: Server) -> None:
    english, chinese = (Page(server.ask("/", q="焊接材料", lang=lang).text) for lang in ("en", "zh"))
    assert "the whole run" in english.text
    assert "整串文字" in chinese.text
    assert (english.all("html"), chinese.all("html")) == ([{"lang": "en"}], [{"lang": "zh-Hans"}])
    assert "restored here: pinyin in brackets 24, HTML entity 1" in english.text
    assert "line 1, column 9" in english.text
    nothing = Page(server.ask("/", q="量子纠缠态", lang="en").text)
    assert "Nothing found for “量子纠缠态”" in nothing.text


def test_the_language_is_that_of_the_browser_until_one_is_chosen(server: Server) -> None:
    def lang(**headers: str) -> str:
        return Page(server.ask("/", headers=headers).text).all("html")[0]["lang"]

    assert lang() == "en"
    assert lang(**{"Accept-Language": "zh-TW,zh;q=0.9"}) == "zh-Hans"
    chosen = server.ask("/", lang="zh").headers["set-cookie"]
    assert "seedsearch-lang=zh" in chosen
    assert lang(Cookie=chosen.partition(";")[0]) == "zh-Hans"
    assert lang(Cookie="seedsearch-lang=<script>") == "en"


def test_a_document_stands_beside_its_file_with_every_repair(server: Server) -> None:
    page = Page(server.ask("/document", id="seeds/notice.txt", q="焊接", lang="en").text)
    assert [one["id"] for one in page.all("mark") if "id" in one] == ["h1", "h2"]
    rows = [one for one in page.all("tr") if "id" in one]
    assert len(rows) == len(page.all("del")) == len(page.all("ins")) == 25
    assert {one["class"] for one in page.all("ins")} == {"gone proved", "come certain"}
    assert "proved: the fault, run forward, gives this and nothing else" in page.text
    assert "关(guān)" not in page.text
    assert "關(guān)于焊接材料" in page.text


def test_the_untouched_file_is_handed_out_to_be_saved(server: Server, place: Path) -> None:
    answer = server.ask("/document/raw", id="seeds/report.txt")
    assert answer.content == (place / "seeds" / "report.txt").read_bytes()
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert server.ask("/document/raw", id="hostile/a.zip!/b/c.txt").content == f"又一个{WORD}".encode()
    assert server.ask("/document/raw", id="hostile/rows.jsonl#2").text.strip() == "只有焊接"
    odd = next(id for id in ids_of(place) if "\n" in id)
    assert "\n" not in server.ask("/document/raw", id=odd).headers["content-disposition"]
    gbk = next(id for id in ids_of(place) if "gbk-" in id)
    with open(os.fsencode(place) + b"/hostile/gbk-\xba\xb8.txt", "rb") as file:
        assert server.ask("/document/raw", id=gbk).content == file.read()


@pytest.mark.slow
def test_a_file_that_is_not_the_indexed_one_is_never_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(furnished(tmp_path))
    secret = tmp_path / "secret.txt"
    secret.write_text("不可告人", encoding="utf-8")
    Path("seeds/sub").mkdir()
    Path("seeds/sub/kept.txt").write_text("留下的焊接", encoding="utf-8")
    build_index("seeds", "index", workers=1)
    Path("seeds/page.txt").write_text("变了的焊接", encoding="utf-8")
    Path("seeds/old.txt").unlink()
    Path("seeds/notice.txt").unlink()
    Path("seeds/notice.txt").symlink_to(secret)
    Path("seeds/report.txt").unlink()
    os.mkfifo("seeds/report.txt")
    Path("seeds/sub").rename("moved")
    Path("seeds/sub").symlink_to(tmp_path / "moved")
    with serving(cwd=tmp_path) as server:
        for name in ("page", "old", "notice", "report"):
            id = f"seeds/{name}.txt"
            page, data = server.ask("/document", id=id, lang="en"), server.ask("/api/v1/document", id=id)
            assert "The file has changed or gone" in page.text
            assert (data.json["file"], data.json["edits"]) == ("changed", [])
            assert server.ask("/document/raw", id=id).status == 409
            for answer in (page, data):
                assert "不可告人" not in answer.text
                assert "变了的" not in answer.text
        kept = server.ask("/document", id="seeds/sub/kept.txt")
        assert "The file has changed" not in kept.text
        assert server.ask("/document/raw", id="seeds/sub/kept.txt").status == 200
        assert "搬遷" in server.ask("/document", id="seeds/notice.txt").text


@pytest.mark.slow
def test_paths_are_those_of_the_folder_that_holds_the_index(place: Path, tmp_path: Path) -> None:
    with serving("-i", str(place / "index"), cwd=tmp_path) as server:
        assert server.ask("/api/v1/document", id="seeds/notice.txt").json["file"] == "same"


def test_the_address_bar_of_a_browser_can_search(server: Server) -> None:
    answer = server.ask("/opensearch.xml")
    assert answer.headers["content-type"].startswith("application/opensearchdescription+xml")
    assert f'template="http://127.0.0.1:{server.port}/?q={{searchTerms}}"' in answer.text


@pytest.mark.slow
def test_a_link_opens_an_editor_at_the_line(place: Path) -> None:
    with serving("--link", "vscode://file{path}:{line}:{column}", cwd=place) as server:
        page = server.ask("/document", id="seeds/notice.txt", q="保證焊接").text
        assert 'href="vscode://file' in page
        assert "seeds/notice.txt:4:" in page
