"""The application: routes and handlers."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

import anyio
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

from seedsearch import __version__
from seedsearch.errors import SeedsearchError
from seedsearch.frontends.library import Library
from seedsearch.frontends.render.safe import json_line
from seedsearch.frontends.searches import search
from seedsearch.frontends.web import document_page, interface, pages, parameters, problems
from seedsearch.frontends.web.asking import Turns
from seedsearch.frontends.web.description import description
from seedsearch.frontends.web.face import Face, templates
from seedsearch.frontends.web.guard import Guard
from seedsearch.frontends.web.parameters import Asked, asked
from seedsearch.frontends.web.problems import Problem, problem_of
from seedsearch.frontends.web.site import API, Site
from seedsearch.frontends.web.words import LANGUAGES

# Browsers may cache static files, because their addresses contain the version.
_KEPT = "public, max-age=31536000, immutable"
_LANGUAGE = "seedsearch-lang"
_TYPES = ("text/plain", "application/octet-stream")
_SAFE_NAME = re.compile(r"[^A-Za-z0-9._-]+")
PATIENCE = 20  # seconds for the body of a request

Handler = Callable[[Request], Awaitable[Response]]


class App:
    """The handlers, over one library."""

    def __init__(self, library: Library, site: Site) -> None:
        self._library, self._site = library, site
        self._turn, self._restoring = Turns(), Turns(waiting=8)

    async def home(self, request: Request) -> Response:
        """Return the start page, or hits."""
        said = asked(parameters.HOME, request.query_params)
        face = _face(request, self._site, said, said["q"])
        if not said["q"].strip() and not said.filters():
            return _html(request, await self._turn(lambda: pages.home(face, self._library.stats())), said)
        return _html(request, await self._turn(lambda: self._answer(face, said["page"])), said)

    def _answer(self, face: Face, page: int) -> str:
        how: dict[str, Any] = {"offset": (page - 1) * pages.HITS, "snippets": 2, "facets": parameters.FACETS}
        results, _ = search(self._library, face.typed, face.filters, limit=pages.HITS, **how)
        outdated = None
        if not results.total:
            with self._library.asked() as index:
                outdated = index.outdated()
        return pages.answer(face, results, page, outdated)

    async def document(self, request: Request) -> Response:
        """Return a document."""
        said = asked(parameters.DOCUMENT, request.query_params)
        face = _face(request, self._site, said, said["q"])

        def made() -> str:
            opened = document_page.opened(self._library, said["id"], said["q"])
            return document_page.page(face, opened, said["at"], said["view"])

        return _html(request, await self._turn(made), said)

    async def raw(self, request: Request) -> Response:
        """Return the untouched file as a download, never to be displayed."""
        said = asked(parameters.RAW, request.query_params)
        content = await self._turn(lambda: self._library.content(self._library.document(said["id"])))
        name = said["id"].rpartition("/")[2]
        plain = _SAFE_NAME.sub("_", name)[-100:] or "file"
        attachment = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
        return Response(content, media_type="application/octet-stream", headers={"content-disposition": attachment})

    async def stats(self, request: Request) -> Response:
        """Return the statistics."""
        said = asked(parameters.PAGE, request.query_params)
        face = _face(request, self._site, said)

        def made() -> str:
            counted = self._library.stats()
            with self._library.asked() as index:
                return pages.stats(face, counted, index.outdated())

        return _html(request, await self._turn(made), said)

    async def opensearch(self, request: Request) -> Response:
        """Return the OpenSearch description for browsers."""
        base = f"{request.url.scheme}://{request.headers['host']}"
        text = templates().get_template("opensearch.xml").render(site=self._site, base=base)
        return Response(text, media_type="application/opensearchdescription+xml")

    async def api_search(self, request: Request) -> Response:
        """Hits."""
        said = asked(parameters.SEARCH, request.query_params, strict=True)
        return _json(await self._turn(lambda: interface.search_json(self._library, self._site, said)))

    async def api_document(self, request: Request) -> Response:
        """Return a document."""
        said = asked(parameters.TEXT, request.query_params, strict=True)
        return _json(await self._turn(lambda: interface.document_json(self._library, said)))

    async def api_suggest(self, request: Request) -> Response:
        """Words."""
        said = asked(parameters.SUGGEST, request.query_params, strict=True)
        return _json(await self._turn(lambda: interface.suggest_json(self._library, said["q"])))

    async def api_stats(self, request: Request) -> Response:
        """Return what the index holds."""
        asked(parameters.NONE, request.query_params, strict=True)
        return _json(await self._turn(lambda: interface.stats_json(self._library)))

    async def api_restore(self, request: Request) -> Response:
        """Restore a text."""
        asked(parameters.NONE, request.query_params, strict=True)
        content = await _body(request)
        return _json(await self._restoring(lambda: interface.restored_json(content)))

    async def api_description(self, request: Request) -> Response:
        """Return the description of the interface."""
        return _json(description(self._site.root))


async def health(request: Request) -> Response:
    """Return `ok`, regardless of the state of the index."""
    return PlainTextResponse("ok\n")


class _Static(StaticFiles):
    """Our style, script and icon."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file with a long cache lifetime, because its address contains the version."""
        response = await super().get_response(path, scope)
        MutableHeaders(raw=response.raw_headers)["cache-control"] = _KEPT
        return response


