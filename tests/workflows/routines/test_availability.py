"""The night forgets, and goes on forgetting where the room is switched off."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.rooms import Room
from config.settings import Settings
from presence.availability.absences import enter_absence, standing_in
from presence.availability.current import BusySpan, Deed, current_store
from presence.availability.facts import Manual
from presence.availability.levels import Level
from storage.actors import System
from storage.agreements.tables import Agreement
from storage.all_tables import create_all
from storage.house import House
from storage.jobs.handlers import JobContext
from storage.organisation.operations import add_person
from storage.organisation.tables import Person
from workflows.routines.availability import schedules

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = House(Settings(data_dir=tmp_path, _env_file=None), lambda: NOW + DAY)
    create_all(made.database.engine)
    return made


def test_a_night(house: House) -> None:
    with house.database.write() as session:
        anna, ben = (
            add_person(
                session,
                System("test"),
                login=login,
                name=login,
                office=None,
                valid_from=NOW.date(),
                now=NOW,
            ).id
            for login in ("anna", "ben")
        )
        for days in (1, 2):
            enter_absence(
                session,
                System("test"),
                anna,
                starts=NOW,
                ends=NOW + days * DAY,
                substitute=ben,
                now=NOW,
            )
    store = current_store(house)
    store.set_status(anna, Manual(Level.URGENT, NOW + timedelta(hours=2), NOW, "Geheim"))
    night = next(each for each in schedules() if each.key == "presence.nacht")
    assert night.run(JobContext(house)) == {"Abwesenheiten": 1, "Arbeitszeiten": 0}
    assert store.statuses([anna], NOW) == {}
    with house.database.read() as session:
        assert len(standing_in(session, ben, NOW)) == 1


def test_who_is_no_longer_here_is_forgotten_the_same_night(house: House) -> None:
    with house.database.write() as session:
        here, left, erased = (
            add_person(
                session,
                System("test"),
                login=login,
                name=login,
                office=None,
                valid_from=NOW.date(),
                now=NOW,
            ).id
            for login in ("hier", "weg", "geloescht")
        )
        session.get_one(Person, left).valid_to = NOW.date()
        session.delete(session.get_one(Person, erased))
    store = current_store(house)
    later = BusySpan(NOW + DAY, NOW + 3 * DAY, "busy")
    for person in (here, left, erased):
        store.set_status(person, Manual(Level.URGENT, NOW + 3 * DAY, NOW, "Geheim"))
        store.set_busy(person, [later])
    store.set_status(here, Manual(Level.URGENT, NOW + 3 * DAY, NOW), by=Deed(left, NOW))
    with (
        house.database.write() as session
    ):  # a calendar may be read as long as an agreement is in force
        session.add(
            Agreement(
                key="calendar", title="Kalender", file_number="1", signed_on=NOW.date(), valid_from=NOW.date(),
                recorded_by=here, recorded_at=NOW, by_council=False, confirmed_by=left, confirmed_at=NOW,
            )
        )  # fmt: skip
    night = next(each for each in schedules() if each.key == "presence.nacht")
    night.run(JobContext(house))
    assert store.people() == {here}
    assert store.deeds(here) == []
    assert store.busy([here], NOW, NOW + 9 * DAY) == {here: [later]}


def test_forgetting_belongs_to_the_house() -> None:
    off = Settings(rooms_off=frozenset({Room.AVAILABILITY}), _env_file=None)
    assert [each.key for each in schedules() if off.is_on(each.key)] == ["presence.nacht"]
