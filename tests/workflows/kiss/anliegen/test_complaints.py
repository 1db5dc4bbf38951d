"""Complaints about people: to the superior, out of sight of whom they are about, seen by who has them."""

import pytest
from sqlalchemy import func, select

from storage.actors import ProtectionClass, Role
from storage.conflicts import ConflictError, NotFoundError
from storage.jobs.tables import Job
from storage.organisation.operations import grant_role
from storage.organisation.tables import Office, Person
from storage.tasks.list import tasks_for
from tests.workflows.kiss.anliegen.test_life import deed, given_to
from tests.workflows.kiss.conftest import SYSTEM, City
from workflows.kiss.anliegen.assigning import (
    To,
    assign,
    name_concerned,
    protect,
    take_over,
    who_could,
)
from workflows.kiss.anliegen.contributing import ask_group
from workflows.kiss.anliegen.merging import merge
from workflows.kiss.anliegen.opening import ROUTE
from workflows.kiss.anliegen.queries import Wanted, anliegen_list, most_urgent, whole
from workflows.kiss.anliegen.states import Kind, State


def test_a_complaint_about_somebody_goes_to_the_superior_and_they_see_it_nowhere(
    city: City,
) -> None:
    anliegen = city.open(
        "Herr Otto war unfreundlich.", kind=Kind.SUPERVISORY, about=city.people["otto"]
    )
    row = city.row(anliegen)
    assert (row.person_id, row.protection) == (city.people["olga"], "personnel")
    with city.house.database.read() as session:
        everything = Wanted(states=frozenset(State))
        sees = {
            login for login in city.people if anliegen_list(session, city.staff(login), everything)
        }
        assert sees == {"olga"}
        assert session.scalar(select(func.count()).where(Job.kind == ROUTE)) == 0
        for login in ("otto", "kora", "ada"):
            with pytest.raises(NotFoundError):
                whole(session, city.staff(login), anliegen)
            assert not any("Otto" in task.title for task in tasks_for(session, city.staff(login)))


def test_a_complaint_about_the_head_goes_higher_else_to_the_coordinations_head(city: City) -> None:
    nobody_above = city.open("Frau Olga …", kind=Kind.SUPERVISORY, about=city.people["olga"])
    row = city.row(nobody_above)
    assert (row.person_id, row.group_id) == (city.people["hilde"], city.groups["koordination"])
    with city.house.database.write() as session:
        session.get_one(Office, city.offices["ordnung"]).parent_id = city.offices["tiefbau"]
    complaint = city.open("Frau Olga …", kind=Kind.SUPERVISORY, about=city.people["olga"])
    assert city.row(complaint).person_id == city.people["tina"]


def test_a_deputy_is_no_superior_of_the_head(city: City) -> None:
    with city.house.database.write() as session:
        grant_role(
            session, SYSTEM, city.people["otto"], Role.HEAD, city.offices["ordnung"], now=city.clock()
        )  # fmt: skip
    complaint = city.open("Frau Olga …", kind=Kind.SUPERVISORY, about=city.people["olga"])
    assert city.row(complaint).person_id == city.people["hilde"]


def test_copies_of_a_complaint_are_hidden_with_it(city: City) -> None:
    main, copy = given_to(city, "ordnung"), given_to(city, "ordnung")
    deed(city, merge, "kora", copy, main)
    with pytest.raises(ConflictError, match="zusammengeführt"):
        deed(city, name_concerned, "kora", copy, city.people["otto"])
    deed(city, name_concerned, "kora", main, city.people["otto"])
    with city.house.database.read() as session:
        everything = Wanted(states=frozenset(State))
        assert anliegen_list(session, city.staff("otto"), everything) == []
        assert anliegen_list(session, city.staff("kora"), everything) == []


def test_a_protected_one_goes_to_somebody_who_is_there(city: City) -> None:
    anliegen = given_to(city, "ordnung")
    deed(city, take_over, "otto", anliegen)
    deed(city, protect, "otto", anliegen, ProtectionClass.SOCIAL)
    with pytest.raises(ConflictError, match="geht an eine Person"):
        deed(city, assign, "otto", anliegen, To(city.groups["gruen"]))


def test_naming_whom_it_is_about_takes_it_out_of_sight(city: City) -> None:
    anliegen = given_to(city, "ordnung")
    deed(city, name_concerned, "kora", anliegen, city.people["otto"])
    row = city.row(anliegen)
    assert (row.kind, row.person_id, row.about_id) == (
        "supervisory",
        city.people["olga"],
        city.people["otto"],
    )
    with pytest.raises(NotFoundError):
        deed(city, take_over, "kora", anliegen)
    with pytest.raises(ConflictError, match="bestimmte Person"):
        deed(city, assign, "olga", anliegen, To(city.groups["ordnung"]))
    with pytest.raises(ConflictError, match="eigene Sache"):
        deed(city, assign, "olga", anliegen, To(city.groups["ordnung"], city.people["otto"]))


def test_a_protected_one_is_seen_by_who_has_it(city: City) -> None:
    anliegen = given_to(city, "ordnung")
    with pytest.raises(ConflictError, match="erst einer Person"):
        deed(city, protect, "otto", anliegen, ProtectionClass.SOCIAL)
    deed(city, take_over, "otto", anliegen)
    deed(city, protect, "otto", anliegen, ProtectionClass.SOCIAL)
    with city.house.database.read() as session:
        assert [row.id for row in most_urgent(session, city.staff("otto"), Wanted())] == [anliegen]
        assert most_urgent(session, city.staff("olga"), Wanted()) == []
        assert most_urgent(session, city.staff("kora"), Wanted()) == []
    with pytest.raises(ConflictError, match="geschützt"):
        deed(city, ask_group, "otto", anliegen, city.groups["gruen"], "Kennt ihr sie?")


def test_one_that_seems_to_name_somebody_is_not_given_to_them(city: City) -> None:
    """Nobody has said yet whom it is about; the family name alone stands in it."""
    with city.house.database.write() as session:
        session.get_one(Person, city.people["otto"]).name = "Otto Brandt"
    anliegen = city.open("Herr Brandt schreit die Leute an.", kind=Kind.SUPERVISORY)
    with city.house.database.read() as session:
        could = who_could(session, city.row(anliegen), city.groups["ordnung"], city.clock())
    assert city.people["otto"] not in could
    assert city.people["lotte"] in could
    with pytest.raises(ConflictError, match="genannt"):
        deed(city, assign, "hilde", anliegen, To(city.groups["ordnung"], city.people["otto"]))
    assert city.row(anliegen).person_id == city.people["hilde"]
    deed(city, assign, "hilde", anliegen, To(city.groups["ordnung"], city.people["lotte"]))
    assert city.row(anliegen).person_id == city.people["lotte"]
