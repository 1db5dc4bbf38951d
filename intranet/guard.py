"""The door of the staff web: pure-ASGI middleware in front of Streamlit and of our own routes.

Nothing behind it is reached without a session that the server knows. Streamlit alone would accept WebSockets without
an Origin, and answers on more addresses than we want to offer.
"""

import asyncio
import logging
from contextlib import suppress
from urllib.parse import quote

from anyio import to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.rooms import Room
from intranet.addresses import Addresses
from intranet.cookies import Cookies
from intranet.metrics import REFUSED, SOCKETS
from intranet.plain_pages import NOT_NOW, not_now
from intranet.security_headers import add_headers, staff_policy
from presence.sessions import SignedIn, check
from storage.database import patience
from storage.house import House

OPEN_PATHS = frozenset({"/anmelden", "/abmelden", "/health", "/metrics"})
PROVIDER_PATHS = frozenset({"/anmelden/oidc", "/anmelden/oidc/zurueck", "/anmelden/oidc/ende"})
"""Open as well where people sign in with OpenID Connect."""
SCREEN_PATHS = frozenset({"/monitor", "/monitor/einrichten", "/monitor/strom"})
"""Open where there are wall monitors: they show a token of their own."""
OPEN_FOLDERS = ("/static/", "/eigen/")
"""The same scripts, styles and fonts for everybody; nothing of the house's."""
CALENDARS = "/kalender/"
"""Open where desks and rooms are booked: the secret stands in the address."""
STREAMLIT_PATHS = ("/_stcore/health", "/_stcore/host-config", "/_stcore/stream")
STREAMLIT_FOLDERS = ("/_stcore/upload_file/",)
SAFE_METHODS = frozenset({"GET", "HEAD"})
WATCH_EVERY = 20.0
"""Seconds between two looks at the session of a page that stays open."""
PATIENCE = 5.0
"""Seconds a request may wait for a database that others hold."""
GOODBYE = 1.0
SESSION_ENDED = 4401
"""The code a WebSocket is closed with when its session is over (RFC 6455, 7.4.2: free for applications); the page
knows it, too (``assets/sitzung.js``).
"""

log = logging.getLogger(__name__)