def make(library: Library, site: Site) -> ASGIApp:
    """Return the application for a library, wrapped in the guard."""
    app = App(library, site)
    api = (
        ("search", app.api_search),
        ("document", app.api_document),
        ("suggest", app.api_suggest),
        ("stats", app.api_stats),
        ("openapi.json", app.api_description),
    )
    routes = [
        Route("/", app.home),
        Route("/document", app.document),
        Route("/document/raw", app.raw),
        Route("/stats", app.stats),
        Route("/opensearch.xml", app.opensearch),
        Route("/healthz", health),
        *(Route(f"{API}/{name}", handler) for name, handler in api),
        Route(f"{API}/restore", app.api_restore, methods=["POST"]),
        Mount(f"/static/{__version__}", _Static(packages=[("seedsearch.frontends.web", "static")])),
    ]

    async def failed(request: Request, error: Exception) -> Response:
        return _problem(request, _as_problem(error), site)

    def refused(scope: Scope, problem: Problem) -> ASGIApp:
        return _problem(Request(scope), problem, site)

    handlers: dict[Any, Any] = {SeedsearchError: failed, HTTPException: failed, Problem: failed}
    return Guard(Starlette(routes=routes, exception_handlers=handlers), site, refused)


def _as_problem(error: Exception) -> Problem:
    match error:
        case Problem():
            return error
        case SeedsearchError():
            return problem_of(error)
        case HTTPException(status_code=405):
            return Problem(problems.METHOD, headers=error.headers or {})
        case HTTPException(status_code=status) if status < 500:
            return Problem(problems.NO_PAGE)
        case _:
            return Problem(problems.FAULT)


def _problem(request: Request, problem: Problem, site: Site) -> Response:
    """Return a problem: a page for people, JSON below /api."""
    if request.url.path.startswith("/api/") or request.method not in ("GET", "HEAD"):
        return Response(
            json_line(problem.object()),
            problem.kind.status,
            dict(problem.headers),
            media_type="application/problem+json",
        )
    try:
        said = asked((parameters.LANGUAGE,), request.query_params)
    except Problem:
        said = Asked({"lang": None})
    text = pages.problem(_face(request, site, said), problem)
    return HTMLResponse(text, problem.kind.status, dict(problem.headers))


def _face(request: Request, site: Site, said: Asked, typed: str = "") -> Face:
    """Return the texts in the chosen language (by this request, a cookie, or the browser), and the address for the
    other.
    """
    name = str(said["lang"] or request.cookies.get(_LANGUAGE))
    if name not in LANGUAGES:
        name = "zh" if request.headers.get("accept-language", "").lower().startswith("zh") else "en"
    words = LANGUAGES[name]
    other = f"?{request.url.remove_query_params('token').include_query_params(lang=words.other_lang).query}"
    return Face(site, words, other, typed, said.filters())


def _html(request: Request, text: str, said: Asked) -> Response:
    response = HTMLResponse(text)
    if said["lang"]:
        response.set_cookie(_LANGUAGE, said["lang"], max_age=31_536_000, samesite="strict", httponly=True)
    return response


def _json(value: object) -> Response:
    return Response(json_line(value), media_type="application/json")


async def _body(request: Request) -> bytes:
    """Return the body of a request to restore; raises Problem if it has another type, is too large or does not
    arrive.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _TYPES:
        raise Problem(problems.CONTENT, f"{kind or 'nothing'} is not read", f"send {' or '.join(_TYPES)}")
    return await _received(request)


async def _received(request: Request) -> bytes:
    content = bytearray()
    try:
        with anyio.fail_after(PATIENCE):
            async for chunk in request.stream():
                content += chunk
                if len(content) > interface.LARGEST_TEXT:
                    said = f"a text may have {interface.LARGEST_TEXT:,} bytes"
                    raise Problem(problems.LARGE, said, "restore files with: seedsearch clean")
    except TimeoutError:
        raise Problem(problems.TIMEOUT, f"the text did not come in {PATIENCE} seconds") from None
    except ClientDisconnect:
        raise Problem(problems.TIMEOUT, "the text did not come") from None
    return bytes(content)
