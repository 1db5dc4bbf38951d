"""A small town hall with a floor of desks and two rooms, and people of two offices, on both databases."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from presence.spaces.booking import Holder, Wish, book
from presence.spaces.drawing import Area, draw
from presence.spaces.fees import Price
from presence.spaces.furnishing import SpaceForm, add_building, add_floor, add_space, set_fee
from presence.spaces.opening import Opening, at
from presence.spaces.states import Party
from presence.spaces.tables import Booking
from storage.actors import Role, Staff
from storage.house import House
from storage.jobs.tables import Mail
from tests.presence.conftest import ACTOR, LONG_AGO, Cast

WEEK = tuple(Opening(day, 7 * 60, 19 * 60) for day in range(5))
EVENINGS = tuple(Opening(day, 8 * 60, 25 * 60) for day in range(7))


@pytest.fixture
def cast() -> Cast:
    """anna and ben work in the Ordnungsamt, hans in the Hauptamt, which looks after the spaces."""
    return Cast(
        offices={"hauptamt": "10", "ordnungsamt": "32"},
        people={
            "anna": ("ordnungsamt", None),
            "ben": ("ordnungsamt", None),
            "hans": ("hauptamt", None),
            "ada": ("hauptamt", Role.ADMIN),
        },
        mail=True,
    )


@pytest.fixture
def spaces(house: House, offices: dict[str, UUID]) -> dict[str, UUID]:
    """Three desks (check-in within an hour), a meeting room by the hour, and a hall that clubs may ask for."""
    now, main = house.clock(), offices["hauptamt"]
    with house.database.write() as session:
        building = add_building(
            session, ACTOR, key="rathaus", name="Rathaus", address="Markt 1", now=now
        )
        plan = draw(20, 10, [Area("101", 0, 0, 8, 5), Area("Saal", 8, 0, 12, 10)])
        floor = add_floor(session, ACTOR, building.id, level=1, name="1. OG", plan=plan, now=now)
        forms = {
            f"platz-{number}": SpaceForm(
                "desk", f"Platz 1.0{number}", main, (40.0 * number, 40, 30, 20),
                equipment=("Monitor",) if number < 3 else (), hours=WEEK, check_in_minutes=60,
                ahead_days=30,
            )
            for number in (1, 2, 3)
        } | {
            "zimmer": SpaceForm(
                "room", "Besprechung 101", main, (0, 0, 160, 100), capacity=8, mode="hourly",
                equipment=("Bildschirm",), hours=WEEK, longest_minutes=240, ahead_days=400,
            ),
            "saal": SpaceForm(
                "room", "Stadthalle", main, (160, 0, 240, 200), capacity=300, hours=EVENINGS,
                on_holidays=True, public=True, notice_days=28, ahead_days=800,
            ),
            "amtszimmer": SpaceForm(
                "room", "Amtszimmer", main, (0, 100, 100, 100), capacity=10, hours=WEEK,
                bookers="office", ahead_days=400,
            ),
        }  # fmt: skip
        found = {
            key: add_space(session, ACTOR, floor.id, form, key=key, now=now).id
            for key, form in forms.items()
        }
        for party, per_hour in ((Party.CLUB, 1000), (Party.CITIZEN, 2500)):
            price = Price(party, LONG_AGO, per_hour, per_hour * 8, "Entgeltordnung")
            set_fee(session, ACTOR, found["saal"], price, now=now)
    return found


@pytest.fixture
def tuesday() -> Callable[[int, int], datetime]:
    """A moment on the day after the clock's (Tuesday, 3 March 2026) by the town hall's clock."""

    def moment(hour: int, minute: int = 0) -> datetime:
        return at(date(2026, 3, 3), hour * 60 + minute).astimezone(UTC)

    return moment


@pytest.fixture
def put(
    house: House,
    spaces: dict[str, UUID],
    staff: Callable[[str], Staff],
    tuesday: Callable[..., datetime],
) -> Callable[..., UUID]:
    """Book ``put("anna", "zimmer", 9, 10)`` on Tuesday."""

    def make(who: str, space: str, first: float, last: float, **more: Any) -> UUID:
        wish = Wish(spaces[space], tuesday(0) + timedelta(hours=first),
                    tuesday(0) + timedelta(hours=last), title=more.pop("title", "Runde"),
                    people=more.pop("people", None))  # fmt: skip
        key = more.pop("key", f"{who}-{space}-{first}-{last}")
        with house.database.write() as session:
            return book(session, staff(who), wish, key=key, now=house.clock(), **more).id

    return make


def state_of(house: House, booking: UUID) -> Booking:
    """A booking as it stands now."""
    with house.database.read() as session:
        return session.scalars(select(Booking).where(Booking.id == booking)).one()


def mails(house: House) -> list[Mail]:
    """What was written to whom."""
    with house.database.read() as session:
        return list(session.scalars(select(Mail).order_by(Mail.recipient)))


def club_in(house: House, hall: UUID, hans: Staff, day: date) -> UUID:
    """A choir that has the hall for an evening."""
    wish = Wish(hall, at(day, 19 * 60), at(day, 22 * 60), title="Chorprobe")
    holder = Holder(Party.CLUB, name="Gesangverein", mail="chor@example.org")
    with house.database.write() as session:
        return book(session, hans, wish, key=f"chor-{day}", now=house.clock(), holder=holder).id
