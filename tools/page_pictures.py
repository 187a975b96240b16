"""Makes the pictures of pages in docs/pages/, with the text that each shows beside it, in a Chromium.

    python -m tools.page_pictures

A test opens the same pages again and compares the sizes and the texts: the pixels of two machines are never the same.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, sync_playwright

from fixtures.guides import DOCS, TOP, environment, furnished

FOLDER = DOCS / "pages"
SIZE = (1000, 620)
SEARCH, DOCUMENT = "search", "document"
PICTURES = (SEARCH, DOCUMENT)


@contextmanager
def pages(browser: Browser) -> Iterator[Iterator[tuple[str, Page]]]:
    """Each page that has a picture, open in a browser."""
    with TemporaryDirectory() as folder:
        place = furnished(Path(folder))
        for seed in (TOP / "seeds").iterdir():
            shutil.copy(seed, place / "seeds")
        command = [sys.executable, "-m", "seedsearch"]
        subprocess.run([*command, "index", "-q"], cwd=place, env=environment(place), check=True)
        server = subprocess.Popen(
            [*command, "serve", "--port", "0"],
            cwd=place,
            env=environment(place),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            assert server.stdout is not None
            address = server.stdout.readline().split()[1].rstrip("/")
            yield _opened(browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]}), address)
        finally:
            server.terminate()
            server.communicate()


def _opened(page: Page, address: str) -> Iterator[tuple[str, Page]]:
    page.emulate_media(reduced_motion="reduce", color_scheme="light")
    page.goto(f"{address}/?q=焊接&lang=en")
    yield SEARCH, page
    page.goto(f"{address}/?q=良性生态")
    page.locator(".hit h2 a").first.click()
    page.locator("#at ins.come").first.hover()  # which says at the foot what was repaired
    yield DOCUMENT, page


def text_of(page: Page) -> str:
    """Return what a page says."""
    return "".join(line.strip() + "\n" for line in page.locator("main").inner_text().splitlines() if line.strip())


def main() -> None:
    """Make all of them again."""
    FOLDER.mkdir(exist_ok=True)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"]) as browser,
        pages(browser) as shown,
    ):
        for name, page in shown:
            page.screenshot(path=FOLDER / f"{name}.png")
            (FOLDER / f"{name}.txt").write_text(text_of(page), encoding="utf-8")


if __name__ == "__main__":
    main()
