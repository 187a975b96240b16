"""Manual pages, as `man` reads them, from what `--help` says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import click

from seedsearch import __version__
from seedsearch.frontends.settings import KEYS, variable

_EXIT = (
    ("0", "found, or done"),
    ("1", "nothing found"),
    ("2", "an error, a single unreadable file included; the rest is done all the same"),
    ("130", "interrupted"),
)
_FILES = (
    ("seedsearch.toml", "settings of the folder in which a command is run"),
    ("~/.config/seedsearch/config.toml", "settings of the user"),
    (".seedsearch.toml", "how the files of a folder are read: encodings, what is left out, words"),
    (".seedsearchignore", "what is left out of a folder, as .gitignore has it"),
)


def page(group: click.Group, name: str | None = None) -> str:
    """Return the page of a command, or of the program."""
    command = group if name is None else group.commands[name]
    title = "seedsearch" if name is None else f"seedsearch-{name}"
    whole = click.Context(group, info_name="seedsearch")
    ctx = whole if name is None else click.Context(command, info_name=name, parent=whole)
    lines = [
        f'.TH "{title.upper()}" 1 "" "seedsearch {__version__}" "seedsearch"',
        ".SH NAME",
        f"{_text(title)} \\- {_text(command.get_short_help_str(200))}",
        ".SH SYNOPSIS",
        f".B {_text(ctx.command_path)}",
        _text(" ".join(command.collect_usage_pieces(ctx))),
        ".SH DESCRIPTION",
        *_described(command.help or ""),
    ]
    if isinstance(command, click.Group):
        lines.append(".SH COMMANDS")
        for one in command.commands.values():
            lines += _item(f"seedsearch-{one.name}(1)", one.get_short_help_str(200))
    lines.append(".SH OPTIONS")
    for parameter in command.get_params(ctx):
        if record := parameter.get_help_record(ctx):
            lines += _item(*record)
    lines += _listed("EXIT STATUS", _EXIT)
    taken = [variable(key) for key in KEYS if any(one.envvar == variable(key) for one in command.params)]
    if taken:
        lines += [".SH ENVIRONMENT", _text(f"Options may be set by {', '.join(taken)}; NO_COLOR is obeyed.")]
    lines += _listed("FILES", _FILES)
    if name is not None:
        lines += [".SH SEE ALSO", ".BR seedsearch (1)"]
    return "\n".join(lines) + "\n"


def _described(help_: str) -> Iterator[str]:
    """Yield the paragraphs of a help text; those that begin with a backspace keep their lines, as click keeps them."""
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
    yield f".SH {title}"
    for name, about in rows:
        yield from _item(name, about)


def _item(name: str, about: str) -> list[str]:
    return [".TP", f".B {_text(name)}", _text(about)]


def _text(text: str) -> str:
    """Return text as roff reads it: no line of it is a request, and a minus is one."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped
