"""The citizens' server: own port, own cookies and secrets, fit for a DMZ. No script, no account, no Streamlit."""

from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from config.seeds import load_city, load_offices
from config.settings import Settings
from intranet.routes import assets, operation
from intranet.security_headers import PLAIN_POLICY, SecurityHeaders
from storage.house import House

PAGES = {
    "/": ("start.html", "Willkommen"),
    "/impressum": ("impressum.html", "Impressum"),
    "/datenschutz": ("datenschutz.html", "Datenschutz"),
    "/barrierefreiheit": ("barrierefreiheit.html", "Barrierefreiheit"),
}
TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
STATEMENT_OF = date(2026, 1, 12)
"""When the statement on accessibility was drawn up; it has to say so (BITV 2.0 § 7, L-BGG § 10)."""


def create_app(house: House) -> Starlette:
    """The ASGI application of the citizens' pages."""
    offices = sorted(load_offices(), key=lambda office: office.number)

    def page(template: str, title: str) -> Any:
        html = TEMPLATES.get_template(template).render(
            city=load_city(), offices=offices, title=title, stated=STATEMENT_OF.strftime("%d.%m.%Y")
        )

        async def show(_request: Request) -> Response:
            return HTMLResponse(html, headers={"Cache-Control": "max-age=300"})

        return show

    return Starlette(
        routes=[
            *(Route(path, page(*what)) for path, what in PAGES.items()),
            *operation.routes(house, with_metrics=False),
            *assets.routes(),
        ],
        middleware=[
            Middleware(SecurityHeaders, policy=PLAIN_POLICY, secure=_is_secure(house.settings)),
        ],
        exception_handlers={404: _missing, 500: _broken},
    )


def _is_secure(settings: Settings) -> bool:
    return bool(settings.base_url and settings.base_url.startswith("https:"))


async def _missing(_request: Request, _error: Exception) -> Response:
    return HTMLResponse(
        _message("Diese Seite gibt es nicht.", "Prüfen Sie die Adresse"), status_code=404
    )


async def _broken(_request: Request, _error: Exception) -> Response:
    return HTMLResponse(
        _message(
            "Das hat nicht geklappt.", "Bitte versuchen Sie es in einigen Minuten noch einmal"
        ),
        status_code=500,
    )


def _message(title: str, advice: str) -> str:
    return TEMPLATES.get_template("meldung.html").render(
        city=load_city(), title=title, advice=advice
    )
