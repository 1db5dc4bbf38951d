"""Evaluations as they stand: asked for, worked out by the engine, read by those who may."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from storage.clock import new_id
from storage.jobs.handlers import JobContext
from storage.jobs.queue import claim
from storage.organisation.operations import add_person
from storage.rights import NotAllowedError
from tests.workflows.kiss.conftest import LONG_AGO, SYSTEM, City
from workflows.engine.work import work_off
from workflows.kiss.anliegen.answering import answer
from workflows.kiss.anliegen.assigning import To, assign
from workflows.kiss.evaluation import own_log
from workflows.kiss.evaluation.hearing import complain, forget_annoyances, take_care
from workflows.kiss.evaluation.improving import accept, forget_proposals, proposals
from workflows.kiss.evaluation.standing import (
    EVALUATE,
    ask,
    ask_for_proposals,
    evaluate_all,
    last_search,
    report_of,
    standing,
)
from workflows.kiss.evaluation.tables import Evaluation, Proposal
from workflows.kiss.work import job_kinds


@pytest.fixture
def work(city: City) -> Callable[[], None]:
    """Do what the engine would do about evaluations."""

    def off() -> None:
        (kind,) = [each for each in job_kinds(city.house) if each.name == EVALUATE]
        while jobs := claim(city.house.database, [kind.name], 50, "test", kind.lease, city.clock()):
            work_off(JobContext(city.house), kind, jobs)

    return off


@pytest.fixture
def town(city: City) -> City:
    """Six more people in each office, and a dozen Anliegen that went to the Tiefbau first."""
    with city.house.database.write() as session:
        for office in city.offices.values():
            for _ in range(6):
                add_person(
                    session, SYSTEM, login=new_id().hex, name="Noch Jemand", office=office,
                    valid_from=LONG_AGO, now=city.clock(),
                )  # fmt: skip
    kora, greta = city.staff("kora"), city.staff("greta")
    for number in range(12):
        anliegen = city.open(f"Ein Ast liegt auf dem Gehweg bei Nummer {number}.")
        with city.house.database.write() as session:
            for revision, group in ((1, "tiefbau"), (2, "gruen")):
                city.clock.forward(minutes=30)
                to = To(city.groups[group], topic=city.topics["baum"])
                assign(session, kora, anliegen, revision, to, now=city.clock())
            answer(session, greta, anliegen, 3, "Erledigt.", now=city.clock())
    city.clock.forward(days=1)
    return city


def test_a_report_is_asked_for_worked_out_and_read_as_far_as_one_sees(
    town: City, work: Callable[[], None]
) -> None:
    kora, tina, olga = town.staff("kora"), town.staff("tina"), town.staff("olga")
    with town.house.database.write() as session:
        for who in (kora, tina, olga):
            ask(session, who, 31, now=town.clock())
            ask(session, who, 31, now=town.clock())
        with pytest.raises(NotAllowedError):
            ask(session, town.staff("tim"), 31, now=town.clock())
        assert standing(session, kora, 92) is None
    work()
    with town.house.database.read() as session:
        rows = {who.name: standing(session, who, 31) for who in (kora, tina, olga)}
        assert len(session.scalars(select(Evaluation)).all()) == 3
    reports = {name: report_of(row) for name, row in rows.items() if row is not None}
    whole, theirs, none = (reports[who.name] for who in (kora, tina, olga))
    assert whole is not None
    assert whole.whole is not None
    assert whole.whole.cases == 12
    assert whole.matrix.total == 24
    assert "Bäume und Grünflächen" in whole.topics
    assert theirs is not None
    assert theirs.whole == whole.whole  # all of them passed through the Tiefbau
    assert none is not None
    assert none.whole is None  # and none through the Ordnungsamt


def test_a_period_that_is_cut_says_so(
    town: City, work: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_log, "MOST", 8)
    with town.house.database.write() as session:
        ask(session, town.staff("kora"), 31, now=town.clock())
    work()
    with town.house.database.read() as session:
        row = standing(session, town.staff("kora"), 31)
        assert row is not None
        report = report_of(row)
    assert report is not None
    assert report.whole is not None
    assert (report.whole.cases, report.left_out) == (8, 4)


def test_each_night_proposals_are_found_and_followed_up(
    town: City, work: Callable[[], None]
) -> None:
    kora = town.staff("kora")
    with town.house.database.write() as session:
        ask_for_proposals(session, kora, now=town.clock())
        with pytest.raises(NotAllowedError):
            ask_for_proposals(session, town.staff("tina"), now=town.clock())
    work()
    with town.house.database.read() as session:
        search = last_search(session, kora)
        row = proposals(session, kora)[0]
    assert search is not None
    assert search.done_at == town.clock()
    with town.house.database.write() as session:
        accept(session, kora, row.id, 1, "", now=town.clock())
    town.clock.forward(days=1)
    assert evaluate_all(JobContext(town.house)) == {"Auswertungen": 4}
    work()
    with town.house.database.read() as session:
        followed = session.get_one(Proposal, row.id)
        assert followed.followed_at == town.clock()
        assert "mindestens 5" in (followed.follow_up or "")
        assert standing(session, kora, 365) is not None
    town.clock.forward(days=6 * 365)
    with town.house.database.write() as session:
        assert forget_proposals(session, town.clock()) == 1


def test_who_waits_is_told_when_it_goes_wrong(town: City, work: Callable[[], None]) -> None:
    kora = town.staff("kora")
    with town.house.database.write() as session:
        ask(session, kora, 31, now=town.clock())
        row = standing(session, kora, 31)
        assert row is not None
        row.offices = ["unreadable"]
    work()
    with town.house.database.read() as session:
        row = standing(session, kora, 31)
        assert row is not None
        assert (row.done_at, row.result) == (town.clock(), None)
        assert "nicht gelungen" in (row.problem or "")


def test_what_annoyed_is_forgotten_a_year_after_it_was_settled(city: City) -> None:
    kora = city.staff("kora")
    with city.house.database.write() as session:
        row = complain(session, kora, "Drei Formulare", now=city.clock())
        take_care(session, kora, row.id, 1, "Nur noch eines.", done=True, now=city.clock())
    with city.house.database.write() as session:
        assert forget_annoyances(session, city.clock() + timedelta(days=360)) == 0
        assert forget_annoyances(session, city.clock() + timedelta(days=370)) == 1
