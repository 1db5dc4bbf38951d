"""The demo city's people have hours, some are away, and its agreements are in force."""

import pytest

from config.settings import Settings
from presence.availability.current import current_store
from presence.availability.queries import board
from presence.availability.week import checked
from storage.actors import System
from storage.agreements.queries import keys_in_force
from storage.all_tables import create_all
from storage.clock import local_date
from storage.house import House
from storage.organisation.queries import load_staff, office_by_key, person_by_login
from storage.rights import NotAllowedError
from workflows.demo.availability import found_availability, seed, week
from workflows.demo.founding import found_city


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> House:
    house = House(Settings(data_dir=tmp_path_factory.mktemp("stadt"), _env_file=None))
    create_all(house.database.engine)
    found_city(house)
    return house


@pytest.mark.parametrize("name", seed()["weeks"])
def test_weeks_can_be_worked(name: str) -> None:
    assert checked(week(name))


def test_boards_agreements_and_substitutes(city: House) -> None:
    now, today = city.clock(), local_date(city.clock())
    with city.database.read() as session:
        assert keys_in_force(session, today) == {"monitor", "calendar", "booking"}
        office = office_by_key(session, "ordnungsamt", today)
        goran = person_by_login(session, "goran.matijevic", today)
        stranger = person_by_login(session, "priya.ramanathan", today)
        assert office
        assert goran
        assert stranger
        member, other = (load_staff(session, each.id, today) for each in (goran, stranger))
        assert member
        assert other
        assert member.stands_in_for
        lines = {
            line.name: line for line in board(session, current_store(city), member, office.id, now)
        }
        assert lines["Lutz Kaltwasser"].availability.level == 1
        assert lines["Lutz Kaltwasser"].substitute == "Goran Matijević"
        with pytest.raises(NotAllowedError):
            board(session, current_store(city), other, office.id, now)
        post = office_by_key(session, "poststelle", today)
        assert post
        assert board(session, current_store(city), other, post.id, now)
        assert board(session, current_store(city), System("test"), office.id, now)


def test_founding_goes_on_where_it_stopped(city: House) -> None:
    with city.database.write() as session:
        found_availability(session, city.clock())
