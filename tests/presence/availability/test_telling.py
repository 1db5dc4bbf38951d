"""Who has something done by somebody else is told, once, and nothing of it stays."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from presence.availability.absences import change_absence, come_back, end_absence, enter_absence
from presence.availability.current import NOTICE_DAYS, CurrentStore
from presence.availability.levels import Level
from presence.availability.profile import allow_delegate, forget_leavers
from presence.availability.statuses import clear_status, set_status
from presence.availability.telling import Told, forget_notices, read, told
from storage.actors import Actor, Staff, System
from storage.clock import local_date
from storage.house import House
from storage.organisation.tables import Person

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
Load = Callable[[str], Staff]
People = dict[str, UUID]


@pytest.fixture
def news(house: House, store: CurrentStore, staff: Load) -> Callable[[str], list[Told]]:
    def load(login: str) -> list[Told]:
        with house.database.read() as session:
            return told(session, store, staff(login))

    return load


def _enter(house: House, actor: Actor, person: UUID) -> UUID:
    now = house.clock()
    with house.database.write() as session:
        return enter_absence(
            session, actor, person, starts=now, ends=now + DAY, substitute=None, now=now
        ).id


def test_an_absence_that_somebody_else_enters_changes_or_ends_is_told(
    house: House,
    clock: object,
    store: CurrentStore,
    staff: Load,
    people: People,
    news: Callable[[str], list[Told]],
) -> None:
    now, anna = house.clock(), people["anna"]
    absence = _enter(house, staff("dora"), anna)  # Dora leads the office
    assert news("anna") == [Told("Dora Beispiel", "absence", now)]
    assert news("dora") == news("ben") == []

    def forget() -> None:
        with house.database.write() as session:
            read(session, store, staff("anna"), house.clock())
        assert news("anna") == []

    forget()
    clock.forward(minutes=5)  # type: ignore[attr-defined]
    with house.database.write() as session:
        change_absence(
            session, staff("dora"), absence, 1,
            starts=now, ends=now + 2 * DAY, substitute=people["ben"], now=house.clock(),
        )  # fmt: skip
    assert news("anna") == [Told("Dora Beispiel", "absence", now + timedelta(minutes=5))]
    forget()
    with house.database.write() as session:
        end_absence(session, staff("dora"), absence, now=house.clock())
    assert len(news("anna")) == 1
    forget()
    _enter(house, staff("anna"), anna)
    with house.database.write() as session:
        assert come_back(session, staff("dora"), anna, now=house.clock()) == 1
        assert come_back(session, staff("dora"), anna, now=house.clock()) == 0
    assert len(news("anna")) == 1


def test_a_status_that_a_delegate_sets_or_clears_is_told(
    house: House,
    store: CurrentStore,
    staff: Load,
    people: People,
    news: Callable[[str], list[Told]],
) -> None:
    now, anna = house.clock(), people["anna"]
    with house.database.write() as session:
        allow_delegate(session, staff("anna"), anna, people["ben"], now=now)
    set_status(house, staff("ben"), anna, Level.URGENT, until=now + HOUR)
    assert news("anna") == [Told("Ben Beispiel", "status", now)]
    with house.database.write() as session:
        read(session, store, staff("anna"), now)
    clear_status(house, staff("ben"), anna)
    clear_status(house, staff("ben"), anna)
    assert news("anna") == [Told("Ben Beispiel", "status", now)]


def test_what_one_does_oneself_or_the_house_does_is_not_told(
    house: House, staff: Load, people: People, news: Callable[[str], list[Told]]
) -> None:
    for actor in (staff("anna"), System("test")):
        _enter(house, actor, people["anna"])
        set_status(house, actor, people["anna"], Level.FULL, until=house.clock() + HOUR)
    assert news("anna") == []


def test_it_tells_no_day_and_goes_with_time_and_with_either_person(
    house: House, staff: Load, people: People, news: Callable[[str], list[Told]]
) -> None:
    now = house.clock()
    for who in ("anna", "ben"):
        _enter(house, staff("dora"), people[who])
    with house.database.write() as session:
        columns = set(session.execute(text("SELECT * FROM absence_notice")).keys())
        assert columns == {"id", "person_id", "by_id", "at"}
        forget_notices(session, now + NOTICE_DAYS - HOUR)
    assert news("ben")
    with house.database.write() as session:
        session.get_one(Person, people["ben"]).valid_to = local_date(now)
        session.flush()
        assert forget_leavers(session, local_date(now)) == 2  # his absence, and what he was told
        forget_notices(session, now + NOTICE_DAYS)
    assert news("anna") == []
