"""Who has left stands in for nobody: not in what is shown, and by night in nobody's settings any more."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from presence.availability.absences import change_absence, enter_absence
from presence.availability.current import CurrentStore
from presence.availability.levels import Level
from presence.availability.profile import set_profile
from presence.availability.queries import reach_of
from presence.availability.statuses import set_status
from presence.availability.substitutes import let_leavers_go, settle_past
from presence.availability.tables import AvailabilityProfile
from storage.actors import Staff
from storage.clock import local_date
from storage.house import House
from storage.organisation.tables import Absence, Person
from storage.tasks.list import tasks_for
from storage.tasks.tables import Task

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Load = Callable[[str], Staff]
People = dict[str, UUID]


@pytest.fixture
def named(house: House, staff: Load, people: People) -> UUID:
    """Anna names Ben for always, and for the absence she is in: its id. Ben is away as well, until Carla."""
    now = house.clock()
    with house.database.write() as session:
        set_profile(
            session, staff("anna"), people["anna"], substitute=people["ben"], channel=None,
            place=None, now=now,
        )  # fmt: skip
        return enter_absence(
            session, staff("anna"), people["anna"], starts=now + DAY, ends=now + 5 * DAY,
            substitute=people["ben"], now=now,
        ).id  # fmt: skip


def _leaves(house: House, person: UUID, day: date) -> None:
    with house.database.write() as session:
        session.get_one(Person, person).valid_to = day


@pytest.mark.usefixtures("named")
def test_who_has_left_stands_in_for_nobody(
    house: House, store: CurrentStore, staff: Load, people: People
) -> None:
    now, anna = house.clock(), people["anna"]
    set_status(house, staff("anna"), anna, Level.URGENT, until=now + HOUR)

    def acting(days: int) -> tuple[int, UUID | None]:
        with house.database.read() as session:
            seen = reach_of(session, store, staff("carla"), anna, now + days * DAY)
        return int(seen.level), seen.substitute

    assert (acting(0), acting(1)) == ((2, people["ben"]), (1, people["ben"]))
    _leaves(house, people["ben"], local_date(now))
    assert (acting(0), acting(1)) == ((2, None), (0, None))


@pytest.mark.usefixtures("named")
def test_the_next_in_the_chain_acts_for_who_left_in_an_absence(
    house: House, store: CurrentStore, staff: Load, people: People
) -> None:
    now, later = house.clock(), house.clock() + 2 * DAY
    with house.database.write() as session:
        enter_absence(
            session, staff("ben"), people["ben"], starts=now, ends=now + 9 * DAY,
            substitute=people["carla"], now=now,
        )  # fmt: skip
    _leaves(house, people["ben"], local_date(later))
    with house.database.read() as session:
        seen = reach_of(session, store, staff("dora"), people["anna"], later)
    assert seen.substitute == people["carla"]


def test_by_night_they_are_named_no_more_and_who_named_them_is_told(
    house: House, staff: Load, people: People, named: UUID
) -> None:
    now, today, anna = house.clock(), local_date(house.clock()), people["anna"]
    with house.database.write() as session:
        assert let_leavers_go(session, now) == 0
    _leaves(house, people["ben"], today)
    with house.database.write() as session:
        assert let_leavers_go(session, now) == 2
        assert let_leavers_go(session, now) == 0
    with house.database.read() as session:
        assert session.scalars(select(AvailabilityProfile.substitute_id)).all() == [None]
        assert session.scalars(select(Absence.substitute_id)).all() == [None]
        tasks = tasks_for(session, staff("anna"))
        assert len(tasks) == 2
        for task in tasks:
            assert task.title.startswith("Ihre Vertretung arbeitet nicht mehr hier")
            assert named not in (task.object_id, task.key)  # a task outlives the absence
        absence = session.get_one(Absence, named)
        revision, starts, ends = absence.revision, absence.starts, absence.ends
    with house.database.write() as session:
        change_absence(
            session, staff("anna"), named, revision, starts=starts, ends=ends,
            substitute=people["carla"], now=now,
        )  # fmt: skip
    with house.database.read() as session:
        assert len(tasks_for(session, staff("anna"))) == 1  # for always there is still nobody
    with house.database.write() as session:
        set_profile(
            session, staff("anna"), anna, substitute=None, channel=None, place=None, now=now
        )
    with house.database.read() as session:
        assert not tasks_for(session, staff("anna"))


def test_what_waits_for_an_absence_ends_with_it(
    house: House, staff: Load, people: People, named: UUID
) -> None:
    now = house.clock()
    _leaves(house, people["ben"], local_date(now))
    with house.database.write() as session:
        let_leavers_go(session, now)
        settle_past(session, now)
        assert len(tasks_for(session, staff("anna"))) == 2
        session.delete(session.get_one(Absence, named))
        session.flush()
        settle_past(session, now)
        assert len(tasks_for(session, staff("anna"))) == 1


@pytest.mark.usefixtures("named")
def test_who_leaves_too_is_not_told(house: House, people: People) -> None:
    for login in ("anna", "ben"):
        _leaves(house, people[login], local_date(house.clock()))
    with house.database.write() as session:
        let_leavers_go(session, house.clock())
        assert session.scalars(select(Absence.substitute_id)).all() == [None]
        assert not session.scalars(select(Task)).all()
