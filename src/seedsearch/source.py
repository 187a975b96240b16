"""Folders and files → raw documents. The only reader of what the user has; it never writes there.

Hidden names are left out and symbolic links are not followed, unless named on the command line themselves.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from seedsearch.encodings import decode
from seedsearch.errors import NotText, SourceError
from seedsearch.model import Failure, RawDocument

# A text larger than this is no document that a person reads; it would need many times its size in memory.
LARGEST_FILE = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Found:
    """A file that was found: `path` as given on the command line joined with the place below it, with `/`."""

    path: str


def walk(given: str) -> Iterator[Found | Failure]:
    """Every file at or below `given`, in the order of their names; raises SourceError where there is nothing."""
    if not os.path.lexists(given):
        raise SourceError(f"{given} does not exist", hint="name a file or a folder that is there")
    if os.path.isdir(given):
        yield from _walk_folder(given.rstrip("/") or "/")
    else:
        yield Found(given)


def _walk_folder(folder: str) -> Iterator[Found | Failure]:
    try:
        with os.scandir(folder) as scan:
            entries = sorted(scan, key=lambda entry: os.fsencode(entry.name))
    except OSError as error:
        yield Failure(folder, _reason(error))
        return
    for entry in entries:
        path = f"{folder.rstrip('/')}/{entry.name}"
        if entry.name.startswith("."):
            continue
        if entry.is_symlink():
            yield Failure(path, "a symbolic link, not followed", skipped=True)
        elif entry.is_dir(follow_symlinks=False):
            yield from _walk_folder(path)
        elif entry.is_file(follow_symlinks=False):
            yield Found(path)
        else:
            yield Failure(path, "not a regular file", skipped=True)


def read_bytes(path: str) -> bytes:
    """The bytes of one file; raises SourceError with the reason where they can not be had."""
    try:
        with open(path, "rb", opener=_open_without_waiting) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise SourceError(f"{path} is not a regular file")
            if status.st_size > LARGEST_FILE:
                raise SourceError(f"{path} is larger than {LARGEST_FILE >> 20} MiB", hint="split it")
            return file.read()
    except OSError as error:
        raise SourceError(f"{path} can not be read: {_reason(error)}") from error


def _open_without_waiting(path: str, flags: int) -> int:
    """Opens a pipe without waiting for a writer, so that it can be refused."""
    return os.open(path, flags | os.O_NONBLOCK)


def raw_document(path: str, content: bytes, encoding: str | None = None) -> RawDocument:
    """`content` decoded; raises NotText for a binary file and SourceError for an encoding that is not known."""
    try:
        decoded = decode(content, encoding=encoding)
    except NotText as error:
        raise NotText(f"{path}: {error}") from error
    return RawDocument(path, digest(content), decoded.encoding, decoded.text, decoded.confidence)


def digest(content: bytes) -> str:
    """Hex SHA-256 of the bytes of a file."""
    return sha256(content).hexdigest()


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
