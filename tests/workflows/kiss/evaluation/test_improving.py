"""From ways that go wrong again and again to a rule, and what became of it; and what no log tells."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from storage.actors import Role, Staff
from storage.clock import new_id
from storage.conflicts import ConflictError
from storage.organisation.operations import add_person, grant_role
from storage.rights import NotAllowedError
from storage.tasks.list import tasks_for
from tests.workflows.kiss.conftest import LONG_AGO, SYSTEM, City
from workflows.kiss.anliegen.answering import answer
from workflows.kiss.anliegen.assigning import To, assign
from workflows.kiss.anliegen.merging import merge, unmerge
from workflows.kiss.anliegen.opening import Channel
from workflows.kiss.anliegen.tables import Anliegen, Topic
from workflows.kiss.evaluation.by_book import ByBook
from workflows.kiss.evaluation.hearing import (
    ProfileForm,
    annoyances,
    complain,
    describe,
    have_read,
    profiles,
    take_care,
    unread,
)
from workflows.kiss.evaluation.improving import (
    accept,
    accompany,
    decline,
    effect_since,
    proposals,
    speak,
    voices,
    work_out,
)
from workflows.kiss.evaluation.measures import measure
from workflows.kiss.evaluation.own_log import Period, load_ways, townhall
from workflows.kiss.evaluation.replay import RuleChange
from workflows.kiss.evaluation.report import evaluate
from workflows.kiss.evaluation.tables import Proposal
from workflows.kiss.evaluation.ways import path
from workflows.kiss.routing.replaying import Past
from workflows.kiss.routing.rule_keeping import RuleForm, add_rule, rules


@pytest.fixture
def town(city: City) -> City:
    """Offices of six people each: below five nothing is told about a group."""
    with city.house.database.write() as session:
        for office in city.offices.values():
            for _ in range(6):
                add_person(
                    session, SYSTEM, login=new_id().hex, name="Noch Jemand", office=office,
                    valid_from=LONG_AGO, now=city.clock(),
                )  # fmt: skip
    return city


def sent_around(city: City, text: str = "Ein Ast liegt auf dem Gehweg.", **more: object) -> UUID:
    """First to the Tiefbau, then to the Grünflächen, which answer."""
    anliegen = city.open(text, **more)
    for group, topic in (("tiefbau", "strasse"), ("gruen", "baum")):
        city.clock.forward(hours=1)
        to = To(city.groups[group], topic=city.topics[topic])
        with city.house.database.write() as session:
            assign(
                session,
                city.staff("kora"),
                anliegen,
                city.row(anliegen).revision,
                to,
                now=city.clock(),
            )
    with city.house.database.write() as session:
        answer(
            session,
            city.staff("greta"),
            anliegen,
            city.row(anliegen).revision,
            "Erledigt.",
            now=city.clock(),
        )
    return anliegen


def one(city: City, who: Staff) -> Proposal:
    with city.house.database.read() as session:
        return proposals(session, who)[0]


def test_own_anliegen_become_ways_without_names(town: City) -> None:
    sent_around(town)
    with town.house.database.read() as session:
        period = Period(town.clock() - timedelta(days=1), town.clock() + timedelta(1))
        (way,) = load_ways(session, period, with_words=True)
        hall = townhall(session, town.clock())
    assert [hall.names[group] for group in path(way)] == ["Koordination", "Tiefbau", "Gruen"]
    assert "Gehweg" in way.words
    assert hall.people is not None
    assert len(hall.people[town.groups["tiefbau"].hex]) >= 6
    report = evaluate("Bericht", town.clock().date(), town.clock().date(), [way], hall)
    assert report.whole is None  # fewer than five


def test_what_was_merged_is_a_duplicate_and_no_case_of_its_own(town: City) -> None:
    kora = town.staff("kora")
    main, double, apart = (sent_around(town), town.open("Ast liegt da."), town.open("Ast?"))
    for each in (double, apart):
        with town.house.database.write() as session:
            merge(session, kora, each, town.row(each).revision, main, now=town.clock())
    town.clock.forward(hours=1)
    with town.house.database.write() as session:
        unmerge(session, kora, apart, town.row(apart).revision, now=town.clock())
        session.get_one(Anliegen, main).satisfaction = 4
        session.get_one(Anliegen, double).satisfaction = 2
    period = Period(town.clock() - timedelta(days=1), town.clock() + timedelta(1))
    with town.house.database.read() as session:
        ways = {way.case: way for way in load_ways(session, period)}
    assert set(ways) == {main.hex, apart.hex}
    assert [ways[each.hex].duplicates for each in (main, apart)] == [1, 0]
    assert sorted(ways[main.hex].ratings) == [2, 4]
    found = measure([ways[apart.hex]])  # the moment it was merged was neither answer nor reopening
    assert (found.first_answer_days, found.first_time_right, found.reopened) == (None, None, None)


def test_a_proposal_is_worked_out_discussed_accepted_and_followed_up(town: City) -> None:
    for number in range(12):
        sent_around(town, f"Ein Ast liegt auf dem Gehweg bei Nummer {number}.")
    with town.house.database.write() as session:
        grant_role(
            session, SYSTEM, town.people["lotte"], Role.LOTSE, town.offices["gruen"], now=town.clock()
        )  # fmt: skip
    kora, lotte = town.staff("kora"), town.staff("lotte")
    with town.house.database.write() as session:
        with pytest.raises(NotAllowedError):
            work_out(session, lotte, now=town.clock())
        assert work_out(session, kora, now=town.clock()) >= 1
    with town.house.database.write() as session:
        assert work_out(session, kora, now=town.clock()) == 0  # the same is proposed once
    with town.house.database.read() as session:
        assert proposals(session, town.staff("tina"))  # her office's cases
        assert proposals(session, town.staff("olga")) == []
    proposal = one(town, kora)
    assert "Weitergaben" in proposal.text
    assert proposal.effect["hand_overs_saved"] > 0
    with town.house.database.write() as session:
        speak(session, lotte, proposal.id, 1, "Kennen wir im Amt.", now=town.clock())
        speak(session, lotte, proposal.id, -1, "Doch nicht.", now=town.clock())
        accompany(session, lotte, proposal.id, 1, now=town.clock())
        with pytest.raises(NotAllowedError):
            speak(session, town.staff("tim"), proposal.id, 1, "", now=town.clock())
    with town.house.database.read() as session:
        assert [
            (voice.vote, voice.comment) for voice in voices(session, [proposal.id])[proposal.id]
        ] == [(-1, "Doch nicht.")]
        waiting = [task.title for task in tasks_for(session, kora)]
    assert "Über einen Vorschlag zur Zuständigkeit entscheiden" in waiting
    with pytest.raises(NotAllowedError), town.house.database.write() as session:
        accept(session, lotte, proposal.id, 2, "", now=town.clock())
    with town.house.database.write() as session:
        accept(session, kora, proposal.id, 2, "Gut begründet.", now=town.clock())
    with (
        pytest.raises(ConflictError, match="schon entschieden"),
        town.house.database.write() as session,
    ):
        decline(session, kora, proposal.id, 3, "Nein.", now=town.clock())
    with town.house.database.read() as session:
        done = proposals(session, kora)[-1]
        made = rules(session, town.clock().date())
        topics = {row.id: row.group_id for row in session.scalars(select(Topic))}
        assert made or topics[UUID(done.change["topic"])] == UUID(done.change["group"])
        followed = effect_since(session, done, town.clock() + timedelta(days=30))
    assert followed is not None
    assert followed.before is not None
    assert followed.after is None  # nothing came in since


def test_what_is_promised_is_what_the_rule_book_does(town: City) -> None:
    kora = town.staff("kora")
    text = "Ein Ast liegt auf dem Gehweg bei Nummer"
    cases = [sent_around(town, f"{text} {number}.") for number in range(12)]
    with town.house.database.write() as session:
        assert work_out(session, kora, now=town.clock()) == 1
        (row,) = proposals(session, kora)
        promised = row.effect
        accept(session, kora, row.id, 1, "", now=town.clock())
    with town.house.database.read() as session:
        past = Past(session, town.clock())
        gone = [past.goes(session.get_one(Anliegen, case), past.book) for case in cases]
    assert gone.count(str(town.groups["gruen"])) == promised["cases"] == promised["helped"] == 12


def test_an_open_proposal_tells_the_figures_of_now_and_a_decided_one_keeps_its_own(
    town: City,
) -> None:
    kora = town.staff("kora")

    def found_after(cases: int) -> Proposal:
        for number in range(cases):
            sent_around(town, f"Ein Ast liegt auf dem Gehweg bei Nummer {number}.")
        with town.house.database.write() as session:
            work_out(session, kora, now=town.clock())
        return one(town, kora)

    first, again, more = found_after(12), found_after(0), found_after(3)
    assert (first.effect["cases"], more.effect["cases"]) == (12, 15)
    assert (first.revision, again.revision, more.revision) == (1, 1, 2)
    assert "15" in more.text
    with pytest.raises(ConflictError, match="geändert"), town.house.database.write() as session:
        accept(session, kora, first.id, first.revision, "", now=town.clock())
    with town.house.database.write() as session:
        decline(session, kora, more.id, more.revision, "Bleibt.", now=town.clock())
    assert found_after(2).effect["cases"] == 15


def test_a_rule_that_an_earlier_one_beats_is_not_proposed(town: City) -> None:
    kora = town.staff("kora")
    for number in range(12):
        sent_around(town, f"Ein Ast liegt auf dem Gehweg bei Nummer {number}.")
    form = RuleForm(
        "Zuerst", town.offices["tiefbau"], town.groups["tiefbau"], 10, conditions={"words": ["Ast"]}
    )
    with town.house.database.write() as session:
        add_rule(session, kora, form, now=town.clock())
        assert work_out(session, kora, now=town.clock()) == 0


def test_a_topic_chosen_in_the_form_is_replayed_with_its_new_group(town: City) -> None:
    topic = town.topics["strasse"]
    cases = [
        sent_around(town, f"Ast {number}", channel=Channel.FORM, topic=topic)
        for number in range(12)
    ]
    with town.house.database.read() as session:
        period = Period(town.clock() - timedelta(days=9), town.clock() + timedelta(1))
        moving = ByBook(session, load_ways(session, period), town.clock())
        moves = moving(RuleChange(town.groups["gruen"].hex, topic.hex))
        assert moving(RuleChange(town.groups["gruen"].hex, town.topics["laerm"].hex)) == {}
    both = (town.groups["tiefbau"].hex, town.groups["gruen"].hex)
    assert moves == {case.hex: both for case in cases}


def test_declining_needs_a_reason(town: City) -> None:
    for number in range(12):
        sent_around(town, f"Ein Ast liegt auf dem Gehweg bei Nummer {number}.")
    kora = town.staff("kora")
    with town.house.database.write() as session:
        work_out(session, kora, now=town.clock())
    proposal = one(town, kora)
    with pytest.raises(ConflictError, match="warum"), town.house.database.write() as session:
        decline(session, kora, proposal.id, 1, " ", now=town.clock())


def test_what_annoys_may_be_said_without_a_name(city: City) -> None:
    with city.house.database.write() as session:
        complain(
            session, city.staff("tim"), "Drei Formulare für einen Stuhl", office=city.offices["ordnung"],
            named=False, now=city.clock(),
        )  # fmt: skip
        with pytest.raises(ConflictError):
            complain(session, city.staff("tim"), "  ", now=city.clock())
    with city.house.database.read() as session:
        (seen,) = annoyances(session, city.staff("kora"))
        assert seen.reporter_id is None
        assert annoyances(session, city.staff("tim")) == []
        assert [row.id for row in annoyances(session, city.staff("lotte"))] == [seen.id]
    with city.house.database.write() as session:
        take_care(
            session,
            city.staff("lotte"),
            seen.id,
            1,
            "Ein Formular genügt jetzt.",
            done=True,
            now=city.clock(),
        )
    with pytest.raises(ConflictError), city.house.database.write() as session:
        take_care(session, city.staff("kora"), seen.id, 1, "Ich auch.", done=True, now=city.clock())


def test_who_said_it_with_a_name_learns_what_comes_of_it(city: City) -> None:
    tim, lotte = city.staff("tim"), city.staff("lotte")
    with city.house.database.write() as session:
        rows = [
            complain(
                session, tim, "Drei Formulare", office=city.offices["ordnung"], named=named, now=city.clock()
            )
            for named in (True, False)
        ]  # fmt: skip
        for row in rows:
            take_care(session, lotte, row.id, 1, "Nur noch eines.", done=True, now=city.clock())
    with city.house.database.read() as session:
        titles = [task.title for task in tasks_for(session, tim)]
        assert len(unread(session, tim)) == 1
    assert titles == ["Antwort auf Ihr „Das nervt“"]
    with city.house.database.write() as session:
        have_read(session, tim, now=city.clock())
        assert unread(session, tim) == []
        assert tasks_for(session, tim) == []


def test_a_steckbrief_is_written_for_the_own_office(city: City) -> None:
    form = ProfileForm(
        "Stühle", city.offices["ordnung"], "Ein Stuhl fehlt", "Amt, Einkauf", "E-Mail", "unklar"
    )
    with city.house.database.write() as session:
        describe(session, city.staff("lotte"), form, now=city.clock())
        with pytest.raises(NotAllowedError):
            describe(session, city.staff("tina"), form, now=city.clock())
        with pytest.raises(ConflictError, match="füllen"):
            describe(
                session,
                city.staff("olga"),
                ProfileForm("", city.offices["ordnung"], "", "", "", ""),
                now=city.clock(),
            )
    with city.house.database.read() as session:
        assert [row.title for row in profiles(session, city.staff("kora"))] == ["Stühle"]
