"""The index in memory follows what ends, goes on and is taken up again, and asks for little to know of it."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.people.index import _state, entries, index_of
from storage.clock import local_date
from storage.house import House
from storage.organisation.tables import Membership

People = dict[str, UUID]


def of(session: Session, person: UUID) -> Membership:
    return session.scalars(select(Membership).where(Membership.person_id == person)).one()


def without_office(session: Session, day: date) -> set[UUID]:
    return {each.person for each in entries(session, day) if not each.offices}


def test_one_membership_that_ends_as_another_is_taken_up_again_is_noticed(
    house: House, people: People
) -> None:
    today = local_date(house.clock())
    with house.database.write() as session:
        of(session, people["kati"]).valid_to = today
    with house.database.read() as session:
        before, state = index_of(session, today), _state(session, today)
        assert without_office(session, today) == {people["kati"]}
        assert index_of(session, today) is before
    with house.database.write() as session:
        of(session, people["kati"]).valid_to = None
        of(session, people["nora"]).valid_to = today
    with house.database.read() as session:
        assert _state(session, today) != state
        assert index_of(session, today) is not before
        assert without_office(session, today) == {people["nora"]}


def test_an_end_that_is_still_to_come_counts_from_its_day_on(house: House, people: People) -> None:
    today = local_date(house.clock())
    with house.database.write() as session:
        of(session, people["kati"]).valid_to = today + timedelta(days=1)
    with house.database.read() as session:
        assert without_office(session, today) == set()
        assert index_of(session, today) is not index_of(session, today + timedelta(days=1))
        assert without_office(session, today + timedelta(days=1)) == {people["kati"]}


def test_what_is_asked_stays_as_small_however_many_memberships_have_ended(
    house: House, people: People
) -> None:
    today = local_date(house.clock())
    with house.database.write() as session:
        kati = of(session, people["kati"])
        session.add_all(
            Membership(
                person_id=kati.person_id, office_id=kati.office_id, valid_from=day,
                valid_to=day + timedelta(days=1),
            )
            for day in (date(2020, 1, 1) + timedelta(days=number) for number in range(500))
        )  # fmt: skip
    with house.database.read() as session:
        assert len(repr(_state(session, today))) < 1000
