"""Reads folders and files into raw documents. Only this module reads the user's files; it never writes there.

Hidden names are skipped unless requested, and so is what patterns exclude (options, or `.seedsearchignore` in a
folder). Symbolic links are not followed, unless given on the command line themselves.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection, Container, Iterator
from dataclasses import dataclass
from pathlib import Path

from seedsearch.errors import NotText, SourceError, reason
from seedsearch.reading.documents import (
    Failure,
    RawDocument,
)
from seedsearch.reading.encodings import Beside, decode
from seedsearch.reading.folder_settings import NAME as SETTINGS
from seedsearch.reading.folder_settings import settings_in
from seedsearch.reading.ignore_patterns import ALL, Choice, Pattern, decided, lies_in, parse

# Larger files are not read into memory; the limits inside a file are in seedsearch.reading.formats.limits.
LARGEST_FILE = 256 * 1024 * 1024

# The file with exclusion patterns, in any folder, and its maximum size.
IGNORE = ".seedsearchignore"
LARGEST_IGNORE = 64 * 1024

# The file names by which an index is recognized (engines/embedded/manifest.py, whoosh_toc.py).
DESCRIPTION = "seedsearch.json"
_TOC = re.compile(r"_MAIN_\d+\.toc")


@dataclass(frozen=True, slots=True)
class Found:
    """A file that was found: `path` is the given path joined with the path below it, with `/`.

    `encoding` is the encoding set by its folder.
    """

    path: str
    encoding: str | None = None


def walk(
    given: str, choice: Choice = ALL, *, without: str | Path | None = None, words: list[str] | None = None
) -> Iterator[Found | Failure]:
    """Yield every wanted file at or below `given`, in the order of names.

    A path given by itself is always wanted, except in the folder `without`, which is skipped by whatever path. Settings
    of folders apply from the given folder on; their words are added to `words`. Raises SourceError if the path does not
    exist.
    """
    if not os.path.lexists(given):
        raise SourceError(f"{given} does not exist", hint="name an existing file or folder")
    if without is not None and lies_in(given, without):
        return
    if os.path.isdir(given):
        left_out = os.stat(without) if without is not None and os.path.exists(without) else None
        yield from _walk_folder(given.rstrip("/") or "/", choice, left_out, [] if words is None else words)
    else:
        yield Found(given)


@dataclass(frozen=True, slots=True)
class _Rules:
    """The patterns of a folder for exclusion and for encodings."""

    folder: str
    patterns: tuple[Pattern, ...]
    encodings: tuple[tuple[Pattern, str], ...] = ()

    def decide(self, path: str, *, folder: bool) -> bool | None:
        """Tell whether they exclude `path`; None if no pattern matches."""
        return decided(self.patterns, self._inside(path), folder=folder)

    def encoding(self, path: str) -> str | None:
        """Return the encoding of the last matching pattern; None if none matches."""
        inside = self._inside(path)
        said = (name for pattern, name in reversed(self.encodings) if pattern.matches(inside, folder=False))
        return next(said, None)

    def _inside(self, path: str) -> str:
        return path[len(self.folder) :].lstrip("/")


def _walk_folder(
    top: str, choice: Choice, left_out: os.stat_result | None, words: list[str]
) -> Iterator[Found | Failure]:
    """Yield the files below a folder. Iterative, for trees deeper than the recursion limit."""
    include = _Rules(top, choice.include)
    left: list[tuple[str, os.DirEntry[str] | None, tuple[_Rules, ...]]] = [(top, None, (_Rules(top, choice.exclude),))]
    while left:
        path, entry, rules = left.pop()
        if entry is None or entry.is_dir(follow_symlinks=False):
            try:
                entries = _entries(path)
                names = {one.name for one in entries}
                if entry is not None and _is_index(names):
                    yield Failure(path, "an index of seedsearch", skipped=True)
                    continue
                added = _added(path, rules, names, words)
            except OSError as error:
                yield Failure(path, reason(error))
                continue
            if isinstance(added, Failure):
                yield added
                continue
            rules = added
            others = (inner for inner in entries if not _leads_to(inner, left_out))
            inside = ((f"{path.rstrip('/')}/{inner.name}", inner) for inner in others)
            left += [(name, inner, rules) for name, inner in inside if _wanted(name, inner, choice.hidden, rules)]
        elif not choice.include or include.decide(path, folder=False):
            yield _found(path, entry, rules)


def _leads_to(entry: os.DirEntry[str], folder: os.stat_result | None) -> bool:
    """Tell whether an entry is this folder or a symbolic link to it; usually the inode suffices."""
    if folder is None or (entry.inode() != folder.st_ino and not entry.is_symlink()):
        return False
    try:
        return os.path.samestat(entry.stat(), folder)
    except OSError:
        return False


def _entries(folder: str) -> list[os.DirEntry[str]]:
    """Return the entries of a folder, the last name first."""
    with os.scandir(folder) as scan:
        return sorted(scan, key=lambda entry: os.fsencode(entry.name), reverse=True)


def _is_index(names: Collection[str]) -> bool:
    """Tell whether the entries of a folder are those of an index: a manifest and Whoosh's table of contents."""
    return DESCRIPTION in names and any(_TOC.fullmatch(name) for name in names)


