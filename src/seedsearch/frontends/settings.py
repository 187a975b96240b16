"""The settings: `seedsearch.toml` of the folder, and the user's own file.

    index-dir = "work"            # any key of KEYS
    limit = 20

    [index.work]                  # a named index: seedsearch index -i work
    paths = ["texts", "~/scans"]
    dir = "index-work"

    [query.welding]               # a saved query: seedsearch news welding
    query = "焊接 AND 材料"

Precedence: the command line, the environment, the folder's file, the user's file, the default. Relative paths are
relative to the folder in which the command is run; `~` is the home folder.

The folder may contain somebody else's data, so its file is not trusted like the user's. Settings that are executed
(`pager`) or printed raw (`link`) are ignored in it; the paths that it names must lie below the folder; it cannot set
more workers than there are processors; and it must be a regular file of at most LARGEST bytes.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Any, NamedTuple

from seedsearch.damage import SURE
from seedsearch.engines.budget import SECONDS
from seedsearch.engines.choice import scheme_of
from seedsearch.errors import SettingsError, reason

FILE = "seedsearch.toml"
# Keys that are ignored in the folder's file.
OF_THE_USER = ("pager", "link")
FILES = ("dictionary", "synonyms")  # keys whose value is a file that is read
INDEXES = ("index-dir", "dir")  # keys whose value is an index
# Maximum bytes of a settings file: a hundred times what all keys and a few named indexes take.
LARGEST = 200_000
DEFAULT = "default"


class Key(NamedTuple):
    """A setting: its type, its default, its purpose. Numbers are between `least` and `most`."""

    kind: type
    default: Any
    about: str
    least: int = 0
    most: float = inf

    @property
    def wanted(self) -> str:
        """A description of valid values."""
        if self.kind in (int, float):
            end = "on" if self.most == inf else f"to {self.most}"
            return f"a {'whole ' if self.kind is int else ''}number from {self.least} {end}"
        return _KINDS[self.kind]

    def fits(self, value: object) -> bool:
        """Tell whether a value is valid for this setting."""
        if self.kind is list:
            return isinstance(value, list) and all(isinstance(item, str) for item in value)
        if self.kind is int:
            return type(value) is int and self.least <= value <= self.most
        if self.kind is float:
            return isinstance(value, int | float) and type(value) is not bool and self.least <= value <= self.most
        return isinstance(value, self.kind)


_KINDS: Mapping[type, str] = {str: "a text in quotes", bool: "true or false", list: "a list of texts in quotes"}

KEYS: Mapping[str, Key] = {
    "index-dir": Key(str, "index", "the folder or URL of the index, or its name"),
    "paths": Key(list, ["seeds"], "paths to index if none is given"),
    "limit": Key(int, 10, "maximum number of hits"),
    "snippets": Key(int, 1, "maximum number of snippets per hit", least=1),
    "context": Key(int, None, "lines of context around each match"),
    "strict": Key(bool, False, "answer only from the strictest tier with a hit"),
    "seconds": Key(float, SECONDS, "time limit of a query in seconds; 0 for none"),
    "workers": Key(int, None, "number of worker processes", least=1),
    "encoding": Key(str, None, "decode files as this encoding"),
    "sure": Key(float, SURE, "minimum probability of an inferred repair", most=1),
    "dictionary": Key(str, None, "file of custom words"),
    "synonyms": Key(str, None, "file of synonym groups"),
    "pager": Key(str, None, "pager for long answers; empty for none"),
    "link": Key(str, None, "URL that a click on a path opens; empty for none"),
    "language": Key(str, None, "en or zh; default: by locale"),
    "quiet": Key(bool, False, "print only answers and errors"),
    "verbose": Key(bool, False, "print more details"),
}
_OF_QUERY: Mapping[str, Key] = {"query": Key(str, None, "what is asked, as it is typed")}
_OF_INDEX: Mapping[str, Key] = {"paths": KEYS["paths"], "dir": KEYS["index-dir"]}


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting in effect, and its source."""

    key: str
    value: object
    origin: str


class NamedPlace(NamedTuple):
    """A named index: its paths, its folder, and the settings file."""

    name: str
    paths: tuple[str, ...]
    folder: str
    origin: str


@dataclass(frozen=True, slots=True)
class Settings:
    """What the files set: key → (value, the file that sets it), the named indexes, the saved queries by their names;
    `files` that were read.

    `ignored`: keys that the file of the folder sets and that do not count from there.
    """

    values: Mapping[str, tuple[Any, str]] = field(default_factory=dict)
    indexes: Mapping[str, NamedPlace] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    queries: Mapping[str, str] = field(default_factory=dict)

    def defaults(self) -> dict[str, Any]:
        """Return the defaults of command parameters, without `paths`, which means different things to `index` and
        `clean`.
        """
        return {key.replace("-", "_"): value for key, (value, _) in self.values.items() if key != "paths"}

    def paths(self) -> tuple[str, ...] | None:
        """Return the default paths to index for an unnamed index; None if no file sets them."""
        return tuple(self.values["paths"][0]) if "paths" in self.values else None

    def holding(self, environment: Mapping[str, str]) -> list[Setting]:
        """Return every key with its value in the absence of options, and the source of the value."""
        return [_holding(key, self.values.get(key, (KEYS[key].default, DEFAULT)), environment) for key in KEYS]


def _holding(key: str, of_files: tuple[Any, str], environment: Mapping[str, str]) -> Setting:
    name = variable(key)
    if KEYS[key].kind is not list and name in environment:
        return Setting(key, environment[name], f"environment {name}")
    return Setting(key, *of_files)


def variable(key: str) -> str:
    """Return the environment variable of a setting."""
    return f"SEEDSEARCH_{key.replace('-', '_').upper()}"


