"""Two who decide about the same thing at the same moment: exactly one decides, and the other is told."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.conflicts import ConflictError
from storage.database import Database
from storage.jobs.handlers import JobContext
from storage.jobs.queue import claim
from storage.tasks.list import tasks_for
from storage.tasks.tables import Task
from tests.workflows.kiss.anliegen.test_reach import bauhof
from tests.workflows.kiss.conftest import SYSTEM, City
from workflows.engine.work import work_off
from workflows.kiss.anliegen.assigning import To, assign
from workflows.kiss.anliegen.opening import ROUTE
from workflows.kiss.anliegen.tables import Group, Step
from workflows.kiss.routing.group_keeping import GroupForm, change_group
from workflows.kiss.routing.work import job_kinds

Deed = Callable[[Session], object]


def at_once(database: Database, *deeds: Deed) -> list[str]:
    """What each was told, "" for who did it. All have begun before the first commits; on SQLite they take turns."""
    begin = threading.Barrier(len(deeds))

    def run(deed: Deed) -> str:
        try:
            if database.dialect == "sqlite":
                begin.wait(120)
            with database.write() as session:
                if database.dialect == "postgresql":
                    begin.wait(120)
                deed(session)
                if database.dialect == "postgresql":  # leave the other time to look meanwhile
                    session.flush()
                    session.scalar(select(func.pg_sleep(0.05)))
        except ConflictError as refusal:
            return str(refusal)
        return ""

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def test_of_two_who_assign_at_once_one_does(database: Database, city: City) -> None:
    anliegen = city.open()
    kora, seen = city.staff("kora"), city.row(anliegen).revision

    def give(group: str) -> Deed:
        to = To(city.groups[group])
        return lambda session: assign(session, kora, anliegen, seen, to, now=city.clock())

    told = at_once(database, give("tiefbau"), give("gruen"))
    assert sorted(map(bool, told)) == [False, True]
    assert "Jemand anders hat dieses Anliegen gerade geändert" in "".join(told)
    winner, loser = ("tiefbau", "gruen") if told[0] == "" else ("gruen", "tiefbau")
    row = city.row(anliegen)
    assert (row.group_id, row.office_id, row.revision) == (
        city.groups[winner],
        city.offices[winner],
        seen + 1,
    )
    people = {"tiefbau": "tim", "gruen": "greta"}
    with database.read() as session:
        assert session.scalars(select(Step.deed).order_by(Step.id)).all() == ["open", "assign"]
        assert session.scalar(select(func.count()).select_from(Task)) == 1
        assert len(tasks_for(session, city.staff(people[winner]))) == 1
        assert tasks_for(session, city.staff(people[loser])) == []


def test_the_engine_and_a_person_do_not_both_decide(database: Database, city: City) -> None:
    anliegen = city.open(topic=city.topics["baum"])
    kora, seen = city.staff("kora"), city.row(anliegen).revision
    (kind,) = [each for each in job_kinds() if each.name == ROUTE]
    begin = threading.Barrier(2)

    def route() -> None:
        jobs = claim(database, [ROUTE], 9, "test", kind.lease, city.clock())
        begin.wait(120)
        work_off(JobContext(city.house), kind, jobs)

    def give() -> str:
        begin.wait(120)
        try:
            with database.write() as session:
                to = To(city.groups["tiefbau"])
                assign(session, kora, anliegen, seen, to, now=city.clock())
        except ConflictError as refusal:
            return str(refusal)
        return ""

    with ThreadPoolExecutor(2) as pool:
        routed, given = pool.submit(route), pool.submit(give)
        routed.result()
        told = given.result()
    row = city.row(anliegen)
    assert row.group_id == city.groups["gruen" if told else "tiefbau"]
    assert row.revision == seen + 1


def _name(city: City, group: UUID, name: str, office: str) -> Deed:
    form = GroupForm(name, city.offices[office], coordination=True)
    return lambda session: change_group(session, SYSTEM, group, 1, form, now=city.clock())


def _coordinating(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Group.name).where(Group.coordination)))


def test_two_who_name_a_coordination_at_once_leave_one(database: Database, city: City) -> None:
    team = bauhof(city, "tim")
    told = at_once(
        database,
        _name(city, team, "Bauhof", "tiefbau"),
        _name(city, city.groups["gruen"], "Gruen", "gruen"),
    )
    assert told == ["", ""]
    assert len(_coordinating(database)) == 1
    assert city.row(city.open()).person_id is None  # what comes in finds it


def test_of_two_who_change_the_coordination_at_once_one_does(
    database: Database, city: City
) -> None:
    group = city.groups["koordination"]
    told = at_once(
        database,
        _name(city, group, "Feedback", "hauptamt"),
        _name(city, group, "Rückmeldungen", "hauptamt"),
    )
    assert sorted(map(bool, told)) == [False, True]
    assert _coordinating(database) == ["Feedback" if told[0] == "" else "Rückmeldungen"]


def test_the_control_shows_the_race(database: Database, city: City) -> None:
    """Without the lock, who looks first and writes then leaves two; only SQLite's writers take turns anyway."""
    looked = threading.Barrier(2 if database.dialect == "postgresql" else 1)

    def name(group: UUID) -> Deed:
        def deed(session: Session) -> None:
            others = session.scalars(select(Group).where(Group.coordination, Group.id != group))
            found = others.all()
            looked.wait(120)
            for each in found:
                each.coordination = False
            session.get_one(Group, group).coordination = True

        return deed

    at_once(database, name(city.groups["gruen"]), name(city.groups["tiefbau"]))
    assert len(_coordinating(database)) == {"postgresql": 2, "sqlite": 1}[database.dialect]
