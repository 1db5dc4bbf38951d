"""A mail nobody could read: have it read again, make an Anliegen of it by hand, or throw it away with a reason."""

from datetime import timedelta
from uuid import UUID

import streamlit as st

from intranet import html, words
from intranet.choosing import again, choice
from intranet.deeds import carry_out
from intranet.notes import note
from intranet.views.unread_mail import NO_SUBJECT, UnreadMail, load
from intranet.visit import Visit, visit
from storage.conflicts import NotFoundError
from workflows.kiss.anliegen.states import KIND_NAMES, Kind
from workflows.kiss.anliegen.topics import topics
from workflows.kiss.mail.by_hand import Understood, take_in_by_hand
from workflows.kiss.mail.quarantine import LONGEST_REASON, ask_to_read_again, discard

PATIENCE = timedelta(minutes=2)
LATE = "Die Antwort bleibt aus: Der Hintergrunddienst arbeitet gerade nicht oder hat viel zu tun. Laden Sie die Seite später neu."


def unread_page(here: Visit, view: UnreadMail) -> None:
    """What is known of it, and what can be done."""
    st.title(words.plain(view.line.subject), anchor=False)
    st.html(html.table("Was bekannt ist", ["Angabe", html.Column("Inhalt", "frei")], view.facts))
    st.caption(
        "Bitte öffnen Sie das Original nur, wenn Sie die Absenderin oder den Absender kennen. Im Zweifel fragen Sie dort nach."
    )
    if view.waits:
        _wait(here, view)
    elif st.button("Noch einmal lesen", icon=":material/refresh:", key="noch-einmal"):
        now = here.house.clock()
        done, _ = carry_out(
            here, lambda session: ask_to_read_again(session, here.staff, view.row.id, now)
        )
        again("Die E-Mail wird noch einmal gelesen.", done=done)
    _by_hand(here, view)
    _away(here, view)


def _wait(here: Visit, view: UnreadMail) -> None:
    """Look every second until the engine has answered; what could be read is an Anliegen then."""
    asked, item = view.row.asked_at, view.row.id

    def look() -> None:
        there = visit(active=False)
        if asked is not None and there.house.clock() > asked + PATIENCE:
            st.warning(LATE, icon=":material/hourglass_disabled:")
            return
        if _still_waits(there, item):
            st.info("Die E-Mail wird noch einmal gelesen …", icon=":material/hourglass_top:")
            return
        st.rerun()

    late = asked is not None and here.house.clock() > asked + PATIENCE
    st.fragment(look, run_every=None if late else "1s")()


def _still_waits(here: Visit, item: UUID) -> bool:
    try:
        with here.house.database.read() as session:
            return load(session, here.staff, item).waits
    except NotFoundError:
        note("Die E-Mail ist gelesen und aufgenommen.")
        return False


def _by_hand(here: Visit, view: UnreadMail) -> None:
    now = here.house.clock()
    with here.house.database.read() as session:
        known = {row.id: row.title for row in topics(session, now)}
    kinds = [each for each in Kind if each is not Kind.INTERNAL]
    subject = "" if view.line.subject == NO_SUBJECT else view.line.subject
    with (
        st.expander("Von Hand als Anliegen aufnehmen", icon=":material/edit_note:"),
        st.form(f"von-hand-{view.row.id.hex}", border=False),
    ):
        st.caption("Das Original kommt als Anlage mit. Danach geht alles den gewohnten Weg.")
        title = st.text_input("Betreff", subject, max_chars=120)
        text = st.text_area("Worum geht es?", max_chars=20_000, height=140)
        one, two = st.columns(2)
        kind = one.selectbox("Art", kinds, format_func=lambda each: KIND_NAMES[each])
        topic = choice(two, "Thema (sonst findet es das Haus)", known, None, "von-hand-thema")
        name = one.text_input("Name", max_chars=120)
        mail = two.text_input("E-Mail für die Antwort", max_chars=200)
        if not st.form_submit_button("Aufnehmen", type="primary"):
            return
    made = Understood(text, title, kind, topic, name.strip() or None, mail.strip() or None)
    done, anliegen = carry_out(
        here,
        lambda session: (
            take_in_by_hand(session, here.staff, here.house.blobs, view.row.id, made, now=now).id
        ),
    )
    if done and anliegen is not None:
        st.query_params.clear()
        again("Aufgenommen. Das Haus sucht, wer zuständig ist.", done=True)


def _away(here: Visit, view: UnreadMail) -> None:
    with (
        st.expander("Verwerfen", icon=":material/delete:"),
        st.form(f"verwerfen-{view.row.id.hex}", border=False),
    ):
        st.caption(
            "Das Original wird gelöscht. Kommt dieselbe E-Mail noch einmal, bleibt es dabei."
        )
        why = st.text_input(
            "Warum?", max_chars=LONGEST_REASON, placeholder="Zum Beispiel: Werbung, Absender hat sie neu geschickt"
        )  # fmt: skip
        if not st.form_submit_button("Verwerfen"):
            return
    now = here.house.clock()
    done, _ = carry_out(
        here,
        lambda session: discard(session, here.staff, here.house.blobs, view.row.id, why, now),
    )
    if done:
        st.query_params.clear()
        again("Verworfen.", done=True)
