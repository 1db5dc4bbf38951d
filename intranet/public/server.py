"""The citizens' server: own port, own cookies and secrets, fit for a DMZ. No script, no account, no Streamlit."""

from collections.abc import Callable
from datetime import date

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from config.rooms import Room
from config.seeds import load_city, load_offices
from config.settings import Settings
from config.translations import SOURCE, catalogue
from intranet.public import room_form, room_status, rooms
from intranet.public.pages import PERSONAL, TEMPLATES
from intranet.public.sending import TooLargeError
from intranet.routes import assets, operation
from intranet.security_headers import PLAIN_POLICY, SecurityHeaders
from storage.database import StorageBusyError
from storage.house import House

PAGES = {
    "/": ("start.html", "Willkommen"),
    "/impressum": ("impressum.html", "Impressum"),
    "/datenschutz": ("datenschutz.html", "Datenschutz"),
    "/barrierefreiheit": ("barrierefreiheit.html", "Barrierefreiheit"),
}
STATEMENT_OF = date(2026, 1, 12)
"""When the statement on accessibility was drawn up; it has to say so (BITV 2.0 § 7, L-BGG § 10)."""
AGAIN_AFTER = "10"


def create_app(house: House) -> Starlette:
    """The ASGI application of the citizens' pages."""
    offices = sorted(load_offices(), key=lambda office: office.number)
    stated = STATEMENT_OF.strftime("%d.%m.%Y")

    def page(template: str, title: str) -> Callable[[Request], Response]:
        with_rooms = house.settings.is_on(Room.DESKS)
        html = _german(template, title, offices=offices, stated=stated, with_rooms=with_rooms)

        def show(_request: Request) -> Response:
            return HTMLResponse(html, headers={"Cache-Control": "max-age=300"})

        return show

    secure = is_secure(house.settings)
    return Starlette(
        routes=[
            *(Route(path, page(*what)) for path, what in PAGES.items()),
            *(_rooms(house, secure=secure) if house.settings.is_on(Room.DESKS) else []),
            *operation.routes(house, with_metrics=False),
            *assets.routes(),
        ],
        middleware=[Middleware(SecurityHeaders, policy=PLAIN_POLICY, secure=secure)],
        exception_handlers={
            404: _missing,
            TooLargeError: _too_large,
            StorageBusyError: _not_now,
            OperationalError: _not_now,
            PoolTimeout: _not_now,
            500: _broken,
        },
    )


def _rooms(house: House, *, secure: bool) -> list[Route]:
    return [
        *rooms.routes(house),
        *room_form.routes(house, secure=secure),
        *room_status.routes(house),
    ]


def is_secure(settings: Settings) -> bool:
    """Whether citizens come by https: then cookies say so, and browsers are to remember it."""
    return settings.citizens_url.startswith("https:")


def _german(template: str, title: str, **values: object) -> str:
    """A page that is there in German only."""
    return TEMPLATES.get_template(template).render(
        city=load_city(), lang=SOURCE, _=catalogue(SOURCE), who=None, url=lambda path: path,
        title=title, **values,
    )  # fmt: skip


def _message(status: int, title: str, advice: str) -> Response:
    html = _german("meldung.html", title, advice=advice)
    return HTMLResponse(html, status_code=status, headers=PERSONAL)


async def _missing(_request: Request, _error: Exception) -> Response:
    return _message(404, "Diese Seite gibt es nicht.", "Prüfen Sie die Adresse")


async def _too_large(_request: Request, _error: Exception) -> Response:
    return _message(413, "Das ist zu viel auf einmal.", "Bitte kürzen Sie Ihre Angaben")


async def _not_now(_request: Request, _error: Exception) -> Response:
    answer = _message(
        503, "Gerade nicht möglich.", "Bitte versuchen Sie es in einer Minute noch einmal"
    )
    answer.headers["Retry-After"] = AGAIN_AFTER
    return answer


async def _broken(_request: Request, _error: Exception) -> Response:
    return _message(
        500,
        "Das hat nicht geklappt.",
        "Bitte versuchen Sie es in einigen Minuten noch einmal",
    )
