"""Writes what click says by itself, in Chinese, where click looks for it: a file of gettext, from the catalogue.

    python -m tools.make_catalogue

A test makes it again and compares.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

from seedsearch.frontends.catalogue import CLICK
from seedsearch.frontends.language import LOCALE

# What an entry for nothing says of the rest; Chinese has no plural.
_HEAD = "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"
PLACE = LOCALE / "zh" / "LC_MESSAGES" / "messages.mo"


def compiled(texts: Mapping[str, str]) -> bytes:
    """Return a file of gettext, as its manual describes it: two tables of lengths and offsets, then the texts."""
    rows = sorted({"": _HEAD, **texts}.items())
    begin = 7 * 4 + 2 * len(rows) * 8
    content, tables = b"", []
    for column in (0, 1):
        table = []
        for row in rows:
            encoded = row[column].encode()
            table += [len(encoded), begin + len(content)]
            content += encoded + b"\0"
        tables.append(struct.pack(f"<{len(table)}I", *table))
    head = struct.pack("<7I", 0x950412DE, 0, len(rows), 28, 28 + 8 * len(rows), 0, begin)
    return head + tables[0] + tables[1] + content


def main() -> None:
    """Write it."""
    PLACE.parent.mkdir(parents=True, exist_ok=True)
    PLACE.write_bytes(compiled(CLICK))


if __name__ == "__main__":
    main()
