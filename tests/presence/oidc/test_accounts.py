"""Who of the house somebody is whom the provider has vouched for, and taking it back."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select

from presence.directory.conflicts import report_conflicts
from presence.directory.plan import Conflict
from presence.directory.state import Position, finish, start
from presence.directory.sync import SyncResult
from presence.directory.tables import DirectoryIdentity
from presence.identities import answer_question, identities_of, question_about, unlink
from presence.oidc.accounts import person_of
from presence.oidc.provider import Proven
from presence.sessions import check
from presence.sign_in import open_session
from storage.actors import Citizen, Role, Staff, System
from storage.conflicts import ConflictError, NotFoundError
from storage.house import House
from storage.organisation.operations import add_person, grant_role
from storage.organisation.queries import load_staff
from storage.organisation.staff_changes import join_office
from storage.organisation.tables import DIRECTORY, Membership, Person, RoleGrant
from storage.rights import NotAllowedError
from storage.tasks.tables import Task

TEST = System("test")
ISSUER = "https://anmeldung.example"


@pytest.fixture(autouse=True)
def issuer(house: House) -> None:
    house.settings.oidc_issuer = ISSUER


def anna_as(subject: str, name: str = "Anna Beispiel", login: str = "anna.beispiel") -> Proven:
    return Proven(subject, login, name)


def waiting(house: House) -> list[str]:
    with house.database.read() as session:
        return list(session.scalars(select(Task.title).where(Task.done_at.is_(None))))


def at_once(house: House, attempts: list[Proven]) -> list[Any]:
    """Everybody arrives in the same moment."""
    gate = Barrier(len(attempts))

    def arrive(proven: Proven) -> Any:
        gate.wait(120)
        return person_of(house, proven)

    with ThreadPoolExecutor(len(attempts)) as pool:
        return list(pool.map(arrive, attempts))


def test_the_first_sign_in_twice_at_once_is_one_link(house: House, anna: Person) -> None:
    for number in range(5):
        found = at_once(house, [anna_as("s-1")] * 6)
        assert found == [anna.id] * 6
        with house.database.write() as session:
            (row,) = session.scalars(select(DirectoryIdentity)).all()
            session.delete(row)
        assert number < 5


def test_of_several_accounts_that_claim_a_person_at_once_one_gets_them(
    house: House, anna: Person
) -> None:
    found = at_once(house, [anna_as(f"s-{number}") for number in range(6)])
    assert sorted(found, key=str) == [anna.id, *[None] * 5]
    with house.database.read() as session:
        assert len(session.scalars(select(DirectoryIdentity)).all()) == 1
    assert len(waiting(house)) == 1


def test_one_account_with_two_logins_at_once_is_one_person(house: House, anna: Person) -> None:
    with house.database.write() as session:
        add_person(
            session, TEST, login="otto", name="Anna Beispiel", office=None,
            valid_from=house.clock().date(), now=house.clock(),
        )  # fmt: skip
    found = at_once(house, [anna_as("s-1"), anna_as("s-1", login="otto")] * 3)
    assert len(set(found)) == 1
    assert None not in found


def test_a_sync_of_the_directory_does_not_settle_what_the_provider_asked(
    house: House, anna: Person
) -> None:
    assert person_of(house, anna_as("eve", "Eve Fremd")) is None
    report_conflicts(house, [Conflict("doppelt", "Zwei mit einem Anmeldenamen.")])
    assert len(waiting(house)) == 2
    assert start(house) is not None
    finish(house, TEST, SyncResult(seen=1).as_json(), [], Position())
    (left,) = waiting(house)
    assert "Eve Fremd" in left
    assert person_of(house, anna_as("s-1")) == anna.id
    assert not waiting(house), "the right one came"


def linked(house: House, person: Person) -> Any:
    with house.database.read() as session:
        (found,) = identities_of(session, TEST, person.id)
    return found


def test_a_wrong_link_can_be_taken_back(house: House, anna: Person) -> None:
    assert person_of(house, anna_as("wrong")) == anna.id
    token = open_session(house, anna.id, user_agent="", source="oidc").value
    assert person_of(house, anna_as("right")) is None
    found = linked(house, anna)
    assert (found.issuer, found.active) == (ISSUER, True)
    with house.database.write() as session:
        assert unlink(session, TEST, found.id, now=house.clock()) == anna.id
    assert check(house.database, token, house.clock()) is None
    assert not waiting(house)
    assert person_of(house, anna_as("right")) == anna.id
    assert person_of(house, anna_as("wrong")) is None
    with pytest.raises(NotFoundError), house.database.write() as session:
        unlink(session, TEST, found.id, now=house.clock())


def test_an_administrator_says_that_a_question_is_settled(house: House, anna: Person) -> None:
    now = house.clock()

    def question() -> str | None:
        with house.database.read() as session:
            return question_about(session, TEST, anna.login)

    assert question() is None
    for _ in range(2):
        assert person_of(house, anna_as("eve", "Eve Fremd")) is None
        assert "Eve Fremd" in (question() or "")
        assert len(waiting(house)) == 1
        with house.database.write() as session:
            answer_question(session, TEST, anna.login, now=now)
        assert question() is None
        assert not waiting(house)
    herself = Staff(anna.id, anna.name)
    with pytest.raises(NotAllowedError), house.database.write() as session:
        answer_question(session, herself, anna.login, now=now)


def test_only_the_administration_may(house: House, anna: Person) -> None:
    person_of(house, anna_as("s-1"))
    found = linked(house, anna)
    with house.database.read() as session:
        herself = load_staff(session, anna.id, house.clock().date())
    assert herself
    stranger = Citizen(anna.id)
    for actor in (herself, stranger):
        with pytest.raises(NotAllowedError), house.database.write() as session:
            unlink(session, actor, found.id, now=house.clock())
        with pytest.raises(NotAllowedError), house.database.read() as session:
            identities_of(session, actor, anna.id)


def in_directory(house: House, person: Person, *roles: Role) -> None:
    """The directory knows the person and gave an office and roles."""
    now = house.clock()
    with house.database.write() as session:
        session.add(
            DirectoryIdentity(
                source="ldap", key=person.id.hex, person_id=person.id, active=True,
                number=None, fingerprint="x", changed_at=now,
            )
        )  # fmt: skip
        office = session.scalars(
            select(Membership.office_id).where(Membership.person_id == person.id)
        ).one()
        join_office(session, TEST, person.id, office, now=now, origin=DIRECTORY)
        for role in roles:
            grant_role(session, TEST, person.id, role, None, now=now, origin=DIRECTORY)
        grant_role(session, TEST, person.id, Role.CASH, None, now=now)


def test_a_link_to_the_directory_goes_with_what_it_gave(house: House, anna: Person) -> None:
    in_directory(house, anna, Role.ARCHIVIST)
    with house.database.write() as session:
        unlink(session, TEST, linked(house, anna).id, now=house.clock())
    today = house.clock().date()
    with house.database.read() as session:
        staff = load_staff(session, anna.id, today)
        assert staff
        assert {grant.role for grant in staff.grants} == {Role.CASH}, "the house's own stays"
        assert staff.memberships, "the house's own stays"
        left = select(Membership).where(Membership.origin == DIRECTORY)
        assert all(row.valid_to == today for row in session.scalars(left))


def test_the_last_administrator_is_not_taken_from_the_house(house: House, anna: Person) -> None:
    in_directory(house, anna, Role.ADMIN)
    found = linked(house, anna)
    with pytest.raises(ConflictError, match="letzte"), house.database.write() as session:
        unlink(session, TEST, found.id, now=house.clock())
    with house.database.read() as session:
        assert session.scalars(select(RoleGrant).where(RoleGrant.role == "admin")).one()
    assert linked(house, anna)


def test_the_command(house: House, anna: Person, run: Callable[..., Any]) -> None:
    person_of(house, anna_as("s-1"))
    assert "nicht verknüpft" in run("unlink", "anna.beispiel", "--directory").stderr
    assert run("unlink", "gibt.es.nicht").exit_code == 2
    done = run("unlink", "Anna.Beispiel")
    assert done.exit_code == 0, done.output
    assert "überall abgemeldet" in done.stdout
    assert run("unlink", "anna.beispiel").exit_code == 2
