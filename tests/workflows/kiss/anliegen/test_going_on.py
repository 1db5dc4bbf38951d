"""What goes on after a while: whoever had it may have left, their group may have ended; it reaches who is there now."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from storage.actors import ProtectionClass, Role
from storage.clock import local_date, new_id
from storage.organisation.operations import grant_role, open_class
from storage.organisation.tables import Membership, Office, Person
from storage.tasks.list import tasks_for
from tests.workflows.kiss.anliegen.test_life import deed, given_to
from tests.workflows.kiss.anliegen.test_reach import bauhof
from tests.workflows.kiss.conftest import SYSTEM, City
from workflows.kiss.anliegen.answering import answer
from workflows.kiss.anliegen.assigning import To, assign, protect, take_over
from workflows.kiss.anliegen.closing import reopen
from workflows.kiss.anliegen.conversation import Reply, hear
from workflows.kiss.anliegen.merging import merge, unmerge
from workflows.kiss.anliegen.progress import HOURS
from workflows.kiss.anliegen.states import Kind
from workflows.kiss.anliegen.tables import Group


def leaves(city: City, login: str) -> None:
    with city.house.database.write() as session:
        session.get_one(Person, city.people[login]).valid_to = local_date(city.clock())


def moves(city: City, login: str, office: str) -> None:
    with city.house.database.write() as session:
        old = session.scalars(
            select(Membership).where(Membership.person_id == city.people[login])
        ).one()
        old.office_id = city.offices[office]


def ends(city: City, group: str) -> None:
    with city.house.database.write() as session:
        session.get_one(Group, city.groups[group]).valid_to = local_date(city.clock())


def replies(city: City, anliegen: UUID, text: str = "Es ist noch da.") -> None:
    with city.house.database.write() as session:
        hear(session, SYSTEM, anliegen, Reply(new_id().hex, text), now=city.clock())


def waits_for(city: City, login: str) -> bool:
    with city.house.database.read() as session:
        return any(task.kind == "kiss.work" for task in tasks_for(session, city.staff(login)))


@pytest.mark.parametrize("by", ["reply", "reopen"])
@pytest.mark.parametrize("gone", [leaves, lambda city, login: moves(city, login, "ordnung")])
def test_an_answered_one_of_who_is_gone_goes_on_with_the_group(
    city: City, by: str, gone: object
) -> None:
    anliegen = given_to(city, "tiefbau")
    deed(city, take_over, "tim", anliegen)
    deed(city, answer, "tim", anliegen, "Erledigt.")
    city.clock.forward(days=2)
    gone(city, "tim")  # type: ignore[operator]
    if by == "reply":
        replies(city, anliegen)
    else:
        deed(city, reopen, "kora", anliegen)
    row = city.row(anliegen)
    assert (row.state, row.person_id, row.group_id) == ("reopened", None, city.groups["tiefbau"])
    assert waits_for(city, "tom")


def test_the_reply_to_a_question_reaches_the_group(city: City) -> None:
    anliegen = given_to(city, "tiefbau")
    deed(city, take_over, "tim", anliegen)
    deed(city, answer, "tim", anliegen, "Wo genau?", asks=True)
    city.clock.forward(days=2)
    leaves(city, "tim")
    replies(city, anliegen, "Vor Nummer 4.")
    assert city.row(anliegen).state == "in_work"
    assert waits_for(city, "tom")


def test_of_a_group_that_ended_it_goes_to_the_coordination(city: City) -> None:
    anliegen = given_to(city, "tiefbau")
    deed(city, answer, "tim", anliegen, "Erledigt.")
    city.clock.forward(days=2)
    ends(city, "tiefbau")
    replies(city, anliegen)
    row = city.row(anliegen)
    assert (row.group_id, row.office_id) == (city.groups["koordination"], city.offices["hauptamt"])
    assert waits_for(city, "kora")


def test_of_an_office_that_was_closed_it_goes_to_who_carries_on(city: City) -> None:
    anliegen = given_to(city, "tiefbau")
    deed(city, answer, "tim", anliegen, "Erledigt.")
    city.clock.forward(days=2)
    with city.house.database.write() as session:
        old = session.get_one(Office, city.offices["tiefbau"])
        old.valid_to, old.successor_id = local_date(city.clock()), city.offices["gruen"]
    replies(city, anliegen)
    assert city.row(anliegen).group_id == city.groups["gruen"]
    assert waits_for(city, "greta")


def test_a_protected_one_goes_to_somebody_cleared_else_to_the_head(city: City) -> None:
    with city.house.database.write() as session:
        open_class(
            session, SYSTEM, city.people["otto"], city.offices["ordnung"], ProtectionClass.SOCIAL,
            now=city.clock(),
        )  # fmt: skip
    first, second = given_to(city, "ordnung"), given_to(city, "tiefbau")
    for anliegen, login in ((first, "lotte"), (second, "tim")):
        deed(city, take_over, login, anliegen)
        deed(city, protect, login, anliegen, ProtectionClass.SOCIAL)
        deed(city, answer, login, anliegen, "Erledigt.")
    city.clock.forward(days=2)
    leaves(city, "lotte")
    leaves(city, "tim")
    replies(city, first)
    replies(city, second)
    assert city.row(first).person_id == city.people["otto"]
    assert city.row(second).person_id == city.people["tina"]
    assert waits_for(city, "otto")
    assert waits_for(city, "tina")


def test_a_complaint_goes_to_the_next_superior(city: City) -> None:
    complaint = city.open("Herr Otto …", kind=Kind.SUPERVISORY, about=city.people["otto"])
    deed(city, answer, "olga", complaint, "Wir haben gesprochen.")
    city.clock.forward(days=2)
    leaves(city, "olga")
    with city.house.database.write() as session:
        grant_role(
            session, SYSTEM, city.people["lotte"], Role.HEAD, city.offices["ordnung"], now=city.clock()
        )  # fmt: skip
    replies(city, complaint)
    assert city.row(complaint).person_id == city.people["lotte"]


def test_parted_again_it_reaches_who_is_there(city: City) -> None:
    main, copy = given_to(city, "tiefbau"), given_to(city, "tiefbau")
    deed(city, take_over, "tim", copy)
    deed(city, merge, "tom", copy, main)
    city.clock.forward(days=2)
    leaves(city, "tim")
    deed(city, unmerge, "tom", copy)
    assert city.row(copy).person_id is None


def test_opened_again_it_has_its_whole_target_once_more(city: City) -> None:
    anliegen = given_to(city, "tiefbau", "strasse")
    city.clock.forward(days=20)
    deed(city, answer, "tim", anliegen, "Erledigt.")
    city.clock.forward(days=2)
    replies(city, anliegen)
    assert city.row(anliegen).due_at == HOURS.add(city.clock(), timedelta(hours=24))


@pytest.mark.parametrize("login", ["tom", "kora"])
@pytest.mark.parametrize("protected", [False, True])
def test_who_took_it_over_from_outside_the_group_keeps_it(
    city: City, login: str, *, protected: bool
) -> None:
    """A colleague of the office and the coordination may take over what lies with a group of others."""
    anliegen = city.open()
    deed(city, assign, "kora", anliegen, To(bauhof(city, "tim", "greta")))
    deed(city, take_over, login, anliegen)
    if protected:
        deed(city, protect, login, anliegen, ProtectionClass.SOCIAL)
    deed(city, answer, login, anliegen, "Wo genau?", asks=True)
    replies(city, anliegen, "Vor Nummer 4.")
    row = city.row(anliegen)
    assert (row.state, row.person_id) == ("in_work", city.people[login])
    deed(city, answer, login, anliegen, "Erledigt.")
    replies(city, anliegen)
    assert city.row(anliegen).person_id == city.people[login]
