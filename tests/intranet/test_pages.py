"""Every page as the people it is made for see it, run through the real main script."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from intranet.navigation import PAGES, pages_for
from storage.actors import Grant, Role, Staff, System
from workflows.eakte.queries import visible_document

Browse = Callable[..., AppTest]


def words(app: AppTest) -> str:
    """Everything that can be read on the page."""
    parts = [str(getattr(each, "value", "") or getattr(each, "label", "")) for each in app.main]
    parts += [each.proto.body for each in app.get("html")]
    return " ".join(parts)


ADMINISTRATOR = Staff(UUID(int=2), "A", grants=frozenset({Grant(Role.ADMIN)}))


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.file != "dokument.py" and page.shown(ADMINISTRATOR)]
)
def test_every_page_opens_for_the_administrator_without_an_error(browse: Browse, page: Any) -> None:
    app = browse("ada.admin", page.file)
    assert not app.exception
    assert not app.error
    assert app.title


def test_the_menu_shows_only_what_one_may(furnished: Any) -> None:
    nobody = Staff(UUID(int=1), "N")
    assert "Verwaltung" not in pages_for(nobody)
    assert {page.path for page in pages_for(ADMINISTRATOR)["Verwaltung"]} == {
        "dienstvereinbarungen",
        "gebaeude",
        "monitore",
        "zeitplaene",
        "laeufe",
        "quarantaene",
        "system",
        "personen",
        "organisation",
        "empfaenger",
    }


@pytest.mark.parametrize(
    "page", ["personen.py", "organisation.py", "zeitplaene.py", "laeufe.py", "system.py"]
)
def test_administration_stays_closed_to_others(browse: Browse, page: str) -> None:
    try:
        app = browse("anna.beispiel", page)
    except ValueError:
        return  # not even registered as a page
    assert app.exception or not app.main or app.title[0].value.startswith("Guten Tag")


def test_the_inbox_lists_post_with_state_and_links(browse: Browse, furnished: Any) -> None:
    app = browse("anna.beispiel", "posteingang.py")
    assert not app.exception
    text = words(app)
    assert f"/dokument?id={furnished.bill}" in text
    assert "bereit" in text
    assert "Quarantäne" in text
    assert "Rechnung 2026-117" in text


def test_the_inbox_of_another_office_stays_empty(browse: Browse, furnished: Any) -> None:
    app = browse("ada.admin", "posteingang.py")
    assert not app.exception
    assert "2026-117" not in words(app)


def test_a_document_shows_pages_evidence_and_a_place(browse: Browse, furnished: Any) -> None:
    app = browse("anna.beispiel", "dokument.py", id=str(furnished.bill))
    assert not app.exception
    text = words(app)
    assert f"/seite/{furnished.bill}/1" in text
    assert 'data-beleg="sender"' in text
    assert app.radio[0].value.label == "C1.01 Rechnungen"
    assert app.button(key="ablegen").disabled is False


def test_a_document_out_of_sight_looks_like_none(browse: Browse, furnished: Any) -> None:
    hidden = words(browse("ada.admin", "dokument.py", id=str(furnished.bill)))
    missing = words(browse("ada.admin", "dokument.py", id=str(UUID(int=7))))
    assert "Rechnung 2026-117" not in hidden
    assert hidden == missing


def test_a_quarantined_document_says_why_and_can_be_read_again(
    browse: Browse, furnished: Any
) -> None:
    app = browse("anna.beispiel", "dokument.py", id=str(furnished.broken))
    assert "konnte nicht gelesen werden" in app.warning[0].value
    assert app.button(key="lesen")


def test_filing_with_the_suggested_place_and_moving_on(
    browse: Browse, furnished: Any, small: Any
) -> None:
    from workflows.eakte.receiving import Incoming, receive

    receipt = receive(
        furnished.house,
        System("test"),
        Incoming(
            "zweite.pdf",
            small.pdf(small.bill("2026-118")),
            furnished.office("ordnungsamt"),
        ),
    )
    small.read_post(furnished.house)
    app = browse("anna.beispiel", "dokument.py", id=str(receipt.document))
    app.button(key="ablegen").click().run()
    assert not app.exception
    assert [each.value for each in app.error] == []
    with furnished.house.database.read() as session:
        document = visible_document(session, System("test"), receipt.document)
    assert document.state == "filed"
    assert document.akte_id is not None
    akten = words(browse("anna.beispiel", "akten.py", akte=str(document.akte_id)))
    assert r"C1\.01/" in akten
    found = browse("anna.beispiel", "suche.py", q="Absperrgitter")
    assert "<mark>Absperrgitter</mark>" in words(found)


def test_settings_list_devices_and_refuse_a_weak_password(browse: Browse, small: Any) -> None:
    app = browse("neu.hier", "einstellungen.py")
    assert "dieses Gerät" in words(app)
    old, new, again = app.text_input
    old.set_value(small.PASSWORD)
    new.set_value("kurz")
    again.set_value("kurz")
    next(each for each in app.button if each.label == "Passwort ändern").click().run()
    assert "mindestens 12 Zeichen" in app.error[0].value


def test_an_administrator_enters_a_person_and_sees_the_password_once(browse: Browse) -> None:
    app = browse("ada.admin", "personen.py")
    fields = {each.label: each for each in app.text_input}
    fields["Name"].set_value("Nora Neumann")
    fields["Anmeldename"].set_value("nora.neumann")
    next(each for each in app.button if each.label == "Anlegen, mit Konto").click().run()
    assert not app.exception
    password = app.code[0].value
    assert len(password) >= 20
    app.run()
    assert not app.code


def test_signing_out_from_the_page_ends_the_session(browse: Browse) -> None:
    app = browse("paula.post")
    app.sidebar.button(key="abmelden").click().run()
    assert "abgemeldet" in " ".join(each.proto.body for each in app.get("html"))
    app.run()
    assert "beendet" in " ".join(each.proto.body for each in app.get("html"))
    assert not app.title


def test_whoever_got_a_password_must_choose_an_own_one_first(
    browse: Browse, furnished: Any, small: Any
) -> None:
    from presence.tables import Account

    person = furnished.person("neu.hier")
    with furnished.house.database.write() as session:
        session.get_one(Account, person.id).must_change = True
    app = browse("neu.hier", "start.py")
    assert app.title[0].value == "Bitte wählen Sie Ihr eigenes Passwort"
    with furnished.house.database.write() as session:
        session.get_one(Account, person.id).must_change = False


def test_schedules_can_be_run_paused_and_moved_and_stay_so(browse: Browse, furnished: Any) -> None:
    from storage.schedules import ScheduleDefinition, lines, register

    with furnished.house.database.write() as session:
        register(
            session,
            [ScheduleDefinition("test.nacht", "Nachts nachsehen", "15 4 * * *", lambda _: {})],
            furnished.house.clock(),
        )
    app = browse("ada.admin", "zeitplaene.py")
    assert "Nachts nachsehen" in words(app)
    assert "täglich" in words(app).lower() or "jeden tag" in words(app).lower()
    app.button(key="jetzt").click().run()
    app.button(key="anhalten").click().run()
    app.text_input[0].set_value("30 6 * * 1-5").run()
    app.button(key="uebernehmen").click().run()
    assert not app.error
    with furnished.house.database.read() as session:
        (line,) = lines(session, System("test"))
    assert line.paused
    assert line.cron == "30 6 * * 1-5"
    assert line.changed
    app.text_input[0].set_value("Unsinn").run()
    app.button(key="uebernehmen").click().run()
    assert app.error


def test_a_role_given_by_the_administrator_counts_at_once(browse: Browse, furnished: Any) -> None:
    app = browse("ada.admin", "personen.py")
    app.text_input[0].set_value("neu.hier").run()
    boxes = {each.label: each for each in app.selectbox}
    boxes["Rolle"].set_value(Role.REGISTRY)
    app.button(key="rolle-geben").click().run()
    assert not app.error
    assert "Poststelle und Registratur" in words(app)
    assert "Rechnung 2026-117" in words(browse("neu.hier", "posteingang.py"))


def test_akten_are_opened_closed_and_opened_again(browse: Browse, furnished: Any) -> None:
    from sqlalchemy import select

    from workflows.eakte.tables import Akte, PlanEntry

    with furnished.house.database.read() as session:
        entry = session.scalars(select(PlanEntry.id).where(PlanEntry.number == "C1.01")).one()
    app = browse("paula.post", "akten.py", eintrag=str(entry))
    app.text_input(key="neue-akte").set_value("Absperrungen am Hafen")
    app.button(key="anlegen").click().run()
    assert not app.error
    with furnished.house.database.read() as session:
        akte = session.scalars(select(Akte.id).where(Akte.title == "Absperrungen am Hafen")).one()
    app = browse("paula.post", "akten.py", akte=str(akte))
    app.button(key="akte-zu").click().run()
    assert not app.error
    assert "geschlossen" in words(app)
    assert "Akte geschlossen" in words(app)
    app.button(key="akte-auf").click().run()
    assert "Akte wieder geöffnet" in words(app)


def test_a_page_that_breaks_says_so_in_german_with_a_number(
    browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    from intranet.server import tell

    class Screen:
        shown = ""

        def error(self, text: str, icon: str) -> None:
            self.shown = text

    screen = Screen()
    assert tell(screen, RuntimeError("geheim"))
    assert "Nummer" in screen.shown
    assert "geheim" not in screen.shown


def test_what_a_sender_writes_never_becomes_markup(
    browse: Browse, furnished: Any, small: Any
) -> None:
    from workflows.eakte.receiving import Incoming, receive

    evil = "[Klick](https://boese.example) ![x](https://boese.example/x.png) a@boese.example.txt"
    receipt = receive(
        furnished.house,
        System("test"),
        Incoming(evil, b"<script>alert(1)</script> Guten Tag", furnished.office("ordnungsamt")),
    )
    small.read_post(furnished.house)
    for page, query in (
        ("dokument.py", {"id": str(receipt.document)}),
        ("posteingang.py", {}),
        ("start.py", {}),
    ):
        app = browse("anna.beispiel", page, **query)
        assert not app.exception
        shown = words(app)
        assert "<script" not in shown
        assert "](https://boese" not in shown
        assert "![" not in shown
        assert "a@boese" not in " ".join(each.value for each in app.title)
