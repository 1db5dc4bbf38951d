"""Wall monitors: setting one up with its link, the page on the wall, and the stream that keeps it up to date.

The link carries the token behind ``#``, where no server, proxy or log ever sees it; the page hands it in once and gets a
cookie for it. None of the paths needs a session of staff: a screen is nobody.
"""

import asyncio
import json
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from intranet.cookies import Cookies
from intranet.plain_pages import NOT_NOW, TEMPLATES, not_now_in_words
from presence.monitor.brake import Brake
from presence.monitor.hub import Hub
from presence.monitor.queries import Standing, by_token
from storage.clock import local_date
from storage.house import House

WALL, SET_UP, STREAM = "/monitor", "/monitor/einrichten", "/monitor/strom"
ASSETS = Path(__file__).parents[1] / "assets"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
MOST_BODY = 1024
TRIES, STREAMS = 20, 30
"""Per minute: wrong tokens from one address, streams of one screen."""
SLOW = 15.0
"""Seconds a screen may take to accept a message."""
UNKNOWN = "Dieser Bildschirm ist nicht als Monitor eingerichtet."
TOO_OFTEN = "Zu viele Versuche. Bitte warten Sie eine Minute."


def link(address: str, token: str) -> str:
    """What is typed, scanned or sent to the screen."""
    return f"{address.rstrip('/')}{SET_UP}#{token}"


def page_version() -> str:
    """Of page, script and style: screens that run for weeks notice a new one."""
    files = ("tafel.js", "tafel.css", "tafel_einrichten.js")
    parts = [(ASSETS / name).read_bytes() for name in files]
    parts.append((ASSETS.parent / "templates" / "tafel.html").read_bytes())
    return sha256(b"\0".join(parts)).hexdigest()[:12]


def routes(house: House, cookies: Cookies, hub: Hub) -> list[Route]:
    """The three paths of the wall."""
    desk = _Desk(house, cookies)
    version = page_version()

    async def wall(request: Request) -> Response:
        known, refusal = await desk.who(request)
        if known is None or known.ended:
            text = refusal or (known.ended if known else None) or UNKNOWN
            return _page("tafel_zu.html", _code(refusal), titel="Kein Monitor", text=text)
        response = _page("tafel.html", 200, version=version)
        cookies.set_screen(response, request.cookies[cookies.screen])
        return response

    async def set_up(request: Request) -> Response:
        if request.method != "POST":
            return _page("tafel_einrichten.html", 200)
        token = await _token_in(request)
        known, refusal = await desk.check(request, token)
        if known is None or known.ended:
            return PlainTextResponse(
                refusal
                or (known.ended if known else None)
                or "Dieser Link gilt nicht (mehr). Bitte lassen Sie sich einen neuen geben.",
                status_code=429 if refusal else 403,
            )
        response = Response(status_code=204)
        cookies.set_screen(response, token or "")
        return response

    return [
        Route(WALL, wall),
        Route(SET_UP, set_up, methods=["GET", "POST"]),
        Route(STREAM, _Stream(desk, hub)),
    ]


class _Desk:
    """Who comes with which token, and how often."""

    def __init__(self, house: House, cookies: Cookies) -> None:
        self._house, self._cookies = house, cookies
        self._tries, self._streams = Brake(TRIES), Brake(STREAMS)

    async def who(self, request: Request) -> tuple[Standing | None, str | None]:
        """The screen by its cookie."""
        token = request.cookies.get(self._cookies.screen)
        return await self.check(request, token) if token else (None, None)

    async def check(
        self, request: Request, token: str | None
    ) -> tuple[Standing | None, str | None]:
        """The screen, or ``None`` and, where there is more to say than "unknown", why."""
        known = await to_thread.run_sync(self._look, token)
        if known is not None:  # also where others at the same address, behind one router, guess
            return known, None
        address = request.client.host if request.client else ""
        return None, None if self._tries.count(address) else TOO_OFTEN

    def may_stream(self, known: Standing) -> bool:
        return self._streams.count(known.device.token.hex)

    def _look(self, token: str | None) -> Standing | None:
        with self._house.database.read() as session:
            return by_token(session, token, local_date(self._house.clock()))


class _Stream:
    """An ASGI application of its own: what Starlette puts around streams would cost each of 500 twice."""

    def __init__(self, desk: _Desk, hub: Hub) -> None:
        self._desk, self._hub = desk, hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            known, refusal = await self._desk.who(request)
        except NOT_NOW as error:
            await PlainTextResponse(not_now_in_words(error), 503)(scope, receive, send)
            return
        if known is None or known.ended:
            text = refusal or (known.ended if known else None) or UNKNOWN
            await PlainTextResponse(text, _code(refusal))(scope, receive, send)
            return
        if not self._desk.may_stream(known):
            await PlainTextResponse(TOO_OFTEN, 429)(scope, receive, send)
            return
        await self._serve(known, receive, send)

    async def _serve(self, known: Standing, receive: Receive, send: Send) -> None:
        screen = self._hub.join(known)
        watching = asyncio.create_task(_until_gone(receive, screen.end))
        try:
            await send(_BEGIN)
            while (message := await screen.next()) is not None:
                async with asyncio.timeout(SLOW):
                    await send(_body(message, more=True))
                if screen.over:
                    break
            async with asyncio.timeout(SLOW):
                await send(_body(b"", more=False))
        except TimeoutError:
            pass  # too slow: dropped, and free to come back
        finally:
            screen.left(screen)
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching


_BEGIN = {
    "type": "http.response.start",
    "status": 200,
    "headers": [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),  # a reverse proxy must not collect what it gets
    ],
}


def _code(refusal: str | None) -> int:
    """401: not, or no longer, a screen. 429: who asks too often is told nothing about the token."""
    return 429 if refusal else 401


def _body(data: bytes, *, more: bool) -> dict[str, object]:
    return {"type": "http.response.body", "body": data, "more_body": more}


async def _until_gone(receive: Receive, end: object) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    assert callable(end)
    end()


async def _token_in(request: Request) -> str | None:
    """The token of a small JSON body; anything else is none."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BODY:
            return None
    try:
        told = json.loads(body)
    except ValueError:
        return None
    token = told.get("token") if isinstance(told, dict) else None
    return token if isinstance(token, str) else None


def _page(template: str, status: int, **told: str) -> Response:
    html = TEMPLATES.get_template(template).render(**told)
    return HTMLResponse(html, status_code=status, headers={"Content-Security-Policy": POLICY})
