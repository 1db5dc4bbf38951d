"""Page pictures and downloads. Rights are checked here at every request, whatever page the link stood on."""

from collections.abc import Iterator
from typing import Any
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
from workflows.eakte.queries import reading_of, versions, visible_document

CHUNK = 256 * 1024
MISSING = "Dieses Dokument gibt es nicht, oder Sie dürfen es nicht sehen."
_SANDBOX = "default-src 'none'; sandbox"


def routes(house: House, pictures: PagePictures) -> list[Route]:
    """``/seite/{document}/{number}`` and ``/original/{document}`` (``?fassung=N`` for a version)."""

    async def page(request: Request) -> Response:
        signed_in = _signed_in(request)
        document, number = _uuid(request), request.path_params["number"]
        if signed_in is None or document is None or not 1 <= number <= 100_000:
            return _missing()
        return await to_thread.run_sync(_page, house, pictures, signed_in, document, number)

    async def original(request: Request) -> Response:
        signed_in, document = _signed_in(request), _uuid(request)
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
    except (NotFoundError, UnreadableError, BlobStoreError):
        return _missing()
    return Response(
        picture,
        media_type="image/webp",
        headers={"Cache-Control": "no-store", "Content-Security-Policy": _SANDBOX},
    )


def _original(house: House, signed_in: SignedIn, document: UUID, number: int) -> Response:
    try:
        with house.database.read() as session:
            found = [
                version
                for version in versions(session, signed_in.staff, document)
                if version.number == number
            ]
        if not found:
            return _missing()
        stream = house.blobs.open(found[0].sha256)
    except (NotFoundError, BlobStoreError):
        return _missing()
    return StreamingResponse(
        _chunks(stream),
        media_type="application/octet-stream",  # never shown inside the intranet's own origin
        headers={
            "Content-Disposition": attachment(found[0].file_name),
            "Content-Length": str(found[0].size),
            "Content-Security-Policy": _SANDBOX,
        },
    )


def attachment(name: str) -> str:
    """A Content-Disposition header (RFC 6266) that saves the file and whose name can't break out of it."""
    plain = "".join(
        sign if sign.isascii() and (sign.isalnum() or sign in " ._-") else "_" for sign in name
    )
    return f"attachment; filename=\"{plain.strip()[:150] or 'Datei'}\"; filename*=UTF-8''{quote(name, safe='')}"


def _chunks(stream: Any) -> Iterator[bytes]:
    with stream:
        while part := stream.read(CHUNK):
            yield part


def _signed_in(request: Request) -> SignedIn | None:
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
