"""From coming in to being done: what the deeds of people make of an Anliegen."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from storage.actors import Citizen, ProtectionClass
from storage.conflicts import ConflictError, NotFoundError
from storage.database import Database
from storage.jobs.tables import Job
from storage.rights import NotAllowedError
from storage.tasks.list import tasks_for
from tests.workflows.kiss.conftest import MONDAY, SYSTEM, City
from workflows.kiss.anliegen.answering import (
    TELL,
    answer,
    release,
    send_back,
    start_writing,
    who_writes,
)
from workflows.kiss.anliegen.assigning import To, assign, protect, take_over
from workflows.kiss.anliegen.closing import close, not_done, rate, reopen
from workflows.kiss.anliegen.contributing import ask_group, contribute
from workflows.kiss.anliegen.conversation import Reply, add_note, hear
from workflows.kiss.anliegen.merging import merge, unmerge
from workflows.kiss.anliegen.opening import ROUTE, Caller
from workflows.kiss.anliegen.progress import HOURS
from workflows.kiss.anliegen.queries import Wanted, anliegen_list, most_urgent, whole
from workflows.kiss.anliegen.tables import Anliegen, Contribution, Message, Step
from workflows.kiss.routing.group_keeping import GroupForm, add_group


def test_the_same_mail_twice_is_one_anliegen(city: City) -> None:
    first, second = city.open(key="mail:1"), city.open(key="mail:1")
    assert first == second
    with city.house.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Message)) == 1
        assert session.scalar(select(func.count()).where(Job.kind == ROUTE)) == 1
    row = city.row(first)
    assert (row.state, row.year, row.number) == ("new", 2026, 1)
    assert row.group_id == city.groups["koordination"]


def test_numbers_are_given_out_in_order_of_arrival(city: City) -> None:
    assert [city.row(city.open()).number for _ in range(3)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("text", "caller", "words"),
    [
        ("   ", Caller(), "beschreiben"),
        ("Hallo", Caller(mail="kein mail"), "E-Mail-Adresse"),
        ("Hallo", Caller(mail="a@b.de\nBcc: x@y.de"), "E-Mail-Adresse"),
    ],
)
def test_what_cannot_be_taken_in_says_why(
    city: City, text: str, caller: Caller, words: str
) -> None:
    with pytest.raises(ConflictError, match=words):
        city.open(text, caller=caller)
    with city.house.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Anliegen)) == 0


def deed(
    city: City,
    what: Callable[..., object],
    login: str,
    anliegen: UUID,
    *more: object,
    **named: object,
) -> object:
    with city.house.database.write() as session:
        return what(
            session,
            city.staff(login),
            anliegen,
            city.row(anliegen).revision,
            *more,
            now=city.clock(),
            **named,
        )


def given_to(city: City, group: str, topic: str | None = None, **more: object) -> UUID:
    anliegen = city.open(**more)  # type: ignore[arg-type]
    deed(
        city,
        assign,
        "kora",
        anliegen,
        To(city.groups[group], topic=city.topics[topic] if topic else None),
    )
    return anliegen


def test_a_topic_sets_the_target_and_a_hand_over_takes_the_new_group_s(city: City) -> None:
    anliegen = given_to(city, "tiefbau", "strasse")
    assert city.row(anliegen).due_at == HOURS.add(MONDAY, timedelta(hours=24))
    city.clock.forward(days=1)
    deed(city, assign, "tim", anliegen, To(city.groups["gruen"]), "Das ist eine Wurzel.")
    row = city.row(anliegen)
    assert row.due_at == HOURS.add(city.clock(), timedelta(hours=40))
    assert (row.state, row.group_id) == ("assigned", city.groups["gruen"])
    with city.house.database.read() as session:
        steps = session.scalars(select(Step.deed).order_by(Step.id)).all()
    assert steps == ["open", "assign", "assign"]


def test_the_clock_pauses_while_the_citizen_is_asked(city: City) -> None:
    anliegen = given_to(city, "tiefbau", "strasse")
    city.clock.forward(hours=2)
    deed(city, answer, "tim", anliegen, "Wo genau ist das Loch?", asks=True)
    row = city.row(anliegen)
    assert (row.state, row.due_at) == ("waits_citizen", None)
    city.clock.forward(days=7)
    with city.house.database.write() as session:
        hear(session, SYSTEM, anliegen, Reply("mail:2", "Vor Hausnummer 4."), now=city.clock())
    row = city.row(anliegen)
    assert row.state == "in_work"
    assert row.due_at == HOURS.add(city.clock(), timedelta(hours=22))


def test_people_get_told_and_first_answer_and_end_are_kept(city: City) -> None:
    anliegen = given_to(city, "tiefbau", "strasse")
    deed(city, take_over, "tim", anliegen)
    deed(city, answer, "tim", anliegen, "Wir füllen das Loch am Mittwoch.")
    row = city.row(anliegen)
    assert (row.state, row.first_answer_at, row.due_at) == ("answered", MONDAY, None)
    deed(city, close, "tim", anliegen)
    row = city.row(anliegen)
    assert (row.state, row.closed_at) == ("closed", MONDAY)
    with city.house.database.read() as session:
        told = session.scalars(select(Job.payload).where(Job.kind == TELL)).all()
    assert [each["what"] for each in told] == [
        "message"
    ]  # an answer was sent; closing says nothing new


def test_who_was_slower_is_told_and_changes_nothing(city: City) -> None:
    anliegen = given_to(city, "tiefbau")
    seen = city.row(anliegen).revision
    deed(city, take_over, "tim", anliegen)
    with (
        pytest.raises(ConflictError, match="Jemand anders"),
        city.house.database.write() as session,
    ):
        take_over(session, city.staff("tom"), anliegen, seen, now=city.clock())
    assert city.row(anliegen).person_id == city.people["tim"]


def test_only_the_responsible_office_works_on_it_and_others_are_asked_for_their_part(
    city: City,
) -> None:
    anliegen = given_to(city, "tiefbau")
    with pytest.raises(NotFoundError):
        deed(city, take_over, "greta", anliegen)
    deed(city, ask_group, "tim", anliegen, city.groups["gruen"], "Gehört der Baum euch?")
    assert city.row(anliegen).state == "waits_office"
    with pytest.raises(NotAllowedError, match="anderen Stelle"):
        deed(city, take_over, "greta", anliegen)
    with city.house.database.read() as session:
        part = session.scalars(select(Contribution)).one()
        assert [task.title for task in tasks_for(session, city.staff("greta"))] == [
            "Um einen Beitrag gebeten: Anliegen 2026-00001"
        ]
    with pytest.raises(NotFoundError), city.house.database.write() as session:
        contribute(session, city.staff("otto"), part.id, 1, "Ja.", now=city.clock())
    with city.house.database.write() as session:
        contribute(session, city.staff("greta"), part.id, 1, "Ja, unserer.", now=city.clock())
    assert city.row(anliegen).state == "in_work"
    with city.house.database.read() as session:
        assert tasks_for(session, city.staff("greta")) == []
    with (
        pytest.raises(ConflictError, match="schon geantwortet"),
        city.house.database.write() as session,
    ):
        contribute(session, city.staff("greta"), part.id, 1, "Nein.", now=city.clock())


def test_four_eyes_let_nothing_out_before_a_colleague_has_seen_it(city: City) -> None:
    anliegen = given_to(city, "ordnung", "laerm")
    message = deed(city, answer, "otto", anliegen, "Wir kümmern uns.")
    assert isinstance(message, Message)
    assert city.row(anliegen).state == "assigned"
    with pytest.raises(ConflictError, match="vier Augen"), city.house.database.write() as session:
        release(session, city.staff("otto"), message.id, 1, now=city.clock())
    with pytest.raises(ConflictError, match="Freigabe"):
        deed(city, close, "otto", anliegen)
    with city.house.database.write() as session:
        send_back(session, city.staff("olga"), message.id, 1, "Bitte mit Termin.", now=city.clock())
    better = deed(city, answer, "otto", anliegen, "Wir kümmern uns am Montag.")
    assert isinstance(better, Message)
    with city.house.database.write() as session:
        release(session, city.staff("olga"), better.id, 1, now=city.clock())
    assert city.row(anliegen).state == "answered"
    with city.house.database.read() as session:
        states = session.execute(
            select(Message.text, Message.state).where(Message.kind == "answer").order_by(Message.id)
        ).all()
    assert [tuple(each) for each in states] == [
        ("Wir kümmern uns.", "returned"),
        ("Wir kümmern uns am Montag.", "sent"),
    ]


def test_not_done_after_all_reaches_who_had_it(city: City) -> None:
    anliegen = given_to(city, "tiefbau")
    deed(city, take_over, "tim", anliegen)
    deed(city, answer, "tim", anliegen, "Erledigt.")
    deed(city, close, "tim", anliegen)
    for _ in range(2):
        with city.house.database.write() as session:
            not_done(
                session, Citizen(anliegen), Reply("form:9", "Es ist noch da!"), now=city.clock()
            )
    row = city.row(anliegen)
    assert (row.state, row.person_id) == ("reopened", city.people["tim"])
    with city.house.database.read() as session:
        assert [task.title for task in tasks_for(session, city.staff("tim"))] == [
            "Anliegen 2026-00001: Auf der Hauptstraße ist ein Schlagloch."
        ]
    with pytest.raises(ConflictError, match="beantwortet"), city.house.database.write() as session:
        rate(session, Citizen(anliegen), 5, now=city.clock())


def test_merged_ones_share_their_answers_and_come_apart_again(city: City) -> None:
    main, other = given_to(city, "tiefbau"), given_to(city, "tiefbau")
    deed(city, merge, "tim", other, main)
    assert (city.row(other).state, city.row(other).merged_into_id) == ("closed", main)
    with city.house.database.write() as session:
        hear(session, SYSTEM, other, Reply("mail:7", "Noch größer geworden."), now=city.clock())
    with city.house.database.read() as session:
        heard = session.scalars(select(Message).where(Message.key == "mail:7")).one()
    assert (heard.anliegen_id, heard.via_id) == (main, other)
    third = given_to(city, "tiefbau")
    with pytest.raises(ConflictError, match="dritten"):
        deed(city, merge, "tim", third, other)
    deed(city, unmerge, "tim", other)
    row = city.row(other)
    assert (row.state, row.merged_into_id) == ("reopened", None)
    assert row.due_at is not None
    with city.house.database.read() as session:  # what came by its link goes with it
        back = session.scalars(select(Message).where(Message.key == "mail:7")).one()
    assert (back.anliegen_id, back.via_id) == (other, None)


def test_nothing_is_merged_across_protection_classes(city: City) -> None:
    main, other = given_to(city, "ordnung"), given_to(city, "ordnung")
    deed(city, take_over, "otto", other)
    deed(city, protect, "otto", other, ProtectionClass.SOCIAL)
    with pytest.raises(ConflictError, match="Schutzklassen"):
        deed(city, merge, "otto", other, main)


def test_who_else_is_writing_is_said_for_some_minutes(city: City) -> None:
    anliegen = given_to(city, "tiefbau")
    tim, tom = city.staff("tim"), city.staff("tom")
    with city.house.database.write() as session:
        start_writing(session, tim, anliegen, city.clock())
        assert who_writes(session, tim, anliegen, city.clock()) == []
        assert who_writes(session, tom, anliegen, city.clock()) == ["Tim Beispiel"]
        with pytest.raises(NotFoundError):
            start_writing(session, city.staff("greta"), anliegen, city.clock())
    city.clock.forward(minutes=4)
    with city.house.database.read() as session:
        assert who_writes(session, tom, anliegen, city.clock()) == []


def test_a_stranger_s_mail_is_kept_and_marked_and_opens_nothing(city: City) -> None:
    anliegen = given_to(city, "tiefbau")
    deed(city, close, "tim", anliegen)
    with city.house.database.write() as session:
        hear(
            session,
            SYSTEM,
            anliegen,
            Reply("mail:x", "Kaufen Sie!", trusted=False),
            now=city.clock(),
        )
    assert city.row(anliegen).state == "closed"
    with city.house.database.read() as session:
        assert whole(session, city.staff("tim"), anliegen).messages[-1].trusted is False
        asked = [task.title for task in tasks_for(session, city.staff("tim"))]
    assert asked == ["Bitte ansehen: Anliegen 2026-00001: Auf der Hauptstraße ist ein Schlagloch."]
    deed(city, reopen, "tim", anliegen)
    with city.house.database.read() as session:
        assert [task.kind for task in tasks_for(session, city.staff("tim"))] == ["kiss.work"]


def test_lists_find_by_number_word_and_what_is_late(city: City) -> None:
    road = given_to(city, "tiefbau", "strasse")
    given_to(city, "gruen", "baum", text="Ein Ast hängt über dem Gehweg.")
    with city.house.database.read() as session:
        kora = city.staff("kora")
        assert [row.id for row in anliegen_list(session, kora, Wanted(words="2026-00001"))] == [
            road
        ]
        assert [row.title for row in anliegen_list(session, kora, Wanted(words="gehweg ast"))] == [
            "Ein Ast hängt über dem Gehweg."
        ]
        soon = HOURS.add(MONDAY, timedelta(hours=25))
        assert [row.id for row in most_urgent(session, kora, Wanted(late_by=soon))] == [road]


def test_reopening_needs_an_end_first_and_notes_stay_inside(city: City) -> None:
    anliegen = given_to(city, "tiefbau")
    with pytest.raises(ConflictError, match="noch offen"):
        deed(city, reopen, "tim", anliegen)
    with city.house.database.write() as session:
        add_note(session, city.staff("tim"), anliegen, "Kenne ich.", now=city.clock())
    with pytest.raises(NotFoundError), city.house.database.write() as session:
        add_note(session, city.staff("greta"), anliegen, "Ich auch.", now=city.clock())


def test_of_two_who_take_it_up_at_once_one_has_it(database: Database, city: City) -> None:
    anliegen = given_to(city, "tiefbau")
    revision = city.row(anliegen).revision
    staff = [city.staff("tim"), city.staff("tom")]

    def take(who: int) -> bool:
        try:
            with database.write() as session:
                take_over(session, staff[who], anliegen, revision, now=city.clock())
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(take, range(2))) == [False, True]


def test_a_group_of_two_offices_works_together(city: City) -> None:
    form = GroupForm(
        "Bauhof",
        city.offices["tiefbau"],
        members=frozenset({city.people["tim"], city.people["greta"]}),
    )
    with city.house.database.write() as session:
        group = add_group(session, SYSTEM, "bauhof", form, now=city.clock()).id
    anliegen = city.open()
    deed(city, assign, "kora", anliegen, To(group))
    deed(city, take_over, "greta", anliegen)
    assert city.row(anliegen).person_id == city.people["greta"]
    with pytest.raises(NotFoundError):
        deed(city, take_over, "otto", anliegen)
