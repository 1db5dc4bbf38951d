"""Pictures and visiting cards of people, for who is signed in."""

from collections.abc import Callable
from uuid import UUID

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from intranet.routes.files import attachment
from intranet.views.city import city_title
from presence.people.queries import photo_of, sheet
from presence.people.vcard import Visitor, vcard
from presence.sessions import SignedIn
from storage.clock import local_date
from storage.conflicts import NotFoundError
from storage.house import House
from storage.rights import NotAllowedError

MISSING = "Nicht gefunden."


def routes(house: House) -> list[Route]:
    """``/portrait/{person}`` and ``/visitenkarte/{person}``."""

    def answering(make: Callable[[House, SignedIn, UUID], Response]) -> Callable[[Request], object]:
        async def endpoint(request: Request) -> Response:
            signed_in = request.scope.get("state", {}).get("signed_in")
            if not isinstance(signed_in, SignedIn) or signed_in.must_change:
                return _missing()
            try:
                person = UUID(request.path_params["person"])
                return await to_thread.run_sync(make, house, signed_in, person)
            except (ValueError, NotFoundError, NotAllowedError):
                return _missing()

        return endpoint

    return [
        Route("/portrait/{person}", answering(_portrait)),
        Route("/visitenkarte/{person}", answering(_card)),
    ]


def _portrait(house: House, signed_in: SignedIn, person: UUID) -> Response:
    with house.database.read() as session:
        picture = photo_of(session, signed_in.staff, person, local_date(house.clock()))
    if picture is None:
        return _missing()
    return Response(picture, media_type="image/webp", headers={"Cache-Control": "no-store"})


def _card(house: House, signed_in: SignedIn, person: UUID) -> Response:
    with house.database.read() as session:
        told = sheet(session, None, signed_in.staff, person, house.clock())
    card = told.card
    visitor = Visitor(
        card.person,
        card.name,
        [city_title(), *[name for _, name in told.offices][:1]],
        card.title,
        card.phone,
        card.email,
        card.room,
    )
    return Response(
        vcard(visitor),
        media_type="text/vcard",
        headers={"Content-Disposition": attachment(f"{card.name}.vcf")},
    )


def _missing() -> Response:
    return PlainTextResponse(MISSING, status_code=404)
