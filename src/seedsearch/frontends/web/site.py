"""The settings of a server, and the addresses of its pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from seedsearch import __version__

LOOPBACK = ("127.0.0.1", "localhost", "::1")
API = "/api/v1"
PROGRAM = "seedsearch"

_PLACES = re.compile(r"\{(path|line|column)\}")


@dataclass(frozen=True, slots=True)
class Site:
    """The settings of a server.

    `hosts` are allowed host names besides the loopback ones; `root` is the path prefix of every address behind a proxy;
    every request must have the `token` if one is set; `link` is the URL template that opens a place in an editor.
    """

    hosts: frozenset[str] = frozenset()
    root: str = ""
    token: str | None = None
    link: str | None = None
    port: int = 0

    @property
    def cookie(self) -> str:
        """The name of the cookie with the token, which contains the port, because ports of one host share cookies."""
        return f"{PROGRAM}-token-{self.port}"

    def home(self, **parameters: object) -> str:
        """Return the search page."""
        return self._address("/", parameters)

    def document(self, id: str, *, at: int | None = None, anchor: str = "", **parameters: object) -> str:
        """Return the page of a document, at an offset of its raw text; `anchor` names an element of the page."""
        place = {} if at is None else {"at": at}
        return self._address("/document", {"id": id, **parameters, **place}) + (f"#{anchor}" if anchor else "")

    def raw(self, id: str) -> str:
        """Return the untouched file."""
        return self._address("/document/raw", {"id": id})

    def stats(self) -> str:
        """Return the statistics."""
        return self._address("/stats", {})

    def opensearch(self) -> str:
        """Return the address of the OpenSearch description."""
        return self._address("/opensearch.xml", {})

    def static(self, name: str) -> str:
        """Return the address of a static file, which contains the version so that browsers can cache it."""
        return f"{self.root}/static/{__version__}/{name}"

    def interface(self, name: str, **parameters: object) -> str:
        """Return an address of the interface for programs."""
        return self._address(f"{API}/{name}", parameters)

    def editor(self, path: str, line: int, column: int) -> str | None:
        """Return the link that opens a place in an editor, according to the settings."""
        if not self.link:
            return None
        said = {"path": quote(path), "line": str(line), "column": str(column)}
        return _PLACES.sub(lambda found: said[found[1]], self.link)

    def _address(self, path: str, parameters: Mapping[str, object]) -> str:
        said = [(name, value) for name, value in parameters.items() if value not in (None, "", (), [])]
        query = urlencode(said, doseq=True)
        return self.root + path + (f"?{query}" if query else "")
