"""Accounts, sessions, attempts and identities go when the register says, on both databases."""

from datetime import timedelta

from sqlalchemy import select

from presence.directory.queries import LDAP
from presence.directory.tables import DirectoryIdentity
from presence.forgetting import forget_accounts, forget_identities, forget_traces
from presence.operations import create_account
from presence.passwords import InitialPassword
from presence.sessions import check, issue
from presence.tables import Account, SignInAttempt, WebSession
from presence.throttle import reserve
from storage.actors import System
from storage.house import House
from storage.organisation.staff_changes import end_person, return_person
from storage.organisation.tables import Person
from tests.presence.conftest import Clock
from tests.storage.promises import promised_end

SYSTEM = System("test")


def test_an_account_ends_with_the_work_here(
    house: House, anna: Person, clock: Clock, known_password: InitialPassword
) -> None:
    with house.database.write() as session:
        token = issue(session, anna.id, device="", hours=24, idle_minutes=600, now=clock())
        assert forget_accounts(session, clock()) == 0
    assert check(house.database, token, clock()) is not None
    with house.database.write() as session:
        end_person(session, SYSTEM, anna.id, now=clock())
        assert forget_accounts(session, clock()) == 1
        assert forget_accounts(session, clock()) == 0
        assert session.scalars(select(WebSession)).all() == []
        assert session.get(Account, anna.id) is None
    with house.database.write() as session:  # who comes back is given one again
        return_person(session, SYSTEM, anna.id, now=clock())
        create_account(session, SYSTEM, anna.id, known_password, now=clock())


def test_sessions_and_attempts_need_no_next_sign_in_to_go(
    house: House, anna: Person, clock: Clock
) -> None:
    with house.database.write() as session:
        issue(session, anna.id, device="", hours=12, idle_minutes=600, now=clock())
        reserve(session, "a", "b", allowed=5, pause=timedelta(minutes=10), now=clock())
    end = promised_end(SignInAttempt, clock())
    with house.database.write() as session:
        forget_traces(session, end - timedelta(minutes=1))
        assert len(session.scalars(select(SignInAttempt)).all()) == 1
        assert session.scalars(select(WebSession)).all() == []
        forget_traces(session, end)
        assert session.scalars(select(SignInAttempt)).all() == []


def test_what_the_directory_called_somebody_goes_three_years_later(
    house: House, anna: Person, clock: Clock
) -> None:
    with house.database.write() as session:
        session.add(
            DirectoryIdentity(
                source=LDAP, key="k", person_id=anna.id, active=False, number="4711",
                fingerprint="", changed_at=clock(),
            )
        )  # fmt: skip
        end_person(session, SYSTEM, anna.id, now=clock())
    end = promised_end(DirectoryIdentity, clock())
    with house.database.write() as session:
        assert forget_identities(session, end - timedelta(days=1)) == 0
        assert forget_identities(session, end) == 1
