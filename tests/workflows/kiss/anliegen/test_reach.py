"""Whom tasks about Anliegen reach: all of a group wherever they work, and nobody who may not see the Anliegen."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from storage.actors import ProtectionClass, Role
from storage.clock import local_date
from storage.conflicts import ConflictError, NotFoundError
from storage.organisation.operations import add_office, grant_role, open_class
from storage.organisation.tables import Absence, Office, Person
from storage.tasks.list import count_tasks, tasks_for
from storage.tasks.tables import Task
from tests.workflows.kiss.anliegen.test_life import deed, given_to
from tests.workflows.kiss.conftest import LONG_AGO, SYSTEM, City
from workflows.kiss.anliegen.answering import answer
from workflows.kiss.anliegen.assigning import To, assign, protect, take_over
from workflows.kiss.anliegen.contributing import ask_group, contribute
from workflows.kiss.anliegen.progress import wait_for_holder
from workflows.kiss.anliegen.queries import whole
from workflows.kiss.anliegen.relieving import relieve
from workflows.kiss.anliegen.states import Kind
from workflows.kiss.anliegen.tables import Anliegen, Contribution, Group, Topic
from workflows.kiss.anliegen.upkeep import escalate
from workflows.kiss.routing.group_keeping import GroupForm, add_group, change_group


def tasks(city: City, login: str) -> list[str]:
    """The kinds of what waits for somebody."""
    with city.house.database.read() as session:
        found = [task.kind for task in tasks_for(session, city.staff(login))]
        assert count_tasks(session, city.staff(login)) == len(found)
    return found


def bauhof(city: City, *members: str) -> UUID:
    """A group of the Tiefbauamt whose people may work elsewhere."""
    form = GroupForm(
        "Bauhof",
        city.offices["tiefbau"],
        members=frozenset(city.people[login] for login in members),
    )
    with city.house.database.write() as session:
        return add_group(session, SYSTEM, "bauhof", form, now=city.clock()).id


def away(city: City, login: str, days: float, substitute: str | None = None) -> None:
    with city.house.database.write() as session:
        session.add(
            Absence(
                person_id=city.people[login], starts=city.clock(), ends=city.clock() + timedelta(days=days),
                substitute_id=city.people[substitute] if substitute else None,
            )
        )  # fmt: skip


def test_what_waits_for_a_group_waits_for_all_of_it(city: City) -> None:
    group = bauhof(city, "tim", "greta")
    anliegen = city.open()
    assert tasks(city, "greta") == []
    deed(city, assign, "kora", anliegen, To(group))
    assert tasks(city, "greta") == tasks(city, "tim") == ["kiss.work"]
    assert tasks(city, "otto") == []
    with city.house.database.read() as session:
        assert whole(session, city.staff("greta"), anliegen).row.id == anliegen
    deed(city, take_over, "greta", anliegen)
    assert (tasks(city, "tim"), tasks(city, "greta")) == ([], ["kiss.work"])
    deed(city, answer, "greta", anliegen, "Wir fahren hin.")
    assert city.row(anliegen).state == "answered"


def test_who_leaves_the_group_gets_its_tasks_no_more(city: City) -> None:
    group = bauhof(city, "greta")
    deed(city, assign, "kora", city.open(), To(group))
    assert tasks(city, "greta") == ["kiss.work"]
    with city.house.database.write() as session:
        form = GroupForm("Bauhof", city.offices["tiefbau"], members=frozenset({city.people["tim"]}))
        change_group(session, SYSTEM, group, 1, form, now=city.clock())
    assert tasks(city, "greta") == []


def test_a_second_pair_of_eyes_may_be_anybody_of_the_group(city: City) -> None:
    group = bauhof(city, "otto", "greta")
    anliegen = city.open()
    deed(city, assign, "kora", anliegen, To(group, topic=city.topics["laerm"]))
    deed(city, take_over, "otto", anliegen)
    deed(city, answer, "otto", anliegen, "Wir messen.")
    assert tasks(city, "greta") == ["kiss.release"]


def test_a_group_that_is_asked_for_its_part_gives_it_wherever_its_people_work(city: City) -> None:
    group = bauhof(city, "greta")
    anliegen, other = given_to(city, "ordnung"), given_to(city, "ordnung")
    deed(city, ask_group, "otto", anliegen, group, "Steht da ein Baum?")
    deed(city, ask_group, "otto", other, city.groups["tiefbau"], "Und hier?")
    assert tasks(city, "greta") == ["kiss.contribute"]
    assert tasks(city, "lotte") == ["kiss.work", "kiss.work"]
    with city.house.database.read() as session:
        assert whole(session, city.staff("greta"), anliegen).row.id == anliegen
        parts = session.scalars(select(Contribution).order_by(Contribution.id)).all()
    with pytest.raises(NotFoundError), city.house.database.write() as session:
        contribute(session, city.staff("greta"), parts[1].id, 1, "Nein.", now=city.clock())
    with pytest.raises(NotFoundError), city.house.database.write() as session:
        contribute(session, city.staff("hilde"), parts[0].id, 1, "Nein.", now=city.clock())
    with city.house.database.write() as session:
        contribute(session, city.staff("greta"), parts[0].id, 1, "Ja, ein Ahorn.", now=city.clock())
    assert city.row(anliegen).state == "in_work"
    assert tasks(city, "greta") == []


def complaint(city: City) -> UUID:
    """About Otto, with Olga, who leads his office."""
    with city.house.database.write() as session:
        top = add_office(
            session, SYSTEM, key="dezernat", number="1", name="Dezernat", short="Dez I",
            valid_from=LONG_AGO, now=city.clock(),
        ).id  # fmt: skip
        session.get_one(Office, city.offices["ordnung"]).parent_id = top
        grant_role(session, SYSTEM, city.people["hilde"], Role.HEAD, top, now=city.clock())
    return city.open(
        "Herr Otto war unfreundlich.", kind=Kind.SUPERVISORY, about=city.people["otto"]
    )


@pytest.mark.parametrize("substitute", ["otto", "lotte"])
def test_a_complaint_never_reaches_a_substitute_who_may_not_see_it(
    city: City, substitute: str
) -> None:
    complaint(city)
    away(city, "olga", 20, substitute)
    assert city.people["olga"] in city.staff(substitute).stands_in_for
    assert tasks(city, substitute) == []
    assert tasks(city, "olga") == ["kiss.work"]


def test_a_substitute_who_may_see_it_gets_the_task(city: City) -> None:
    anliegen = given_to(city, "ordnung")
    deed(city, take_over, "otto", anliegen)
    away(city, "otto", 20, "lotte")
    assert tasks(city, "lotte") == ["kiss.work"]  # it is internal, and she works there
    deed(city, protect, "otto", anliegen, ProtectionClass.SOCIAL)
    assert tasks(city, "lotte") == []
    with city.house.database.write() as session:
        open_class(
            session, SYSTEM, city.people["lotte"], city.offices["ordnung"], ProtectionClass.SOCIAL,
            now=city.clock(),
        )  # fmt: skip
    assert tasks(city, "lotte") == ["kiss.work"]


def relieved(city: City) -> int:
    return city.house.database.run(lambda session: relieve(session, city.clock()))


def test_a_complaint_that_would_wait_too_long_goes_to_the_next_superior(city: City) -> None:
    anliegen = complaint(city)
    due = city.row(anliegen).due_at
    away(city, "olga", 2, "otto")
    assert relieved(city) == 0  # she is back in time
    away(city, "olga", 20, "otto")
    assert (relieved(city), relieved(city)) == (1, 0)
    assert tasks(city, "hilde") == ["kiss.work"]
    assert tasks(city, "olga") == tasks(city, "otto") == tasks(city, "kora") == []
    row = city.row(anliegen)
    assert (row.person_id, row.protection, row.due_at) == (city.people["hilde"], "personnel", due)
    with city.house.database.read() as session:
        note = whole(session, city.staff("hilde"), anliegen).messages[-1].text
    assert note == "Weitergegeben, damit es rechtzeitig bearbeitet wird."


def test_a_complaint_nobody_above_is_there_for_goes_to_who_leads_the_coordination(
    city: City,
) -> None:
    anliegen = city.open("Otto …", kind=Kind.SUPERVISORY, about=city.people["otto"])
    away(city, "olga", 20, "otto")
    assert relieved(city) == 1
    assert city.row(anliegen).person_id == city.people["hilde"]
    away(city, "hilde", 30, "kora")
    assert relieved(city) == 0  # nobody is left who may see it: it stays, and nobody else gets it
    assert tasks(city, "hilde") == ["kiss.work"]
    assert tasks(city, "kora") == []


def test_who_leads_the_coordination_does_not_get_what_is_about_them(city: City) -> None:
    with city.house.database.write() as session:
        session.get_one(Office, city.offices["hauptamt"]).parent_id = city.offices["ordnung"]
    anliegen = city.open("Hilde …", kind=Kind.SUPERVISORY, about=city.people["hilde"])
    assert city.row(anliegen).person_id == city.people["olga"]
    away(city, "olga", 20)
    away(city, "hilde", 1)
    with city.house.database.write() as session:  # a deputy of hers
        grant_role(
            session, SYSTEM, city.people["kora"], Role.HEAD, city.offices["hauptamt"], now=city.clock()
        )  # fmt: skip
    assert relieved(city) == 0


def test_another_protected_one_goes_to_who_may_see_it_else_to_who_leads(city: City) -> None:
    first, second = given_to(city, "ordnung"), given_to(city, "ordnung")
    for each in (first, second):
        deed(city, take_over, "otto", each)
        deed(city, protect, "otto", each, ProtectionClass.SOCIAL)
    away(city, "otto", 20)
    with city.house.database.write() as session:
        open_class(
            session, SYSTEM, city.people["lotte"], city.offices["ordnung"], ProtectionClass.SOCIAL,
            now=city.clock(),
        )  # fmt: skip
    assert relieved(city) == 2
    assert tasks(city, "lotte") == ["kiss.work", "kiss.work"]
    away(city, "lotte", 20)
    assert relieved(city) == 2
    assert tasks(city, "olga") == ["kiss.work", "kiss.work"]
    assert city.row(first).group_id == city.groups["ordnung"]


def test_an_internal_one_returns_to_its_group_unless_a_substitute_does_it(city: City) -> None:
    anliegen = given_to(city, "tiefbau")
    deed(city, take_over, "tim", anliegen)
    away(city, "tim", 20, "tom")
    assert relieved(city) == 0
    assert tasks(city, "tom") == ["kiss.work"]
    deed(city, take_over, "tom", anliegen)
    away(city, "tom", 20, "greta")  # she works elsewhere and does not see it
    assert tasks(city, "greta") == []
    assert relieved(city) == 1
    assert tasks(city, "tina") == ["kiss.work"]
    assert (city.row(anliegen).state, city.row(anliegen).person_id) == ("assigned", None)


@pytest.mark.parametrize(("heir", "holder"), [("tom", "tom"), ("greta", None)])
def test_what_a_leaver_had_goes_to_the_successor_or_back(
    city: City, heir: str, holder: str | None
) -> None:
    anliegen = given_to(city, "tiefbau")
    deed(city, take_over, "tim", anliegen)
    with city.house.database.write() as session:  # as the Laufzettel hands over
        session.execute(update(Task).values(person_id=city.people[heir]))
        session.get_one(Person, city.people["tim"]).valid_to = local_date(city.clock())
    assert relieved(city) == 1
    assert city.row(anliegen).person_id == (city.people[holder] if holder else None)
    assert tasks(city, "tom") == ["kiss.work"]
    assert tasks(city, "greta") == []


def test_nobody_gets_a_protected_one_by_being_a_substitute(city: City) -> None:
    anliegen = complaint(city)
    away(city, "olga", 2, "lotte")
    group = To(city.groups["ordnung"], city.people["olga"])
    with pytest.raises(ConflictError, match="die Sie selbst wählen"):
        deed(city, assign, "olga", anliegen, group)
    deed(city, assign, "olga", anliegen, To(city.groups["ordnung"], city.people["lotte"]))
    assert city.row(anliegen).person_id == city.people["lotte"]


def test_what_becomes_protected_waits_for_no_other_office(city: City) -> None:
    anliegen = given_to(city, "tiefbau")
    deed(city, take_over, "tim", anliegen)
    deed(city, ask_group, "tim", anliegen, city.groups["gruen"], "Euer Baum?")
    assert tasks(city, "greta") == ["kiss.contribute"]
    deed(city, protect, "tim", anliegen, ProtectionClass.SOCIAL)
    assert tasks(city, "greta") == []
    assert city.row(anliegen).state == "in_work"


def test_a_second_pair_of_eyes_must_be_allowed_to_see_it(city: City) -> None:
    anliegen = given_to(city, "ordnung", "laerm")
    deed(city, take_over, "otto", anliegen)
    deed(city, protect, "otto", anliegen, ProtectionClass.SOCIAL)
    with pytest.raises(ConflictError, match="niemand freigeschaltet"):
        deed(city, answer, "otto", anliegen, "Wir kümmern uns.")
    with city.house.database.write() as session:
        open_class(
            session, SYSTEM, city.people["lotte"], city.offices["ordnung"], ProtectionClass.SOCIAL,
            now=city.clock(),
        )  # fmt: skip
    deed(city, answer, "otto", anliegen, "Wir kümmern uns.")
    assert tasks(city, "lotte") == ["kiss.release"]
    assert tasks(city, "olga") == []


def test_a_late_one_is_told_to_a_head_who_sees_it_or_to_the_coordination(city: City) -> None:
    with city.house.database.write() as session:
        session.get_one(Office, city.offices["gruen"]).parent_id = city.offices["tiefbau"]
    given_to(city, "gruen")
    city.clock.forward(days=20)
    city.house.database.run(lambda session: escalate(session, city.clock()))
    assert tasks(city, "tina") == []
    assert "kiss.late" in tasks(city, "kora")


def clears(city: City, login: str, office: str) -> None:
    with city.house.database.write() as session:
        open_class(
            session, SYSTEM, city.people[login], city.offices[office], ProtectionClass.SOCIAL,
            now=city.clock(),
        )  # fmt: skip


def secret_topic(city: City) -> UUID:
    with city.house.database.write() as session:
        session.get_one(Topic, city.topics["laerm"]).protection = ProtectionClass.SOCIAL.value
    return city.topics["laerm"]


def test_what_becomes_protected_goes_to_somebody_cleared_wherever_they_work(city: City) -> None:
    topic = secret_topic(city)
    clears(city, "greta", "ordnung")
    anliegen = city.open()
    deed(city, assign, "kora", anliegen, To(city.groups["ordnung"], topic=topic))
    assert city.row(anliegen).person_id == city.people["greta"]
    assert tasks(city, "greta") == ["kiss.work"]
    clears(city, "lotte", "ordnung")
    away(city, "greta", 5)
    second = city.open()
    deed(city, assign, "kora", second, To(city.groups["ordnung"], topic=topic))
    assert city.row(second).person_id == city.people["lotte"]  # she is there


def test_whom_a_spreading_group_finds_must_be_cleared(city: City) -> None:
    topic = secret_topic(city)
    clears(city, "lotte", "ordnung")
    with city.house.database.write() as session:
        session.get_one(Group, city.groups["ordnung"]).spreads = True
    for _ in range(3):
        anliegen = city.open()
        deed(city, assign, "kora", anliegen, To(city.groups["ordnung"], topic=topic))
        assert city.row(anliegen).person_id == city.people["lotte"]
    chosen = To(city.groups["ordnung"], city.people["otto"], topic)
    by_hand = city.open()
    deed(city, assign, "kora", by_hand, chosen)
    assert city.row(by_hand).person_id == city.people["otto"]


def test_a_protected_one_that_nobody_has_finds_somebody_and_is_late_with_them(city: City) -> None:
    anliegen = given_to(city, "ordnung")
    deed(city, take_over, "otto", anliegen)
    deed(city, protect, "otto", anliegen, ProtectionClass.SOCIAL)
    with city.house.database.write() as session:  # as an earlier release left it
        row = session.get_one(Anliegen, anliegen)
        row.person_id = None
        wait_for_holder(session, row, city.clock())
    city.clock.forward(days=20)

    def escalated() -> int:
        return city.house.database.run(lambda session: escalate(session, city.clock()))

    assert escalated() == 0  # there is nobody to tell yet
    clears(city, "greta", "ordnung")
    assert (relieved(city), relieved(city)) == (1, 0)
    assert (escalated(), escalated()) == (1, 0)
    assert sorted(tasks(city, "greta")) == ["kiss.late", "kiss.work"]
    assert tasks(city, "olga") == tasks(city, "kora") == []
