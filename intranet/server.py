"""The staff web as one ASGI application: Streamlit behind our door, with our routes beside it."""

import logging
import uuid
from pathlib import Path
from typing import Any

from starlette.middleware import Middleware

from config.rooms import Room
from intranet import streamlit_options
from intranet.addresses import Addresses, addresses
from intranet.cookies import Cookies
from intranet.door import open_door
from intranet.farewell import at_farewell
from intranet.guard import Guard
from intranet.metrics import SCRIPT_ERRORS
from intranet.navigation import paths
from intranet.page_pictures import PagePictures
from intranet.plain_pages import NOT_NOW, not_now_in_words
from intranet.routes import (
    anliegen,
    assets,
    calendars,
    files,
    monitor,
    operation,
    people,
    plans,
    sign_in,
)
from intranet.screens import open_screens
from intranet.shell import Shell, ShellMiddleware
from intranet.timed_collection import running
from intranet.upload_desk import UploadDesk
from intranet.uploads import open_spool
from intranet.views.city import city_title
from presence.monitor.hub import Hub
from storage.house import House

MAIN = Path(__file__).with_name("main.py")
MIB = 1024 * 1024
UPLOADS_AT_ONCE = 8
"""How many files of the largest allowed size may wait on disk at the same time."""

log = logging.getLogger(__name__)


def create_app(house: House) -> Any:
    """The ASGI application of the staff web for this house. One per process (Streamlit's own limit)."""
    ours = addresses(house.settings)
    streamlit_options.apply(
        streamlit_options.options(house.settings, _hosts(ours), house.settings.staff_url)
    )
    import streamlit
    from streamlit.file_util import get_static_dir
    from streamlit.starlette import App

    open_door(house)
    cookies, pictures = Cookies(ours.secure), PagePictures(house)
    screens = Hub(house, monitor.page_version())
    open_screens(screens)
    at_farewell(screens.close)
    limit = house.settings.upload_limit_mib * MIB
    spool = open_spool(house.settings.in_data("hochgeladen", "x").parent, UPLOADS_AT_ONCE * limit)

    def close() -> None:
        screens.close()
        pictures.close()
        spool.close()

    routes = [
        *sign_in.routes(house, cookies, city_title()),
        *(files.routes(house, pictures) if house.settings.is_on(Room.EAKTE) else []),
        *(anliegen.routes(house) if house.settings.is_on(Room.KISS) else []),
        *(monitor.routes(house, cookies, screens) if house.settings.is_on(Room.MONITOR) else []),
        *(calendars.routes(house) if house.settings.is_on(Room.DESKS) else []),
        *(plans.routes(house) if house.settings.is_on(Room.DESKS) else []),
        *operation.routes(house),
        *people.routes(house),
        *assets.routes(),
    ]
    return App(
        MAIN,
        lifespan=lambda _app: running(close, lambda: spool.sweep(_is_open)),
        routes=routes,
        middleware=[
            Middleware(Guard, house=house, addresses=ours, cookies=cookies),
            Middleware(UploadDesk, spool=spool, limit=limit),
            Middleware(
                ShellMiddleware,
                shell=Shell(Path(get_static_dir())),
                pages=paths(house.settings.rooms_off),
                routes=routes,
            ),
        ],
        on_script_error=lambda error: tell(streamlit, error),
    )


def _is_open(session: str) -> bool:
    from streamlit.runtime import get_instance

    return get_instance().is_active_session(session)


def _hosts(ours: Addresses) -> list[str]:
    """For Streamlit's own check, behind ours: any host where IP addresses are allowed, as it knows no such rule."""
    return [] if ours.any_ip else sorted(ours.hosts)


def tell(streamlit: Any, error: Exception) -> bool:
    """People get a number to quote; the log gets the rest under the same number.

    Where only the database is held or away, there is nothing to quote: trying again helps.
    """
    if isinstance(error, NOT_NOW):
        log.warning("the database kept a page waiting: %s", type(error).__name__)
        streamlit.warning(not_now_in_words(error), icon=":material/hourglass_empty:")
        return True
    SCRIPT_ERRORS.inc()
    number = uuid.uuid4().hex[:8].upper()
    log.error("page error %s", number, exc_info=error)
    streamlit.error(
        f"Auf dieser Seite ist ein Fehler aufgetreten (Nummer **{number}**). Ihre gespeicherten Daten sind sicher. "
        "Bitte laden Sie die Seite neu. Bleibt der Fehler, nennen Sie der Systemverwaltung diese Nummer.",
        icon=":material/error:",
    )
    return True
