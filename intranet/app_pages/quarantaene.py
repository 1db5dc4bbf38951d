"""Quarantäne: what could not be read, why, and what to do about it."""

import streamlit as st

from intranet import html, words
from intranet.bulk import bulk_actions
from intranet.views import inbox
from intranet.visit import visitor

here = visitor()
st.title("Quarantäne")
st.write(
    "Diese Dateien konnten nicht gelesen werden. Sie sind sicher verwahrt. Sie können sie noch einmal lesen lassen, "
    "von Hand ablegen oder aus dem Posteingang nehmen."
)
with here.house.database.read() as session:
    view = inbox.load(session, here.staff, here.house.clock(), chosen="Quarantäne")
for problem in st.session_state.pop("problems", []):
    st.error(words.plain(problem), icon=":material/error:")
if not view.lines:
    st.html(html.empty("Nichts in Quarantäne.", "Alle Dateien konnten gelesen werden."))
else:
    st.html(
        html.table(
            "In Quarantäne",
            ["Datei", html.Column("Eingang", "zeit"), "Grund"],
            [
                (html.page_link(f"/dokument?id={each.id}", each.title), each.received, each.note)
                for each in view.lines
            ],
        )
    )
    st.header("Bearbeiten", anchor=False)
    bulk_actions(here, view.lines)
