"""What is about social benefits, taxes or the young is protected from the moment it is known to be: by its topic, or its group."""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import select

from storage.actors import ProtectionClass
from storage.conflicts import ConflictError
from storage.organisation.operations import open_class
from storage.tasks.list import tasks_for
from tests.workflows.kiss.anliegen.test_life import deed
from tests.workflows.kiss.conftest import SYSTEM, City
from tests.workflows.kiss.routing.test_finding import decision, work
from workflows.kiss.anliegen.answering import answer
from workflows.kiss.anliegen.assigning import To, assign
from workflows.kiss.anliegen.contributing import ask_group
from workflows.kiss.anliegen.opening import Channel
from workflows.kiss.anliegen.sight import may_see
from workflows.kiss.anliegen.states import Kind
from workflows.kiss.anliegen.tables import Group, Topic
from workflows.kiss.routing.group_keeping import GroupForm, change_group
from workflows.kiss.routing.learning import examples
from workflows.kiss.routing.rule_keeping import RuleForm, add_rule
from workflows.kiss.routing.topic_keeping import TopicForm, add_topic, change_topic

__all__ = ["work"]
SOCIAL = ProtectionClass.SOCIAL


@pytest.fixture
def benefit(city: City) -> UUID:
    """A topic of the Ordnungsamt whose Anliegen are social data; a rule finds it."""
    kora, now = city.staff("kora"), city.clock()
    with city.house.database.write() as session:
        form = TopicForm("Wohngeld", city.groups["ordnung"], Kind.COMPLAINT, 24, protection=SOCIAL)
        topic = add_topic(session, kora, "wohngeld", form, now=now).id
        add_rule(
            session, kora,
            RuleForm(
                "Wohngeld", city.offices["ordnung"], city.groups["ordnung"], topic=topic,
                conditions={"words": ["Wohngeld"]},
            ),
            now=now,
        )  # fmt: skip
    return topic


def sees(city: City, login: str, anliegen: UUID) -> bool:
    with city.house.database.read() as session:
        return may_see(session, city.staff(login), anliegen)


def open_social(city: City, login: str) -> None:
    with city.house.database.write() as session:
        open_class(
            session, SYSTEM, city.people[login], city.offices["ordnung"], SOCIAL, now=city.clock()
        )


def test_it_is_out_of_the_coordination_s_sight_as_soon_as_it_is_routed(
    city: City, work: Callable[[], None], benefit: UUID
) -> None:
    open_social(city, "otto")
    anliegen = city.open("Mein Wohngeld reicht nicht, ich bin krank.")
    assert sees(city, "kora", anliegen)
    work()
    row = city.row(anliegen)
    assert (row.protection, row.topic_id, row.person_id) == (
        "social", benefit, city.people["otto"],
    )  # fmt: skip
    assert [sees(city, each, anliegen) for each in ("kora", "olga", "otto")] == [False, False, True]
    with city.house.database.read() as session:
        [task] = tasks_for(session, city.staff("otto"))
        assert "krank" not in task.title
        assert tasks_for(session, city.staff("kora")) == []
    assert decision(city, anliegen).because


def test_where_nobody_is_opened_the_head_has_it(
    city: City, work: Callable[[], None], benefit: UUID
) -> None:
    anliegen = city.open("Wohngeld, bitte.", topic=benefit, channel=Channel.FORM)
    work()
    row = city.row(anliegen)
    assert (row.protection, row.person_id) == ("social", city.people["olga"])
    assert [sees(city, each, anliegen) for each in ("kora", "otto", "olga")] == [False, False, True]


def test_by_hand_it_is_the_same_and_others_lose_sight_of_it(city: City, benefit: UUID) -> None:
    open_social(city, "otto")
    anliegen = city.open("Eine Frage zum Antrag.")
    deed(city, assign, "kora", anliegen, To(city.groups["gruen"]))
    deed(city, ask_group, "greta", anliegen, city.groups["tiefbau"], "Wisst ihr das?", waits=False)
    assert sees(city, "tim", anliegen)
    deed(city, assign, "greta", anliegen, To(city.groups["ordnung"], topic=benefit))
    assert city.row(anliegen).protection == "social"
    assert not sees(city, "tim", anliegen)
    assert not sees(city, "kora", anliegen)


def test_nobody_learns_from_it(city: City, work: Callable[[], None], benefit: UUID) -> None:
    open_social(city, "otto")
    secret, plain = city.open("Mein Wohngeld fehlt, sagt Kuckuck."), city.open("Ein Kuckuck ruft.")
    work()
    deed(city, assign, "kora", plain, To(city.groups["gruen"], topic=city.topics["baum"]))
    deed(city, answer, "otto", secret, "Es kommt.")
    with city.house.database.read() as session:
        texts, _ = examples(session)
    assert any("Kuckuck ruft" in each for each in texts)
    assert not any("sagt Kuckuck" in each for each in texts)


def test_a_group_protects_all_it_is_given_and_an_open_topic_does_not_undo_it(city: City) -> None:
    open_social(city, "otto")
    with city.house.database.write() as session:
        row = session.get_one(Group, city.groups["ordnung"])
        form = GroupForm(row.name, row.office_id, row.hours, protection=SOCIAL)
        change_group(session, city.staff("kora"), row.id, row.revision, form, now=city.clock())
    first, second = city.open("Eins."), city.open("Zwei.")
    deed(city, assign, "kora", first, To(city.groups["ordnung"]))
    deed(city, assign, "kora", second, To(city.groups["ordnung"], topic=city.topics["laerm"]))
    assert {city.row(each).protection for each in (first, second)} == {"social"}


def test_who_changes_a_topic_otherwise_leaves_its_class(city: City, benefit: UUID) -> None:
    kora, now = city.staff("kora"), city.clock()
    with city.house.database.write() as session:
        row = session.get_one(Topic, benefit)
        form = TopicForm("Wohngeld neu", row.group_id, Kind.COMPLAINT, 24)
        change_topic(session, kora, benefit, row.revision, form, now=now)
        assert (
            session.scalars(select(Topic.protection).where(Topic.id == benefit)).one() == "social"
        )
        public = TopicForm("Wohngeld neu", row.group_id, Kind.COMPLAINT, 24, public=True)
        with pytest.raises(ConflictError, match="veröffentlicht"):
            add_topic(
                session, kora, "neu",
                TopicForm("x", row.group_id, Kind.FAULT, 8, public=True, protection=SOCIAL), now=now,
            )  # fmt: skip
        with pytest.raises(ConflictError, match="veröffentlicht"):
            change_topic(session, kora, benefit, row.revision, public, now=now)


def test_the_coordination_is_never_protected(city: City) -> None:
    with city.house.database.write() as session:
        row = session.get_one(Group, city.groups["koordination"])
        form = GroupForm("K", row.office_id, row.hours, coordination=True, protection=SOCIAL)
        with pytest.raises(ConflictError, match="Koordination"):
            change_group(session, city.staff("kora"), row.id, row.revision, form, now=city.clock())
