"""Streamlit's own page and scripts, made ours at serving time: German words, ``lang="de"``, no inline script.

Streamlit ships its texts as string literals in its bundles and offers no translation. We replace whole literals of a
fixed list (``intranet.translations``), in memory, never on disk; a test fails when an upgrade loses one of them.
"""

import re
from collections.abc import Sequence
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from intranet.plain_pages import not_found
from intranet.translations import IN_BUNDLE, translate

_ASSET = re.compile(r'<(?:script|link)\b[^>]*\b(?:src|href)="\./static/[^"]+"[^>]*>')
STREAMLITS = ("/_stcore/", "/media/")
"""Where Streamlit answers itself: its talk with the page (the guard lets little of it pass), and pages' pictures."""
PAGE = """<!DOCTYPE html>
<html lang="de">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Rathauswerk</title>
<link rel="icon" href="/eigen/wappen.svg" type="image/svg+xml">
<script src="/eigen/farben.js"></script>
<script src="/eigen/sitzung.js"></script>
<script type="module" src="/eigen/rathaus.js"></script>
{assets}
<link rel="stylesheet" href="/eigen/rathaus.css">
</head>
<body>
<noscript><p>Rathauswerk braucht JavaScript. Bitte schalten Sie es in Ihrem Browser für diese Seite ein.</p></noscript>
<div id="root"></div>
</body>
</html>
"""


class Shell:
    """The page around all pages, and the translated bundles."""

    def __init__(self, static: Path) -> None:
        self._static = static
        self._made: dict[str, tuple[bytes, str]] = {}

    @cached_property
    def page(self) -> str:
        """Our HTML page with Streamlit's scripts and styles in it."""
        original = (self._static / "index.html").read_text(encoding="utf-8")
        assets = [tag.replace('"./static/', '"/static/') for tag in _ASSET.findall(original)]
        assets = [tag + "</script>" if tag.startswith("<script") else tag for tag in assets]
        return PAGE.format(assets="\n".join(assets))

    def has_file(self, path: str) -> bool:
        """Whether Streamlit ships this file under ``/static/``."""
        file = (self._static / path.removeprefix("/")).resolve()
        return file.is_relative_to(self._static.resolve() / "static") and file.is_file()

    def bundle(self, name: str) -> tuple[bytes, str] | None:
        """A translated bundle with its entity tag, or ``None`` where the original serves."""
        kind = name.partition(".")[0]
        if kind not in IN_BUNDLE:
            return None
        if name not in self._made:
            path = self._static / "static" / "js" / name
            if not re.fullmatch(r"[\w.-]+\.js", name) or not path.is_file():
                return None
            data = translate(kind, path.read_text(encoding="utf-8")).encode()
            self._made[name] = (data, f'"{sha256(data).hexdigest()[:20]}"')
        return self._made[name]


class ShellMiddleware:
    """Answers for the page and the bundles, and for what there is not; what is left goes on to our routes and Streamlit.

    Streamlit would answer every unknown address with its own page, which is English and asks other hosts for fonts.
    """

    def __init__(
        self, app: ASGIApp, *, shell: Shell, pages: frozenset[str], routes: Sequence[BaseRoute]
    ) -> None:
        self._app, self._shell, self._pages, self._routes = app, shell, pages, routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self._answer(Request(scope)) if scope["type"] == "http" else None
        await (answer or self._app)(scope, receive, send)

    def _answer(self, request: Request) -> Response | None:
        if request.method not in {"GET", "HEAD"}:
            return None
        path = request.url.path
        if path in self._pages:
            return HTMLResponse(self._shell.page)
        if not self._is_known(request):
            return not_found()
        return self._bundle(request) if path.startswith("/static/js/") else None

    def _bundle(self, request: Request) -> Response | None:
        made = self._shell.bundle(request.url.path.removeprefix("/static/js/"))
        if made is None:
            return None
        data, tag = made
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(data, media_type="text/javascript; charset=utf-8", headers=headers)

    def _is_known(self, request: Request) -> bool:
        path = request.url.path
        if path.startswith(STREAMLITS):
            return True
        if path.startswith("/static/"):
            return self._shell.has_file(path)
        return any(route.matches(request.scope)[0] is not Match.NONE for route in self._routes)
