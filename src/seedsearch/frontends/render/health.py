"""Renders the output of `doctor` and `config`, for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from seedsearch.frontends.doctor import (
    Health,
    Remark,
)
from seedsearch.frontends.language import said, worded
from seedsearch.frontends.render.layout import cells, columns, padded, wrapped
from seedsearch.frontends.render.safe import json_line, one_line
from seedsearch.frontends.render.style import Style
from seedsearch.frontends.settings import DEFAULT, FILE, NamedPlace, Setting

MARKS = {Health.OK: "ok", Health.NOTE: "note", Health.ERROR: "fault"}


def diagnosis_text(remarks: Sequence[Remark], style: Style) -> Iterator[str]:
    """Yield one line per check: its result, its name, its message."""
    left = max(cells(said(remark.topic)) for remark in remarks) + 2
    paint = {Health.OK: style.ok, Health.NOTE: style.faint, Health.ERROR: style.error}
    for remark in remarks:
        line = padded(said(remark.topic), left) + one_line(worded(remark.says))
        first, *more = wrapped(line, None if style.width is None else style.width - 7, hanging=left)
        yield paint[remark.health](padded(said(MARKS[remark.health]), 7)) + first
        yield from (" " * 7 + line for line in more)


def diagnosis_json(remarks: Sequence[Remark]) -> str:
    """Return the same as one JSON object."""
    rows = [{"topic": remark.topic, "health": remark.health, "says": remark.says} for remark in remarks]
    return json_line({"healthy": all(remark.health != Health.ERROR for remark in remarks), "remarks": rows})


def faults_json(faults: Sequence[str]) -> str:
    """Return what `check` found, as one JSON object."""
    return json_line({"sound": not faults, "faults": list(faults)})


def settings_text(
    settings: Sequence[Setting],
    indexes: Iterable[NamedPlace],
    files: Sequence[str],
    ignored: Sequence[str] = (),
    about: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[str]:
    """Yield each setting with its value and source, the named indexes, and the settings files.

    `ignored` are the keys that are ignored in the folder's file. `about` tells what each key is for.
    """
    rows = ((setting.key, _value(setting.value), one_line(_origin(setting.origin))) for setting in settings)
    yield from columns([(*row, said(about[row[0]])) if about else row for row in rows])
    for index in indexes:
        name, folder, origin = map(one_line, (index.name, index.folder, index.origin))
        there = said("{paths} in {folder}", paths=_value(list(index.paths)), folder=folder)
        yield f"[index.{name}]  {there}  {origin}"
    yield said("files read: {files}", files=", ".join(map(one_line, files)) or said("none"))
    if ignored:
        yield said("not taken from {file}: {keys}", file=FILE, keys=", ".join(ignored))


def settings_json(
    settings: Sequence[Setting], indexes: Iterable[NamedPlace], files: Sequence[str], ignored: Sequence[str] = ()
) -> str:
    """Return the same as one JSON object."""
    held = {setting.key: {"value": setting.value, "from": setting.origin} for setting in settings}
    named = {index.name: {"paths": index.paths, "dir": index.folder, "from": index.origin} for index in indexes}
    return json_line({"settings": held, "indexes": named, "files": list(files), "ignored": list(ignored)})


def _origin(origin: str) -> str:
    return said("default") if origin == DEFAULT else origin


def _value(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, list):
        return ", ".join(map(_value, value))
    return one_line(str(value).lower() if isinstance(value, bool) else str(value)) or "''"
