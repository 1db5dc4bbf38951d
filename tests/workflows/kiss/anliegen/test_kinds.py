"""What an Anliegen is called can be put right, and a complaint about a person that is none takes the usual way."""

import pytest
from sqlalchemy import func, select

from storage.actors import ProtectionClass, Role
from storage.conflicts import ConflictError, NotFoundError
from storage.jobs.tables import Job
from storage.organisation.operations import open_class, withdraw_role
from storage.organisation.tables import Office
from storage.rights import NotAllowedError
from storage.tasks.list import tasks_for
from storage.tasks.tables import Task
from tests.workflows.kiss.anliegen.test_life import deed, given_to
from tests.workflows.kiss.conftest import SYSTEM, City
from workflows.kiss.anliegen.answering import answer
from workflows.kiss.anliegen.assigning import (
    To,
    assign,
    name_concerned,
    protect,
    take_over,
    who_could,
)
from workflows.kiss.anliegen.kinds import change_kind, kinds_for
from workflows.kiss.anliegen.merging import merge
from workflows.kiss.anliegen.opening import ROUTE, Channel
from workflows.kiss.anliegen.queries import whole
from workflows.kiss.anliegen.states import Kind
from workflows.kiss.anliegen.tables import Anliegen, Message, Topic
from workflows.kiss.anliegen.upkeep import escalate


def titles(city: City, login: str) -> list[str]:
    with city.house.database.read() as session:
        return [task.title for task in tasks_for(session, city.staff(login))]


def test_a_mail_without_keyword_becomes_a_complaint_with_one_deed(city: City) -> None:
    anliegen = given_to(city, "tiefbau")
    deed(city, change_kind, "tim", anliegen, Kind.COMPLAINT)
    assert city.row(anliegen).kind == "complaint"
    with pytest.raises(ConflictError, match="wen es betrifft"):
        deed(city, change_kind, "tim", anliegen, Kind.SUPERVISORY)
    with pytest.raises(NotFoundError):
        deed(city, change_kind, "otto", anliegen, Kind.PRAISE)


def test_only_what_came_from_inside_is_internal(city: City) -> None:
    outside, inside = city.open(), city.open(channel=Channel.EAKTE)
    assert Kind.INTERNAL not in kinds_for(city.row(outside))
    assert Kind.INTERNAL in kinds_for(city.row(inside))


def test_no_complaint_about_a_person_after_all_goes_the_usual_way(city: City) -> None:
    anliegen = city.open(
        "Der Bescheid ist falsch.", kind=Kind.SUPERVISORY, about=city.people["otto"]
    )
    with pytest.raises(ConflictError, match="warum"):
        deed(city, change_kind, "olga", anliegen, Kind.COMPLAINT)
    deed(city, change_kind, "olga", anliegen, Kind.COMPLAINT, "Es geht um den Bescheid.")
    row = city.row(anliegen)
    assert (row.kind, row.protection, row.about_id, row.person_id, row.state) == (
        "complaint", "internal", None, None, "new",
    )  # fmt: skip
    assert row.group_id == city.groups["koordination"]
    with city.house.database.read() as session:
        assert session.scalar(select(func.count()).where(Job.kind == ROUTE)) == 1
        notes = session.scalars(select(Message.text).where(Message.kind == "note")).all()
        assert whole(session, city.staff("kora"), anliegen)
    assert notes == ["Keine Dienstaufsichtsbeschwerde: Es geht um den Bescheid."]


def test_a_suspected_one_is_cleared_by_who_has_it_alone(city: City) -> None:
    anliegen = city.open("Dienstaufsichtsbeschwerde gegen alle", kind=Kind.SUPERVISORY)
    holder = city.row(anliegen).person_id
    assert holder == city.people["hilde"]
    with pytest.raises(NotFoundError):
        deed(city, change_kind, "kora", anliegen, Kind.FAULT, "Ist keine.")
    deed(city, change_kind, "hilde", anliegen, Kind.FAULT, "Ist keine.")
    assert city.row(anliegen).protection == "internal"


def test_who_is_cleared_for_the_scope_does_not_decide_it(city: City) -> None:
    anliegen = city.open("Herr Otto …", kind=Kind.SUPERVISORY, about=city.people["otto"])
    with city.house.database.write() as session:
        open_class(
            session, SYSTEM, city.people["tim"], city.offices["ordnung"], ProtectionClass.PERSONNEL,
            now=city.clock(),
        )  # fmt: skip
    with pytest.raises(NotAllowedError, match="bearbeitet"):
        deed(city, change_kind, "tim", anliegen, Kind.FAULT, "Ist keine.")


