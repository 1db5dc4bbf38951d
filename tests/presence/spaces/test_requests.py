"""Requests from outside: several may wait for one evening, a clerk decides, and people are told by mail."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import select

from presence.spaces.booking import Holder, Wish
from presence.spaces.changing import withdraw
from presence.spaces.opening import at
from presence.spaces.queries import load_space, plan_of, requests_to_decide
from presence.spaces.requests import confirm_request, decline_request, request_booking
from presence.spaces.states import Party, State
from presence.spaces.tables import Booking
from presence.spaces.taking import TakenError
from storage.actors import Citizen, Staff
from storage.clock import new_id
from storage.conflicts import ConflictError, NotFoundError
from storage.house import House
from storage.jobs.tables import Mail
from storage.rights import NotAllowedError

DAY = date(2026, 5, 9)
CITIZEN = Citizen(new_id())
CHOIR = Holder(Party.CLUB, name="Gesangverein", mail="chor@example.org")
FAMILY = Holder(Party.CITIZEN, name="Familie Muster", mail="muster@example.org")
Who = Callable[[str], Staff]


@pytest.fixture
def ask(house: House, spaces: dict[str, UUID]) -> Callable[..., Booking]:
    def make(holder: Holder, space: str = "saal", key: str | None = None) -> Booking:
        wish = Wish(spaces[space], at(DAY, 18 * 60), at(DAY, 22 * 60), title="Fest", people=80)
        with house.database.write() as session:
            return request_booking(
                session, CITIZEN, wish, holder, message="Mit Musik", key=key or str(new_id()),
                now=house.clock(),
            )  # fmt: skip

    return make


def _mails(house: House) -> dict[str, str]:
    with house.database.read() as session:
        return {row.recipient: row.text for row in session.scalars(select(Mail))}


def test_of_two_requests_one_is_confirmed(
    ask: Callable[..., Booking], house: House, staff: Who
) -> None:
    choir, family = ask(CHOIR), ask(FAMILY)
    now, hans = house.clock(), staff("hans")
    with house.database.read() as session:
        assert [row.id for row, _ in requests_to_decide(session, hans, now)] == [
            choir.id,
            family.id,
        ]
        assert requests_to_decide(session, staff("anna"), now) == []
    with pytest.raises(NotAllowedError), house.database.write() as session:
        confirm_request(session, staff("anna"), family.id, 1, now=now)
    with house.database.write() as session:
        confirm_request(session, hans, family.id, 1, now=now)
        confirm_request(session, hans, family.id, 1, now=now)
    assert "Entgelt: 100,00 €" in _mails(house)["muster@example.org"]
    with pytest.raises(TakenError), house.database.write() as session:
        confirm_request(session, hans, choir.id, 1, now=now)
    with house.database.read() as session:
        assert session.get_one(Booking, choir.id).state == State.REQUESTED
    with pytest.raises(ConflictError, match="Grund"), house.database.write() as session:
        decline_request(session, hans, choir.id, 1, reason=" ", now=now)
    with house.database.write() as session:
        decline_request(session, hans, choir.id, 1, reason="Der Abend ist vergeben.", now=now)
    assert "Der Abend ist vergeben." in _mails(house)["chor@example.org"]
    with pytest.raises(ConflictError, match="inzwischen"), house.database.write() as session:
        confirm_request(session, hans, choir.id, 1, now=now)


def test_the_same_request_twice_is_one(ask: Callable[..., Booking]) -> None:
    assert ask(CHOIR, key="k").id == ask(CHOIR, key="k").id


def test_only_public_rooms_may_be_asked_for(
    ask: Callable[..., Booking], house: House, spaces: dict[str, UUID], staff: Who
) -> None:
    with pytest.raises(NotFoundError):
        ask(CHOIR, "zimmer")
    with pytest.raises(ConflictError, match="Namen und E-Mail"):
        ask(Holder(Party.CLUB, name="Chor"))
    with pytest.raises(ConflictError, match="Namen und E-Mail"):
        ask(Holder(Party.CITY, name="Stadt", mail="stadt@example.org"))
    wish = Wish(spaces["saal"], at(DAY, 600), at(DAY, 660), title="Probe")
    with pytest.raises(NotAllowedError), house.database.write() as session:
        request_booking(session, staff("anna"), wish, CHOIR, key="x", now=house.clock())


def test_the_public_sees_that_it_is_taken_and_nothing_else(
    ask: Callable[..., Booking], house: House, spaces: dict[str, UUID], staff: Who
) -> None:
    row = ask(CHOIR)
    with house.database.write() as session:
        confirm_request(session, staff("hans"), row.id, 1, now=house.clock())
    with house.database.read() as session:
        space = load_space(session, spaces["saal"])
        (taken,) = plan_of(session, CITIZEN, space, at(DAY, 0), at(DAY, 1440))
    assert (taken.title, taken.mine) == ("", False)


def test_who_asked_may_withdraw(ask: Callable[..., Booking], house: House, staff: Who) -> None:
    row = ask(CHOIR)
    with house.database.write() as session:
        confirm_request(session, staff("hans"), row.id, 1, now=house.clock())
    for _ in range(2):
        with house.database.write() as session:
            withdraw(session, CITIZEN, row.id, now=house.clock())
    assert "abgesagt" not in _mails(house)["chor@example.org"]
    other = ask(FAMILY)
    with house.database.write() as session:
        confirm_request(session, staff("hans"), other.id, 1, now=house.clock())
