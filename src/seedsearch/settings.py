"""What a person has set for good: `seedsearch.toml` in the folder, and before it the one of the user.

    index-dir = "work"            # any key of KEYS
    limit = 20

    [index.work]                  # a named index: seedsearch index -i work
    paths = ["texts", "~/scans"]
    dir = "index-work"

An option on the command line comes first, then the environment, the folder's file, the user's file, the default.
Relative paths are those of the folder in which the command is run; `~` is the home folder.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from seedsearch.errors import SettingsError, reason

FILE = "seedsearch.toml"
DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Key:
    """A setting: what it is, its default, what it is for. `least`: of a number, the smallest."""

    kind: type
    default: Any
    about: str
    least: int = 0

    @property
    def wanted(self) -> str:
        """What a value has to be, in words."""
        return f"a whole number from {self.least} on" if self.kind is int else _KINDS[self.kind]

    def fits(self, value: object) -> bool:
        """Whether a value can be one of this setting."""
        if self.kind is list:
            return isinstance(value, list) and all(isinstance(item, str) for item in value)
        if self.kind is int:
            return type(value) is int and value >= self.least
        return isinstance(value, self.kind)


_KINDS: Mapping[type, str] = {str: "a text in quotes", bool: "true or false", list: "a list of texts in quotes"}

KEYS: Mapping[str, Key] = {
    "index-dir": Key(str, "index", "the folder of the index, or the name of one"),
    "paths": Key(list, ["seeds"], "what is indexed where no path is given"),
    "limit": Key(int, 10, "hits printed at most"),
    "snippets": Key(int, 1, "snippets a hit at most", least=1),
    "context": Key(int, None, "whole lines, and this many around"),
    "workers": Key(int, None, "processes that clean and analyse", least=1),
    "encoding": Key(str, None, "read files in this encoding"),
    "dictionary": Key(str, None, "a file of words that are not cut"),
    "synonyms": Key(str, None, "a file of words that mean the same"),
    "pager": Key(str, None, "what shows long answers on a terminal; empty for nothing"),
    "link": Key(str, None, "what a click on a path opens; empty for no links"),
    "quiet": Key(bool, False, "say nothing beside the answer but errors"),
    "verbose": Key(bool, False, "say more about what is done"),
}
_OF_INDEX: Mapping[str, Key] = {"paths": KEYS["paths"], "dir": KEYS["index-dir"]}


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting that holds, and where it is from."""

    key: str
    value: object
    origin: str


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """An index with a name: what it is made from, its folder, the file that names it."""

    name: str
    paths: tuple[str, ...]
    folder: str
    origin: str


@dataclass(frozen=True, slots=True)
class Settings:
    """What the files set: key → (value, the file that sets it), and the named indexes; `files` that were read."""

    values: Mapping[str, tuple[Any, str]] = field(default_factory=dict)
    indexes: Mapping[str, NamedPlace] = field(default_factory=dict)
    files: tuple[str, ...] = ()

    def defaults(self) -> dict[str, Any]:
        """Parameter of a command → value; `paths` is none, for it means one thing to `index` and another to `clean`."""
        return {key.replace("-", "_"): value for key, (value, _) in self.values.items() if key != "paths"}

    def paths(self) -> tuple[str, ...]:
        """What is indexed where no path is given and the index has no name."""
        return tuple(self.values["paths"][0] if "paths" in self.values else KEYS["paths"].default)

    def holding(self, environment: Mapping[str, str]) -> list[Setting]:
        """Every key with the value that holds where no option is given, and where that is from."""
        return [_holding(key, self.values.get(key, (KEYS[key].default, DEFAULT)), environment) for key in KEYS]


def _holding(key: str, of_files: tuple[Any, str], environment: Mapping[str, str]) -> Setting:
    name = variable(key)
    if KEYS[key].kind is not list and name in environment:
        return Setting(key, environment[name], f"environment {name}")
    return Setting(key, *of_files)


def variable(key: str) -> str:
    """The environment variable of a setting."""
    return f"SEEDSEARCH_{key.replace('-', '_').upper()}"


def settings_of(folder: str | Path = ".", environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings that hold in a folder; raises SettingsError where a file of them can not be used."""
    home = environment.get("XDG_CONFIG_HOME") or os.path.join(environment.get("HOME") or "~", ".config")
    values: dict[str, tuple[Any, str]] = {}
    indexes: dict[str, NamedPlace] = {}
    files = []
    for path in (os.path.expanduser(os.path.join(home, "seedsearch", "config.toml")), os.path.join(folder, FILE)):
        name = os.path.normpath(path)
        read = _read(name)
        if read is not None:
            files.append(name)
            indexes |= _indexes(read.pop("index", {}), name)
            values |= {key: (_checked(KEYS, key, value, name, ""), name) for key, value in read.items()}
    return Settings(values, indexes, tuple(reversed(files)))


def _read(path: str) -> dict[str, Any] | None:
    try:
        with open(path, "rb") as file:
            import tomllib  # most folders have no such file

            return tomllib.load(file)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise SettingsError(f"{path} can not be read: {reason(error)}") from error
    except ValueError as error:
        raise SettingsError(f"{path} is no TOML: {error}", hint="mend that line") from error


def _indexes(named: object, path: str) -> dict[str, NamedPlace]:
    if not isinstance(named, dict) or not all(isinstance(of_one, dict) for of_one in named.values()):
        raise SettingsError(f"{path}: index is not a table of named indexes", hint="write [index.NAME], or index-dir")
    found = {}
    for name, of_one in named.items():
        kept = {key: _checked(_OF_INDEX, key, value, path, f"index.{name}.") for key, value in of_one.items()}
        if "dir" not in kept:
            raise SettingsError(f"{path}: index.{name} has no dir", hint="name the folder of the index")
        paths = kept.get("paths", KEYS["paths"].default)
        found[name] = NamedPlace(name, tuple(map(os.path.expanduser, paths)), os.path.expanduser(kept["dir"]), path)
    return found


def _checked(keys: Mapping[str, Key], key: str, value: object, path: str, before: str) -> Any:
    """The value of a key; raises SettingsError where there is no such key or the value does not fit."""
    if key not in keys:
        from difflib import get_close_matches

        near = get_close_matches(key, keys, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(keys)}"
        raise SettingsError(f"{path}: there is no key {before}{key}", hint=hint)
    if not keys[key].fits(value):
        raise SettingsError(f"{path}: {before}{key} = {value!r} is not {keys[key].wanted}")
    if key in ("dictionary", "synonyms", "index-dir"):
        return os.path.expanduser(str(value))
    return [os.path.expanduser(path) for path in value] if isinstance(value, list) else value
