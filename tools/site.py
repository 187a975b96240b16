"""What MkDocs needs to make a site of docs/ and of the pages that stand at the top of the project.

README, CONTRIBUTING and others lie where people and programs look for them; on the site they are pages beside the
guides, and links between all of them lead to pages. A link to something that is not a page (a folder, a file of the
source) becomes plain text.
"""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

TOP = Path(__file__).parents[1]

# A file of the project → the page that it is on the site.
PAGES = {
    "README.md": "readme.md",
    "README.zh.md": "readme.zh.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changes.md",
    "SECURITY.md": "security.md",
    "tests/README.md": "tests.md",
}
_FILES = {page: name for name, page in PAGES.items()}
_LINK = re.compile(r"(!?)\[([^\]\n]*)\]\(([^)\s]+)\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that lie outside of docs/."""
    for name, page in PAGES.items():
        files.append(File.generated(config, page, content=(TOP / name).read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Let the links of a page lead to pages of the site."""
    here = page.file.src_uri
    return linked(markdown, _FILES.get(here, f"docs/{here}"), here)


def linked(markdown: str, name: str, page: str) -> str:
    """Return the text of the file `name` of the project with links as they are from `page` of the site."""
    folder, there = PurePosixPath(name).parent, PurePosixPath(page).parent

    def link(found: re.Match[str]) -> str:
        picture, label, target = found.groups()
        path, hash_sign, anchor = target.partition("#")
        if "://" in target or not path:
            return found[0]
        of_project = os.path.normpath(folder / path)
        to = PAGES.get(of_project, of_project.removeprefix("docs/") if of_project.startswith("docs/") else "")
        if not to or (TOP / of_project).is_dir():
            return label if (TOP / of_project).exists() else found[0]
        return f"{picture}[{label}]({os.path.relpath(to, there)}{hash_sign}{anchor})"

    return _LINK.sub(link, markdown)
