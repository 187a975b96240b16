"""Text with front matter (YAML between `---`, TOML between `+++`) → the unchanged text, its title and its authors.

Of YAML the lines `key: value` and lists of plain values are read, which is what title and authors are written in.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace

from seedsearch.reading.documents import RawDocument, Said
from seedsearch.reading.formats.format import File

_ENDINGS = {".md", ".markdown", ".mdx", ".mdown", ".qmd", ".rmd", ".rst", ".adoc", ".txt", ".text"}
_BEGINS = re.compile(rb"(?:\xef\xbb\xbf)?(?:---|\+\+\+)[ \t]*\r?\n")
_MATTER = re.compile(r"(---|\+\+\+)[ \t]*\r?\n(.*?)^(?:\1|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_LONGEST = 64 * 1024  # characters of front matter
_LINE = re.compile(r"^(\w[\w-]*)[ \t]*:[ \t]*([^\n]*(?:\n(?:[ \t]*-[ \t]+|[ \t]+)[^\n]*)*)", re.MULTILINE)
_ITEM = re.compile(r"^[ \t]*-[ \t]+(?:name:[ \t]*)?([^\n]*)", re.MULTILINE)
_AUTHORS = ("author", "authors", "creator")


def recognises(file: File) -> bool:
    """Return whether it begins as front matter does, and its name is that of a text."""
    return file.ending in _ENDINGS and _BEGINS.match(file.content) is not None


def parts(file: File) -> Iterator[RawDocument]:
    """Yield the file itself, with the metadata of its front matter."""
    document = file.text()
    found = _MATTER.match(document.text[:_LONGEST])
    values = [] if found is None else _of_toml(found[2]) if found[1] == "+++" else _of_yaml(found[2])
    yield replace(document, said=Said.of(values, _AUTHORS))


def _of_toml(text: str) -> list[tuple[str, str]]:
    try:
        said = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return []
    rows = (
        (key.lower(), one) for key, value in said.items() for one in (value if isinstance(value, list) else [value])
    )
    return [(key, one) for key, one in rows if isinstance(one, str) and one.strip()]


def _of_yaml(text: str) -> list[tuple[str, str]]:
    return [(key.lower(), one) for key, value in _LINE.findall(text) for one in _values(value) if one]


def _values(value: str) -> list[str]:
    first = value.split("\n", 1)[0].strip()
    if not first:
        return [_unquoted(item) for item in _ITEM.findall(value)]
    if first.startswith("[") and first.endswith("]"):
        return [_unquoted(item) for item in first[1:-1].split(",")]
    return [_unquoted(first)]


def _unquoted(text: str) -> str:
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text
