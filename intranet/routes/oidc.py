"""Leaving for the provider of OpenID Connect, and coming back."""

import base64
import json
import logging
import time
from collections.abc import Callable
from dataclasses import asdict
from hmac import compare_digest

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from intranet.cookies import Cookies
from intranet.metrics import SIGN_INS
from intranet.routes.former_session import end_former_session
from presence.keys import keyed_hash, load_key
from presence.oidc.accounts import person_of
from presence.oidc.provider import Attempt, Provider, ProviderAwayError, ProviderError
from presence.sign_in import AWAY, Token, open_session
from storage.house import House

LEAVE, BACK, END = "/anmelden/oidc", "/anmelden/oidc/zurueck", "/anmelden/oidc/ende"
SECONDS = 600
UNKNOWN = "Für Sie gibt es hier kein Konto, oder es ist gesperrt. Bitte wenden Sie sich an die Systemverwaltung."
FAILED = "Die Anmeldung ist nicht gelungen. Bitte versuchen Sie es noch einmal."

Page = Callable[[Request, str, str], Response]
"""Draws the sign-in page with a way back and a message."""

log = logging.getLogger(__name__)


def routes(house: House, cookies: Cookies, page: Page, safe: Callable[[str], str]) -> list[Route]:
    """None unless people sign in with OpenID Connect."""
    if house.settings.sign_in_source != "oidc":
        return []
    way = _Way(house, cookies, page, safe)
    return [
        Route(LEAVE, way.leave, methods=["GET"]),
        Route(BACK, way.come_back, methods=["GET"]),
        Route(END, way.end, methods=["GET"]),
    ]


class _Way:
    def __init__(
        self, house: House, cookies: Cookies, page: Page, safe: Callable[[str], str]
    ) -> None:
        self._house, self._cookies, self._page, self._safe = house, cookies, page, safe
        self._provider = Provider(house.settings)
        self._key = load_key(house.settings, "formular")
        self._redirect_uri = house.settings.staff_url.rstrip("/") + BACK

    async def leave(self, request: Request) -> Response:
        target = self._safe(request.query_params.get("weiter", "/"))
        attempt = Attempt.new()
        try:
            address = await to_thread.run_sync(self._provider.address, attempt, self._redirect_uri)
        except ProviderError as error:
            log.warning("OpenID Connect: %s", error)
            return self._page(request, target, AWAY)
        answer = RedirectResponse(address, status_code=303)
        self._cookies.set_attempt(answer, self._packed(attempt, target), SECONDS)
        return answer

    async def come_back(self, request: Request) -> Response:
        answer = await self._outcome(request)
        self._cookies.drop(answer, self._cookies.attempt)  # an attempt counts once
        return answer

    async def _outcome(self, request: Request) -> Response:
        packed = self._unpacked(request.cookies.get(self._cookies.attempt, ""))
        if packed is None:
            return self._page(request, "/", FAILED)
        attempt, target = packed
        query = {key: value[:4096] for key, value in request.query_params.items()}
        agent = request.headers.get("user-agent", "")
        try:
            token = await to_thread.run_sync(self._sign_in, attempt, query, agent)
        except ProviderError as error:
            log.warning("OpenID Connect: %s", error)
            SIGN_INS.labels("refused").inc()
            away = isinstance(error, ProviderAwayError)
            return self._page(request, target, AWAY if away else FAILED)
        if token is None:
            SIGN_INS.labels("refused").inc()
            return self._page(request, target, UNKNOWN)
        SIGN_INS.labels("ok").inc()
        await end_former_session(self._house, self._cookies, request)
        answer = RedirectResponse(target, status_code=303)
        self._cookies.set_session(answer, token.value)
        self._cookies.drop(answer, self._cookies.form)
        return answer

    async def end(self, _request: Request) -> Response:
        """Sign out of the provider as well."""
        back = self._house.settings.staff_url.rstrip("/") + "/anmelden?abgemeldet"
        try:
            address = await to_thread.run_sync(self._provider.end_session, back)
        except ProviderError as error:
            log.warning("OpenID Connect: %s", error)
            address = None
        return RedirectResponse(address or back, status_code=303)

    def _sign_in(self, attempt: Attempt, query: dict[str, str], agent: str) -> Token | None:
        proven = self._provider.complete(attempt, query, self._redirect_uri)
        person = person_of(self._house, proven)
        if person is None:
            return None
        return open_session(self._house, person, user_agent=agent, source="oidc")

    def _packed(self, attempt: Attempt, target: str) -> str:
        """For the cookie: readable by its owner, but not to be made by anybody else."""
        content = asdict(attempt) | {"target": target, "until": int(time.time()) + SECONDS}
        text = base64.urlsafe_b64encode(json.dumps(content).encode()).decode()
        return f"{text}.{keyed_hash(self._key, 'oidc', text)}"

    def _unpacked(self, cookie: str) -> tuple[Attempt, str] | None:
        text, _, seal = cookie.rpartition(".")
        if not text or not compare_digest(
            keyed_hash(self._key, "oidc", text).encode(), seal.encode()
        ):
            return None
        content = json.loads(base64.urlsafe_b64decode(text))
        if content["until"] < time.time():
            return None
        attempt = Attempt(content["state"], content["nonce"], content["verifier"])
        return attempt, self._safe(content["target"])
