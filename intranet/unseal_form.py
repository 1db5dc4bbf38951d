"""„Ist keine solche Sendung“: the addressee of sealed post has it opened and read like any other."""

from datetime import datetime, time

import streamlit as st

from intranet import words
from intranet.deeds import carry_out
from intranet.document_desk import go_on
from intranet.notes import note
from intranet.views.document import DocumentView
from intranet.views.offices import all_offices
from intranet.visit import Visit
from storage.clock import LOCAL, local_date
from workflows.eakte.unopened import OPENING, TENDER, is_shut
from workflows.eakte.unsealing import enter_opening, open_and_read


def unseal_form(visit: Visit, view: DocumentView) -> None:
    """For who may open it; an offer first asks for its opening."""
    document, now = view.document, visit.house.clock()
    if document.unopened_rule == TENDER and is_shut(document, now):
        _opening(visit, view)
        return
    with visit.house.database.read() as session:
        offices = all_offices(session, visit.staff, local_date(now))
    with st.expander("Ist keine solche Sendung", icon=":material/drafts:"):
        st.write(
            "Gehört die Sendung nicht zu denen, die ungeöffnet bleiben, wird sie gelesen und liegt dann wie jede andere im"
            " Posteingang des gewählten Amts. Das lässt sich nicht zurücknehmen und steht im Verlauf."
        )
        office = st.selectbox(
            "Für welchen Posteingang?", offices, format_func=lambda each: each.name
        )
        if st.button("Jetzt öffnen und lesen", key="oeffnen", icon=":material/drafts:"):
            done, _ = carry_out(
                visit,
                lambda session: open_and_read(
                    session, visit.staff, document.id, document.revision, office.id, now=now
                ),
            )
            if done:
                note(
                    f"Geöffnet: Die Sendung wird gelesen und liegt im Posteingang von {office.name}."
                )
                go_on(visit, document.id)


def _opening(visit: Visit, view: DocumentView) -> None:
    document, now = view.document, visit.house.clock()
    known = (document.details or {}).get(OPENING)
    if known:
        st.info(
            f"Angebot: verschlossen bis zum Öffnungstermin {words.moment(datetime.fromisoformat(known))}.",
            icon=":material/lock_clock:",
        )
    else:
        st.info(
            "Angebot: Bis zum Öffnungstermin bleibt es verschlossen. Bitte tragen Sie den Termin ein.",
            icon=":material/lock_clock:",
        )
    with st.expander("Öffnungstermin", icon=":material/event:", expanded=not known):
        left, right = st.columns(2)
        day = left.date_input("Tag", value=None, format="DD.MM.YYYY", key="oeffnung-tag")
        clock = right.time_input("Uhrzeit", value=time(10, 0), key="oeffnung-zeit")
        if st.button("Termin eintragen", key="oeffnung", disabled=day is None):
            assert day is not None
            at = datetime.combine(day, clock, LOCAL)
            done, _ = carry_out(
                visit,
                lambda session: enter_opening(
                    session, visit.staff, document.id, document.revision, at, now=now
                ),
            )
            if done:
                note("Öffnungstermin eingetragen.")
                st.rerun()
