"""Calendar addresses: ``/kalender/TOKEN.ics``. Calendar programs can't sign in; the token in the address is the key."""

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from presence.spaces.feeds import calendar_of
from storage.conflicts import NotFoundError
from storage.house import House


def routes(house: House) -> list[Route]:
    """One answer for every address that gives nothing: never made, revoked, or of somebody who has left."""

    def read(token: str, host: str) -> bytes:
        with house.database.read() as session:
            return calendar_of(session, token, host, house.clock())

    async def calendar(request: Request) -> Response:
        token = request.path_params["token"]
        try:
            data = await to_thread.run_sync(read, token, request.url.hostname or "rathaus")
        except NotFoundError:
            return PlainTextResponse("Diesen Kalender gibt es nicht (mehr).", status_code=404)
        return Response(
            data,
            media_type="text/calendar; charset=utf-8",
            headers={
                "Cache-Control": "private, no-store",
                "Content-Disposition": 'attachment; filename="buchungen.ics"',
                "Referrer-Policy": "no-referrer",
            },
        )

    return [Route("/kalender/{token}.ics", calendar)]