def _added(
    folder: str, rules: tuple[_Rules, ...], names: Container[str], words: list[str]
) -> tuple[_Rules, ...] | Failure:
    """Return the rules of the folders above and of this one; a failure if those of this one are unusable."""
    name = IGNORE
    try:
        rules, name = _with_own(folder, rules), SETTINGS
        return _with_settings(folder, rules, names, words)
    except SourceError as error:
        return Failure(f"{folder.rstrip('/')}/{name}", str(error))


def _with_own(folder: str, rules: tuple[_Rules, ...]) -> tuple[_Rules, ...]:
    """Return the rules of the folders above and of this one."""
    path = f"{folder.rstrip('/')}/{IGNORE}"
    if not os.path.lexists(path):
        return rules
    if os.path.islink(path):
        raise SourceError(f"{path} is a symbolic link", hint="put the patterns into a file")
    if os.stat(path).st_size > LARGEST_IGNORE:
        raise SourceError(f"{path} is larger than {LARGEST_IGNORE >> 10} KiB", hint="it holds patterns, a line each")
    lines = os.fsdecode(read_bytes(path)).splitlines()
    return (*rules, _Rules(folder, parse(lines)))


def _with_settings(
    folder: str, rules: tuple[_Rules, ...], names: Container[str], words: list[str]
) -> tuple[_Rules, ...]:
    """Return the rules together with those in the settings of a folder."""
    if SETTINGS not in names:
        return rules
    said = settings_in(folder)
    words += said.words
    return (*rules, _Rules(folder, said.exclude, said.encodings))


def _wanted(path: str, entry: os.DirEntry[str], hidden: bool, rules: tuple[_Rules, ...]) -> bool:
    """Tell whether a name is wanted; the rules of the nearest folder take precedence."""
    if entry.name.startswith(".") and (not hidden or entry.name in (IGNORE, SETTINGS)):
        return False
    folder = entry.is_dir(follow_symlinks=False)
    said = (of_folder.decide(path, folder=folder) for of_folder in reversed(rules))
    return not next((left_out for left_out in said if left_out is not None), False)


def _found(path: str, entry: os.DirEntry[str], rules: tuple[_Rules, ...]) -> Found | Failure:
    if entry.is_symlink():
        return Failure(path, "a symbolic link, not followed", skipped=True)
    if entry.is_file(follow_symlinks=False):
        said = (of_folder.encoding(path) for of_folder in reversed(rules) if of_folder.encodings)
        return Found(path, next(filter(None, said), None))
    return Failure(path, "not a regular file", skipped=True)


def read_bytes(path: str) -> bytes:
    """Return the bytes of a file; raises SourceError with the reason if it cannot be read."""
    try:
        # Opening a pipe does not wait for a writer, so that it can be refused.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            return _whole(path, descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {reason(error)}") from error


def _whole(path: str, descriptor: int) -> bytes:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise SourceError(f"{path} is not a regular file")
    if status.st_size > LARGEST_FILE:
        raise SourceError(f"{path} is larger than {LARGEST_FILE >> 20} MiB", hint="split it")
    content = os.read(descriptor, status.st_size + 1)
    if len(content) == status.st_size:
        return content
    pieces = [content]  # it is growing, or the system returns it in pieces
    while piece := os.read(descriptor, 1 << 20):
        pieces.append(piece)
    return b"".join(pieces)


def raw_document(path: str, content: bytes, encoding: str | None = None, beside: Beside = dict) -> RawDocument:
    """Decode `content`; `beside` is consulted if there is a doubt.

    Raises NotText for a binary file and SourceError for an unknown encoding.
    """
    try:
        decoded = decode(content, encoding=encoding, beside=beside)
    except NotText as error:
        raise NotText(f"{path}: {error}") from error
    told = decoded.encoding, decoded.text, decoded.confidence, decoded.edits, decoded.told_by
    return RawDocument(path, *told, passed_over=decoded.passed_over)
