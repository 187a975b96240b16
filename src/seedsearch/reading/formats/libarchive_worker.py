"""The process that unpacks one archive with libarchive: bytes on standard input, members on standard output.

What it writes are frames: a length of four bytes, the most significant first, and so many bytes. A member is a frame of
JSON, frames with its bytes, and an empty one; a last frame of JSON says how the whole ended. It is started by
`seedsearch.reading.formats.libarchive`, which counts what comes.
"""

from __future__ import annotations

import json
import locale
import struct
import sys
from typing import Any

from seedsearch.reading.formats.confined import confine

# Format and packing, asked for by their place: the library left to itself takes a RAR archive that ends as ZIP for ZIP.
KINDS = (("7zip", "none"), ("rar", "none"), ("rar5", "none"), ("raw", "zstd"), ("raw", "lz4"))


def main(watched: int, seconds: int, memory: int, kind: int) -> None:
    """Limit this process, read what is of this one of the KINDS, answer."""
    confine(watched, seconds, memory)
    locale.setlocale(locale.LC_CTYPE, "C.UTF-8")  # names in Unicode come as UTF-8, others as the bytes that they are
    try:
        import libarchive
    except Exception as error:  # the package is here, and the library of the system is not
        _say({"missing": f"{error}"})
        return
    content = sys.stdin.buffer.read()
    try:
        with libarchive.memory_reader(content, *KINDS[kind]) as archive:
            for entry in archive:
                _member(entry, libarchive)
    except MemoryError:
        raise SystemExit(1) from None
    except Exception as error:
        _say({"error": _reason(error)})
        return
    _say({"end": True})


def _member(entry: Any, libarchive: Any) -> None:
    """Write one member; one that cannot be read ends with the reason."""
    name = libarchive.ffi.entry_pathname(entry._entry_p) or b""
    kind = "folder" if entry.isdir else "file" if entry.isreg else "link" if entry.issym or entry.islnk else "other"
    _say({"name": name.hex(), "kind": kind})
    reason = ""
    try:
        for block in entry.get_blocks() if kind == "file" else ():
            _write(block)
    except libarchive.ArchiveError as error:
        reason = _reason(error)
    _write(b"")
    _say({"reason": reason})


def _reason(error: Exception) -> str:
    """Return what an error says, of libarchive's without its numbers, one of which is an address in memory."""
    return str(getattr(error, "msg", None) or error)[:300]


def _say(what: dict[str, object]) -> None:
    _write(json.dumps(what).encode())


def _write(content: bytes) -> None:
    sys.stdout.buffer.write(struct.pack(">I", len(content)) + content)
    sys.stdout.buffer.flush()
