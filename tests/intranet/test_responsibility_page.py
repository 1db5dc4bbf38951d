"""Rules, topics and groups changed by two at once: nobody's change is lost, and it is said why."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, select
from streamlit.testing.v1 import AppTest

from storage.actors import Role, System
from storage.clock import local_date, new_id
from storage.organisation.operations import grant_role, withdraw_role
from storage.organisation.tables import Office
from workflows.kiss.anliegen.states import Kind
from workflows.kiss.anliegen.tables import Group, GroupMember, Topic
from workflows.kiss.routing.group_keeping import GroupForm, change_group
from workflows.kiss.routing.rule_keeping import RuleForm, add_rule, change_rule
from workflows.kiss.routing.tables import RoutingRule
from workflows.kiss.routing.topic_keeping import TopicForm, add_topic, change_topic

Browse = Callable[..., AppTest]
SYSTEM = System("test")
PAGE = "zustaendigkeiten.py"
CHANGED = "inzwischen geändert oder beendet"


@pytest.fixture
def groups(furnished: Any, small: Any) -> Iterator[dict[str, UUID]]:
    """Ada coordinates; the Ordnungsamt has a topic and a rule."""
    house, found = furnished.house, {}
    ada = furnished.person("ada.admin").id
    with house.database.write() as session:
        for key in ("hauptamt", "ordnungsamt"):
            row = Group(
                id=new_id(), revision=1, key=key, name=key.title(), office_id=furnished.office(key),
                general=True, coordination=key == "hauptamt", spreads=False, hours=24,
                valid_from=small.LONG_AGO, valid_to=None,
            )  # fmt: skip
            session.add(row)
            found[key] = row.id
        session.flush()
        grant_role(session, SYSTEM, ada, Role.FEEDBACK, None, now=house.clock())
    yield found
    with house.database.write() as session:
        withdraw_role(session, SYSTEM, ada, Role.FEEDBACK, None, now=house.clock())
        for table in (RoutingRule, Topic, GroupMember, Group):
            session.execute(delete(table))


@pytest.fixture
def rule(furnished: Any, groups: dict[str, UUID]) -> UUID:
    with furnished.house.database.write() as session:
        form = _rule(furnished, groups, "Lärm")
        return add_rule(session, SYSTEM, form, now=furnished.house.clock()).id


def _rule(furnished: Any, groups: dict[str, UUID], title: str) -> RuleForm:
    return RuleForm(
        title,
        furnished.office("ordnungsamt"),
        groups["ordnungsamt"],
        conditions={"words": ["laut"]},
    )


def shown(app: AppTest) -> str:
    found = [*app.get("html"), *app.markdown, *app.caption, *app.warning, *app.error]
    return " ".join(str(getattr(each, "value", "") or each.proto.body) for each in found)


def press(app: AppTest, label: str) -> AppTest:
    app = next(each for each in app.button if each.label == label).click().run()
    assert not app.exception
    return app


def field(app: AppTest, label: str, number: int = 0) -> Any:
    return [each for each in app.text_input if each.label == label][number]


def without_trial(app: AppTest) -> AppTest:
    """Say why a rule shall count although nobody tried it out."""
    label = "Noch nicht ausprobiert: Warum soll sie trotzdem gelten?"
    return field(app, label).set_value("Es eilt").run()  # type: ignore[no-any-return]


def titles(furnished: Any) -> list[str]:
    with furnished.house.database.read() as session:
        today = local_date(furnished.house.clock())
        rows = session.scalars(select(RoutingRule).where(RoutingRule.valid_from <= today)).all()
    return [row.title for row in rows if row.valid_to is None]


def test_a_rule_somebody_changed_meanwhile_is_not_overwritten(
    browse: Browse, furnished: Any, groups: dict[str, UUID], rule: UUID
) -> None:
    house = furnished.house
    app = browse("ada.admin", PAGE)
    app.selectbox(key="regel").set_value(rule).run()
    mark = f"{rule.hex}-1"
    app.text_input(key=f"regel-name-{mark}").set_value("Von Ada").run()
    with house.database.write() as session:
        form = _rule(furnished, groups, "Von Kora")
        change_rule(session, SYSTEM, rule, 1, form, now=house.clock())
    app.text_input(key=f"regel-ort-{mark}").set_value("Markt").run()
    assert CHANGED in shown(app)
    assert app.text_input(key=f"regel-name-{mark}").value == "Von Ada"
    app = press(without_trial(app), "Ab heute gelten lassen")
    assert "Jemand anders hat das gerade geändert" in shown(app)
    assert titles(furnished) == ["Von Kora"]
    app = press(app, "Regel beenden")
    assert titles(furnished) == ["Von Kora"]
    app = press(app, "Neuen Stand zeigen")
    assert CHANGED not in shown(app)
    assert "Von Kora" in shown(app)


def test_a_rule_can_be_changed_and_changed_again(
    browse: Browse, furnished: Any, groups: dict[str, UUID], rule: UUID
) -> None:
    app = browse("ada.admin", PAGE)
    app.selectbox(key="regel").set_value(rule).run()
    app.text_input(key=f"regel-name-{rule.hex}-1").set_value("Zweite").run()
    app = press(app, "Ab heute gelten lassen")
    assert "noch nicht ausprobiert" in shown(app)
    app = press(without_trial(app), "Ab heute gelten lassen")
    assert titles(furnished) == ["Zweite"]
    assert CHANGED not in shown(app)
    with furnished.house.database.read() as session:
        second = session.scalars(select(RoutingRule.id).where(RoutingRule.valid_to.is_(None))).one()
    app.selectbox(key="regel").set_value(second).run()
    press(app, "Regel beenden")
    assert titles(furnished) == []


def test_a_rule_can_begin_later(
    browse: Browse, furnished: Any, groups: dict[str, UUID], rule: UUID
) -> None:
    later = local_date(furnished.house.clock()) + timedelta(days=7)
    app = browse("ada.admin", PAGE)
    app.selectbox(key="regel").set_value(rule).run()
    app.date_input(key=f"regel-ab-{rule.hex}-1").set_value(later).run()
    app = press(without_trial(app), f"Ab {later:%d.%m.%Y} gelten lassen")
    with furnished.house.database.read() as session:
        spans = session.execute(
            select(RoutingRule.valid_from, RoutingRule.valid_to).order_by(RoutingRule.id)
        ).all()
    assert [tuple(each) for each in spans][-1] == (later, None)
    assert spans[0].valid_to == later
    assert f"ab {later:%d.%m.%Y}" in shown(app)
    with furnished.house.database.read() as session:
        new = session.scalars(select(RoutingRule.id).where(RoutingRule.valid_to.is_(None))).one()
    app.selectbox(key="regel").set_value(new).run()
    assert app.date_input(key=f"regel-ab-{new.hex}-1").value == later


def test_topic_and_group_changed_meanwhile_are_not_overwritten(
    browse: Browse, furnished: Any, groups: dict[str, UUID]
) -> None:
    house = furnished.house
    with house.database.write() as session:
        wanted = TopicForm("Lärm", groups["ordnungsamt"], Kind.COMPLAINT, 16)
        topic = add_topic(session, SYSTEM, "laerm", wanted, now=house.clock()).id
    app = browse("ada.admin", PAGE)
    app.selectbox(key="thema").set_value(topic).run()
    app.selectbox(key="gruppe").set_value(groups["ordnungsamt"]).run()
    with house.database.write() as session:
        changed = TopicForm("Krach", groups["ordnungsamt"], Kind.COMPLAINT, 20)
        change_topic(session, SYSTEM, topic, 1, changed, now=house.clock())
        form = GroupForm("Ordnung", furnished.office("ordnungsamt"), 30)
        change_group(session, SYSTEM, groups["ordnungsamt"], 1, form, now=house.clock())
    for label in ("Speichern", "Thema beenden"):
        app = press(app, label)
        assert "Jemand anders hat das gerade geändert" in shown(app)
    app = [each for each in app.button if each.label == "Speichern"][1].click().run()
    assert shown(app).count(CHANGED) == 2
    with house.database.read() as session:
        row = session.get_one(Topic, topic)
        group = session.get_one(Group, groups["ordnungsamt"])
    assert (row.title, row.hours, row.valid_to) == ("Krach", 20, None)
    assert (group.name, group.hours) == ("Ordnung", 30)
    app = press(app, "Neuen Stand zeigen")
    app = press(app, "Thema beenden")
    with house.database.read() as session:
        assert session.get_one(Topic, topic).valid_to is not None


def test_a_rule_keeps_the_group_of_a_closed_office_until_somebody_says_otherwise(
    browse: Browse, furnished: Any, groups: dict[str, UUID], rule: UUID
) -> None:
    house = furnished.house
    office, today = furnished.office("ordnungsamt"), local_date(house.clock())
    with house.database.write() as session:
        session.get_one(Office, office).valid_to = today
    try:
        app = browse("ada.admin", PAGE)
        app.selectbox(key="regel").set_value(rule).run()
        assert not app.exception
        group = app.selectbox(key=f"regel-gruppe-{rule.hex}-1")
        assert group.value == groups["ordnungsamt"]
        assert "Ordnungsamt (gibt es nicht mehr)" in group.options
        assert app.selectbox(key=f"regel-amt-{rule.hex}-1").value == office
        app.selectbox(key="regel").set_value(None).run()
        assert "Ordnungsamt" not in " ".join(app.selectbox(key="regel-gruppe-neu").options)
    finally:
        with house.database.write() as session:
            session.get_one(Office, office).valid_to = None
