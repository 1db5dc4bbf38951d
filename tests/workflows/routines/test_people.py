"""The directory of people forgets at night who has left."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from config.settings import Settings
from presence.people.profile import offer_skills, set_tasks
from presence.people.tables import PersonProfile, PersonSkill
from storage.actors import System
from storage.all_tables import create_all
from storage.house import House
from storage.jobs.handlers import JobContext
from storage.organisation.operations import add_person
from storage.organisation.staff_changes import end_person
from workflows.routines.people import schedules

SYSTEM = System("test")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(Settings(data_dir=tmp_path, _env_file=None))
    create_all(made.database.engine)
    yield made
    made.close()


def test_profiles_of_who_left_go_and_others_stay(house: House) -> None:
    now = house.clock()
    people = []
    with house.database.write() as session:
        for login in ("geht", "bleibt"):
            person = add_person(
                session, SYSTEM, login=login, name=login.title(), office=None,
                valid_from=date(2020, 1, 1), now=now,
            )  # fmt: skip
            set_tasks(session, SYSTEM, person.id, ["Wohngeld"], 0, now=now)
            offer_skills(session, SYSTEM, person.id, ["Excel"], now=now)
            people.append(person.id)
        end_person(session, SYSTEM, people[0], now=now)
    (night,) = schedules()
    found = night.run(JobContext(house))
    assert {name: count for name, count in found.items() if count} == {"Profile": 2}
    with house.database.read() as session:
        assert session.get(PersonProfile, people[0]) is None
        assert session.get(PersonProfile, people[1]) is not None
        assert [row.person_id for row in session.query(PersonSkill)] == [people[1]]
