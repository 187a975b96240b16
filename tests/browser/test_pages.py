"""The pages in a real browser: what a person does there, with and without a script, by keyboard, in Chinese."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import Page, expect

from fixtures.hostile import WORD
from seedsearch import open_index
from seedsearch.metadata.document_records import doc_id_of
from tests.browser.conftest import Open, Watched
from tests.serving import Server


def document(id: str, **more: str) -> str:
    return "/document?" + urlencode({"id": id, **more})


def here(page: Page) -> str:
    """The text of the hit at which the page stands."""
    return page.locator("mark.here").inner_text()


def test_the_seed_is_found_a_hit_opened_an_edit_explained_a_filter_chosen(open_page: Open) -> None:
    page = open_page("/")
    page.locator("#q").fill("良性生态")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("1 document")
    expect(page.locator("mark").first).to_have_text("良性生態")
    page.locator(".hit h2 a").first.click()
    expect(page.locator("h1")).to_contain_text("000_e256d62e2d3f71b5.txt")
    expect(page.locator("mark.here")).to_have_text("良性生態")
    assert page.locator("mark.here").is_visible()
    expect(page.locator(".row.changed .raw").filter(has_text="睎|麗區(qū)").first).to_be_visible()
    page.locator("#at ins.come.proved, #at ins.come.inferred").first.hover()
    expect(page.locator("#foot")).to_contain_text("bytes read one off")
    page.go_back()
    page.goto("/?q=焊接")
    page.locator(".facets a").filter(has_text="pinyin in brackets").click()
    expect(page.locator(".facets a.chosen")).to_contain_text("pinyin in brackets")
    shown = page.locator(".hit h2").all_inner_texts()
    assert shown
    page.locator("#q").fill("材料")
    page.keyboard.press("Enter")
    expect(page.locator(".facets a.chosen")).to_contain_text("pinyin in brackets")


def test_no_document_does_anything_in_a_browser(open_page: Open, server: Server, place: Path) -> None:
    with open_index(place / "index") as index:
        ids = [doc_id_of(record.path) for record in index.records() if "hostile" in record.path]
    page = open_page("/")
    for id in ids:
        page.goto(document(id, q=WORD))
        assert page.locator("script").count() == 1
        assert page.locator("img").count() == 0
        assert page.evaluate(_HANDLERS) == []
    for path in (f"/?q={WORD}", f"/?q={WORD}&page=2", "/stats"):
        page.goto(path)
        assert page.locator("script").count() == 1
        assert page.evaluate(_HANDLERS) == []


_HANDLERS = """() => [...document.querySelectorAll("*")].flatMap((element) => [...element.attributes])
  .filter(({name, value}) => name.startsWith("on") || /^\\s*(javascript|data):/i.test(value) && name !== "value")
  .map(({name, value}) => `${name}=${value}`)"""

QUERIES = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "javascript:alert(1)", "{{1234*4321}}",
           "' onfocus=alert(1) autofocus='", "焊接</title><svg onload=alert(1)>", "\u202e焊接"]  # fmt: skip


def test_no_query_does_anything_in_a_browser(open_page: Open) -> None:
    page = open_page("/")
    for typed in QUERIES:
        page.goto(f"/?q={quote(typed)}&damage={quote(typed)}")
        assert page.locator("script").count() == 1
        assert page.locator("img, svg[onload]").count() == 0
        assert page.evaluate(_HANDLERS) == []


def test_all_of_it_works_without_a_script(open_page: Open) -> None:
    page = open_page("/", java_script_enabled=False)
    page.locator("#q").fill("焊接")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".hit")).to_have_count(10)
    page.locator(".facets a").filter(has_text="seeds").click()
    assert "folder=" in page.url
    page.locator("#q").fill("报告")
    page.get_by_role("button", name="Search").click()
    assert "folder=" in page.url
    expect(page.locator(".hit").first).to_be_visible()
    page.goto("/?q=焊接")
    page.get_by_role("link", name="Next →").click()
    assert "page=2" in page.url
    page.goto(document("seeds/notice.txt", q="焊接"))
    for view in ("Restored", "In the file", "Both"):
        page.get_by_role("link", name=view, exact=True).click()
        expect(page.get_by_role("link", name=view, exact=True)).to_have_attribute("aria-current", "page")
    page.locator(".numbers a").nth(1).click()
    assert page.url.endswith("#h2")
    page.locator("summary").filter(has_text="25 repairs").click()
    expect(page.locator("tr#e0")).to_be_visible()
    page.get_by_role("link", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    assert page.locator(".js").first.is_hidden()


_ENTER = """() => document.querySelector("#q").dispatchEvent(new KeyboardEvent("keydown",
  {key: "Enter", keyCode: 229, isComposing: true, bubbles: true, cancelable: true}))"""


def test_an_input_method_submits_nothing_while_it_composes(open_page: Open, watched: Watched) -> None:
    page = open_page("/")
    box = page.locator("#q")
    box.focus()
    devtools = page.context.new_cdp_session(page)
    before = len(watched.asked)
    for composed in ("h", "han", "hanjie"):
        devtools.send("Input.imeSetComposition", {"text": composed, "selectionStart": 0, "selectionEnd": 0})
    page.evaluate(_ENTER)
    page.wait_for_timeout(400)
    assert watched.asked[before:] == []
    devtools.send("Input.insertText", {"text": "焊接"})
    page.wait_for_timeout(400)
    assert [url for url in watched.asked[before:] if "/suggest" in url] == [
        f"{watched.address}api/v1/suggest?q={quote('焊接')}"
    ]
    assert page.url == watched.address
    page.keyboard.press("Enter")
    page.wait_for_url("**/?q=*")


def test_suggestions_are_those_of_what_is_typed_now(open_page: Open) -> None:
    page = open_page("/")
    page.locator("#q").press_sequentially("材", delay=20)
    expect(page.locator("#suggested option").first).to_be_attached()
    assert "材料" in page.evaluate("[...document.querySelectorAll('#suggested option')].map((option) => option.value)")


def test_keys(open_page: Open) -> None:
    page = open_page("/?q=焊接")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.locator(".hit.here").get_attribute("value") == "2"
    page.keyboard.press("k")
    assert page.locator(".hit.here").get_attribute("value") == "1"
    page.keyboard.press("Enter")
    page.wait_for_url("**/document?*")
    page.goto(document("seeds/notice.txt", q="焊接"))
    page.keyboard.press("n")
    page.keyboard.press("n")
    assert page.locator("mark.here").get_attribute("id") == "h2"
    page.keyboard.press("e")
    expect(page.locator("#foot")).to_contain_text("pinyin in brackets · 1:2 · (guān) → nothing · proved")
    page.keyboard.press("e")
    expect(page.locator("#foot")).to_contain_text("1:14")
    page.keyboard.press("E")
    page.keyboard.press("Escape")
    expect(page.locator("#foot")).to_be_hidden()
    page.keyboard.press("v")
    page.wait_for_url("**view=text**")
    page.keyboard.press("/")
    page.keyboard.press("Control+a")
    page.keyboard.type("jknev?/")
    expect(page.locator("#q")).to_have_value("jknev?/")
    page.locator("main").click()
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.locator("#use-keys").uncheck()
    page.keyboard.press("Escape")
    page.locator("main").click()
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_hidden()
    page.reload()
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_hidden()


def test_hits_are_followed_from_part_to_part(open_page: Open) -> None:
    page = open_page(document("seeds/long.txt", q="第900行"))
    expect(page.locator("mark.here, mark[id]").first).to_have_text("第900行")
    page.goto(document("seeds/long.txt", q="材料与设备"))
    last = page.locator("mark[id]").count()
    assert 100 < last < 1500
    page.locator(f"#h{last}").scroll_into_view_if_needed()
    for _ in range(2):
        page.evaluate("location.href = document.querySelector('#hit-behind').dataset.part")
        page.wait_for_url(f"**#h{last + 1}")
        break
    expect(page.locator(f"#h{last + 1}")).to_be_in_viewport()


def test_a_text_of_one_line_comes_in_parts(open_page: Open) -> None:
    page = open_page(document("seeds/one-line.txt"))
    assert page.evaluate("document.querySelectorAll('*').length") < 20_000
    expect(page.locator("nav.pages")).to_contain_text(re.compile(r"Part 1 of \d+"))
    page.get_by_role("link", name="Next part →").click()
    expect(page.locator("nav.pages")).to_contain_text("Part 2 of")


def test_light_and_dark_are_kept(open_page: Open) -> None:
    page = open_page("/", color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.locator("#theme").click()
    dark = page.evaluate(ground)
    assert dark != light
    page.goto("/stats")
    assert page.evaluate(ground) == dark


def test_a_token_does_not_stay_in_the_address(open_page: Open) -> None:
    page = open_page("/?token=abc&q=焊接")
    assert "token" not in page.url
    assert "q=" in page.url


@pytest.mark.parametrize("name", ["both", "text", "raw"])
def test_what_is_marked_is_what_was_looked_for(open_page: Open, name: str) -> None:
    page = open_page(document("hostile/astral.txt", q="焊接", view=name))
    assert set(page.locator("mark").all_inner_texts()) == {"焊接"}
