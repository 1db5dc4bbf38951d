"""The demo city's buildings: plans, desks and rooms that fit on them, and bookings to look at."""

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from config.settings import Settings
from presence.spaces.plan_file import drawn, read
from presence.spaces.plan_svg import clean
from presence.spaces.tables import Booking, BookingSlot, Building, Floor, Space
from storage.all_tables import create_all
from storage.house import House
from workflows.demo.founding import found_city
from workflows.demo.spaces import found_spaces, seed
from workflows.routines.spaces import schedules


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(Settings(data_dir=tmp_path_factory.mktemp("stadt"), _env_file=None))
    create_all(house.database.engine)
    found_city(house)
    yield house
    house.close()


def test_everything_stands_on_its_plan(city: House) -> None:
    with city.database.read() as session:
        assert session.scalar(select(func.count(Building.id))) == 2
        floors = {row.id: row for row in session.scalars(select(Floor))}
        spaces = session.scalars(select(Space)).all()
    assert len(floors) == 4
    kinds = [row.kind for row in spaces]
    assert (kinds.count("desk"), kinds.count("room")) == (60, 12)
    assert {row.name for row in spaces if row.video} == {
        "Begegnungszone Rathaus", "Begegnungszone Bürgerhaus",
    }  # fmt: skip
    for row in spaces:
        floor = floors[row.floor_id]
        assert 0 <= row.x < row.x + row.width <= floor.width
        assert 0 <= row.y < row.y + row.height <= floor.height


def test_desks_do_not_stand_in_one_another(city: House) -> None:
    with city.database.read() as session:
        desks = session.scalars(select(Space).where(Space.kind == "desk")).all()
    for one in desks:
        for other in desks:
            if one.floor_id == other.floor_id and one.id != other.id:
                assert (
                    one.x + one.width <= other.x
                    or other.x + other.width <= one.x
                    or one.y + one.height <= other.y
                    or other.y + other.height <= one.y
                )


def test_plans_are_drawings() -> None:
    for building in read(seed()).buildings:
        for storey in building.floors:
            kept, _, _ = clean(drawn(storey))
            assert kept.count("<text") == len(storey.areas)


def test_founding_twice_books_once(city: House) -> None:
    def counts() -> list[int | None]:
        with city.database.read() as session:
            return [
                session.scalar(select(func.count()).select_from(table))
                for table in (Space, Booking, BookingSlot)
            ]

    before = counts()
    assert all(before)
    with city.database.write() as session:
        found_spaces(session, city.clock())
    assert counts() == before


def test_what_runs_by_itself_has_its_schedule() -> None:
    assert {each.key for each in schedules()} == {"desks.freigabe", "presence.buchungen"}
