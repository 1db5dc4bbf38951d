"""What tests of desks and rooms ask the house and do in it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from presence.spaces.booking import Wish, book
from presence.spaces.opening import Opening, at
from presence.spaces.tables import Booking, Space
from storage.actors import Staff, System
from storage.clock import local_date, new_id
from storage.house import House
from storage.organisation.queries import load_staff

SYSTEM = System("test")
ALWAYS = tuple(Opening(day, 0, 24 * 60) for day in range(7))


def text_of(app: AppTest) -> str:
    found = [
        *app.get("html"), *app.markdown, *app.caption, *app.warning, *app.error, *app.title,
        *app.subheader, *app.success,
    ]  # fmt: skip
    return " ".join(str(getattr(each, "value", "") or each.proto.body) for each in found)


def staff_of(furnished: Any, login: str) -> Staff:
    house: House = furnished.house
    with house.database.read() as session:
        found = load_staff(session, furnished.person(login).id, local_date(house.clock()))
    assert found is not None
    return found


def bookings(furnished: Any) -> list[Booking]:
    with furnished.house.database.read() as session:
        return list(session.scalars(select(Booking).order_by(Booking.starts)))


def book_in(furnished: Any, login: str, space: UUID, first: int = 0, last: int = 24) -> Booking:
    """On the day after tomorrow, by hours of the clock."""
    house: House = furnished.house
    day = local_date(house.clock()) + timedelta(days=2)
    wish = Wish(space, at(day, first * 60), at(day, last * 60), title="Besetzt")
    with house.database.write() as session:
        return book(session, staff_of(furnished, login), wish, key=str(new_id()), now=house.clock())


def button(app: AppTest, words: str) -> Any:
    return next(each for each in app.button if words in each.label)


def space_of(furnished: Any, space: UUID) -> Space:
    with furnished.house.database.read() as session:
        found: Space = session.get_one(Space, space)
    return found
