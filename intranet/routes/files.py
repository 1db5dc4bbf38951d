"""Page pictures and downloads. Rights are checked here at every request, whatever page the link stood on."""

import logging
from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import quote
from uuid import UUID

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from intranet.page_pictures import PagePictures
from ocr.documents import UnreadableError
from ocr.packing import unpack_reading
from presence.sessions import SignedIn
from storage.blobs.errors import BlobStoreError
from storage.conflicts import NotFoundError
from storage.house import House
from workflows.eakte.originals import MISSING, take_original
from workflows.eakte.queries import reading_of, visible_document

CHUNK = 256 * 1024
BROKEN = "Die Datei ist in der Ablage beschädigt oder nicht erreichbar. Bitte verständigen Sie die Systemverwaltung."
_SANDBOX = "default-src 'none'; sandbox"

log = logging.getLogger(__name__)


def routes(house: House, pictures: PagePictures) -> list[Route]:
    """``/seite/{document}/{number}`` and ``/original/{document}`` (``?fassung=N`` for a version)."""

    async def page(request: Request) -> Response:
        signed_in = who_is_there(request)
        document, number = _uuid(request), request.path_params["number"]
        if signed_in is None or document is None or not 1 <= number <= 100_000:
            return _missing()
        return await to_thread.run_sync(_page, house, pictures, signed_in, document, number)

    async def original(request: Request) -> Response:
        signed_in, document = who_is_there(request), _uuid(request)
        if signed_in is None or document is None:
            return _missing()
        version = request.query_params.get("fassung", "1")
        if not version.isdecimal() or len(version) > 6:
            return _missing()
        return await to_thread.run_sync(_original, house, signed_in, document, int(version))

    return [
        Route("/seite/{document}/{number:int}", page),
        Route("/original/{document}", original),
    ]


def _page(
    house: House, pictures: PagePictures, signed_in: SignedIn, document: UUID, number: int
) -> Response:
    try:
        with house.database.read() as session:
            row = visible_document(session, signed_in.staff, document)
            stored = reading_of(session, signed_in.staff, document)
            if stored is None:  # not read (yet), or sealed: then there is no picture of it either
                return _missing()
            reading = unpack_reading(stored.content, words=False)
            sha256, media_type = row.sha256, row.media_type
        rotation = 0
        if number <= len(reading.pages):
            rotation = reading.pages[number - 1].rotation
        picture = pictures.page(sha256, media_type, number, rotation)
    except BlobStoreError as error:
        log.error("no picture of document %s: %s", document, error)  # noqa: TRY400 - it is no fault of the program
        return _missing()
    except (NotFoundError, UnreadableError):
        return _missing()
    return Response(
        picture,
        media_type="image/webp",
        headers={"Cache-Control": "no-store", "Content-Security-Policy": _SANDBOX},
    )


def _original(house: House, signed_in: SignedIn, document: UUID, number: int) -> Response:
    try:
        version = take_original(house, signed_in.staff, document, number)
    except NotFoundError:
        return _missing()
    return hand_out(house, document, version.sha256, version.file_name, version.size)


def hand_out(house: House, what: UUID, sha256: str, name: str, size: int) -> Response:
    """A file from the blob store as a download, never shown inside the intranet's own origin."""
    try:
        stream = house.blobs.open(sha256)
    except BlobStoreError as error:
        return _broken(what, error)
    try:
        first = stream.read(CHUNK)  # a damaged file shows itself here, not yet at opening
    except BlobStoreError as error:
        stream.close()
        return _broken(what, error)
    return StreamingResponse(
        _chunks(first, stream, what),
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": attachment(name),
            "Content-Length": str(size),
            "Content-Security-Policy": _SANDBOX,
        },
    )


def _broken(what: UUID, error: BlobStoreError) -> Response:
    log.error("the file of %s can't be handed out: %s", what, error)
    return PlainTextResponse(BROKEN, status_code=500)


def attachment(name: str) -> str:
    """A Content-Disposition header (RFC 6266) that saves the file and whose name can't break out of it."""
    plain = "".join(
        sign if sign.isascii() and (sign.isalnum() or sign in " ._-") else "_" for sign in name
    )
    return f"attachment; filename=\"{plain.strip()[:150] or 'Datei'}\"; filename*=UTF-8''{quote(name, safe='')}"


def _chunks(first: bytes, stream: BinaryIO, what: UUID) -> Iterator[bytes]:
    """The file from its first piece on. Damage farther behind breaks the download off, so nobody takes it for whole."""
    with stream:
        part = first
        while part:
            yield part
            try:
                part = stream.read(CHUNK)
            except BlobStoreError:
                log.exception("the download of %s broke off", what)
                raise


def who_is_there(request: Request) -> SignedIn | None:
    """Who the guard let in; nobody gets files before the first password was changed."""
    found = request.scope.get("state", {}).get("signed_in")
    return found if isinstance(found, SignedIn) and not found.must_change else None


def _uuid(request: Request) -> UUID | None:
    try:
        return UUID(request.path_params["document"])
    except ValueError:
        return None


def _missing() -> Response:
    return PlainTextResponse(MISSING, status_code=404)
