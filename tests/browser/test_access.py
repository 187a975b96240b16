"""Everybody can use the pages: axe finds nothing, nothing runs out of the window at any width, with any spacing."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import Open

PAGES = [
    "/",
    "/?q=焊接材料",
    "/?q=焊接&damage=reading-mark",
    "/?q=量子纠缠态",
    "/document?id=seeds/notice.txt&q=焊接",
    "/document?id=hostile/script.txt&view=raw",
    "/document?id=seeds/long.txt",
    "/stats",
]
RULES: dict[str, Any] = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}


def violations(page: Page) -> list[str]:
    response = Axe().run(page, options=RULES).response
    assert len(response["passes"]) > 10  # it has looked
    found = response["violations"]
    return [f"{one['id']}: {node['html']} {node['failureSummary']}" for one in found for node in one["nodes"]]


# Pages of which one has not all that another has; axe takes seconds for each.
LOOKED_AT = [path for path in PAGES if "long" not in path and "damage" not in path]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "lang"), [(1280, "en"), (400, "zh")])
def test_axe_finds_nothing(open_page: Open, scheme: str, width: int, lang: str) -> None:
    page = open_page(f"/?lang={lang}", color_scheme=scheme, viewport={"width": width, "height": 900})
    for path in LOOKED_AT:
        page.goto(path)
        for details in page.locator("details").all():
            details.evaluate("(element) => { element.open = true }")
        assert violations(page) == [], path


SPACING = "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }"
TOO_WIDE = """() => [...document.querySelectorAll("body *")].filter((element) => {
  const { right, width } = element.getBoundingClientRect();
  return width && right > innerWidth + 1 && !element.closest(".scroll, .hidden, .skip, datalist, option");
}).map((element) => element.outerHTML.slice(0, 100))"""


@pytest.mark.parametrize("width", [320, 360, 400, 768, 1024, 1920])
def test_nothing_runs_out_of_the_window(open_page: Open, width: int) -> None:
    page = open_page("/", viewport={"width": width, "height": 800}, bypass_csp=True)
    for path in PAGES:
        page.goto(path)
        for spaced in (False, True):
            if spaced:
                page.add_style_tag(content=SPACING)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert page.evaluate(TOO_WIDE) == [], path


def test_the_first_tab_skips_to_the_content(open_page: Open) -> None:
    page = open_page("/?q=焊接")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_what_can_be_reached_by_keyboard_is_seen(open_page: Open) -> None:
    """Everything that has the focus has an outline, in the order of the page."""
    page = open_page("/document?id=seeds/notice.txt&q=焊接")
    places = []
    for _ in range(14):
        page.keyboard.press("Tab")
        seen = page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        assert seen or page.evaluate("document.activeElement.tagName") == "BODY"
        places.append(page.evaluate("document.activeElement.getBoundingClientRect().top + scrollY"))
    assert places[1] <= places[-1]
