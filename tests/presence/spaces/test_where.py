"""What a booking says of who booked: where they are, and no more than that they may be busy."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import pytest

from presence.availability.current import CurrentStore
from presence.availability.facts import Availability
from presence.availability.profile import set_working_hours
from presence.availability.queries import lines_of
from presence.availability.week import Hours
from presence.spaces.booking import Wish, book
from storage.actors import Staff
from storage.agreements.tables import Agreement
from storage.clock import local_date
from storage.house import House

Who = Callable[[str], Staff]


@pytest.fixture
def seen(
    house: House, store: CurrentStore, staff: Who
) -> Callable[[datetime], tuple[str | None, int, str]]:
    """How Anna is seen at a moment, with the agreement that lets bookings count."""
    today = local_date(house.clock())
    by, other = staff("ada").person, staff("ben").person
    with house.database.write() as session:
        session.add(
            Agreement(
                key="booking", title="DV", file_number="1", signed_on=today, valid_from=today,
                recorded_by=by, recorded_at=house.clock(), by_council=False, confirmed_by=other,
                confirmed_at=house.clock(),
            )
        )  # fmt: skip

    def at(moment: datetime) -> tuple[str | None, int, str]:
        with house.database.read() as session:
            (line,) = lines_of(session, store, [staff("anna").person], moment)
        answer: Availability = line.availability
        return answer.place, int(answer.level), answer.because

    return at


def test_a_room_is_where_somebody_is_and_perhaps_not_to_be_disturbed(
    house: House,
    staff: Who,
    spaces: dict[str, UUID],
    tuesday: Callable[..., datetime],
    seen: Callable[[datetime], tuple[str | None, int, str]],
) -> None:
    anna, now = staff("anna"), house.clock()
    with house.database.write() as session:
        book(session, anna, Wish(spaces["platz-1"], tuesday(8), tuesday(16)), key="p", now=now)
        book(
            session,
            anna,
            Wish(spaces["zimmer"], tuesday(9), tuesday(12), title="Runde"),
            key="r",
            now=now,
        )
    room = "Besprechung 101, Rathaus"
    assert seen(tuesday(10)) == (room, 3, "eingeschränkt, weil Raumbuchung bis 12:00")
    assert seen(tuesday(13)) == (
        "Platz 1.01, Rathaus",
        4,
        "erreichbar, weil Platzbuchung bis 16:00",
    )
    with house.database.write() as session:
        hours = [Hours(1, 8 * 60, 11 * 60)]
        set_working_hours(session, anna, anna.person, hours, valid_from=local_date(now), now=now)
    assert seen(tuesday(8, 30)) == (
        "Platz 1.01, Rathaus",
        4,
        "im Dienst, Arbeitszeit bis 11:00",
    )
    assert seen(tuesday(10))[:2] == (room, 3)
    for after_work in (tuesday(11, 30), tuesday(13)):
        place, level, because = seen(after_work)
        assert (place, level) == (None, 0)
        assert because.startswith("außerhalb der Arbeitszeit")
