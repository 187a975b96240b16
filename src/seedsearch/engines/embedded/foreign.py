"""Maps exceptions of the file system, the decompressor and array operations to our own errors.

Damaged and malicious files are validated before use; whatever passes still ends in an error message.
tests/test_foreign.py checks that no exception of an imported module is missing here.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from seedsearch.engines.embedded.manifest import REBUILD
from seedsearch.errors import IndexDamaged, OutputError, SeedsearchError, reason

# The exceptions to which invalid content leads.
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
    """Raise OutputError for errors of the system and IndexDamaged for invalid content; our own errors pass."""
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
