"""The settings of a folder for its files: `.seedsearch.toml`, in any folder.

    exclude = ["*.bak", "drafts/"]      # patterns as in .gitignore, from this folder on
    words = ["磁共振", "东丽区"]           # words that are not cut

    [encoding]
    "旧卷/**" = "big5"                   # pattern → the encoding of the files that match; the last one decides

The folder may come from anyone, so the file can only describe the data: no key affects what is executed, printed,
or read elsewhere.
"""

from __future__ import annotations

import codecs
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seedsearch.errors import SourceError, reason
from seedsearch.reading.ignore_patterns import Pattern, parse

NAME = ".seedsearch.toml"
LARGEST = 64 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class FolderSettings:
    """The content of such a file: exclusions, encodings by pattern, words that are not divided."""

    exclude: tuple[Pattern, ...] = ()
    encodings: tuple[tuple[Pattern, str], ...] = ()
    words: tuple[str, ...] = ()


def settings_in(folder: str) -> FolderSettings:
    """Return the settings in a folder; raises SourceError if the file is unusable."""
    path = f"{folder.rstrip('/')}/{NAME}"
    import tomllib  # deferred: most folders have no such file

    try:
        said = tomllib.loads(_content(path).decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{path} is not valid TOML: {error}", hint="fix that line") from error
    if unknown := set(said) - {"exclude", "words", "encoding"}:
        what = f"{path} cannot set {min(unknown)}"
        raise SourceError(what, hint="it may set exclude, words and encoding only")
    return FolderSettings(
        parse(_texts(path, "exclude", said.get("exclude", []))),
        _encodings(path, said.get("encoding", {})),
        tuple(_texts(path, "words", said.get("words", []))),
    )


def _content(path: str) -> bytes:
    """Return the content of the file, which must be regular and not too large."""
    if os.path.islink(path) or not os.path.isfile(path):
        raise SourceError(f"{path} is not a regular file", hint="put the settings into a file")
    try:
        with open(path, "rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {reason(error)}") from error
    if len(content) > LARGEST:
        raise SourceError(f"{path} is larger than {LARGEST >> 10} KiB", hint="it holds settings of one folder")
    return content


def _texts(path: str, key: str, value: Any) -> Sequence[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise SourceError(f"{path}: {key} is not a list of texts in quotes")
    return value


def _encodings(path: str, value: Any) -> tuple[tuple[Pattern, str], ...]:
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value.values()):
        raise SourceError(f"{path}: encoding is not a table of patterns and names", hint='write "*.txt" = "big5"')
    for name in value.values():
        try:
            codecs.lookup(name)
        except (LookupError, ValueError) as error:
            raise SourceError(f"{path}: there is no encoding {name}") from error
    return tuple((pattern, name) for line, name in value.items() for pattern in parse([line]))
