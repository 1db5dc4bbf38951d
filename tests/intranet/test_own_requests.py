"""What colleagues ask for themselves: they find the answer, reply, and are told of the end."""

from typing import Any
from uuid import UUID

from storage.actors import Staff
from storage.clock import local_date, new_id
from storage.organisation.queries import load_staff
from tests.intranet.test_anliegen_pages import SYSTEM, Browse, groups, press, row_of, shown
from workflows.kiss.anliegen.assigning import To, assign
from workflows.kiss.anliegen.closing import close
from workflows.kiss.anliegen.opening import Channel, Incoming
from workflows.kiss.anliegen.requesters import is_told
from workflows.kiss.anliegen.states import Kind
from workflows.kiss.anliegen.tables import Anliegen
from workflows.kiss.anliegen.taking_in import take_in

__all__ = ["groups"]


def asked(furnished: Any, groups: dict[str, UUID], login: str) -> tuple[Staff, UUID]:
    """Somebody of the house has asked for something, and it lies with the Ordnungsamt."""
    house, person = furnished.house, furnished.person(login).id
    with house.database.read() as session:
        asking = load_staff(session, person, local_date(house.clock()))
    assert asking is not None
    incoming = Incoming(
        key=new_id().hex, channel=Channel.INTERNAL, kind=Kind.INTERNAL, text="Der Aufzug steht."
    )
    anliegen = take_in(house, asking, incoming)
    with house.database.write() as session:
        assign(session, SYSTEM, anliegen, 1, To(groups["ordnungsamt"]), now=house.clock())
    return asking, anliegen


def test_who_asked_from_inside_finds_the_answer_and_replies(
    browse: Browse, furnished: Any, groups: dict[str, UUID]
) -> None:
    _, anliegen = asked(furnished, groups, "paula.post")
    app = browse("anna.beispiel", "anliegen.py", id=anliegen.hex)
    assert "Geht an Paula" in shown(app)
    next(each for each in app.text_area if each.label == "Ihre Antwort").set_value("Er fährt.")
    press(app, "Antwort senden")
    mine = browse("paula.post", "anliegen.py")
    mine.segmented_control(key="anliegen-filter").set_value("asked").run()
    assert "Der Aufzug steht." in shown(mine)
    app = browse("paula.post", "anliegen.py", id=anliegen.hex)
    assert "Er fährt." in shown(app)
    assert "Warum hier?" not in shown(app)
    app.text_area[0].set_value("Nein, er steht wieder.")
    press(app, "Senden")
    assert row_of(furnished, anliegen).state == "reopened"
    app = browse("anna.beispiel", "anliegen.py", id=anliegen.hex)
    assert "Nein, er steht wieder." in shown(app)


def test_opening_the_whole_of_one_s_own_finishes_the_task_about_its_end(
    browse: Browse, furnished: Any, groups: dict[str, UUID]
) -> None:
    house = furnished.house
    asking, anliegen = asked(furnished, groups, "anna.beispiel")
    with house.database.write() as session:
        revision = session.get_one(Anliegen, anliegen).revision
        close(session, SYSTEM, anliegen, revision, now=house.clock())

    def waits() -> bool:
        with house.database.read() as session:
            return is_told(session, asking, anliegen)

    assert waits()
    app = browse("anna.beispiel", "anliegen.py", id=anliegen.hex)
    assert not app.exception
    assert not waits()
