"""„An die Meldestelle geben“ on the page of an Anliegen."""

import streamlit as st

from intranet.deeds import attempt
from intranet.notes import note
from intranet.views.anliegen import View
from intranet.visit import Visit
from workflows.kiss.mail.reporting_office import hand_to_reporting_office


def to_reporting_office(here: Visit, view: View) -> None:
    """Folded away: it is needed seldom, and can't be undone."""
    with st.expander("Meldung nach dem Hinweisgeberschutzgesetz", icon=":material/shield_person:"):
        st.caption(
            "Das Anliegen geht versiegelt an die Meldestelle. Hier wird es mit allem gelöscht, was dazu geschrieben wurde. "
            "Das lässt sich nicht zurücknehmen."
        )
        sure = st.checkbox("Ja, das ist eine Meldung für die Meldestelle", key="meldestelle-sicher")
        if not st.button("An die Meldestelle geben", key="an-meldestelle", disabled=not sure):
            return
        done, left = attempt(
            lambda: hand_to_reporting_office(here.house, here.staff, view.row.id, view.seen)
        )
        if done:
            note("Die Meldung liegt jetzt bei der Meldestelle. Hier ist nichts mehr davon.")
            for sentence in left or ():
                note(sentence)
            st.query_params.clear()
            st.rerun()
