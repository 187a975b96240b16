"""The pictures of the README are those of the pages: their sizes, and the texts beside them."""

from __future__ import annotations

import struct

from playwright.sync_api import Browser

from fixtures.guides import TOP
from tools.page_pictures import FOLDER, PICTURES, SIZE, pages, text_of


def test_the_pictures_are_of_the_pages_as_they_are(browser: Browser) -> None:
    """Made again by: python -m tools.page_pictures"""
    with pages(browser) as shown:
        texts = {name: text_of(page) for name, page in shown}
    assert texts == {name: (FOLDER / f"{name}.txt").read_text(encoding="utf-8") for name in PICTURES}
    readme = (TOP / "README.md").read_text(encoding="utf-8")
    for name in PICTURES:
        content = (FOLDER / f"{name}.png").read_bytes()
        assert struct.unpack(">II", content[16:24]) == SIZE
        assert len(content) < 250_000
        assert f"(docs/pages/{name}.png)" in readme
