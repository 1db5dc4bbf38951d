"""Published reports for everybody: a list with place and state, and the pictures somebody has released."""

from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from intranet.public.pages import message, page, visitor
from storage.blobs.errors import BlobStoreError
from storage.clock import local
from storage.conflicts import NotFoundError
from storage.house import House
from workflows.kiss.citizens.published import published, shown_picture

MOST = 200
NO_SUCH = "Dieses Bild gibt es nicht."


def routes(house: House) -> list[Route]:
    """``/meldungen`` and ``/meldungen/…/bild/…``."""

    def everything(request: Request) -> Response:
        with house.database.read() as session:
            found = published(session, limit=MOST)
        days = {each.number: f"{local(each.received):%d.%m.%Y}" for each in found}
        return page(
            visitor(request), "meldungen.html", title="Was gemeldet ist", reports=found, days=days,
            headers={"Cache-Control": "no-store"},
        )  # fmt: skip

    def picture(request: Request) -> Response:
        try:
            with house.database.read() as session:
                sha256 = shown_picture(
                    session, request.path_params["number"], UUID(request.path_params["file"])
                )
            content = house.blobs.read(sha256)
        except (NotFoundError, ValueError, BlobStoreError):
            return message(visitor(request), NO_SUCH, "Prüfen Sie die Adresse.", status=404)
        return Response(
            content,
            media_type="image/webp",
            headers={
                "Cache-Control": "no-store",
                "Content-Security-Policy": "default-src 'none'; sandbox",
                "Cross-Origin-Resource-Policy": "cross-origin",
            },
        )

    return [Route("/meldungen", everything), Route("/meldungen/{number}/bild/{file}", picture)]
