"""The boards of offices, floors and groups as somebody in the intranet may see them."""

from collections.abc import Callable
from uuid import UUID

import pytest

from presence.availability.current import CurrentStore
from presence.availability.profile import show_office
from presence.availability.queries import NotAgreedError
from presence.monitor.overviews import overview, subjects_to_see
from presence.monitor.subjects import Kind
from presence.people.groups import found_group, join_group
from presence.spaces.drawing import Area, draw
from presence.spaces.furnishing import add_building, add_floor
from storage.actors import Staff, System
from storage.clock import local_date
from storage.house import House
from storage.organisation.tables import Office
from storage.rights import NotAllowedError

ACTOR = System("test")
Load = Callable[[str], Staff]


@pytest.fixture
def seen(house: House, store: CurrentStore, staff: Load) -> Callable[[str, Kind, UUID], list[str]]:
    """First names on a board for somebody."""

    def look(login: str, kind: Kind, subject: UUID) -> list[str]:
        with house.database.read() as session:
            lines = overview(session, store, staff(login), kind, subject, house.clock())
        return [line.name.split()[0] for line in lines]

    return look


@pytest.fixture
def floor(house: House) -> UUID:
    """House A, first floor: all rooms of the cast are there."""
    now = house.clock()
    with house.database.write() as session:
        building = add_building(session, ACTOR, key="a", name="Haus A", address="Weg 1", now=now)
        plan = draw(20, 10, [Area("101", 0, 0, 8, 5)])
        return add_floor(session, ACTOR, building.id, level=1, name="1. OG", plan=plan, now=now).id


@pytest.fixture
def group(house: House, people: dict[str, UUID]) -> UUID:
    now = house.clock()
    with house.database.write() as session:
        made = found_group(session, ACTOR, "Krisenstab", "Hilfe", None, now=now).id
        for login in ("anna", "emil"):
            join_group(session, ACTOR, made, people[login], now=now)
    return made


def test_floors_and_groups_show_people_of_offices_open_to_the_house(
    house: House,
    offices: dict[str, UUID],
    agree: Callable[..., UUID],
    floor: UUID,
    group: UUID,
    seen: Callable[[str, Kind, UUID], list[str]],
) -> None:
    with pytest.raises(NotAgreedError):
        seen("anna", Kind.FLOOR, floor)
    agree()
    assert seen("anna", Kind.FLOOR, floor) == seen("anna", Kind.GROUP, group) == []
    with house.database.write() as session:
        show_office(session, ACTOR, offices["bauamt"], whole_house=True, now=house.clock())
    for login in ("anna", "emil"):
        assert seen(login, Kind.FLOOR, floor) == ["Ada", "Emil", "Paul"]
        assert seen(login, Kind.GROUP, group) == ["Emil"]


def test_of_the_offices_below_only_those_in_sight_are_shown(
    house: House,
    offices: dict[str, UUID],
    agree: Callable[..., UUID],
    seen: Callable[[str, Kind, UUID], list[str]],
) -> None:
    agree()
    with house.database.write() as session:
        session.get_one(Office, offices["bauamt"]).parent_id = offices["ordnungsamt"]
    assert seen("anna", Kind.OFFICE, offices["ordnungsamt"]) == ["Anna", "Ben", "Dora"]
    with pytest.raises(NotAllowedError):
        seen("anna", Kind.OFFICE, offices["bauamt"])
    with house.database.write() as session:
        show_office(session, ACTOR, offices["bauamt"], whole_house=True, now=house.clock())
    assert len(seen("anna", Kind.OFFICE, offices["ordnungsamt"])) == 6


@pytest.mark.usefixtures("floor")
def test_what_is_offered_begins_with_ones_own(
    house: House, offices: dict[str, UUID], staff: Load, group: UUID
) -> None:
    with house.database.write() as session:
        show_office(session, ACTOR, offices["ordnungsamt"], whole_house=True, now=house.clock())
        other = found_group(session, ACTOR, "Ablage", "Ordnung", None, now=house.clock()).id
    with house.database.read() as session:
        found = subjects_to_see(session, staff("emil"), local_date(house.clock()))
    kinds = {kind: [each.id for each in found if each.kind is kind] for kind in Kind}
    assert kinds[Kind.OFFICE] == [offices["bauamt"], offices["ordnungsamt"]]
    assert kinds[Kind.GROUP] == [group, other]
    assert len(kinds[Kind.FLOOR]) == 1
