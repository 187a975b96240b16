"""Chooses the engine of an index by its place: a folder, or a URL with a scheme.

    index, ./a:b, /srv/index      a folder: the embedded engine
    memory:NAME                   an index in this process, which ends with it
    opensearch://HOST:PORT/NAME   an index in an OpenSearch cluster; opensearch+https:// uses TLS

To add an engine: one package here with a function `open_place`, one line in ENGINES, and one subclass of
tests/engine_contract.py. The package is imported when an index of its kind is opened.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import NamedTuple, Protocol, TypeAlias

from seedsearch.engines import Engine
from seedsearch.errors import EngineUnknown, ExtraMissing, IndexDamaged, IndexFault, IndexMissing

Place: TypeAlias = str | os.PathLike[str]


class EngineModule(NamedTuple):
    """The module with the `open_place` of an engine, and the extra that installs the packages it needs."""

    module: str
    extra: str | None = None


class OpenPlace(Protocol):
    """The function `open_place` of an engine's module; raises like `open_engine`.

    Without a fingerprint it opens any index, for checking only.
    """

    def __call__(
        self, place: str, fingerprint: str | None, *, create: bool, replace: bool, cache_bytes: int | None
    ) -> Engine: ...


FOLDER = "a folder"  # not a valid scheme, so no URL can name it
SECURE = "+https"  # suffix of the scheme for TLS
# The engines by scheme.
ENGINES: Mapping[str, EngineModule] = {
    FOLDER: EngineModule("seedsearch.engines.embedded"),
    "memory": EngineModule("seedsearch.engines.memory"),
    "opensearch": EngineModule("seedsearch.engines.opensearch", "opensearch"),
}

# As in RFC 3986, except for names of one letter, which are drives.
_SCHEME = r"([A-Za-z][A-Za-z0-9+.-]+):"


def scheme_of(place: Place) -> str | None:
    """Return the scheme of a URL in lower case, even an unknown one; None for a folder.

    A path object is a folder, and so is the name of an existing one, unless an engine has that scheme.
    """
    if not isinstance(place, str) or ":" not in place or (begin := re.match(_SCHEME, place)) is None:
        return None
    scheme = begin[1].lower()
    is_url = scheme in ENGINES or place[begin.end() :].startswith("//") or not os.path.isdir(place)
    return scheme if is_url else None


def folder_of(place: Place) -> Path | None:
    """Return the folder of an index; None for a URL."""
    return Path(place) if scheme_of(place) is None else None


def open_engine(
    place: Place,
    fingerprint: str,
    *,
    create: bool = False,
    replace: bool = False,
    cache_bytes: int | None = None,
) -> Engine:
    """Open the index in a folder or at a URL, with `cache_bytes` for intermediate results (None: no limit).

    Raises EngineUnknown for an unknown scheme, ExtraMissing if the packages of the engine are not installed,
    IndexMissing if there is no index (unless `create`), IndexStale if it was made with another fingerprint,
    IndexDamaged if it cannot be read; with `replace`, a stale or damaged index is discarded instead.
    """
    open_place = _opener(place)
    return open_place(os.fspath(place), fingerprint, create=create, replace=replace, cache_bytes=cache_bytes)


def check(place: Place) -> list[str]:
    """Return the damage of an index, one sentence each; empty if there is none.

    Raises IndexMissing if there is no index, IndexStale if this version cannot check it, and OutputError if the system
    refuses to read it.
    """
    try:
        engine = look_at(place)
    except IndexDamaged as error:
        return [error.what]
    try:
        return engine.check()
    finally:
        engine.close()


def look_at(place: Place) -> Engine:
    """Open an index made with any analyzer, to check it or to read its metadata; raises like `open_engine`."""
    return _opener(place)(os.fspath(place), None, create=False, replace=False, cache_bytes=None)


def is_there(place: Place) -> bool:
    """Tell whether there is an index, even a damaged one."""
    try:
        look_at(place).close()
    except IndexMissing:
        return False
    except IndexFault:
        return True
    return True


def _opener(place: Place) -> OpenPlace:
    scheme = scheme_of(place)
    engine = ENGINES.get((scheme or FOLDER).removesuffix(SECURE))
    if engine is None:
        known = ", ".join(f"{name}:" for name in ENGINES if name != FOLDER)
        what = f"no engine has the scheme {scheme}: (there is {known})"
        raise EngineUnknown(what, hint="a folder with such a name is written ./NAME")
    try:
        open_place: OpenPlace = import_module(engine.module).open_place
    except ModuleNotFoundError as error:
        if engine.extra is None:
            raise
        what = f"{scheme}: needs the package {error.name}, which is not installed"
        raise ExtraMissing(what, hint=f"install it with: pip install 'seedsearch[{engine.extra}]'") from error
    return open_place
