"""The servers: `serve` for browsers and programs, `mcp` for agents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from seedsearch.errors import ExtraMissing
from seedsearch.frontends.cli import options
from seedsearch.frontends.cli.messages import note
from seedsearch.frontends.cli.stdout import flush, print_lines
from seedsearch.frontends.language import said

if TYPE_CHECKING:
    from seedsearch.frontends.web.site import Site

PORT = 8790


@click.command()
@options.index_dir
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=PORT,
    show_default=True,
    help="Port to listen on; 0 picks a free one.",
)
@click.option("--open", "opens", is_flag=True, help="Open the page in the browser.")
@click.option(
    "--token/--no-token",
    default=None,
    help="Require the token in the printed address.  [default: if other machines can reach it]",
)
@click.option("--allow-host", "hosts", multiple=True, metavar="NAME", help="Also answer requests for this host name.")
@click.option("--root-path", default="", metavar="PATH", help="Path prefix that a proxy adds to every address.")
@options.link
@options.talking
def serve(index_dir: options.Place, **how: Any) -> None:
    """Serve the index to browsers, and to programs over HTTP, until Ctrl-C.

    Only this machine can reach it unless --host says otherwise. Needs: pip install 'seedsearch[web]'
    """
    try:
        from seedsearch.frontends.web import app, serving
    except ModuleNotFoundError as error:
        hint = "install it with: pip install 'seedsearch[web]'"
        raise ExtraMissing(f"serving needs the package {error.name}", hint=hint) from error
    from seedsearch.frontends.library import Library

    listening = serving.bound(how["host"], how["port"])
    with listening:
        site = _site(**{**how, "port": listening.getsockname()[1]})
        address = serving.address(how["host"], site)

        def ready() -> None:
            print_lines([f"serving {address}"])
            flush()
            note(said("stop with Ctrl-C"))
            if how["opens"]:
                click.launch(address)

        library = Library(index_dir.where)
        try:
            serving.serve(app.make(library, site), listening, ready)
        finally:
            library.close()


@click.command()
@options.index_dir
@options.talking
def mcp(index_dir: options.Place) -> None:
    """Serve tools for agents to search and read, by the Model Context Protocol on standard input and output.

    The agent starts this command; pass an absolute path or a name from the settings as -i. Needs: pip install
    'seedsearch[mcp]'
    """
    try:
        from seedsearch.frontends.mcp import server
    except ModuleNotFoundError as error:
        hint = "install it with: pip install 'seedsearch[mcp]'"
        raise ExtraMissing(f"the tools for agents need the package {error.name}", hint=hint) from error
    from seedsearch.frontends.library import Library

    library = Library(index_dir.where)
    try:
        server.serve(library)
    finally:
        library.close()


def _site(
    *,
    port: int,
    host: str,
    hosts: tuple[str, ...],
    root_path: str,
    token: bool | None,
    link: str | None,
    **_: Any,
) -> Site:
    """Return the settings of the server; if other machines can reach it, it gets a token unless told otherwise."""
    from secrets import token_urlsafe

    from seedsearch.frontends.web.serving import is_loopback
    from seedsearch.frontends.web.site import Site

    named = {*hosts, *([] if is_loopback(host) or host in _EVERYWHERE else [host.strip("[]")])}
    wanted = not is_loopback(host) if token is None else token
    root = root_path.strip("/")
    return Site(frozenset(named), f"/{root}" if root else "", token_urlsafe(24) if wanted else None, link, port)


_EVERYWHERE = ("0.0.0.0", "::", "")
