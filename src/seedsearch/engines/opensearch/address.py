"""Parses the URL of an index: the nodes of the cluster, the name of the index, and its settings.

    opensearch://search.example:9200/archive
    opensearch+https://ann@one.example:9200,two.example:9200/archive?shards=3&replicas=1

The URL never contains a password, because URLs are printed; it comes from the environment or from a file named there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import parse_qsl, unquote, urlsplit

from seedsearch.engines.choice import SECURE
from seedsearch.errors import SettingsError, reason

USER, PASSWORD = "SEEDSEARCH_OPENSEARCH_USER", "SEEDSEARCH_OPENSEARCH_PASSWORD"
PASSWORD_FILE = "SEEDSEARCH_OPENSEARCH_PASSWORD_FILE"
AUTHORITIES = "SEEDSEARCH_OPENSEARCH_CA"
PORT = 9200
# The longest name that OpenSearch accepts, less the room for suffixes, in bytes.
LONGEST_NAME = 200

_NAME = re.compile(r"[^A-Z\\/*?\"<>| ,#:\x00-\x1f_+.-][^A-Z\\/*?\"<>| ,#:\x00-\x1f]*")
_HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^\[\]:@/?#\s]+)(?::([0-9]{1,5}))?")


@dataclass(frozen=True, slots=True)
class Address:
    """The address of an index. `shards` and `replicas` are None if the URL does not specify them."""

    hosts: tuple[tuple[str, int], ...]
    name: str
    is_secure: bool = False
    user: str | None = None
    shards: int | None = None
    replicas: int | None = None

    @classmethod
    def of(cls, url: str) -> Self:
        """Parse a URL; raises SettingsError if it is invalid, without quoting what may be secret."""
        scheme, _, rest = url.partition(":")
        if not rest.startswith("//"):
            raise _wrong(f"{scheme}: is followed by //HOST:PORT/NAME")
        parts = urlsplit(f"x:{rest}")
        user, at, hosts = parts.netloc.rpartition("@")
        if ":" in user:
            what = f"a password in the URL of an index ({scheme}:…@{hosts})"
            raise SettingsError(what, hint=f"put it into {PASSWORD}, or into a file that {PASSWORD_FILE} names")
        found = [_HOST.fullmatch(host) for host in hosts.split(",")]
        if not all(found) or any(one[2] and not 0 < int(one[2]) < 65536 for one in found if one):
            raise _wrong(f"“{hosts}” is not HOST:PORT")
        name = unquote(parts.path.removeprefix("/"))
        if not _NAME.fullmatch(name) or len(name.encode(errors="replace")) > LONGEST_NAME:
            raise _wrong(f"“{name}” cannot be the name of an index (small letters, digits, - and _, without blanks)")
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        numbers = {key: _number(key, options.pop(key)) for key in ("shards", "replicas") if key in options}
        if options or numbers.get("shards") == 0:
            raise _wrong(f"“?{parts.query}” says more than shards=N (from 1 on) and replicas=N")
        places = tuple((one[1].strip("[]"), int(one[2] or PORT)) for one in found if one)
        is_secure = scheme.lower().endswith(SECURE)
        return cls(places, name, is_secure, unquote(user) if at else None, **numbers)

    def __str__(self) -> str:
        hosts = ",".join(f"{f'[{host}]' if ':' in host else host}:{port}" for host, port in self.hosts)
        return f"opensearch{SECURE if self.is_secure else ''}://{hosts}/{self.name}"


@dataclass(frozen=True, slots=True)
class Credentials:
    """User, password and trusted CA. Its repr does not show the password."""

    user: str | None
    secret: tuple[str, ...] = ()
    authorities: str | None = None

    def __repr__(self) -> str:
        return f"Credentials({self.user!r})"

    @classmethod
    def of(cls, address: Address, environment: Mapping[str, str] = os.environ) -> Self:
        """Return the credentials for an address; raises SettingsError if the password file cannot be read."""
        user = address.user or environment.get(USER)
        secret = environment.get(PASSWORD)
        if secret is None and (path := environment.get(PASSWORD_FILE)):
            try:
                secret = Path(path).read_text(encoding="utf-8").rstrip("\n")
            except (OSError, UnicodeDecodeError) as error:
                why = reason(error) if isinstance(error, OSError) else "it is not text"
                raise SettingsError(f"{path}, which {PASSWORD_FILE} names, cannot be read: {why}") from error
        if user is not None and secret is None:
            raise SettingsError(f"there is no password for {user}", hint=f"put it into {PASSWORD} or {PASSWORD_FILE}")
        return cls(user, () if secret is None else (secret,), environment.get(AUTHORITIES) or None)


def _number(key: str, value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", value):
        raise _wrong(f"{key}={value} is not a number")
    return int(value)


def _wrong(what: str) -> SettingsError:
    return SettingsError(
        f"the URL of the index cannot be used: {what}", hint="as in opensearch://localhost:9200/archive"
    )
