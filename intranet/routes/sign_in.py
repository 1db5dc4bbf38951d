"""The sign-in page: a plain form without script, so that it works before anything else does."""

import secrets
from hmac import compare_digest
from urllib.parse import unquote, urlsplit

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from intranet.cookies import Cookies
from intranet.guard import session_token
from intranet.metrics import SIGN_INS
from intranet.navigation import PAGES
from intranet.plain_pages import TEMPLATES
from intranet.routes import oidc
from intranet.routes.former_session import end_former_session
from intranet.security_headers import PLAIN_POLICY
from presence.keys import keyed_hash, load_key
from presence.sessions import check
from presence.sign_in import Refusal, sign_in
from storage.house import House

MAX_FORM_FIELD = 4096
_PAGES = frozenset(page.path for page in PAGES)
STALE_FORM = "Die Seite war zu lange offen. Bitte melden Sie sich noch einmal an."


def routes(house: House, cookies: Cookies, city: str) -> list[Route]:
    """GET and POST ``/anmelden``, POST ``/abmelden``."""
    desk = _Desk(house, cookies, city)
    return [
        Route("/anmelden", desk.show, methods=["GET"]),
        Route("/anmelden", desk.receive, methods=["POST"]),
        Route("/abmelden", desk.leave, methods=["POST"]),
        *oidc.routes(house, cookies, desk.refuse, safe_way_back),
    ]


def safe_way_back(target: str) -> str:
    """A page of ours to go on to, or the start page: never another host (open redirect), never a route for files."""
    target = unquote(target)
    if not target.startswith("/") or target.startswith("//"):
        return "/"
    parts = urlsplit(target)
    harmless = (
        parts.path.removeprefix("/") in _PAGES
        and not parts.scheme
        and not parts.netloc
        and all(ord(sign) > 32 and sign != "\\" for sign in target)
    )
    return target if harmless and len(target) <= 500 else "/"


class _Desk:
    def __init__(self, house: House, cookies: Cookies, city: str) -> None:
        self._house, self._cookies, self._city = house, cookies, city
        self._key = load_key(house.settings, "formular")

    async def show(self, request: Request) -> Response:
        back = safe_way_back(request.query_params.get("weiter", "/"))
        if await self._is_signed_in(request):
            return RedirectResponse(back, status_code=303)
        left = "abgemeldet" in request.query_params
        expired = "beendet" in request.query_params
        note = "Sie sind abgemeldet." if left else ""
        if expired:
            note = "Ihre Sitzung ist beendet. Bitte melden Sie sich wieder an."
        return self._page(request, back=back, note=note, left=left)

    def refuse(self, request: Request, back: str, message: str) -> Response:
        """The page once more, with a message that says why."""
        return self._page(request, back=back, error=message)

    async def receive(self, request: Request) -> Response:
        form = await request.form(max_files=0, max_fields=10)
        fields = {key: str(value)[:MAX_FORM_FIELD] for key, value in form.items()}
        back, login = safe_way_back(fields.get("weiter", "/")), fields.get("name", "")
        cookie = request.cookies.get(self._cookies.form, "")
        if not cookie or not compare_digest(
            self._seal(cookie).encode(), fields.get("siegel", "").encode()
        ):
            return self._page(request, back=back, login=login, error=STALE_FORM)
        address = request.client.host if request.client else "unknown"
        agent = request.headers.get("user-agent", "")
        outcome = await to_thread.run_sync(
            lambda: sign_in(
                self._house, login, fields.get("passwort", ""), address, user_agent=agent
            )
        )
        if isinstance(outcome, Refusal):
            SIGN_INS.labels("refused").inc()
            return self._page(request, back=back, login=login, error=outcome.message)
        SIGN_INS.labels("ok").inc()
        await end_former_session(self._house, self._cookies, request)
        answer = RedirectResponse(back, status_code=303)
        self._cookies.set_session(answer, outcome.value)
        self._cookies.drop(answer, self._cookies.form)
        return answer

    async def leave(self, request: Request) -> Response:
        await end_former_session(self._house, self._cookies, request)
        answer = RedirectResponse("/anmelden?abgemeldet", status_code=303)
        self._cookies.drop(answer, self._cookies.session)
        return answer

    async def _is_signed_in(self, request: Request) -> bool:
        token = session_token(request.headers, self._cookies)
        now = self._house.clock()
        return bool(token) and (
            await to_thread.run_sync(check, self._house.database, token, now) is not None
        )

    def _seal(self, cookie: str) -> str:
        return keyed_hash(self._key, "sign-in", cookie)

    def _page(
        self,
        request: Request,
        *,
        back: str,
        login: str = "",
        note: str = "",
        error: str = "",
        left: bool = False,
    ) -> Response:
        # A second tab keeps the first one's cookie, so that the form in the first stays good.
        cookie = request.cookies.get(self._cookies.form, "")
        if not 20 <= len(cookie) <= 64:
            cookie = secrets.token_urlsafe(24)
        page = TEMPLATES.get_template("anmelden.html").render(
            city=self._city,
            back=back,
            note=note,
            login=login[:120],
            error=error,
            seal=self._seal(cookie),
            source=self._house.settings.sign_in_source,
            provider=self._house.settings.oidc_title,
            left=left,
        )
        answer = HTMLResponse(
            page,
            status_code=403 if error else 200,
            headers={"Content-Security-Policy": PLAIN_POLICY},
        )
        self._cookies.set_form(answer, cookie)
        return answer
