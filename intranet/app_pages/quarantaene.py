"""Quarantäne: what could not be read, why, and what to do about it."""

import streamlit as st

from intranet import html, words
from intranet.bulk import SHOWN, bulk_actions
from intranet.views import inbox
from intranet.visit import visitor

here = visitor()
st.title("Quarantäne")
st.write(
    "Diese Dateien konnten nicht gelesen werden. Sie sind sicher verwahrt. Sie können sie noch einmal lesen lassen, "
    "von Hand ablegen oder aus dem Posteingang nehmen."
)
with here.house.database.read() as session:
    view = inbox.load(
        session,
        here.staff,
        here.house.clock(),
        chosen="Quarantäne",
        after=st.session_state.get("quarantaene-nach"),
        page=SHOWN,
    )
for problem in st.session_state.pop("problems", []):
    st.error(words.plain(problem), icon=":material/error:")
if not view.lines and st.session_state.pop("quarantaene-nach", None):
    st.rerun()  # the page that was looked at has been cleared
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
    older, newest, _ = st.columns([1, 1, 4])
    if view.older and older.button("Ältere zeigen", key="aelter"):
        st.session_state["quarantaene-nach"] = view.older
        st.rerun()
    if st.session_state.get("quarantaene-nach") and newest.button("Zum Anfang", key="anfang"):
        del st.session_state["quarantaene-nach"]
        st.rerun()
    st.header("Bearbeiten", anchor=False)
    bulk_actions(here, view.lines)
