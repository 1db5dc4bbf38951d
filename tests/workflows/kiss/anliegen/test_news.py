"""Nothing that citizens say, and no silence of theirs, goes unnoticed."""

from uuid import UUID

import pytest
from sqlalchemy import select

from storage.actors import Citizen
from storage.clock import new_id
from storage.conflicts import ConflictError
from storage.tasks.drafts import load_draft
from storage.tasks.list import tasks_for
from tests.workflows.kiss.anliegen.test_life import deed, given_to
from tests.workflows.kiss.conftest import SYSTEM, City
from workflows.kiss.anliegen.answering import answer, release, send_back, take_back
from workflows.kiss.anliegen.assigning import To, assign, take_over
from workflows.kiss.anliegen.closing import not_done
from workflows.kiss.anliegen.conversation import Reply, hear, seen
from workflows.kiss.anliegen.queries import Wanted, most_urgent, news_of
from workflows.kiss.anliegen.silence import asked_since, remind
from workflows.kiss.anliegen.tables import Message


def says(city: City, anliegen: UUID, text: str) -> None:
    with city.house.database.write() as session:
        hear(session, SYSTEM, anliegen, Reply(new_id().hex, text), now=city.clock())


def titles(city: City, login: str) -> list[str]:
    with city.house.database.read() as session:
        return [task.title for task in tasks_for(session, city.staff(login))]


def test_a_message_while_it_is_done_is_told_and_marked_until_it_was_read(city: City) -> None:
    anliegen = given_to(city, "tiefbau")
    deed(city, take_over, "tim", anliegen)
    says(city, anliegen, "Jetzt sind es zwei Löcher.")
    assert any(each.startswith("Neue Nachricht: Anliegen") for each in titles(city, "tim"))
    with city.house.database.read() as session:
        assert news_of(session, [anliegen]) == {anliegen}
    with city.house.database.write() as session:
        seen(session, city.staff("tim"), anliegen, now=city.clock())
    with city.house.database.read() as session:
        assert news_of(session, [anliegen]) == frozenset()


def test_thanks_leave_it_done_and_objecting_never_does(city: City) -> None:
    anliegen = given_to(city, "tiefbau")
    deed(city, answer, "tim", anliegen, "Erledigt.")
    says(city, anliegen, "Vielen Dank!")
    assert city.row(anliegen).state == "answered"
    with city.house.database.write() as session:
        not_done(session, Citizen(anliegen), Reply("n", "Danke!"), now=city.clock())
    assert city.row(anliegen).state == "reopened"


def test_silence_reminds_then_offers_the_end_and_ends_nothing(city: City) -> None:
    anliegen = given_to(city, "tiefbau")
    deed(city, take_over, "tim", anliegen)
    deed(city, answer, "tim", anliegen, "Wo?", asks=True)

    def reminded() -> int:
        return remind(city.house.database, 14, city.clock())

    assert reminded() == 0
    for words in ("Keine Antwort auf die Rückfrage", "kann geschlossen werden"):
        city.clock.forward(days=14)
        assert reminded() == 1
        assert reminded() == 0
        assert any(words in each for each in titles(city, "tim"))
    assert city.row(anliegen).state == "waits_citizen"
    with city.house.database.read() as session:
        assert asked_since(session, city.row(anliegen)) is not None
    says(city, anliegen, "Vor Nummer 4.")
    assert not any("Keine Antwort" in each for each in titles(city, "tim"))
    deed(city, answer, "tim", anliegen, "Welche Straße?", asks=True)
    assert reminded() == 0
    city.clock.forward(days=14)
    assert reminded() == 1


def waiting_answer(city: City, anliegen: UUID) -> Message:
    with city.house.database.read() as session:
        wanted = select(Message).where(Message.anliegen_id == anliegen, Message.state == "waiting")
        return session.scalars(wanted).one()


def test_what_is_sent_back_is_the_authors_task_and_draft_again(city: City) -> None:
    anliegen = given_to(city, "ordnung", "laerm")
    deed(city, answer, "otto", anliegen, "Wir messen.")
    with pytest.raises(ConflictError, match="wartet noch auf Freigabe"):
        deed(city, answer, "otto", anliegen, "Noch eine.")
    message = waiting_answer(city, anliegen)
    with city.house.database.write() as session:
        send_back(
            session, city.staff("olga"), message.id, message.revision, "Wann?", now=city.clock()
        )
    assert any("Antwort überarbeiten" in each for each in titles(city, "otto"))
    with city.house.database.read() as session:
        key = f"anliegen:{anliegen.hex}"
        assert load_draft(session, city.people["otto"], key) == {"text": "Wir messen."}
    deed(city, answer, "otto", anliegen, "Wir messen am Montag.")
    assert not any("Antwort überarbeiten" in each for each in titles(city, "otto"))


def test_the_author_takes_back_and_nobody_else(city: City) -> None:
    anliegen = given_to(city, "ordnung", "laerm")
    deed(city, answer, "otto", anliegen, "Wir messen.")
    message = waiting_answer(city, anliegen)
    with city.house.database.write() as session, pytest.raises(ConflictError, match="geschrieben"):
        take_back(session, city.staff("olga"), message.id, message.revision, now=city.clock())
    with city.house.database.write() as session:
        take_back(session, city.staff("otto"), message.id, message.revision, now=city.clock())
    with city.house.database.write() as session, pytest.raises(ConflictError):
        release(session, city.staff("olga"), message.id, message.revision + 1, now=city.clock())


def test_another_topic_in_the_group_is_no_way_around_four_eyes(city: City) -> None:
    anliegen = given_to(city, "ordnung", "laerm")
    deed(city, assign, "otto", anliegen, To(city.groups["ordnung"], topic=city.topics["baum"]))
    deed(city, answer, "otto", anliegen, "Fertig.")
    assert waiting_answer(city, anliegen).text == "Fertig."
    elsewhere = given_to(city, "ordnung", "laerm")
    deed(city, assign, "otto", elsewhere, To(city.groups["gruen"], topic=city.topics["baum"]))
    deed(city, answer, "greta", elsewhere, "Fertig.")
    assert city.row(elsewhere).state == "answered"


def test_due_this_week_shows_heads_their_offices_and_the_coordination_all(city: City) -> None:
    first, second = given_to(city, "ordnung", "laerm"), given_to(city, "tiefbau", "strasse")
    city.clock.forward(hours=1)
    wanted = Wanted(ours=True, led=True, late_by=city.row(second).due_at)
    with city.house.database.read() as session:

        def shown(login: str) -> list[UUID]:
            return [row.id for row in most_urgent(session, city.staff(login), wanted)]

        assert shown("otto") == [first]
        assert shown("tina") == [second]
        assert shown("kora") == [first, second]
        assert shown("greta") == []
