"""Translates the help of all commands."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

import click

from seedsearch.frontends import language

WIDTH = 76  # cells of a paragraph of help, as click breaks them
OF_OPTION = 46  # and of what an option does


def speaker(environment: Mapping[str, str] = os.environ) -> Callable[[str, click.Command], None] | None:
    """Return what puts the help of a command into the language of the environment, the settings or the locale; None
    where that is English.
    """
    if language.choose(_told(environment), environment) != language.CHINESE:
        return None
    import gettext

    gettext.bindtextdomain("messages", str(language.LOCALE))
    os.environ["LANGUAGE"] = language.CHINESE
    return _translate


def _translate(name: str, command: click.Command) -> None:
    """Put the help of a command into Chinese; the name of the program itself is empty."""
    from seedsearch.frontends.catalogue import HELP

    if name in HELP:
        command.help, command.short_help = _broken(HELP[name]), HELP[name].partition("\n")[0]
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.help:
            parameter.help = "\b\n" + "\n".join(_cut(language.said(parameter.help), OF_OPTION))


def _told(environment: Mapping[str, str]) -> str | None:
    """Return the language that is set; a file of settings that cannot be used is reported later."""
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
    """Return a help text with its paragraphs broken to the width in cells; those that keep their lines stay."""
    paragraphs = (part if part.startswith("\b") else "\b\n" + _joined(part) for part in text.split("\n\n"))
    return "\n\n".join(paragraphs)


def _joined(paragraph: str) -> str:
    return "\n".join(_cut(paragraph.replace("\n", ""), WIDTH))


def _cut(text: str, width: int) -> list[str]:
    from seedsearch.frontends.render.layout import lines  # only Chinese help is broken here

    return [span.cut(text).rstrip() for span in lines(text, width)]
