"""The citizens' server: own port, own cookies and secrets, fit for a DMZ. No script, no account, no Streamlit."""

from collections.abc import Callable
from datetime import date
from urllib.parse import quote

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Match, Route

from config.rooms import Room
from config.seeds import load_offices
from config.settings import Settings
from intranet.public import (
    published_reports,
    report_form,
    report_status,
    room_confirming,
    room_form,
    room_status,
    rooms,
)
from intranet.public.bodies import TERMS, Terms, UploadRefusedError
from intranet.public.open311 import routes as open311
from intranet.public.pages import german_page, message, page, visitor
from intranet.public.sending import TooLargeError
from intranet.public.uploads import Receiver
from intranet.routes import assets, operation
from intranet.security_headers import PLAIN_POLICY, SecurityHeaders
from ocr.analysis.unopened import seed as unopened_rules
from storage.database import StorageBusyError
from storage.house import House
from workflows.kiss.routing.unopened import WHISTLEBLOWER

LAW = {
    "/impressum": ("impressum.html", "Impressum"),
    "/datenschutz": ("datenschutz.html", "Datenschutz"),
    "/barrierefreiheit": ("barrierefreiheit.html", "Barrierefreiheit"),
}
STATEMENT_OF = date(2026, 1, 12)
"""When the statement on accessibility was drawn up; it has to say so (BITV 2.0 § 7, L-BGG § 10)."""
AGAIN_AFTER = "10"


def create_app(house: House, terms: Terms = TERMS) -> Starlette:
    """The ASGI application of the citizens' pages. ``terms``: how much may be uploaded at once."""
    secure = is_secure(house.settings)
    app = Starlette(
        routes=[
            *_fixed(house.settings),
            *(_rooms(house, secure=secure) if house.settings.is_on(Room.DESKS) else []),
            *(_reports(house, terms, secure=secure) if house.settings.is_on(Room.KISS) else []),
            *operation.routes(house, with_metrics=False),
            *assets.routes(),
        ],
        middleware=[Middleware(SecurityHeaders, policy=PLAIN_POLICY, secure=secure)],
        exception_handlers={
            404: _missing,
            405: _not_like_this,
            TooLargeError: _too_large,
            UploadRefusedError: _no_upload,
            ClientDisconnect: _gone,
            StorageBusyError: _not_now,
            OperationalError: _not_now,
            PoolTimeout: _not_now,
            500: _broken,
        },
    )
    app.router.redirect_slashes = False  # it would repeat whatever host a request names
    return app


def _fixed(settings: Settings) -> list[Route]:
    """The start page, and what the law asks for: in German only, as it was written."""
    offices = sorted(load_offices(), key=lambda office: office.number)
    stated = STATEMENT_OF.strftime("%d.%m.%Y")

    def start(request: Request) -> Response:
        return page(
            visitor(request), "start.html", title="Willkommen", offices=offices,
            with_rooms=settings.is_on(Room.DESKS), with_reports=settings.is_on(Room.KISS),
            headers={"Cache-Control": "max-age=300"},
        )  # fmt: skip

    def law(template: str, title: str) -> Callable[[Request], Response]:
        return lambda request: german_page(visitor(request), template, title=title, stated=stated)

    return [Route("/", start), *(Route(path, law(*what)) for path, what in LAW.items())]


def _rooms(house: House, *, secure: bool) -> list[Route]:
    return [
        *rooms.routes(house),
        *room_form.routes(house, secure=secure),
        *room_confirming.routes(house),
        *room_status.routes(house),
    ]


def _reports(house: House, terms: Terms, *, secure: bool) -> list[Route]:
    receiver = Receiver(terms)
    return [
        *report_form.routes(house, receiver, secure=secure),
        Route("/meldestelle", _reporting_office),
        *report_status.routes(house, receiver),
        *published_reports.routes(house),
        *open311.routes(house),
    ]


def _reporting_office(request: Request) -> Response:
    """Where reports under the HinSchG go: to whom the house's rule for such post says."""
    key = next(rule.forward_to for rule in unopened_rules() if rule.key == WHISTLEBLOWER)
    office = next(each for each in load_offices() if each.key == key)
    return page(visitor(request), "meldestelle.html", title="Meldestelle", office=office)


def is_secure(settings: Settings) -> bool:
    """Whether citizens come by https: then cookies say so, and browsers are to remember it."""
    return settings.citizens_url.startswith("https:")


async def _missing(request: Request, _error: Exception) -> Response:
    """An address with a slash too many is led to the one without, on this very host."""
    path, query = request.scope["path"], request.scope["query_string"].decode("ascii", "ignore")
    if path.endswith("/") and path != "/" and request.method in {"GET", "HEAD"}:
        there = quote(f"/{path.strip('/')}")
        return RedirectResponse(f"{there}?{query}" if query else there, status_code=308)
    return message(
        visitor(request), "Diese Seite gibt es nicht.", "Prüfen Sie die Adresse.", status=404
    )


async def _not_like_this(request: Request, _error: Exception) -> Response:
    """RFC 9110 § 15.5.6: the answer names what is allowed, here of all routes of this address."""
    fitting = [
        route.methods or set()
        for route in request.app.routes
        if isinstance(route, Route) and route.matches(request.scope)[0] is not Match.NONE
    ]
    return message(
        visitor(request), "So geht das hier nicht.",
        "Diese Adresse nimmt nichts entgegen, was so gesendet wird. Bitte beginnen Sie auf der Startseite.",
        status=405, headers={"Allow": ", ".join(sorted(set().union(*fitting)))},
    )  # fmt: skip


async def _too_large(request: Request, _error: Exception) -> Response:
    return message(
        visitor(request),
        "Das ist zu viel auf einmal.",
        "Bitte kürzen Sie Ihre Angaben.",
        status=413,
    )


async def _no_upload(request: Request, error: Exception) -> Response:
    assert isinstance(error, UploadRefusedError)
    return message(
        visitor(request), "Das konnte nicht hochgeladen werden.", str(error), status=error.status,
        headers={"Connection": "close"},
    )  # fmt: skip


async def _gone(_request: Request, _error: Exception) -> Response:
    """Whoever sent it hung up before it was complete: nobody reads this."""
    return Response(status_code=400)


async def _not_now(request: Request, _error: Exception) -> Response:
    return message(
        visitor(request), "Gerade nicht möglich.",
        "Bitte versuchen Sie es in einer Minute noch einmal.",
        status=503, headers={"Retry-After": AGAIN_AFTER},
    )  # fmt: skip


async def _broken(request: Request, _error: Exception) -> Response:
    return message(
        visitor(request), "Das hat nicht geklappt.",
        "Bitte versuchen Sie es in einigen Minuten noch einmal.", status=500,
    )  # fmt: skip
