"""From coming in to the right group: rules, the topic chosen, the model that learned, and the coordination."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from storage.clock import local_date
from storage.conflicts import ConflictError, NotFoundError
from storage.jobs.handlers import JobContext, JobKind
from storage.jobs.queue import claim
from storage.jobs.tables import Job
from storage.organisation.tables import Absence, Office
from storage.rights import NotAllowedError
from tests.workflows.kiss.conftest import SYSTEM, City
from workflows.engine.work import work_off
from workflows.kiss.anliegen.answering import TELL, answer
from workflows.kiss.anliegen.assigning import To, assign
from workflows.kiss.anliegen.opening import Channel
from workflows.kiss.anliegen.queries import whole
from workflows.kiss.anliegen.states import Kind
from workflows.kiss.anliegen.tables import Anliegen, Group
from workflows.kiss.routing.finding import ALIKE
from workflows.kiss.routing.group_keeping import GroupForm, add_group, end_group
from workflows.kiss.routing.rule_keeping import (
    RuleForm,
    add_rule,
    change_rule,
    end_rule,
    rules,
    to_come,
)
from workflows.kiss.routing.tables import RoutingDecision, RoutingModel, RoutingTrial
from workflows.kiss.routing.topic_keeping import TopicForm, add_topic
from workflows.kiss.routing.trials import TRY, trial_of, try_rule, try_text
from workflows.kiss.routing.work import job_kinds


@pytest.fixture
def work(city: City) -> Callable[[], None]:
    """Do what the engine would do about routing."""

    def off() -> None:
        city.clock.forward(minutes=61)  # learning waits for an hour
        kinds: list[JobKind] = job_kinds()
        for kind in kinds:
            while jobs := claim(
                city.house.database, [kind.name], 50, "test", kind.lease, city.clock()
            ):
                work_off(JobContext(city.house), kind, jobs)
        with city.house.database.read() as session:
            names = [kind.name for kind in kinds]
            left = session.execute(
                select(Job.kind, Job.reason).where(Job.kind.in_(names), Job.state != "done")
            ).all()
        assert left == []

    return off


def decision(city: City, anliegen: UUID) -> RoutingDecision:
    with city.house.database.read() as session:
        return session.scalars(
            select(RoutingDecision).where(RoutingDecision.anliegen_id == anliegen)
        ).one()


def rule(city: City, group: str, **conditions: list[str]) -> UUID:
    with city.house.database.write() as session:
        form = RuleForm(
            f"Regel {group}", city.offices[group], city.groups[group], conditions=conditions
        )
        return add_rule(session, city.staff("kora"), form, now=city.clock()).id


def test_a_rule_decides_and_says_why(city: City, work: Callable[[], None]) -> None:
    rule(city, "tiefbau", words=["Schlagloch"])
    anliegen = city.open()
    work()
    row, found = city.row(anliegen), decision(city, anliegen)
    assert (row.state, row.group_id) == ("assigned", city.groups["tiefbau"])
    assert found.decision == "rule"
    assert any("Schlagloch" in sentence for sentence in found.because)
    assert found.otherwise
    with city.house.database.read() as session:
        jobs = session.scalars(select(Job.kind).where(Job.kind.in_([TELL, ALIKE]))).all()
        assert jobs == [ALIKE]  # the mailbox answers mails itself
        assert whole(session, city.staff("tim"), anliegen).decisions[0].id == found.id


def test_what_is_tried_out_may_be_written_to_an_office(
    city: City, work: Callable[[], None]
) -> None:
    rule(city, "gruen", addressed=["gruen"])
    with city.house.database.write() as session:
        tim = city.staff("tim")
        trials = [
            try_text(session, tim, "Eine Frage.", recipient=to, now=city.clock())
            for to in ("", "gruen@stadt.example", "personalrat@stadt.example")
        ]
    work()
    with city.house.database.read() as session:
        found = [trial_of(session, tim, each).result for each in trials]
    assert [each["to"] for each in found if each] == ["Koordination", "Gruen", "Personalrat"]


def test_the_topic_of_the_form_decides_where_no_rule_does(
    city: City, work: Callable[[], None]
) -> None:
    anliegen = city.open("Ein Ast.", topic=city.topics["baum"], channel=Channel.FORM)
    work()
    with city.house.database.read() as session:
        assert (
            session.scalars(select(Job.payload).where(Job.kind == TELL)).one()["what"] == "received"
        )
    assert city.row(anliegen).group_id == city.groups["gruen"]
    assert "Bäume und Grünflächen" in decision(city, anliegen).because[0]


def test_nobody_found_stays_with_the_coordination(city: City, work: Callable[[], None]) -> None:
    anliegen = city.open("Hm.")
    work()
    row = city.row(anliegen)
    assert (row.state, row.group_id) == ("new", city.groups["koordination"])
    assert decision(city, anliegen).decision == "coordinator"


def test_a_person_who_was_faster_is_not_overruled(city: City, work: Callable[[], None]) -> None:
    rule(city, "tiefbau", words=["Schlagloch"])
    anliegen = city.open()
    with city.house.database.write() as session:
        assign(session, city.staff("kora"), anliegen, 1, To(city.groups["gruen"]), now=city.clock())
    work()
    assert city.row(anliegen).group_id == city.groups["gruen"]


ROADS = [
    "Schlagloch in der Straße",
    "Der Asphalt ist aufgebrochen",
    "Gehwegplatten sind lose",
    "Tiefe Löcher auf der Fahrbahn",
]
TREES = [
    "Ein Ast ist vom Baum gefallen",
    "Die Hecke wächst über den Zaun",
    "Der Baum ist morsch",
    "Äste hängen herab",
]


def test_it_learns_from_what_people_answered(city: City, work: Callable[[], None]) -> None:
    for number in range(12):
        for texts, group, topic, login in (
            (ROADS, "tiefbau", "strasse", "tim"),
            (TREES, "gruen", "baum", "greta"),
        ):
            anliegen = city.open(f"{texts[number % 4]}, bitte ansehen. Hausnummer {number}.")
            to = To(city.groups[group], topic=city.topics[topic])
            with city.house.database.write() as session:
                assign(session, city.staff("kora"), anliegen, 1, to, now=city.clock())
                answer(session, city.staff(login), anliegen, 2, "Wird gemacht.", now=city.clock())
    work()
    with city.house.database.read() as session:
        model = session.scalars(select(RoutingModel)).one()
    assert (model.examples, model.classes) == (24 + len(city.topics), len(city.topics))
    anliegen = city.open("Vom Baum ist ein dicker Ast gefallen")
    work()
    found = decision(city, anliegen)
    assert found.suggestions[0]["group"] == str(city.groups["gruen"])
    assert found.suggestions[0]["topic"] == str(city.topics["baum"])
    assert found.model == f"shared:{model.version}"


def test_a_text_is_tried_out_for_who_asked_alone(city: City, work: Callable[[], None]) -> None:
    rule(city, "gruen", words=["Ast"])
    with city.house.database.write() as session:
        trial = try_text(session, city.staff("tim"), "Ein Ast liegt da.", now=city.clock())
    work()
    with city.house.database.read() as session:
        result = trial_of(session, city.staff("tim"), trial).result
        assert result is not None
        assert (result["to"], result["decision"]) == ("Gruen", "rule")
        with pytest.raises(NotFoundError):
            trial_of(session, city.staff("greta"), trial)


def test_a_rule_is_replayed_before_it_counts(city: City, work: Callable[[], None]) -> None:
    for text, group in (
        ("Ein Ast liegt da.", "gruen"),
        ("Der Ast schlägt ans Fenster.", "gruen"),
        ("Ast auf der Straße.", "tiefbau"),
    ):
        anliegen = city.open(text)
        work()
        with city.house.database.write() as session:
            assign(
                session,
                city.staff("kora"),
                anliegen,
                city.row(anliegen).revision,
                To(city.groups[group]),
                now=city.clock(),
            )
            if group == "gruen":
                revision = session.get_one(Anliegen, anliegen).revision
                answer(
                    session, city.staff("greta"), anliegen, revision, "Ist weg.", now=city.clock()
                )
    moved = city.open("Ast am Weg.", topic=city.topics["baum"], channel=Channel.FORM)
    work()
    with (
        city.house.database.write() as session
    ):  # what was chosen in the form stays what was chosen
        to = To(city.groups["tiefbau"], topic=city.topics["strasse"])
        assign(session, city.staff("kora"), moved, city.row(moved).revision, to, now=city.clock())
    form = RuleForm(
        "Äste", city.offices["gruen"], city.groups["gruen"], conditions={"words": ["Ast"]}
    )
    with city.house.database.write() as session:
        with pytest.raises(NotAllowedError):
            try_rule(session, city.staff("tim"), form, None, now=city.clock())
        trial = try_rule(session, city.staff("kora"), form, None, now=city.clock())
    work()
    with city.house.database.read() as session:
        result = trial_of(session, city.staff("kora"), trial).result
        assert rules(session, city.clock().date()) == []
    assert result is not None
    counts = {name: result[name] for name in ("looked_at", "count", "better", "worse")}
    assert counts == {"looked_at": 4, "count": 3, "better": 2, "worse": 0}
    assert [each["right"] for each in result["changed"]] == ["noch niemand", "Gruen", "Gruen"]


def test_rules_are_dated_and_never_overwritten(city: City, work: Callable[[], None]) -> None:
    first = rule(city, "tiefbau", words=["Schlagloch"])
    city.clock.forward(days=1)
    form = RuleForm(
        "Neu", city.offices["gruen"], city.groups["gruen"], conditions={"words": ["Schlagloch"]}
    )
    with city.house.database.write() as session:
        second = change_rule(session, city.staff("kora"), first, 1, form, now=city.clock()).id
    with (
        pytest.raises(ConflictError, match="gerade geändert"),
        city.house.database.write() as session,
    ):
        end_rule(session, city.staff("kora"), first, 1, now=city.clock())
    anliegen = city.open()
    work()
    assert decision(city, anliegen).rule_id == second


@pytest.mark.parametrize(
    "conditions", [{}, {"words": []}, {"unsinn": ["x"]}, {"circle": {"latitude": 1}}]
)
def test_a_rule_that_asks_for_nothing_is_refused(city: City, conditions: dict[str, object]) -> None:
    form = RuleForm("Alles", city.offices["gruen"], city.groups["gruen"], conditions=conditions)
    with pytest.raises(ConflictError), city.house.database.write() as session:
        add_rule(session, city.staff("kora"), form, now=city.clock())


def test_a_group_that_is_needed_does_not_end(city: City) -> None:
    kora, now = city.staff("kora"), city.clock()
    with city.house.database.write() as session:
        group = add_group(
            session, kora, "trupp", GroupForm("Trupp", city.offices["gruen"]), now=now
        ).id
        form = RuleForm("Äste", city.offices["gruen"], group, conditions={"words": ["Ast"]})
        made = add_rule(session, kora, form, now=now).id
    for which, revision, why in (
        (group, 1, "Äste"),
        (group, 7, "gerade geändert"),
        (city.groups["gruen"], 1, "allgemeine Gruppe"),
    ):
        with pytest.raises(ConflictError, match=why), city.house.database.write() as session:
            end_group(session, kora, which, revision, now=now)
    with city.house.database.write() as session:
        end_rule(session, kora, made, 1, now=now)
        office = session.get_one(Office, city.offices["gruen"])
        office.valid_to, office.successor_id = now.date(), city.offices["tiefbau"]
    with city.house.database.write() as session:  # the team of the closed office, not its heir
        end_group(session, kora, group, 1, now=now)
    with city.house.database.read() as session:
        assert session.get_one(Group, group).valid_to == now.date()
        assert session.get_one(Group, city.groups["tiefbau"]).valid_to is None
    with pytest.raises(NotAllowedError), city.house.database.write() as session:
        end_group(session, city.staff("tim"), city.groups["gruen"], 1, now=city.clock())


@pytest.mark.parametrize("key", ["", " ", "amt-gruen", "Baum", "bäume", "1a", "a b", "x" * 60])
def test_a_key_that_could_be_confused_is_refused(city: City, key: str) -> None:
    form = GroupForm("Trupp", city.offices["gruen"])
    topic = TopicForm("Äste", city.groups["gruen"], Kind.FAULT, 8)
    with city.house.database.write() as session:
        with pytest.raises(ConflictError, match="Kürzel"):
            add_group(session, city.staff("kora"), key, form, now=city.clock())
        with pytest.raises(ConflictError, match="Kürzel"):
            add_topic(session, city.staff("kora"), key, topic, now=city.clock())


def test_a_whistleblower_s_text_is_answered_at_once_and_not_kept(
    city: City, work: Callable[[], None]
) -> None:
    with city.house.database.write() as session:
        secret = try_text(
            session, city.staff("tim"), "Meldung nach dem HinSchG: Amtsleiter nimmt Geld.", now=city.clock()
        )  # fmt: skip
        plain = try_text(session, city.staff("tim"), "Ein Ast liegt da.", now=city.clock())
    with city.house.database.read() as session:
        row = trial_of(session, city.staff("tim"), secret)
        assert row.result is not None
        assert (row.result["to"], row.content) == (
            "Meldestelle nach dem Hinweisgeberschutzgesetz",
            {},
        )
        assert session.scalars(select(Job.key).where(Job.kind == TRY)).all() == [plain.hex]
    work()
    with city.house.database.read() as session:
        assert trial_of(session, city.staff("tim"), plain).content == {}


def test_who_asks_is_told_when_a_trial_goes_wrong(city: City, work: Callable[[], None]) -> None:
    with city.house.database.write() as session:
        trial = try_text(session, city.staff("tim"), "Ein Ast liegt da.", now=city.clock())
        session.get_one(RoutingTrial, trial).content = {"unreadable": True}
    work()
    with city.house.database.read() as session:
        result = trial_of(session, city.staff("tim"), trial).result
    assert result is not None
    assert "nicht gelungen" in result["problem"]


def test_new_ones_go_to_who_is_there(city: City, work: Callable[[], None]) -> None:
    with city.house.database.write() as session:
        form = GroupForm(
            "Trupp",
            city.offices["tiefbau"],
            8,
            spreads=True,
            members=frozenset({city.people["tim"], city.people["tom"]}),
        )
        group = add_group(session, SYSTEM, "trupp", form, now=city.clock()).id
        add_rule(
            session, SYSTEM,
            RuleForm("Trupp", city.offices["tiefbau"], group, 1, conditions={"words": ["Schlagloch"]}),
            now=city.clock(),
        )  # fmt: skip
        session.add(
            Absence(
                person_id=city.people["tim"],
                starts=city.clock(),
                ends=city.clock().replace(year=2027),
                revision=1,
            )
        )
    anliegen = city.open()
    work()
    assert city.row(anliegen).person_id == city.people["tom"]
    assert any(
        "verteilt Neues an Anwesende" in sentence for sentence in decision(city, anliegen).because
    )


def test_a_closed_office_s_rules_lead_to_who_carries_on(
    city: City, work: Callable[[], None]
) -> None:
    rule(city, "gruen", words=["Ast"])
    with city.house.database.write() as session:
        office = session.get_one(Office, city.offices["gruen"])
        office.valid_to, office.successor_id = city.clock().date(), city.offices["tiefbau"]
    anliegen = city.open("Ein Ast liegt da.")
    work()
    assert city.row(anliegen).group_id == city.groups["tiefbau"]


def test_a_rule_begins_on_its_day_and_ends_the_one_before(
    city: City, work: Callable[[], None]
) -> None:
    old = rule(city, "tiefbau", words=["Schlagloch"])
    kora, today = city.staff("kora"), local_date(city.clock())
    later = today + timedelta(days=7)

    def form(begins: date) -> RuleForm:
        return RuleForm(
            "Neu", city.offices["gruen"], city.groups["gruen"], conditions={"words": ["Schlagloch"]},
            valid_from=begins,
        )  # fmt: skip

    with city.house.database.write() as session:
        with pytest.raises(ConflictError, match="frühestens"):
            add_rule(session, kora, form(today - timedelta(days=1)), now=city.clock())
        new = change_rule(session, kora, old, 1, form(later), now=city.clock()).id
        assert [each.id for each in rules(session, today)] == [old]
        assert [each.id for each in to_come(session, today)] == [new]
        assert [each.id for each in rules(session, later)] == [new]
        with pytest.raises(ConflictError, match="spätere Fassung"):
            change_rule(session, kora, old, 2, form(today), now=city.clock())
        assert [each.id for each in rules(session, later)] == [new]
    before = city.open()
    work()
    assert city.row(before).group_id == city.groups["tiefbau"]
    city.clock.forward(days=7)
    after = city.open()
    work()
    assert city.row(after).group_id == city.groups["gruen"]


def test_a_rule_to_come_can_be_called_off(city: City) -> None:
    kora, today = city.staff("kora"), local_date(city.clock())
    with city.house.database.write() as session:
        form = RuleForm(
            "Neu", city.offices["gruen"], city.groups["gruen"], conditions={"words": ["Ast"]},
            valid_from=today + timedelta(days=7),
        )  # fmt: skip
        made = add_rule(session, kora, form, now=city.clock())
        end_rule(session, kora, made.id, 1, now=city.clock())
        assert to_come(session, today) == []
        assert rules(session, today + timedelta(days=8)) == []
