"""The capabilities of a terminal, and the styles of highlights."""

from __future__ import annotations

import os
from typing import NamedTuple

# Characters that stay in the address of a link; all others are percent-encoded.
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))


class Style(NamedTuple):
    """The style of an answer: with colour, or with brackets instead.

    `width` is in cells (None: no wrapping). `link` is the URL template of paths with {host}, {path}, {line} and
    {column} (None: no links); `base` is the folder to which paths are relative.
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
        """The text before and after a match."""
        return ("", "") if self.colour else ("【", "】")

    def path(self, text: str) -> str:
        """Return a path and place."""
        return f"\x1b[35m{text}\x1b[0m" if self.colour else text

    def faint(self, text: str) -> str:
        """Return text in the style of secondary information."""
        return f"\x1b[2m{text}\x1b[0m" if self.colour else text

    def ok(self, text: str) -> str:
        """Return text in the style of success."""
        return f"\x1b[32m{text}\x1b[0m" if self.colour else text

    def error(self, text: str) -> str:
        """Return text in the style of an error."""
        return f"\x1b[1;31m{text}\x1b[0m" if self.colour else text

    def deleted(self, text: str) -> str:
        """Return text that an edit deleted."""
        return f"\x1b[31m{text}\x1b[0m" if self.colour else f"[-{text}-]"

    def inserted(self, text: str) -> str:
        """Return text that an edit inserted."""
        return f"\x1b[32m{text}\x1b[0m" if self.colour else f"{{+{text}+}}"

    def linked(self, text: str, path: str, line: int = 1, column: int = 1) -> str:
        """Return `text` as a link to a place in a file, if the terminal supports links and the file exists."""
        path = os.path.join(self.base, path)
        if self.link is None or not os.path.exists(path):
            return text
        import socket  # deferred: only a terminal with links needs these
        from urllib.parse import quote, quote_from_bytes

        place = quote_from_bytes(os.fsencode(os.path.abspath(path)))
        target = self.link
        for name, value in {"host": socket.gethostname(), "path": place, "line": line, "column": column}.items():
            target = target.replace(f"{{{name}}}", str(value))
        target = quote(target, safe=_PRINTABLE)
        return f"\x1b]8;;{target}\x1b\\{text}\x1b]8;;\x1b\\"