def test_a_protected_topic_keeps_it_protected(city: City) -> None:
    with city.house.database.write() as session:
        session.get_one(Topic, city.topics["laerm"]).protection = ProtectionClass.SOCIAL.value
    anliegen = given_to(city, "tiefbau")
    with city.house.database.write() as session:
        session.get_one(Anliegen, anliegen).topic_id = city.topics["laerm"]
    deed(city, name_concerned, "kora", anliegen, city.people["tim"])
    deed(city, change_kind, "tina", anliegen, Kind.COMPLAINT, "Es geht um den Bescheid.")
    row = city.row(anliegen)
    assert (row.protection, row.group_id, row.person_id) == (
        "social", city.groups["ordnung"], city.people["olga"],
    )  # fmt: skip
    with city.house.database.read() as session, pytest.raises(NotFoundError):
        whole(session, city.staff("kora"), anliegen)


def test_copies_come_along(city: City) -> None:
    main, copy = given_to(city, "ordnung"), given_to(city, "ordnung")
    deed(city, merge, "kora", copy, main)
    deed(city, name_concerned, "kora", main, city.people["otto"])
    deed(city, change_kind, "olga", main, Kind.COMPLAINT, "Um den Bescheid.")
    assert {city.row(each).protection for each in (main, copy)} == {"internal"}
    assert {city.row(each).group_id for each in (main, copy)} == {city.groups["koordination"]}


def test_a_protected_one_is_given_to_a_person_of_any_group(city: City) -> None:
    anliegen = city.open("Herr Otto …", kind=Kind.SUPERVISORY, about=city.people["otto"])
    with city.house.database.read() as session:
        row = city.row(anliegen)
        there = who_could(session, row, city.groups["tiefbau"], city.clock())
        here = who_could(session, row, city.groups["ordnung"], city.clock())
    assert city.people["tina"] in there
    assert city.people["otto"] not in here
    deed(city, assign, "olga", anliegen, To(city.groups["tiefbau"], city.people["tina"]))
    row = city.row(anliegen)
    assert (row.person_id, row.protection) == (city.people["tina"], "personnel")


def test_a_complaint_nobody_leads_the_way_for_lies_with_the_coordinations_head(city: City) -> None:
    with city.house.database.write() as session:
        withdraw_role(
            session, SYSTEM, city.people["olga"], Role.HEAD, city.offices["ordnung"], now=city.clock()
        )  # fmt: skip
    city.clock.forward(days=1)
    anliegen = given_to(city, "ordnung")
    deed(city, name_concerned, "kora", anliegen, city.people["otto"])
    assert city.row(anliegen).person_id == city.people["hilde"]
    about_the_head = city.open("Frau Hilde …", kind=Kind.SUPERVISORY, about=city.people["hilde"])
    row = city.row(about_the_head)
    assert row.person_id in {city.people["kora"], city.people["ada"]}
    assert row.protection == "personnel"


def test_after_a_hand_over_the_old_head_is_rid_of_it(city: City) -> None:
    anliegen = given_to(city, "tiefbau", "strasse")
    city.clock.forward(days=10)
    with city.house.database.write() as session:
        escalate(session, city.clock())
    late = f"Überfällig: Anliegen {city.row(anliegen).year}-00001"
    assert late in titles(city, "tina")
    deed(city, assign, "tim", anliegen, To(city.groups["ordnung"]))
    assert late not in titles(city, "tina")
    city.clock.forward(days=10)
    with city.house.database.write() as session:
        escalate(session, city.clock())
    assert late in titles(city, "olga")


def test_naming_ends_what_the_old_office_had_to_do(city: City) -> None:
    anliegen = given_to(city, "ordnung", "laerm")
    deed(city, take_over, "otto", anliegen)
    deed(city, answer, "otto", anliegen, "Das stimmt nicht.")
    city.clock.forward(days=10)
    with city.house.database.write() as session:
        escalate(session, city.clock())
        parent = session.get_one(Office, city.offices["ordnung"])
        parent.parent_id = city.offices["hauptamt"]
    assert any("freigeben" in each for each in titles(city, "olga"))
    deed(city, name_concerned, "kora", anliegen, city.people["olga"])
    with city.house.database.read() as session:
        left = session.scalars(select(Task.kind).where(Task.done_at.is_(None))).all()
        assert left == ["kiss.work"]
        assert session.scalars(select(Message.state).where(Message.kind == "answer")).all() == [
            "returned"
        ]
    with pytest.raises(NotFoundError):
        deed(city, protect, "otto", anliegen, ProtectionClass.INTERNAL)
