"""Translates the help of all commands."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

import click

from seedsearch.frontends import language

WIDTH = 76  # width in cells of a help paragraph in click
OF_OPTION = 46  # width of the description of an option


def speaker(environment: Mapping[str, str] = os.environ) -> Callable[[str, click.Command], None] | None:
    """Return a translator for the help of commands into the chosen language; None for English."""
    if language.choose(_told(environment), environment) != language.CHINESE:
        return None
    import gettext

    gettext.bindtextdomain("messages", str(language.LOCALE))
    os.environ["LANGUAGE"] = language.CHINESE
    return _translate


def _translate(name: str, command: click.Command) -> None:
    """Translate the help of a command into Chinese; the program itself has the name ""."""
    from seedsearch.frontends.catalogue import HELP

    if name in HELP:
        command.help, command.short_help = _broken(HELP[name]), HELP[name].partition("\n")[0]
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.help:
            parameter.help = "\b\n" + "\n".join(_cut(language.said(parameter.help), OF_OPTION))


def _told(environment: Mapping[str, str]) -> str | None:
    """Return the configured language; an invalid settings file is reported later."""
    from seedsearch.errors import SettingsError
    from seedsearch.frontends.settings import settings_of, variable

    if told := environment.get(variable("language")):
        return told
    try:
        held = settings_of(environment=environment).values.get("language")
    except (SettingsError, OSError):
        return None
    return None if held is None else str(held[0])


def _broken(text: str) -> str:
    """Wrap the paragraphs of a help text to the width in cells, except preformatted ones."""
    paragraphs = (part if part.startswith("\b") else "\b\n" + _joined(part) for part in text.split("\n\n"))
    return "\n\n".join(paragraphs)


def _joined(paragraph: str) -> str:
    return "\n".join(_cut(paragraph.replace("\n", ""), WIDTH))


def _cut(text: str, width: int) -> list[str]:
    from seedsearch.frontends.render.layout import lines  # only Chinese help is wrapped here

    return [span.cut(text).rstrip() for span in lines(text, width)]
