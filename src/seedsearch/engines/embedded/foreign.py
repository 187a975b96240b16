"""What the file system, the decompressor and array operations raise over an index, as errors of ours.

Files that are damaged or were made to do harm are looked at before they are used; what gets past that still ends as an
error in words. tests/test_foreign.py holds that no exception of a module that this package imports is forgotten.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from seedsearch.engines.embedded.manifest import REBUILD
from seedsearch.errors import IndexDamaged, OutputError, SeedsearchError, reason

# What content that is not what was written leads to.
BROKEN: tuple[type[Exception], ...] = (
    ArithmeticError,
    BufferError,
    EOFError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


@contextmanager
def mapped(folder: Path) -> Iterator[None]:
    """Raise OutputError for what the system refuses, IndexDamaged for what is broken; errors of ours pass."""
    try:
        yield
    except SeedsearchError:
        raise
    except OSError as error:
        what = f"{error.filename or folder} cannot be used: {error.strerror or reason(error)}"
        raise OutputError(what, hint="look at the folder, or name another folder with --index-dir") from error
    except BROKEN as error:
        what = f"the index in {folder} cannot be read ({type(error).__name__})"
        raise IndexDamaged(what, hint=REBUILD) from error
