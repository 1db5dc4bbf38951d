"""Who stands on which board: offices below, rooms and bookings of a floor, groups, and whose office keeps to itself."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from presence.availability.profile import show_office
from presence.monitor.audience import audience
from presence.monitor.subjects import Kind, subjects
from presence.people.tables import WorkingGroup, WorkingGroupMember
from presence.spaces.states import State
from presence.spaces.tables import Booking, Building, Floor, Space
from storage.actors import System
from storage.clock import local_date, new_id
from storage.house import House
from storage.organisation.tables import Office

ACTOR = System("test")


def _on(house: House, kind: Kind, subject: UUID) -> set[UUID]:
    with house.database.read() as session:
        found = audience(session, kind, subject, house.clock())
    assert found is not None
    return set(found.people)


def _open(house: House, office: UUID) -> None:
    with house.database.write() as session:
        show_office(session, ACTOR, office, whole_house=True, now=house.clock())


@pytest.fixture
def floor(house: House, offices: dict[str, UUID]) -> UUID:
    """House A, first floor, with one desk."""
    with house.database.write() as session:
        building = Building(key="haus-a", name="Haus A", address="Weg 1")
        session.add(building)
        session.flush()
        made = Floor(
            building_id=building.id, level=1, name="1. OG", plan="<svg/>", width=1, height=1
        )
        session.add(made)
        session.flush()
        return made.id


def _book(house: House, floor: UUID, person: UUID, office: UUID) -> None:
    now = house.clock()
    with house.database.write() as session:
        desk = Space(
            key="platz", floor_id=floor, office_id=office, kind="desk", name="Platz 1", capacity=1,
            mode="both", hours=[], x=0, y=0, width=1, height=1,
        )  # fmt: skip
        session.add(desk)
        session.flush()
        session.add(
            Booking(
                space_id=desk.id, starts=now, ends=now + timedelta(hours=1), party="city", title="",
                state=State.CONFIRMED.value, person_id=person, fee=0, key=new_id().hex,
                created_at=now, changed_at=now,
            )
        )  # fmt: skip


def test_an_offices_board_has_the_offices_below_it(
    house: House, offices: dict[str, UUID], people: dict[str, UUID]
) -> None:
    with house.database.write() as session:
        session.get_one(Office, offices["bauamt"]).parent_id = offices["ordnungsamt"]
    assert _on(house, Kind.OFFICE, offices["ordnungsamt"]) == set(people.values())
    assert _on(house, Kind.OFFICE, offices["bauamt"]) == {
        people[login] for login in ("ada", "emil", "paul")
    }


def test_a_floor_has_whose_rooms_are_there_of_offices_open_to_the_house(
    house: House, offices: dict[str, UUID], people: dict[str, UUID], floor: UUID
) -> None:
    assert _on(house, Kind.FLOOR, floor) == set()
    _open(house, offices["ordnungsamt"])
    assert _on(house, Kind.FLOOR, floor) == {people[login] for login in ("anna", "ben", "dora")}


def test_a_booking_counts_only_under_its_own_agreement(
    house: House, offices: dict[str, UUID], people: dict[str, UUID], agree: Callable[..., UUID]
) -> None:
    with house.database.write() as session:
        building = Building(key="haus-z", name="Haus Z", address="Weg 2")
        session.add(building)
        session.flush()
        other = Floor(building_id=building.id, level=5, name="5. OG", plan="", width=1, height=1)
        session.add(other)
        session.flush()
        floor = other.id
    _open(house, offices["bauamt"])
    _book(house, floor, people["emil"], offices["bauamt"])
    assert _on(house, Kind.FLOOR, floor) == set()
    agree("booking")
    assert _on(house, Kind.FLOOR, floor) == {people["emil"]}


def test_a_group_has_its_members_of_offices_open_to_the_house(
    house: House, offices: dict[str, UUID], people: dict[str, UUID]
) -> None:
    today = local_date(house.clock())
    with house.database.write() as session:
        group = WorkingGroup(name="Krisenstab", purpose="Hilfe", office_id=None, valid_from=today)
        session.add(group)
        session.flush()
        session.add_all(
            WorkingGroupMember(group_id=group.id, person_id=people[each], valid_from=today)
            for each in ("anna", "emil")
        )
        made = group.id
    _open(house, offices["bauamt"])
    assert _on(house, Kind.GROUP, made) == {people["emil"]}
    with house.database.read() as session:
        assert {each.kind for each in subjects(session, today)} == {Kind.OFFICE, Kind.GROUP}
        assert audience(session, Kind.GROUP, new_id(), house.clock()) is None
        assert audience(session, Kind.FLOOR, new_id(), house.clock()) is None
        assert audience(session, Kind.OFFICE, new_id(), house.clock()) is None
