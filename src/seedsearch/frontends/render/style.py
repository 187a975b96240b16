"""The capabilities of a terminal, and the styles of highlights."""

from __future__ import annotations

import os
from typing import NamedTuple

# What the address of a link may hold as it is; all else, from wherever it comes, is spelled as in addresses (%1B).
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))


class Style(NamedTuple):
    """How an answer looks: with colour, or with brackets where there is none.

    `width` in cells (None: lines are not broken). `link` is what a click on a path opens, with {host}, {path}, {line}
    and {column} in it (None: no links); `base` the folder that paths are relative to.
    """

    colour: bool = False
    width: int | None = None
    link: str | None = None
    base: str = ""

    def match(self, text: str) -> str:
        """Return a highlighted match."""
        return f"\x1b[1;31m{text}\x1b[0m" if self.colour else text

    @property
    def brackets(self) -> tuple[str, str]:
        """What stands before and after a match."""
        return ("", "") if self.colour else ("【", "】")

    def path(self, text: str) -> str:
        """Return a path and place."""
        return f"\x1b[35m{text}\x1b[0m" if self.colour else text

    def faint(self, text: str) -> str:
        """Return text in the style of secondary information."""
        return f"\x1b[2m{text}\x1b[0m" if self.colour else text

    def ok(self, text: str) -> str:
        """Return what is well."""
        return f"\x1b[32m{text}\x1b[0m" if self.colour else text

    def error(self, text: str) -> str:
        """Return what is not."""
        return f"\x1b[1;31m{text}\x1b[0m" if self.colour else text

    def deleted(self, text: str) -> str:
        """Return text that an edit took away."""
        return f"\x1b[31m{text}\x1b[0m" if self.colour else f"[-{text}-]"

    def inserted(self, text: str) -> str:
        """Return text that an edit put in."""
        return f"\x1b[32m{text}\x1b[0m" if self.colour else f"{{+{text}+}}"

    def linked(self, text: str, path: str, line: int = 1, column: int = 1) -> str:
        """`text` as a link to a place in a file, where the terminal has links and the file is there."""
        path = os.path.join(self.base, path)
        if self.link is None or not os.path.exists(path):
            return text
        import socket  # only a terminal with links needs these
        from urllib.parse import quote, quote_from_bytes

        place = quote_from_bytes(os.fsencode(os.path.abspath(path)))
        target = self.link
        for name, value in {"host": socket.gethostname(), "path": place, "line": line, "column": column}.items():
            target = target.replace(f"{{{name}}}", str(value))
        target = quote(target, safe=_PRINTABLE)
        return f"\x1b]8;;{target}\x1b\\{text}\x1b]8;;\x1b\\"
