"""What became of a request: the page behind its signed link, where people also take it back or accept an offer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from intranet.public.kit import receive
from intranet.public.pages import PERSONAL, Visitor, message, page, visitor
from intranet.public.rooms import BACK
from presence.citizens.letters import STATES, when
from presence.citizens.links import LinkError
from presence.citizens.offers import StandingOffer, accept_offer, refuse_offer, standing_offer
from presence.citizens.queries import COUNTED, RequestOverview, overview
from presence.citizens.room_links import STATUS, RoomLinks
from presence.citizens.room_requests import may_take_back, opened_by, renew_link, take_back
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
        Route("/anfrage/{token}/{deed}", partial(receive, desk.act), methods=["POST"]),
    ]


@dataclass(frozen=True, slots=True)
class Line:
    """A day of a request; ``room`` where there are several. ``fee`` is empty where nothing is to be paid any more."""

    times: str
    room: str | None
    state: str
    answer: str
    fee: str
    video: str | None


class _Desk:
    """The link's address is the secret: who does not know it can neither see nor send anything here."""

    def __init__(self, house: House) -> None:
        self._house, self._links = house, RoomLinks(house.settings)

    def show(self, request: Request) -> Response:
        who, now = visitor(request), self._house.clock()
        try:
            with self._house.database.read() as session:
                view = overview(session, self._opened(session, request, now))
                offer = standing_offer(session, view, now)
        except LinkError as error:
            return message(who, OVER, str(error), status=410, back=BACK)
        return self._page(request, who, view, offer, now)

    def act(self, request: Request, data: Mapping[str, str]) -> Response:
        who, now = visitor(request), self._house.clock()
        deed, token = request.path_params["deed"], request.path_params["token"]
        if deed not in DONE:
            return message(who, OVER, "Prüfen Sie die Adresse.", status=404, back=BACK)

        def run(session: Session) -> None:
            row = self._opened(session, request, now)
            actor = Citizen(row.id)
            deeds: dict[str, Callable[..., object]] = {
                "zurueckziehen": take_back,
                "annehmen": partial(accept_offer, seen=data.get("gesehen", "")),
                "ablehnen": refuse_offer,
                "neuer-link": renew_link,
            }
            deeds[deed](session, actor, actor.link, now=now)

        try:
            self._house.database.run(run)
        except LinkError as error:
            return message(who, OVER, str(error), status=410, back=BACK)
        except (ConflictError, NotAllowedError) as error:
            again = (f"/anfrage/{token}", "Zu meiner Anfrage")
            return message(who, OVER, str(error), status=409, back=again)
        if deed == "neuer-link":
            return message(who, "Neuer Link", DONE[deed], status=200, back=BACK)
        there = who.url(f"/anfrage/{token}", getan=deed)
        return RedirectResponse(there, status_code=303, headers=PERSONAL)

    def _opened(self, session: Session, request: Request, now: datetime) -> RoomRequest:
        link = self._links.links.read(STATUS, request.path_params["token"], now)
        return opened_by(session, link)

    def _page(
        self,
        request: Request,
        who: Visitor,
        view: RequestOverview,
        offer: StandingOffer | None,
        now: datetime,
    ) -> Response:
        done = request.query_params.get("getan", "")
        return page(
            who, "anfrage.html", title="Ihre Raumanfrage", headers=PERSONAL, view=view,
            token=request.path_params["token"], done=DONE.get(done), offer=offer,
            offered=_offered(who, offer) if offer else None,
            lines=[
                Line(
                    when(who.say, (each.starts, each.ends)), view.named.get(each.space_id),
                    STATES[State(each.state)], each.answer or "", in_words(each.fee) if each.state in COUNTED else "",
                    view.videos.get(each.id),
                )
                for each in view.bookings
            ],
            title_of=view.bookings[0].title if view.bookings else "",
            people=view.bookings[0].people if view.bookings else None,
            fee=in_words(view.fee),
            may_withdraw=any(may_take_back(each, now) for each in view.bookings),
        )  # fmt: skip


def _offered(who: Visitor, offer: StandingOffer) -> tuple[str, str, str]:
    """When, until when the offer stands (with the hour, where it ends before a day does), and the fee."""
    until = local(offer.until)
    return (
        when(who.say, (offer.starts, offer.ends)),
        f"{until:%d.%m.%Y}, {until.hour}:{until.minute:02d}",
        in_words(offer.fee),
    )
