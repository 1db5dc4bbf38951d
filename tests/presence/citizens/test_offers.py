"""Offers on both databases: they hold nothing, so of two who accept one evening exactly one has it."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from presence.citizens.offers import accept_offer, offer, refuse_offer, standing_offer
from presence.citizens.queries import overview
from presence.citizens.tables import RoomRequest
from presence.spaces.opening import at
from presence.spaces.tables import Booking, BookingSlot
from storage.actors import Citizen, Staff
from storage.conflicts import ConflictError
from storage.house import House
from storage.rights import NotAllowedError
from tests.presence.citizens.asking import ANTON, DAY, VERA, ask, at_once, states, wish

LATER = DAY + timedelta(days=1)
Staffer = Callable[[str], Staff]


def offered(house: House, spaces: dict[str, UUID], actor: Staff, key: str) -> tuple[UUID, str]:
    """A request with the hall offered for the evening after, and the mark of the offer."""
    request = ask(house, wish(spaces), VERA if key == "f1" else ANTON, key)
    with house.database.write() as session:
        offer(
            session, actor, request, 1, space=spaces["saal"], starts=at(LATER, 18 * 60),
            ends=at(LATER, 20 * 60), now=house.clock(),
        )  # fmt: skip
    with house.database.read() as session:
        view = overview(session, session.get_one(RoomRequest, request))
        standing = standing_offer(session, view, house.clock())
    assert standing is not None
    return request, standing.mark


def accept(house: House, request: UUID, mark: str, link: UUID | None = None) -> UUID:
    actor, now = Citizen(link or request), house.clock()
    return house.database.run(
        lambda session: accept_offer(session, actor, request, seen=mark, now=now).id
    )


def test_accepting_by_many_clicks_at_once_is_one_booking(
    house: House, spaces: dict[str, UUID], staff: Staffer
) -> None:
    request, mark = offered(house, spaces, staff("hans"), "f1")
    outcomes = at_once(*[lambda: accept(house, request, mark)] * 4)
    assert len({str(each) for each in outcomes}) == 1
    assert isinstance(outcomes[0], UUID)
    assert states(house) == ["cancelled", "confirmed"]


def test_of_two_who_accept_the_same_evening_one_has_it(
    house: House, spaces: dict[str, UUID], staff: Staffer
) -> None:
    both = [offered(house, spaces, staff("hans"), key) for key in ("f1", "f2")]
    with house.database.read() as session:  # the control: nothing but the slots decides
        assert session.scalar(select(func.count()).select_from(BookingSlot)) == 0
    outcomes = at_once(*(lambda each=each: accept(house, *each) for each in both))  # type: ignore[misc]
    assert sorted(type(each).__name__ for each in outcomes) == ["TakenError", "UUID"]
    assert states(house) == ["cancelled", "confirmed", "requested"]  # who came too late asks still
    with house.database.read() as session:
        assert session.scalar(select(func.count()).select_from(BookingSlot)) == 8


def test_accepting_and_refusing_at_once(
    house: House, spaces: dict[str, UUID], staff: Staffer
) -> None:
    request, mark = offered(house, spaces, staff("hans"), "f1")
    at_once(
        lambda: accept(house, request, mark),
        lambda: house.database.run(
            lambda session: refuse_offer(session, Citizen(request), request, now=house.clock())
        ),
    )
    assert states(house) in (["cancelled", "confirmed"], ["requested"])
    with house.database.read() as session:
        row = session.get_one(RoomRequest, request)
        assert row.offer_space_id is None


def test_only_the_own_link_accepts(house: House, spaces: dict[str, UUID], staff: Staffer) -> None:
    request, mark = offered(house, spaces, staff("hans"), "f1")
    other = ask(house, wish(spaces), ANTON, "f2")
    with pytest.raises(NotAllowedError):
        accept(house, request, mark, link=other)
    with pytest.raises(ConflictError, match="geändert"):
        accept(house, request, "0" * 20)
    with house.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Booking)) == 2
