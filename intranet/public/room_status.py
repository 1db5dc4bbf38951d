"""What became of a request: the page behind its signed link, where people also take it back or accept an offer."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from intranet.public.pages import PERSONAL, Visitor, message, page, visitor
from presence.citizens.deciding import accept_offer, refuse_offer
from presence.citizens.letters import STATES, when
from presence.citizens.links import LinkError
from presence.citizens.queries import RequestOverview, overview
from presence.citizens.room_links import STATUS, RoomLinks
from presence.citizens.room_requests import ALIVE, opened_by, renew_link, take_back
from presence.citizens.tables import RoomRequest
from presence.spaces.fees import in_words
from presence.spaces.states import State
from storage.actors import Citizen
from storage.clock import local
from storage.conflicts import ConflictError
from storage.house import House
from storage.rights import NotAllowedError

OVER = "Das geht nicht mehr"
DONE = {
    "zurueckziehen": "Ihre Anfrage ist zurückgezogen.",
    "annehmen": "Vielen Dank. Der Raum ist für Sie gebucht.",
    "ablehnen": "Schade. Das Amt sieht sich Ihre Anfrage noch einmal an.",
    "neuer-link": "Wir haben Ihnen einen neuen Link geschickt. Dieser hier gilt nicht mehr.",
}


def routes(house: House) -> list[Route]:
    """GET ``/anfrage/…``, and POST to what may be done there (``DONE``)."""
    desk = _Desk(house)
    return [
        Route("/anfrage/{token}", desk.show, methods=["GET"]),
        Route("/anfrage/{token}/{deed}", desk.act, methods=["POST"]),
    ]


class _Desk:
    """The link's address is the secret: who does not know it can neither see nor send anything here."""

    def __init__(self, house: House) -> None:
        self._house, self._links = house, RoomLinks(house.settings)

    def show(self, request: Request) -> Response:
        who, now = visitor(request), self._house.clock()
        try:
            with self._house.database.read() as session:
                view = overview(session, self._opened(session, request, now))
        except LinkError as error:
            return message(who, OVER, str(error), status=410)
        return self._page(request, who, view, now)

    def act(self, request: Request) -> Response:
        who, now = visitor(request), self._house.clock()
        deed, token = request.path_params["deed"], request.path_params["token"]
        if deed not in DONE:
            return message(who, OVER, "Prüfen Sie die Adresse.", status=404)

        def run(session: Session) -> None:
            row = self._opened(session, request, now)
            _do(session, deed, Citizen(row.id), now)

        try:
            self._house.database.run(run)
        except LinkError as error:
            return message(who, OVER, str(error), status=410)
        except (ConflictError, NotAllowedError) as error:
            return message(who, OVER, str(error), status=409)
        if deed == "neuer-link":
            return message(who, "Neuer Link", DONE[deed], status=200)
        there = who.url(f"/anfrage/{token}", getan=deed)
        return RedirectResponse(there, status_code=303, headers=PERSONAL)

    def _opened(self, session: Session, request: Request, now: datetime) -> RoomRequest:
        link = self._links.links.read(STATUS, request.path_params["token"], now)
        return opened_by(session, link)

    def _page(
        self, request: Request, who: Visitor, view: RequestOverview, now: datetime
    ) -> Response:
        done = request.query_params.get("getan", "")
        offer = _offer(who, view, now)
        return page(
            who, "anfrage.html", title="Ihre Raumanfrage", headers=PERSONAL, view=view,
            token=request.path_params["token"], done=DONE.get(done), offer=offer,
            lines=[
                (
                    when(who.say, (each.starts, each.ends)), STATES[State(each.state)],
                    each.answer or "", in_words(each.fee),
                )
                for each in view.bookings
            ],
            title_of=view.bookings[0].title if view.bookings else "",
            people=view.bookings[0].people if view.bookings else None,
            fee=in_words(view.fee),
            may_withdraw=any(
                each.state in ALIVE and each.starts > now for each in view.bookings
            ),
        )  # fmt: skip


def _offer(who: Visitor, view: RequestOverview, now: datetime) -> tuple[str, str, str] | None:
    """What the office offers instead: room, time, and until when the offer stands."""
    row = view.request
    if not (view.offered and row.offer_starts and row.offer_ends and row.offer_until):
        return None
    if row.offer_until <= now:
        return None
    until = f"{local(row.offer_until):%d.%m.%Y}"
    return view.offered.name, when(who.say, (row.offer_starts, row.offer_ends)), until


def _do(session: Session, deed: str, actor: Citizen, now: datetime) -> None:
    deeds: dict[str, Callable[..., object]] = {
        "zurueckziehen": take_back,
        "annehmen": accept_offer,
        "ablehnen": refuse_offer,
        "neuer-link": renew_link,
    }
    deeds[deed](session, actor, actor.link, now=now)
