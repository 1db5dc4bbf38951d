"""Pages without script, for what happens before or beside Streamlit: sign-in, nothing here, not just now."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.responses import HTMLResponse, Response

from intranet.security_headers import PLAIN_POLICY
from intranet.views.city import city_title
from storage.database import StorageBusyError

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
)
NOT_NOW = (StorageBusyError, OperationalError, PoolTimeout)
"""The database is locked, away or overloaded: nothing was changed, and trying again helps."""
AGAIN_AFTER = 10
"""Seconds after which browsers and scripts may try again."""


def not_found() -> Response:
    return _page(
        404,
        "Diese Seite gibt es nicht",
        "Prüfen Sie bitte die Adresse, oder beginnen Sie auf der Startseite.",
    )


def not_now(error: BaseException) -> Response:
    """For people whom the database keeps waiting (one of ``NOT_NOW``)."""
    page = _page(503, "Gerade nicht möglich", not_now_in_words(error))
    page.headers["Retry-After"] = str(AGAIN_AFTER)
    return page


def not_now_in_words(error: BaseException) -> str:
    known = error if isinstance(error, StorageBusyError) else StorageBusyError()
    return str(known)


def _page(status: int, title: str, text: str) -> Response:
    html = TEMPLATES.get_template("meldung.html").render(city=city_title(), title=title, text=text)
    return HTMLResponse(html, status_code=status, headers={"Content-Security-Policy": PLAIN_POLICY})
