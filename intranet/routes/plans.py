"""Plans of floors as pictures, for who is signed in: ``/grundriss/{floor}.svg``.

As a picture an SVG can't run or load anything; its lines take the colour of the theme around it.
"""

from uuid import UUID

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from presence.sessions import SignedIn
from presence.spaces.tables import Floor
from storage.house import House

POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
COLOURS = "<style>svg{color:#33454b}@media (prefers-color-scheme:dark){svg{color:#c9d6da}}</style>"


def routes(house: House) -> list[Route]:
    """The address names the plan's revision (``?fassung=``), so that browsers may keep it."""

    def read(floor: UUID) -> str | None:
        with house.database.read() as session:
            row = session.get(Floor, floor)
            return row.plan if row else None

    async def plan(request: Request) -> Response:
        signed_in = request.scope.get("state", {}).get("signed_in")
        try:
            floor = UUID(request.path_params["floor"])
        except ValueError:
            floor = None
        if not isinstance(signed_in, SignedIn) or signed_in.must_change or floor is None:
            return PlainTextResponse("Nicht gefunden.", status_code=404)
        drawn = await to_thread.run_sync(read, floor)
        if drawn is None:
            return PlainTextResponse("Nicht gefunden.", status_code=404)
        head, _, rest = drawn.partition(">")
        return Response(
            f"{head}>{COLOURS}{rest}",
            media_type="image/svg+xml",
            headers={
                "Cache-Control": "private, max-age=3600",
                "Content-Security-Policy": POLICY,
            },
        )

    return [Route("/grundriss/{floor}.svg", plan)]
