"""Who came with something from inside sees the public part of it, is told of the answer and replies; callers get a link."""

from uuid import UUID

import pytest
from sqlalchemy import func, select

from storage.clock import new_id
from storage.conflicts import ConflictError, NotFoundError
from storage.journal.tables import JournalPending
from storage.tasks.list import tasks_for
from tests.workflows.kiss.anliegen.test_life import deed, given_to
from tests.workflows.kiss.conftest import City
from workflows.kiss.anliegen.answering import answer
from workflows.kiss.anliegen.assigning import To, assign
from workflows.kiss.anliegen.closing import close
from workflows.kiss.anliegen.conversation import add_note
from workflows.kiss.anliegen.merging import merge
from workflows.kiss.anliegen.opening import Caller, Channel, Incoming
from workflows.kiss.anliegen.queries import whole
from workflows.kiss.anliegen.requesting import (
    add_to_request,
    give_link,
    read_request,
    request,
    requests,
)
from workflows.kiss.anliegen.states import Kind
from workflows.kiss.anliegen.tables import Message
from workflows.kiss.anliegen.taking_in import take_in
from workflows.kiss.citizens.following import follow


def asked(city: City, login: str = "greta", channel: Channel = Channel.INTERNAL) -> UUID:
    incoming = Incoming(
        key=new_id().hex, channel=channel, text="Der Drucker geht nicht.",
        kind=Kind.INTERNAL if channel is Channel.INTERNAL else Kind.FAULT,
    )  # fmt: skip
    anliegen = take_in(city.house, city.staff(login), incoming)
    deed(city, assign, "kora", anliegen, To(city.groups["tiefbau"]))
    return anliegen


def told(city: City, login: str) -> list[str]:
    with city.house.database.read() as session:
        found = tasks_for(session, city.staff(login))
        return [task.title for task in found if task.kind == "kiss.told"]


def test_who_asked_is_told_sees_the_answer_and_no_note(city: City) -> None:
    anliegen = asked(city)
    with city.house.database.write() as session:
        add_note(session, city.staff("tim"), anliegen, "Unter uns.", now=city.clock())
    deed(city, answer, "tim", anliegen, "Wir kommen.")
    assert told(city, "greta") == ["Antwort auf Ihr Anliegen 2026-00001: Der Drucker geht nicht."]
    with city.house.database.read() as session:
        greta = city.staff("greta")
        assert [row.id for row in requests(session, greta)] == [anliegen]
        row = request(session, greta, anliegen, city.clock())
        assert [line.text for line in follow(session, row).lines] == [
            "Der Drucker geht nicht.", "Wir kommen.",
        ]  # fmt: skip
        with pytest.raises(NotFoundError):
            whole(session, greta, anliegen)
        for other in ("otto", "ada"):
            assert requests(session, city.staff(other)) == []
            with pytest.raises(NotFoundError):
                request(session, city.staff(other), anliegen, city.clock())


@pytest.mark.parametrize(
    "text", ["Ich erhebe Dienstaufsichtsbeschwerde!", "Das ist eine Meldung nach dem HinSchG."]
)
def test_what_must_not_reach_who_has_it_is_refused(city: City, text: str) -> None:
    anliegen = asked(city)
    with pytest.raises(ConflictError, match="Das liest sich wie"), city.house.database.write() as s:
        add_to_request(s, city.staff("greta"), anliegen, text, "x", now=city.clock())
    with city.house.database.read() as session:
        assert session.scalar(select(func.count(Message.id))) == 1


def test_who_asked_replies_and_it_goes_on(city: City) -> None:
    anliegen = asked(city)
    deed(city, answer, "tim", anliegen, "Welcher?", asks=True)
    key = new_id().hex
    for _ in range(2):
        with city.house.database.write() as session:
            add_to_request(
                session, city.staff("greta"), anliegen, "Der im Flur.", key, now=city.clock()
            )
    assert city.row(anliegen).state == "in_work"
    assert told(city, "greta") == []
    with city.house.database.read() as session:
        said = session.scalars(select(Message).where(Message.key == key)).one()
        assert (said.author_id, said.kind) == (city.people["greta"], "incoming")
    with city.house.database.write() as session, pytest.raises(NotFoundError):
        add_to_request(session, city.staff("otto"), anliegen, "Ich auch.", "x", now=city.clock())


def test_read_is_done(city: City) -> None:
    anliegen = asked(city)
    deed(city, answer, "tim", anliegen, "Erledigt.")
    with city.house.database.write() as session:
        read_request(session, city.staff("greta"), anliegen, now=city.clock())
    assert told(city, "greta") == []


def test_who_answers_their_own_is_told_nothing(city: City) -> None:
    anliegen = asked(city, "tim")
    deed(city, answer, "tim", anliegen, "Erledigt.")
    assert told(city, "tim") == []


def test_the_link_is_for_who_works_on_it_and_who_just_took_the_call(city: City) -> None:
    anliegen = asked(city, "greta", Channel.PHONE)
    now = city.clock()

    def link_for(login: str) -> None:
        with city.house.database.write() as session:
            give_link(session, city.staff(login), anliegen, now=city.clock())

    link_for("tim")
    link_for("greta")
    with pytest.raises(NotFoundError):
        link_for("otto")
    with city.house.database.read() as session:
        entries = select(func.count()).where(JournalPending.verb == "anliegen.give_link")
        assert session.scalar(entries) == 2
    city.clock.forward(days=2)
    assert city.clock() > now
    with pytest.raises(NotFoundError):
        link_for("greta")


def test_no_link_is_shown_where_answers_arrive_by_mail_or_in_the_house(city: City) -> None:
    by_mail = given_to(city, "tiefbau", caller=Caller("Erika", "erika@example.org"))
    for anliegen in (by_mail, asked(city)):
        with (
            city.house.database.write() as session,
            pytest.raises(ConflictError, match="ohne E-Mail"),
        ):
            give_link(session, city.staff("tim"), anliegen, now=city.clock())
    with city.house.database.read() as session:
        entries = select(func.count()).where(JournalPending.verb == "anliegen.give_link")
        assert session.scalar(entries) == 0


def test_what_ends_without_an_answer_is_told_as_well(city: City) -> None:
    anliegen = asked(city)
    deed(city, close, "tim", anliegen)
    assert told(city, "greta") == [
        "Abgeschlossen ohne Antwort: Ihr Anliegen 2026-00001: Der Drucker geht nicht."
    ]


def test_what_is_merged_into_one_that_ended_without_an_answer_is_told(city: City) -> None:
    main, copy = given_to(city, "tiefbau"), asked(city)
    deed(city, close, "tim", main)
    assert told(city, "greta") == []
    deed(city, merge, "tim", copy, main)
    [title] = told(city, "greta")
    assert title.startswith("Abgeschlossen ohne Antwort: Ihr Anliegen 2026-00002")


def test_who_closes_their_own_is_told_nothing(city: City) -> None:
    anliegen = asked(city, "tim")
    deed(city, close, "tim", anliegen)
    assert told(city, "tim") == []
