"""The documentation as a site: it builds without a warning, and what it shows comes from nowhere else."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.guides import TOP
from tools.site import PAGES, linked

pytestmark = pytest.mark.docs


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site with warnings as errors."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(
        command, cwd=TOP, env={**os.environ, "NO_MKDOCS_2_WARNING": "true"}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_every_page_is_there(site: Path) -> None:
    pages = [path.relative_to(TOP / "docs") for path in (TOP / "docs").rglob("*.md")]
    pages += [Path(page) for page in PAGES.values()]
    assert [str(page) for page in pages if not (site / page.with_suffix(".html")).exists()] == []


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    fetched = re.compile(
        r'<(?:script|img|iframe)[^>]*\ssrc="(https?:)?//|<link[^>]*rel="(?:stylesheet|preconnect)"[^>]*//'
    )
    pages = list(site.rglob("*.html"))
    assert len(pages) > 15
    assert [page.name for page in pages if fetched.search(page.read_text(encoding="utf-8"))] == []


def test_the_reference_shows_what_a_function_takes(site: Path) -> None:
    shown = (site / "api.html").read_text(encoding="utf-8")
    assert "index_dir" in shown
    assert "highlights" in shown


@pytest.mark.parametrize(
    ("markdown", "name", "page", "made"),
    [
        ("[a](../README.md#two)", "docs/find.md", "find.md", "[a](readme.md#two)"),
        ("[a](docs/find.md)", "README.md", "readme.md", "[a](find.md)"),
        ("![a](docs/terminal/query.svg)", "README.md", "readme.md", "![a](terminal/query.svg)"),
        ("[a](../find.md)", "docs/zh/find.md", "zh/find.md", "[a](../find.md)"),
        ("[a](../docs/architecture.md)", "tests/README.md", "tests.md", "[a](architecture.md)"),
        ("[a](sample)", "docs/find.md", "find.md", "a"),
        ("[a](LICENSE)", "README.md", "readme.md", "a"),
        ("[a](nowhere.md)", "README.md", "readme.md", "[a](nowhere.md)"),
        ("[a](https://example.org/x.md)", "README.md", "readme.md", "[a](https://example.org/x.md)"),
        ("[a](#here)", "README.md", "readme.md", "[a](#here)"),
    ],
)
def test_links_lead_to_pages_of_the_site(markdown: str, name: str, page: str, made: str) -> None:
    assert linked(markdown, name, page) == made