def settings_of(folder: str | Path = ".", environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings for a folder; raises SettingsError if a settings file is invalid."""
    home = environment.get("XDG_CONFIG_HOME") or os.path.join(environment.get("HOME") or "~", ".config")
    user = os.path.normpath(os.path.expanduser(os.path.join(home, "seedsearch", "config.toml")))
    here = os.path.normpath(os.path.join(folder, FILE))
    of_user, of_folder = _read(user), _read(here)
    ignored = tuple(key for key in OF_THE_USER if of_folder and of_folder.pop(key, None) is not None)
    if of_folder:
        _check_places(of_folder, here, folder)
    values: dict[str, tuple[Any, str]] = {}
    indexes: dict[str, NamedPlace] = {}
    queries: dict[str, str] = {}
    for name, read in ((user, of_user), (here, of_folder)):
        if read is not None:
            indexes |= _indexes(read.pop("index", {}), name)
            queries |= _queries(read.pop("query", {}), name)
            values |= {key: (_checked(KEYS, key, value, name, ""), name) for key, value in read.items()}
    chosen, by = values.get("index-dir", ("", ""))
    if by == here and chosen in indexes and indexes[chosen].origin != here:
        raise _outside(here, "index-dir", chosen)
    if values.get("workers", (0, ""))[1] == here:
        values["workers"] = min(values["workers"][0], os.cpu_count() or 1), here
    files = tuple(name for name, read in ((here, of_folder), (user, of_user)) if read is not None)
    return Settings(values, indexes, files, ignored, queries)


def _check_places(read: Mapping[str, Any], path: str, folder: str | Path) -> None:
    """Raise SettingsError if the file of a folder names a place outside of it; other faults are reported later."""
    named = read.get("index", {})
    tables = [one for one in named.values() if isinstance(one, dict)] if isinstance(named, dict) else []
    for table in (read, *tables):
        for key in ("index-dir", "dir", "paths", "dictionary", "synonyms"):
            given = table.get(key, [])
            for place in given if isinstance(given, list) else [given]:
                if isinstance(place, str) and _leads_out(place, folder, is_file=key in FILES, is_index=key in INDEXES):
                    raise _outside(path, key, place)


def _outside(path: str, key: str, place: str) -> SettingsError:
    hint = "name it in ~/.config/seedsearch/config.toml, in the environment or on the command line"
    return SettingsError(f"{path}: {key} = {place!r} is outside of the folder", hint=hint)


def _leads_out(place: str, folder: str | Path, *, is_file: bool, is_index: bool) -> bool:
    """Tell whether a place is outside a folder: by its name, and for a file to be read, by its real path.

    A URL counts as outside, because texts must not be sent where somebody else's folder says.
    """
    whole = os.path.expanduser(place)
    if is_index and scheme_of(place) is not None:
        return True
    if os.path.isabs(whole) or os.pardir in whole.split(os.sep):
        return True
    top = os.path.realpath(folder)
    return is_file and os.path.commonpath([top, os.path.realpath(os.path.join(folder, whole))]) != top


def _read(path: str) -> dict[str, Any] | None:
    """Return the content of a settings file; None if there is none. Does not block on a pipe."""
    try:
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise SettingsError(f"{path} is not a regular file", hint="move it away")
            content = file.read(LARGEST + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {reason(error)}") from error
    if len(content) > LARGEST:
        raise SettingsError(f"{path} is larger than {LARGEST:,} bytes", hint="it is not a settings file; move it away")
    import tomllib  # deferred: most folders have no such file

    try:
        return tomllib.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}", hint="fix that line") from error


def _indexes(named: object, path: str) -> dict[str, NamedPlace]:
    wrong = SettingsError(f"{path}: index is not a table of named indexes", hint="write [index.NAME], or index-dir")
    found = {}
    for name, kept in _named("index", named, _OF_INDEX, path, wrong):
        if "dir" not in kept:
            raise SettingsError(f"{path}: index.{name} has no dir", hint="name the folder of the index")
        paths = kept.get("paths", KEYS["paths"].default)
        found[name] = NamedPlace(name, tuple(map(os.path.expanduser, paths)), os.path.expanduser(kept["dir"]), path)
    return found


def _queries(named: object, path: str) -> dict[str, str]:
    wrong = SettingsError(f"{path}: query is not a table of saved queries", hint="write [query.NAME]")
    found = {}
    for name, kept in _named("query", named, _OF_QUERY, path, wrong):
        if "query" not in kept:
            raise SettingsError(f"{path}: query.{name} has no query", hint='write query = "…"')
        found[name] = kept["query"]
    return found


def _named(
    what: str, tables: object, keys: Mapping[str, Key], path: str, wrong: SettingsError
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name and the values of each table below `what`; raises `wrong` for anything but tables."""
    if not isinstance(tables, dict) or not all(isinstance(of_one, dict) for of_one in tables.values()):
        raise wrong
    for name, of_one in tables.items():
        yield name, {key: _checked(keys, key, value, path, f"{what}.{name}.") for key, value in of_one.items()}


def _checked(keys: Mapping[str, Key], key: str, value: object, path: str, before: str) -> Any:
    """Return the value of a key; raises SettingsError for an unknown key or an invalid value."""
    if key not in keys:
        from difflib import get_close_matches

        near = get_close_matches(key, keys, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(keys)}"
        raise SettingsError(f"{path}: unknown setting {before}{key}", hint=hint)
    if not keys[key].fits(value):
        raise SettingsError(f"{path}: {before}{key} = {value!r} is not {keys[key].wanted}")
    if key in ("dictionary", "synonyms", "index-dir"):
        return os.path.expanduser(str(value))
    return [os.path.expanduser(path) for path in value] if isinstance(value, list) else value
