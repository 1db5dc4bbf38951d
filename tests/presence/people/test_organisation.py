"""The offices of a day: as they were called, who headed them, and what hung below them."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest

from presence.people.organisation import office_sheet, units
from presence.people.queries import sheet
from storage.actors import Staff, System
from storage.conflicts import NotFoundError
from storage.house import House
from storage.organisation.hierarchy import line_above
from storage.organisation.offices import OfficeInUseError, close_office, rename_office
from storage.organisation.operations import add_office
from storage.organisation.queries import offices as offices_of
from storage.organisation.staff_changes import join_office
from storage.organisation.tables import Office

People = dict[str, UUID]
Load = Callable[[str], Staff]
SYSTEM = System("test")
BEFORE, SPRING = date(2026, 3, 31), date(2026, 4, 1)


def test_a_day_shows_its_names_heads_and_people(
    house: House, people: People, offices: dict[str, UUID]
) -> None:
    social = offices["soziales"]
    with house.database.write() as session:
        row = session.get_one(Office, social)
        rename_office(
            session, SYSTEM, social, row.revision, "Sozialamt", "Sozial", SPRING, now=house.clock()
        )
        main = session.get_one(Office, offices["hauptamt"])
        close_office(
            session, SYSTEM, main.id, main.revision, SPRING, offices["personal"], belongings=(),
            now=house.clock(),
        )  # fmt: skip
    with house.database.read() as session:
        before = {unit.name: unit for unit in units(session, SYSTEM, BEFORE)}
        after = {unit.name: unit for unit in units(session, SYSTEM, SPRING)}
        assert set(before) == {"Hauptamt", "Personal", "Soziales"}
        assert set(after) == {"Personal", "Sozialamt"}
        assert before["Soziales"].heads == ("Hans Beispiel",)
        assert (before["Soziales"].people, after["Personal"].people) == (3, 3)
        assert units(session, SYSTEM, date(2019, 1, 1)) == []
        with pytest.raises(NotFoundError):
            office_sheet(session, SYSTEM, offices["hauptamt"], SPRING)
        told = office_sheet(session, SYSTEM, social, SPRING)
        assert told.name == "Sozialamt"
        assert told.heads == [(people["hans"], "Hans Beispiel")]


def test_who_hangs_below_a_closed_office_goes_over_from_that_day_on(
    house: House, offices: dict[str, UUID]
) -> None:
    now, main, heir = house.clock(), offices["hauptamt"], offices["personal"]
    with house.database.write() as session:
        below = add_office(
            session, SYSTEM, key="post", number="10.1", name="Poststelle", short="Post",
            valid_from=date(2020, 1, 1), parent=main, now=now,
        ).id  # fmt: skip
        session.get_one(Office, heir).parent_id = main
        close_office(session, SYSTEM, main, 1, SPRING, heir, belongings=(), now=now)
    with house.database.read() as session:
        before = {unit.id: unit.parent for unit in units(session, SYSTEM, BEFORE)}
        after = {unit.id: unit.parent for unit in units(session, SYSTEM, SPRING)}
        assert (before[below], before[heir]) == (main, main)
        assert (after[below], after[heir]) == (heir, None)
        told = office_sheet(session, SYSTEM, below, BEFORE)
        assert told.above == (main, "Hauptamt")
        told = office_sheet(session, SYSTEM, heir, SPRING)
        assert (told.above, told.below) == (None, [(below, "Poststelle")])
        assert line_above(session, below, SPRING) == [below, heir]
        assert line_above(session, main, SPRING) == [heir]
    with house.database.write() as session, pytest.raises(OfficeInUseError, match="untergeordnet"):
        close_office(session, SYSTEM, heir, 1, SPRING, None, belongings=(), now=now)


def test_parents_in_a_circle_end_somewhere(house: House, offices: dict[str, UUID]) -> None:
    one, two = offices["hauptamt"], offices["personal"]
    with house.database.write() as session:
        session.get_one(Office, one).parent_id = two
        session.get_one(Office, two).parent_id = one
    with house.database.read() as session:
        assert line_above(session, one, BEFORE) == [one, two]


def test_an_office_knows_what_is_above_and_below(
    house: House, people: People, offices: dict[str, UUID], staff: Load
) -> None:
    now = house.clock()
    with house.database.write() as session:
        below = add_office(
            session, SYSTEM, key="post", number="10.1", name="Poststelle", short="Post",
            valid_from=date(2020, 1, 1), parent=offices["hauptamt"], now=now,
        ).id  # fmt: skip
        join_office(session, SYSTEM, people["ida"], below, now=now)
    with house.database.read() as session:
        assert len(offices_of(session, BEFORE)) == 4
        above = office_sheet(session, SYSTEM, offices["hauptamt"], BEFORE)
        assert above.below == [(below, "Poststelle")]
        told = office_sheet(session, SYSTEM, below, BEFORE)
        assert told.above == (offices["hauptamt"], "Hauptamt")
        page = sheet(session, None, staff("kati"), people["ida"], now)
        assert [name for _, name in page.offices] == ["Hauptamt", "Poststelle"]
