"""The pages of mails nobody could read, of logs that are handed in, and what happens where somebody else was quicker."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import delete, select
from streamlit.testing.v1 import AppTest

from intranet.navigation import pages_for
from intranet.views import unread_mail
from presence.sign_in import Token
from presence.sign_in import sign_in as enter
from storage.clock import local_date, new_id
from storage.organisation.queries import load_staff
from storage.rights import NotAllowedError
from storage.tasks.list import tasks_for
from tests.intranet.test_anliegen_pages import press, shown
from workflows.kiss.anliegen.tables import Anliegen, MessageFile
from workflows.kiss.evaluation.handed_in import hand_in, remove
from workflows.kiss.evaluation.hearing import complain, take_care
from workflows.kiss.evaluation.improving import accompany, decline, work_out
from workflows.kiss.evaluation.tables import Annoyance, HandedInLog, Proposal, ProposalVoice
from workflows.kiss.mail.glance import glance
from workflows.kiss.mail.quarantine import wait_for_somebody
from workflows.kiss.mail.tables import MailItem

Browse = Callable[..., AppTest]
Engine = Callable[[], None]
BROKEN = (
    b"From: Karl <karl@example.org>\r\nSubject: Bank <b>kaputt</b>\r\nMessage-ID: <1@b.de>\r\n\r\nx"
)
CSV = "Fall,Zeit,Schritt,Wer\n" + "\n".join(
    f"{case},2026-03-0{case + 1}T0{hour}:00:00Z,Arbeit,{group}"
    for case in range(6)
    for hour, group in enumerate("ABA")
)


def staff(furnished: Any, login: str) -> Any:
    today = local_date(furnished.house.clock())
    with furnished.house.database.read() as session:
        found = load_staff(session, furnished.person(login).id, today)
    assert found is not None
    return found


@pytest.fixture
def unread(furnished: Any) -> Iterator[UUID]:
    """A mail that could not be read, as the import leaves it."""
    house, now, seen = furnished.house, furnished.house.clock(), glance(BROKEN)
    with house.blobs.stage(BROKEN) as staged, house.database.write() as session:
        row = MailItem(
            id=new_id(), key=f"mail:{sha256(new_id().bytes).hexdigest()}", mailboxes=["feedback"], fate="quarantined",
            reason="Das Leseprogramm brach ab.", original=house.blobs.put(session, staged).sha256, size=len(BROKEN),
            sender=seen.sender, subject=seen.subject, at=now,
        )  # fmt: skip
        session.add(row)
        session.flush()
        wait_for_somebody(session, row, now)
    yield row.id
    with house.database.write() as session:
        session.execute(delete(MailItem))


def item(furnished: Any, mail: UUID) -> MailItem:
    with furnished.house.database.read() as session:
        return session.get_one(MailItem, mail)  # type: ignore[no-any-return]


def field(app: AppTest, kind: str, label: str) -> Any:
    return next(each for each in getattr(app, kind) if each.label == label)


def test_the_task_leads_to_a_page_that_says_what_is_known(
    browse: Browse, furnished: Any, unread: UUID
) -> None:
    kora = staff(furnished, "kora.dinator")
    with furnished.house.database.read() as session:
        assert "/ungelesen" in {task.link for task in tasks_for(session, kora)}
    everything = shown(browse("kora.dinator", "ungelesen.py"))
    for words in ("Karl &lt;karl@example.org&gt;", "Bank &lt;b&gt;kaputt&lt;/b&gt;", "brach ab"):
        assert words in everything
    app = browse("kora.dinator", "ungelesen.py", id=unread.hex)
    assert f"/anliegen/unlesbar/{unread.hex}" in shown(app)
    assert "feedback" in shown(app)


def test_nobody_else_sees_it(furnished: Any, unread: UUID) -> None:
    anna = staff(furnished, "anna.beispiel")
    assert "ungelesen" not in {page.path for pages in pages_for(anna).values() for page in pages}
    with furnished.house.database.read() as session:
        with pytest.raises(NotAllowedError):
            unread_mail.lines(session, anna)
        with pytest.raises(NotAllowedError):
            unread_mail.load(session, anna, unread)


def test_it_is_taken_in_by_hand(browse: Browse, furnished: Any, unread: UUID) -> None:
    app = browse("kora.dinator", "ungelesen.py", id=unread.hex)
    app = press(app, "Aufnehmen")
    assert "beschreiben Sie" in shown(app)
    field(app, "text_area", "Worum geht es?").set_value("Eine Bank ist kaputt.")
    field(app, "text_input", "E-Mail für die Antwort").set_value("karl@example.org")
    press(app, "Aufnehmen")
    row = item(furnished, unread)
    assert row.fate == "opened"
    with furnished.house.database.read() as session:
        made = session.get_one(Anliegen, row.anliegen_id)
        names = session.scalars(select(MessageFile.name)).all()
    assert (made.title, list(names)) == ("Bank <b>kaputt</b>", ["Nachricht.eml"])
    gone = browse("kora.dinator", "ungelesen.py", id=unread.hex)
    assert "wartet nicht mehr" in shown(gone)
    assert "Keine ungelesenen E-Mails" in shown(gone)
    assert "Diese E-Mails konnten nicht gelesen werden" not in shown(gone)


def test_it_is_thrown_away_only_with_a_reason(browse: Browse, furnished: Any, unread: UUID) -> None:
    app = browse("kora.dinator", "ungelesen.py", id=unread.hex)
    app = press(app, "Verwerfen")
    assert "warum" in shown(app)
    field(app, "text_input", "Warum?").set_value("Werbung")
    press(app, "Verwerfen")
    assert (item(furnished, unread).fate, item(furnished, unread).reason) == (
        "discarded",
        "Werbung",
    )


def test_it_is_read_again_by_the_engine(
    browse: Browse, furnished: Any, unread: UUID, engine: Engine
) -> None:
    app = browse("kora.dinator", "ungelesen.py", id=unread.hex)
    press(app, "Noch einmal lesen")
    waits = browse("kora.dinator", "ungelesen.py", id=unread.hex)
    assert "wird noch einmal gelesen" in shown(waits)
    engine()
    assert item(furnished, unread).fate != "quarantined"
    with furnished.house.database.read() as session:
        assert "Bank <b>kaputt</b>" in session.scalars(select(Anliegen.title)).all()


@pytest.mark.browser
def test_the_original_is_for_the_coordination(
    server: str, furnished: Any, small: Any, unread: UUID
) -> None:
    from intranet.cookies import Cookies

    for login, status in (("kora.dinator", 200), ("anna.beispiel", 404)):
        outcome = enter(furnished.house, login, small.PASSWORD, "127.0.0.1")
        assert isinstance(outcome, Token)
        cookies = {Cookies(secure=False).session: outcome.value}
        answer = httpx.get(f"{server}/anliegen/unlesbar/{unread.hex}", cookies=cookies, timeout=120)
        assert answer.status_code == status
        assert (answer.content == BROKEN) == (status == 200)


def test_all_that_is_measured_stands_on_the_page(
    browse: Browse, undecided: Any, engine: Engine
) -> None:
    press(browse("kora.dinator", "auswertung.py"), "Neu berechnen")
    engine()
    seen = shown(browse("kora.dinator", "auswertung.py"))
    for told in (
        "Doppelte", "Zufriedenheit (1 bis 5)", "Ergebnisse nach Thema", "Wieder geöffnet", "Rückkehr",
        "Zeiten nach Amt", "Zeit je Zustand", "zugewiesen", "Nach Art des Wegs", "mit Weitergabe",
    ):  # fmt: skip
        assert told in seen


@pytest.fixture
def no_logs(furnished: Any) -> Iterator[None]:
    yield
    with furnished.house.database.write() as session:
        session.execute(delete(HandedInLog))


@pytest.mark.usefixtures("no_logs")
def test_a_log_is_handed_in_its_columns_said_and_read(
    browse: Browse, furnished: Any, engine: Engine
) -> None:
    kora = staff(furnished, "kora.dinator")
    assert "Noch kein Protokoll" in shown(browse("kora.dinator", "auswertung.py"))
    hand_in(furnished.house, staff(furnished, "lotta.lotse"), "Fach.csv", CSV.encode())
    assert "wird ausgewertet" in shown(browse("lotta.lotse", "auswertung.py"))
    engine()
    app = browse("lotta.lotse", "auswertung.py")
    assert "Nicht alle Spalten" in shown(app)
    group = field(app, "selectbox", "Stelle (Gruppe, Team oder Amt)")
    assert group.value is None
    assert field(app, "selectbox", "Zeitpunkt").value == "Zeit"
    group.set_value("Wer")
    [submit] = [each for each in app.button if each.label == "Auswerten" and "Form" in each.key]
    app = submit.click().run()
    assert not app.exception
    engine()
    for login in ("lotta.lotse", "kora.dinator"):
        app = browse(login, "auswertung.py")
        assert "Protokoll Fach.csv vom 01.03.2026 bis 06.03.2026" in shown(app)
        assert "Hin und Her insgesamt" in shown(app)
    app = press(app, "Word-Datei erstellen")
    assert "Fach.csv" not in shown(browse("paula.post", "start.py"))
    with furnished.house.database.write() as session:
        row = session.scalars(select(HandedInLog)).one()
        remove(session, kora, furnished.house.blobs, row.id, now=furnished.house.clock())
    assert "Noch kein Protokoll" in shown(browse("lotta.lotse", "auswertung.py"))


@pytest.fixture
def proposal(undecided: Any) -> UUID:
    house = undecided.house
    with house.database.write() as session:
        work_out(session, staff(undecided, "kora.dinator"), now=house.clock())
        return session.scalars(select(Proposal.id)).one()  # type: ignore[no-any-return]


def kept(furnished: Any, proposal: UUID) -> Proposal:
    with furnished.house.database.read() as session:
        return session.get_one(Proposal, proposal)  # type: ignore[no-any-return]


def test_what_changed_since_it_was_seen_is_shown_before_it_is_decided(
    browse: Browse, undecided: Any, proposal: UUID
) -> None:
    house, lotta = undecided.house, staff(undecided, "lotta.lotse")
    app = browse("kora.dinator", "auswertung.py")
    with house.database.write() as session:
        accompany(session, lotta, proposal, 1, now=house.clock())
    app = press(app, "Annehmen")
    assert "Jemand anders hat das gerade geändert" in shown(app)
    assert "Begleitet von Lotta Lotse" in shown(app)
    assert kept(undecided, proposal).state == "open"
    press(app, "Annehmen")  # now they have seen it
    assert kept(undecided, proposal).state == "accepted"


@pytest.mark.parametrize("label", ["Annehmen", "Ablehnen", "Abgeben"])
def test_what_somebody_else_decided_meanwhile_is_told_and_stays(
    browse: Browse, undecided: Any, proposal: UUID, label: str
) -> None:
    house = undecided.house
    app = browse("kora.dinator", "auswertung.py")
    with house.database.write() as session:
        decline(
            session, staff(undecided, "kora.dinator"), proposal, 1, "Bleibt so.", now=house.clock()
        )
    app = press(app, label)
    assert "Inzwischen ist über diesen Vorschlag entschieden" in shown(app)
    assert "abgelehnt am" in shown(app)
    row = kept(undecided, proposal)
    assert (row.state, row.reason) == ("declined", "Bleibt so.")
    with house.database.read() as session:
        assert session.scalars(select(ProposalVoice)).all() == []
    assert "Inzwischen" not in shown(app.run())


def test_what_annoys_is_about_the_own_office_unless_said_otherwise(
    browse: Browse, undecided: Any
) -> None:
    app = browse("lotta.lotse", "das_nervt.py")
    place = field(app, "selectbox", "Welches Amt betrifft es?")
    assert place.value == undecided.office("ordnungsamt")
    place.set_value("ohne Amt")
    field(app, "text_area", "Was nervt?").set_value("Drei Formulare")
    press(app, "Absenden")
    with undecided.house.database.read() as session:
        assert session.scalars(select(Annoyance.office_id)).one() is None


def test_more_of_what_annoys_than_a_page_holds_is_on_the_next(
    browse: Browse, undecided: Any
) -> None:
    house = undecided.house
    with house.database.write() as session:
        for number in range(52):
            said = f"Formular {number:02}."
            complain(session, staff(undecided, "lotta.lotse"), said, now=house.clock())
    app = browse("lotta.lotse", "das_nervt.py")
    assert "Formular 51." in shown(app)
    assert "Formular 01." not in shown(app)
    app = press(app, "Weitere")
    assert "Formular 00." in shown(app)
    assert "Formular 51." in shown(press(app, "Zum Anfang"))


def test_two_who_see_to_what_annoys_do_not_overwrite_each_other(
    browse: Browse, undecided: Any
) -> None:
    house = undecided.house
    told = browse("anna.beispiel", "das_nervt.py")
    field(told, "text_area", "Was nervt?").set_value("Drei Formulare")
    press(told, "Absenden")
    app = browse("kora.dinator", "das_nervt.py")
    assert "von Anna Beispiel" in shown(app)  # she said that her name may stand there
    with house.database.write() as session:
        row = session.scalars(select(Annoyance)).one()
        take_care(
            session, staff(undecided, "kora.dinator"), row.id, 1, "Ich frage nach.", done=False, now=house.clock()
        )  # fmt: skip
    app = press(app, "Erledigt")
    assert "Jemand anders hat das gerade geändert" in shown(app)
    with house.database.write() as session:
        kept_row = session.get_one(Annoyance, row.id)
        assert (kept_row.state, kept_row.answer) == ("taken", "Ich frage nach.")
        take_care(
            session, staff(undecided, "kora.dinator"), row.id, 2, "Erledigt.", done=True, now=house.clock()
        )  # fmt: skip
    app = press(app, "Ich kümmere mich")
    assert "Inzwischen hat jemand anders das erledigt" in shown(app)
