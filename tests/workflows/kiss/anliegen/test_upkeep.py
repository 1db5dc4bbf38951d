"""What happens by the clock: late ones reach the head, silence closes, names go after a year and the rest after three."""

from datetime import timedelta

from sqlalchemy import func, select

from storage.blobs.tables import Blob
from storage.tasks.list import tasks_for
from tests.workflows.kiss.anliegen.test_life import deed, given_to
from tests.workflows.kiss.conftest import City
from workflows.kiss.anliegen.answering import answer
from workflows.kiss.anliegen.closing import close
from workflows.kiss.anliegen.opening import Caller, Channel, Incoming
from workflows.kiss.anliegen.states import Kind
from workflows.kiss.anliegen.tables import Anliegen, Contact, Message, Step
from workflows.kiss.anliegen.taking_in import take_in
from workflows.kiss.anliegen.upkeep import SILENCE, close_silent, escalate, forget


def test_what_is_late_reaches_the_head_once(city: City) -> None:
    anliegen = given_to(city, "tiefbau", "strasse")
    with city.house.database.write() as session:
        assert escalate(session, city.clock()) == 0
    city.clock.forward(days=10)
    for new in (1, 0):
        with city.house.database.write() as session:
            assert escalate(session, city.clock()) == new

    def late() -> int:
        with city.house.database.read() as session:
            titles = [task.title for task in tasks_for(session, city.staff("tina"))]
        return titles.count("Überfällig: Anliegen 2026-00001")

    assert late() == 1
    deed(city, answer, "tim", anliegen, "Erledigt.")
    assert late() == 0


def test_an_office_without_a_head_holds_nobody_up(city: City) -> None:
    given_to(city, "gruen")
    given_to(city, "tiefbau")
    city.clock.forward(days=20)
    with city.house.database.write() as session:
        assert escalate(session, city.clock()) == 2
    with city.house.database.read() as session:
        titles = [task.title for task in tasks_for(session, city.staff("kora"))]
    assert "Überfällig: Anliegen 2026-00001" in titles


def test_an_answer_nobody_objects_to_is_the_end(city: City) -> None:
    anliegen = given_to(city, "tiefbau")
    deed(city, answer, "tim", anliegen, "Erledigt.")
    with city.house.database.write() as session:
        assert close_silent(session, city.clock()) == 0
    city.clock.forward(days=15)
    assert timedelta(days=15) > SILENCE
    with city.house.database.write() as session:
        assert close_silent(session, city.clock()) == 1
    assert city.row(anliegen).state == "closed"


def test_names_go_after_a_year_and_all_of_it_after_three(city: City) -> None:
    incoming = Incoming(
        key="f:1", channel=Channel.FORM, kind=Kind.FAULT, text="Kaputt.", sender="erika@example.org",
        caller=Caller("Erika Muster", "erika@example.org"),
    )  # fmt: skip
    anliegen = take_in(city.house, city.staff("tim"), incoming, [("bild.txt", b"ein Bild")])
    deed(city, close, "kora", anliegen)

    def night() -> dict[str, int]:
        with city.house.database.write() as session:
            return forget(session, city.house.blobs, city.clock())

    city.clock.forward(days=364)
    assert night()["Kontakte"] == 0
    city.clock.forward(days=2)
    assert night()["Kontakte"] == 1
    with city.house.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Contact)) == 0
        assert session.scalars(select(Message.sender).where(Message.kind == "incoming")).all() == [
            None
        ]
    city.clock.forward(days=3 * 365 + 200)
    assert night()["Anliegen"] == 1
    with city.house.database.read() as session:
        for table in (Anliegen, Message, Step):
            assert session.scalar(select(func.count()).select_from(table)) == 0
        assert session.scalars(select(Blob.refs)).all() in ([], [0])
