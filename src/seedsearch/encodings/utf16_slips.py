"""UTF-16 whose line ends were changed byte by byte, so that it goes on one byte off.

`tr -d '\\r'` takes every byte 0D, the first half of U+000D and of 不 (U+4E0D); a program that puts 0D before every 0A
adds one. Either moves what follows by a byte, until it happens again.
"""

from __future__ import annotations

from seedsearch.offsets import Edit


def slips(text: str, name: str, data: bytes | None = None) -> tuple[Edit, ...]:
    """For now nothing is put right."""
    return ()
