"""Options that several commands share, and the choice of the index."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from math import isinf
from typing import TYPE_CHECKING, Any, TypeVar

import click

from seedsearch.frontends.cli.messages import COLOUR, INDEX, remember
from seedsearch.frontends.settings import KEYS, Settings, variable

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Place:
    """The folder or the URL of an index, and its paths if it is a named index."""

    where: str
    paths: tuple[str, ...] | None = None

    def __str__(self) -> str:
        return self.where


class IndexPlace(click.ParamType[Place]):
    """A parameter type: the name of an index from the settings, a folder, or a URL."""

    name = "dir|url|name"

    def convert(self, value: str | Place, param: click.Parameter | None, ctx: click.Context | None) -> Place:
        """Return the place for a name, a path or a URL; names take precedence."""
        if isinstance(value, Place):
            return value
        settings = ctx.find_object(Settings) if ctx is not None else None
        named = settings.indexes.get(value) if settings is not None else None
        place = Place(value) if named is None else Place(named.folder, named.paths)
        if ctx is not None:
            ctx.meta[INDEX] = place.where
        return place

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Complete names of indexes, and folders."""
        from click.shell_completion import CompletionItem  # deferred: only for completion

        settings = ctx.find_object(Settings) or Settings()
        names = [CompletionItem(name) for name in settings.indexes if name.startswith(incomplete)]
        return [*names, CompletionItem(incomplete, type="dir")]


class _MayBeEmpty(click.Option):
    """An option whose environment variable may be empty, which means none; click treats an empty variable as unset."""

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        """Return the value of the variable, if it is set."""
        return os.environ.get(str(self.envvar))


def setting(key: str, *names: str, **more: Any) -> Callable[[Function], Function]:
    """Return an option that is also a setting, with values from the environment or a file and the default of KEYS."""
    kind = KEYS[key]
    if kind.kind is int:
        more["type"] = click.IntRange(min=kind.least)
    if kind.kind is float:
        more["type"] = click.FloatRange(kind.least, None if isinf(kind.most) else kind.most)
    if kind.kind is not bool:
        more |= {"default": kind.default, "show_default": kind.default is not None}
    return click.option(*names, key.replace("-", "_"), envvar=variable(key), **more)


index_dir = setting(
    "index-dir", "-i", "--index-dir", type=IndexPlace(), help="Folder or URL of the index, or its name in the settings."
)
limit = setting("limit", "-n", "--limit", help="Maximum number to print.")
workers = setting("workers", "--workers", help="Number of worker processes.  [default: one per core]")
encoding = setting("encoding", "--encoding", help="Decode files as this encoding instead of detecting it.")
sure = setting("sure", "--sure", help="Minimum probability of an inferred repair, 0 to 1.")
dictionary = setting(
    "dictionary",
    "--dictionary",
    type=click.Path(),
    help="Custom words for the segmenter, one per line; stored in the index.",
)
synonyms = setting(
    "synonyms", "--synonyms", type=click.Path(), help="Synonym groups, one per line; stored in the index."
)
link = setting(
    "link",
    "--link",
    cls=_MayBeEmpty,
    metavar="URL",
    help="URL template for clickable paths: {path} {line} {column} {host}.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
paths = click.argument("paths", nargs=-1, type=click.Path())

_quiet = setting(
    "quiet", "-q", "--quiet", is_flag=True, expose_value=False, callback=remember, help="Print only errors."
)
_verbose = setting(
    "verbose", "-v", "--verbose", is_flag=True, expose_value=False, callback=remember, help="Print more details."
)


def _keep_colour(ctx: click.Context, parameter: click.Parameter, value: str | None) -> None:
    ctx.meta[COLOUR] = value or "auto"


_colour = click.option(
    "--color",
    type=click.Choice(("auto", "always", "never")),
    expose_value=False,
    is_eager=True,
    callback=_keep_colour,
    help="When to use colour; auto: on a terminal, unless NO_COLOR or CLICOLOR_FORCE says otherwise.",
)
_pager = setting(
    "pager", "--pager", cls=_MayBeEmpty, metavar="COMMAND", help="Pager for long answers.  [default: PAGER, or less]"
)
_no_pager = click.option("--no-pager", "pager", flag_value="", help="Print long answers without a pager.")


def choosing(command: Function) -> Function:
    """Return the options that select the files of a folder."""
    for option in (
        click.option(
            "--include", multiple=True, metavar="PATTERN", help="Read only files matching PATTERN (.gitignore syntax)."
        ),
        click.option("--exclude", multiple=True, metavar="PATTERN", help="Skip files matching PATTERN."),
        click.option("--hidden", is_flag=True, help="Also read hidden files."),
    ):
        command = option(command)
    return command


def steps(command: Function) -> Function:
    """Return the options that select steps."""
    for option in (
        click.option("--list-steps", is_flag=True, is_eager=True, expose_value=False, callback=_list_steps, help=_LIST),
        click.option(
            "--skip", multiple=True, metavar="STEP", shell_complete=_like, help="Skip this step; can be repeated."
        ),
        click.option(
            "--only", multiple=True, metavar="STEP", shell_complete=_like, help="Run only this step; can be repeated."
        ),
    ):
        command = option(command)
    return command


_LIST = "List the steps of restoring with the kinds of damage that each restores, and exit."


def _like(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    from seedsearch.restoring.steps import chosen

    return [name for name in chosen() if name.startswith(incomplete)]


def _list_steps(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    from seedsearch.frontends.cli.stdout import print_lines
    from seedsearch.restoring.steps import kinds_of_steps

    if value:
        print_lines(f"{name:<18}{', '.join(kinds)}" for name, kinds in kinds_of_steps())
        ctx.exit()


def talking(command: Function) -> Function:
    """Return the options --quiet, --verbose and --color."""
    return _quiet(_verbose(_colour(command)))


def paged(command: Function) -> Function:
    """Return the options about the pager."""
    return _pager(_no_pager(command))


def settings_in(ctx: click.Context) -> Settings:
    """Return the settings of the files."""
    found = ctx.find_object(Settings)
    return Settings() if found is None else found


def typed(word: str) -> str:
    """Return an argument as text; bytes that are not UTF-8 are decoded as GB18030, for terminals with that encoding."""
    from seedsearch.errors import QueryError

    content = os.fsencode(word)
    for name in ("utf-8", "gb18030"):
        try:
            return content.decode(name)
        except UnicodeDecodeError:
            continue
    what = "the query is neither UTF-8 nor GB18030"
    raise QueryError(what, code="encoding", hint="check the encoding of the terminal")
