"""Manual pages in the format of `man`, generated from `--help`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import click

from seedsearch import __version__
from seedsearch.frontends.language import said
from seedsearch.frontends.settings import KEYS, variable

EXIT = (
    ("0", "found, or done"),
    ("1", "nothing found"),
    ("2", "an error, including a single unreadable file; the rest is still processed"),
    ("130", "interrupted"),
)
HEADINGS = (
    "NAME",
    "SYNOPSIS",
    "DESCRIPTION",
    "COMMANDS",
    "OPTIONS",
    "EXIT STATUS",
    "ENVIRONMENT",
    "FILES",
    "SEE ALSO",
)
FILES = (
    ("seedsearch.toml", "settings of the folder in which a command is run"),
    ("~/.config/seedsearch/config.toml", "settings of the user"),
    (".seedsearch.toml", "how to read the files of a folder: encodings, exclusions, words"),
    (".seedsearchignore", "files of a folder to exclude (.gitignore syntax)"),
)


def page(group: click.Group, name: str | None = None) -> str:
    """Return the page of a command, or of the program."""
    command = group if name is None else group.commands[name]
    title = "seedsearch" if name is None else f"seedsearch-{name}"
    whole = click.Context(group, info_name="seedsearch")
    ctx = whole if name is None else click.Context(command, info_name=name, parent=whole)
    lines = [
        f'.TH "{title.upper()}" 1 "" "seedsearch {__version__}" "seedsearch"',
        _heading("NAME"),
        f"{_text(title)} \\- {_text(command.get_short_help_str(200))}",
        _heading("SYNOPSIS"),
        f".B {_text(ctx.command_path)}",
        _text(" ".join(command.collect_usage_pieces(ctx))),
        _heading("DESCRIPTION"),
        *_described(command.help or ""),
    ]
    if isinstance(command, click.Group):
        lines.append(_heading("COMMANDS"))
        for one in command.commands.values():
            lines += _item(f"seedsearch-{one.name}(1)", one.get_short_help_str(200))
    lines.append(_heading("OPTIONS"))
    for parameter in command.get_params(ctx):
        if record := parameter.get_help_record(ctx):
            lines += _item(*record)
    lines += _listed("EXIT STATUS", EXIT)
    taken = [variable(key) for key in KEYS if any(one.envvar == variable(key) for one in command.params)]
    if taken:
        text = said("Options may be set by {names}; NO_COLOR is honoured.", names=", ".join(taken))
        lines += [_heading("ENVIRONMENT"), _text(text)]
    lines += _listed("FILES", FILES)
    if name is not None:
        lines += [_heading("SEE ALSO"), ".BR seedsearch (1)"]
    return "\n".join(lines) + "\n"


def _described(help_: str) -> Iterator[str]:
    """Yield the paragraphs of a help text; those that begin with a backspace are preformatted, as in click."""
    paragraphs = re.split(r"\n\s*\n", help_.replace("\f", "").strip())
    for number, paragraph in enumerate(paragraphs):
        kept = paragraph.lstrip().startswith("\b")
        body = paragraph.replace("\b", "").strip("\n").splitlines()
        if number:
            yield ".PP"
        if kept:
            yield ".nf"
        yield from (_text(line.rstrip()) if kept else _text(line.strip()) for line in body)
        if kept:
            yield ".fi"


def _listed(title: str, rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield _heading(title)
    for name, about in rows:
        yield from _item(name, said(about))


def _heading(title: str) -> str:
    return f".SH {said(title)}"


def _item(name: str, about: str) -> list[str]:
    return [".TP", f".B {_text(name)}", _text(about)]


def _text(text: str) -> str:
    """Escape text for roff: no line is a request, and a minus is a minus."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped
