"""A real Chromium, and a server over files that were made to do harm. Without Chromium these tests fail.

They are a part of their own (`python tools/check.py browser`), for not every machine on which one writes has a browser.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, sync_playwright

from fixtures.guides import TOP
from tests.serving import Server, indexed, serving

INSTALL = "these tests need Chromium; install it (Debian: apt-get install chromium), or name it in CHROMIUM"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.fail(INSTALL)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--lang=en-US"])
        yield running
        running.close()


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The seed, the files of the guides, those that were made to do harm, a long text, and their index."""
    more = {f"seeds/{path.name}": path.read_bytes() for path in (TOP / "seeds").iterdir()}
    lines = "\n".join(f"第{number}行：<b>焊接</b>&nbsp;材料与设备的说明。" for number in range(1, 1501))
    more |= {"seeds/long.txt": lines.encode(), "seeds/one-line.txt": ("焊接&nbsp;材料与设备，" * 30_000).encode()}
    for number in range(14):
        which, other = "一二三四五六七八九十甲乙丙丁"[number], "子丑寅卯辰巳午未申酉戌亥天地"[number]
        text = f"第{which}份报告，说的是焊接和别的事。{other * 30}"
        more[f"seeds/part{number % 2}/{number}.txt"] = text.encode()
    return indexed(tmp_path_factory.mktemp("browser"), more=more)


@pytest.fixture(scope="session")
def server(place: Path) -> Iterator[Server]:
    with serving(cwd=place) as running:
        yield running


@dataclass
class Watched:
    """What pages did that they must not: messages, dialogs, requests to elsewhere; and what they asked for."""

    address: str
    seen: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("console", lambda message: self.seen.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: self.seen.append(f"error: {error}"))
        page.on("dialog", self._dialog)
        page.on("request", lambda request: self._request(request.url))

    def _dialog(self, dialog: Dialog) -> None:
        self.seen.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, url: str) -> None:
        self.asked.append(url)
        if not url.startswith((self.address, "data:")):
            self.seen.append(f"request: {url}")


Open = Callable[..., Page]


@pytest.fixture
def watched(server: Server) -> Iterator[Watched]:
    one = Watched(server.address)
    yield one
    assert one.seen == []


@pytest.fixture
def open_page(browser: Browser, server: Server, watched: Watched) -> Iterator[Open]:
    """Open an address of the server in a new context; nothing may be said, shown or asked for elsewhere."""
    contexts: list[BrowserContext] = []

    def opened(path: str = "/", **how: Any) -> Page:
        how = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce", "locale": "en-US", **how}
        contexts.append(browser.new_context(base_url=server.address, **how))
        contexts[-1].set_default_timeout(15_000)
        page = contexts[-1].new_page()
        watched.watch(page)
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