class Guard:
    """Checks host, origin and session, and adds the security headers."""

    def __init__(
        self, app: ASGIApp, *, house: House, addresses: Addresses, cookies: Cookies
    ) -> None:
        self._app, self._house = app, house
        self._addresses, self._cookies = addresses, cookies
        with_provider = house.settings.sign_in_source == "oidc"
        with_calendars = house.settings.is_on(Room.DESKS)
        self._open_folders = (*OPEN_FOLDERS, CALENDARS) if with_calendars else OPEN_FOLDERS
        self._open_paths = OPEN_PATHS | PROVIDER_PATHS if with_provider else OPEN_PATHS
        if house.settings.is_on(Room.MONITOR):
            self._open_paths |= SCREEN_PATHS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._calmly(scope, receive, self._dressed(scope, send))
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _calmly(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Nobody waits long for a database that is locked or away, and who did is told so in words."""
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            with patience(PATIENCE):
                await self._http(scope, receive, noted)
        except NOT_NOW as error:
            log.warning("the database kept a request waiting: %s", type(error).__name__)
            if begun:
                raise
            await not_now(error)(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers, path = Headers(scope=scope), scope["path"]
        refusal = self._refusal(scope["method"], path, headers)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        if path not in self._open_paths and not path.startswith(self._open_folders):
            signed_in = await self._signed_in(headers)
            if signed_in is None:
                await _to_sign_in(path, scope, headers)(scope, receive, send)
                return
            scope.setdefault("state", {})["signed_in"] = signed_in
        await self._app(scope, receive, send)

    def _refusal(self, method: str, path: str, headers: Headers) -> Response | None:
        if not self._addresses.host_is_ours(headers.get("host", "")):
            REFUSED.labels("host").inc()
            return PlainTextResponse("Unbekannte Adresse.", status_code=400)
        if method not in SAFE_METHODS and not self._is_own_request(headers):
            REFUSED.labels("origin").inc()
            return PlainTextResponse("Anfrage von einer fremden Seite.", status_code=403)
        if path.startswith("/_stcore") and not (
            path in STREAMLIT_PATHS or path.startswith(STREAMLIT_FOLDERS)
        ):
            return PlainTextResponse("Nicht gefunden.", status_code=404)
        return None

    def _is_own_request(self, headers: Headers) -> bool:
        """Every browser of today sends Origin with a request that changes something (Fetch standard)."""
        return self._addresses.origin_is_ours(headers.get("origin"), headers.get("host", ""))

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        own = (
            scope["path"] == "/_stcore/stream"
            and self._addresses.host_is_ours(host)
            and self._addresses.origin_is_ours(headers.get("origin"), host)
        )
        try:
            there = own and await self._signed_in(headers) is not None
        except NOT_NOW:
            there = False  # the page tries again by itself
        if not there:
            REFUSED.labels("websocket").inc()
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": ""})
            return
        SOCKETS.inc()
        try:
            await self._while_signed_in(scope, receive, send)
        finally:
            SOCKETS.dec()

    async def _while_signed_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let page and server talk until the session ends, also where nobody touches the page any more."""
        ended = asyncio.Event()

        async def say(message: Message) -> None:
            if not ended.is_set():
                await send(message)

        async def watch() -> None:
            headers, there = Headers(scope=scope), True
            while there:
                await asyncio.sleep(WATCH_EVERY)
                there = await self._still_there(headers)
            await asyncio.sleep(GOODBYE)  # a page that signs out itself is just being told so
            ended.set()
            await send({"type": "websocket.close", "code": SESSION_ENDED, "reason": ""})

        watching = asyncio.create_task(watch())
        try:
            await self._app(scope, receive, say)
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching

    async def _still_there(self, headers: Headers) -> bool:
        """Whether the session goes on. A database that can't be asked just now ends nobody's session."""
        try:
            return await self._signed_in(headers, active=False) is not None
        except NOT_NOW:
            return True

    async def _signed_in(self, headers: Headers, *, active: bool = True) -> SignedIn | None:
        token = session_token(headers, self._cookies)
        if not token:
            return None
        now, database = self._house.clock(), self._house.database
        return await to_thread.run_sync(lambda: check(database, token, now, active=active))

    def _dressed(self, scope: Scope, send: Send) -> Send:
        host = Headers(scope=scope).get("host", "")
        known = self._addresses.host_is_ours(host)
        scheme = "wss" if self._addresses.secure else "ws"
        policy = staff_policy(f"{scheme}://{host}" if known else "")

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                add_headers(headers, policy, secure=self._addresses.secure)
                if not scope["path"].startswith(OPEN_FOLDERS):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        return dressed


def session_token(headers: Headers, cookies: Cookies) -> str | None:
    """The session's token as the browser sent it. Two cookies of the name are none: one was planted."""
    parts = [part for line in headers.getlist("cookie") for part in line.split(";")]
    found = [
        value.strip()
        for name, _, value in (part.partition("=") for part in parts)
        if name.strip() == cookies.session
    ]
    return found[0] if len(found) == 1 else None


def _to_sign_in(path: str, scope: Scope, headers: Headers) -> Response:
    """People are led to the sign-in page and back; scripts get a plain 401."""
    if scope["method"] not in SAFE_METHODS or "text/html" not in headers.get("accept", ""):
        return PlainTextResponse("Bitte melden Sie sich an.", status_code=401)
    query = scope.get("query_string", b"").decode("latin-1")
    back = path + (f"?{query}" if query else "")
    return RedirectResponse(
        "/anmelden" if back == "/" else f"/anmelden?weiter={quote(back, safe='')}", status_code=303
    )
