"""The city's rooms for everybody: what there is, when it is free, and the plan for calendar programs."""

from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from intranet.public import week
from intranet.public.pages import message, page, visitor
from presence.citizens.links import KEY_NAME
from presence.citizens.occupancy import (
    PublicRoom,
    occupancy,
    occupancy_calendar,
    public_room,
    public_rooms,
)
from presence.keys import load_key
from presence.spaces.fees import in_words
from presence.spaces.states import PARTY_NAMES
from storage.clock import local_date
from storage.conflicts import NotFoundError
from storage.house import House

FRESH = {"Cache-Control": "max-age=60"}
UNKNOWN = "Diesen Raum gibt es nicht."
BACK = ("/raeume", "Zu den Räumen der Stadt")


def routes(house: House) -> list[Route]:
    """``/raeume``, a page for each room with its week, and its calendar."""
    desk = _Desk(house)
    return [
        Route("/raeume", desk.all),
        Route("/raeume/{key}", desk.one),
        Route("/raeume/{key}/belegung.ics", desk.calendar),
    ]


class _Desk:
    """Plain functions: Starlette runs them on threads, where the database may be waited for."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._key = load_key(house.settings, KEY_NAME)

    def all(self, request: Request) -> Response:
        now = self._house.clock()
        with self._house.database.read() as session:
            rooms = public_rooms(session, now)
        who = visitor(request)
        return page(
            who, "raeume.html", title="Räume der Stadt", rooms=rooms, headers=FRESH,
            place=place,
        )  # fmt: skip

    def one(self, request: Request) -> Response:
        who, now = visitor(request), self._house.clock()
        monday = _monday(request.query_params.get("ab", ""), now)
        try:
            with self._house.database.read() as session:
                room = public_room(session, request.path_params["key"], now)
                busy = occupancy(session, room.id, *week.bounds(monday))
        except NotFoundError:
            return message(
                who, UNKNOWN, "Bitte wählen Sie einen aus der Liste.", status=404, back=BACK
            )
        return page(
            who, "raum.html", title=room.name, room=room, headers=FRESH, place=place(room),
            hours=week.hours_in_words(room.terms, who.say),
            days=week.week(room.terms, monday, busy, who.say),
            monday=monday, sunday=monday + timedelta(days=6), bar=week.BAR,
            earlier=_other_week(room, monday, -7, now), later=_other_week(room, monday, 7, now),
            prices=prices(room),
        )  # fmt: skip

    def calendar(self, request: Request) -> Response:
        now = self._house.clock()
        host = urlsplit(self._house.settings.citizens_url).hostname or "rathaus"
        try:
            with self._house.database.read() as session:
                room = public_room(session, request.path_params["key"], now)
                content = occupancy_calendar(session, room, self._key, host, now)
        except NotFoundError:
            return message(
                visitor(request), UNKNOWN, "Prüfen Sie die Adresse.", status=404, back=BACK
            )
        return Response(
            content,
            media_type="text/calendar; charset=utf-8",
            headers={
                "Cache-Control": "max-age=900",
                "Content-Disposition": 'inline; filename="belegung.ics"',
            },
        )


def prices(room: PublicRoom) -> list[tuple[str, str, str, str]]:
    """For whom, by the hour, by the day, and what it rests on."""
    return [
        (PARTY_NAMES[price.party], in_words(price.per_hour), in_words(price.per_day), price.source)
        for price in room.prices
    ]


def place(room: PublicRoom) -> str:
    """As in "1. Obergeschoss, Rathaus, Marktplatz 1"."""
    return ", ".join(part for part in (room.floor, room.building, room.address) if part)


def _monday(asked: str, now: datetime) -> date:
    """The Monday of the week asked for; of this week where that is no day, or none near."""
    today = local_date(now)
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        return week.monday_of(today)
    near = abs((day - today).days) <= 3 * 366
    return week.monday_of(day if near else today)


def _other_week(room: PublicRoom, monday: date, days: int, now: datetime) -> str | None:
    """The Monday to leaf to; ``None`` beyond today and beyond what can be asked for."""
    other, today = monday + timedelta(days=days), local_date(now)
    last = today + timedelta(days=room.terms.ahead)
    return other.isoformat() if week.monday_of(today) <= other <= last else None
