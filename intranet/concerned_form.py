"""Saying whom a complaint is about: it goes to their superior alone, and out of sight of everybody else."""

import streamlit as st

from intranet.choosing import choice
from intranet.deeds import carry_out
from intranet.notes import note
from intranet.views.anliegen import View
from intranet.visit import Visit
from storage.clock import local_date
from storage.organisation.queries import people
from workflows.kiss.anliegen.assigning import name_concerned


def concerned(here: Visit, view: View) -> None:
    """Folded away: it is needed seldom, and takes the Anliegen from who does it."""
    with st.expander("Beschwerde über eine Person", icon=":material/person_off:"):
        now = here.house.clock()
        with here.house.database.read() as session:
            known = {person.id: person.name for person, _ in people(session, local_date(now))}
        person = choice(st, "Wen betrifft es?", known, view.row.about_id, "betroffen")
        st.caption(
            "Das Anliegen geht als Dienstaufsichtsbeschwerde an die vorgesetzte Leitung. Wen sie betrifft, sieht sie nicht, "
            "und Sie selbst danach auch nicht mehr."
        )
        if not st.button("An die Leitung geben", key="an-leitung"):
            return
        if person is None:
            st.error("Bitte wählen Sie, wen es betrifft.", icon=":material/error:")
            return
        done, _ = carry_out(
            here,
            lambda session: name_concerned(
                session, here.staff, view.row.id, view.seen, person, now=now
            ),
        )
        if done:
            note("Die Beschwerde liegt jetzt bei der Leitung.")
            st.query_params.clear()
            st.rerun()
