"""Files that came with an Anliegen, or go with an answer. Whoever sees the Anliegen sees them."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from intranet.routes.files import hand_out, who_is_there
from presence.sessions import SignedIn
from storage.conflicts import NotFoundError
from storage.house import House
from storage.rights import NotAllowedError
from workflows.kiss.anliegen.queries import visible_file
from workflows.kiss.mail.by_hand import FILE_NAME
from workflows.kiss.mail.quarantine import unread

Find = Callable[[House, SignedIn, UUID], Response]
MISSING = "Diese Datei gibt es nicht, oder Sie dürfen sie nicht sehen."


def routes(house: House) -> list[Route]:
    """``/anliegen/datei/{id}``, ``/anliegen/unlesbar/{id}`` (a mail nobody could read): always a download."""
    return [
        Route("/anliegen/datei/{id}", partial(_answer, house, _file)),
        Route("/anliegen/unlesbar/{id}", partial(_answer, house, _unread)),
    ]


async def _answer(house: House, find: Find, request: Request) -> Response:
    signed_in = who_is_there(request)
    try:
        wanted = UUID(request.path_params["id"])
    except ValueError:
        wanted = None
    if signed_in is None or wanted is None:
        return PlainTextResponse(MISSING, status_code=404)
    return await to_thread.run_sync(find, house, signed_in, wanted)


def _unread(house: House, signed_in: SignedIn, item: UUID) -> Response:
    try:
        with house.database.read() as session:
            row = unread(session, signed_in.staff, item)
    except (NotFoundError, NotAllowedError):
        return PlainTextResponse(MISSING, status_code=404)
    if row.original is None:
        return PlainTextResponse(MISSING, status_code=404)
    return hand_out(house, row.id, row.original, FILE_NAME, row.size)


def _file(house: House, signed_in: SignedIn, file: UUID) -> Response:
    try:
        with house.database.read() as session:
            row = visible_file(session, signed_in.staff, file)
    except NotFoundError:
        return PlainTextResponse(MISSING, status_code=404)
    return hand_out(house, row.id, row.sha256, row.name, row.size)
