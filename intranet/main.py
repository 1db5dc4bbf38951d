"""Streamlit's entry script, run at every rerun: who is it, what may they see, and on to the page."""

from pathlib import Path

import streamlit as st

from intranet.leaving import leave
from intranet.navigation import pages_for
from intranet.notes import show_notes
from intranet.password_form import password_form
from intranet.visit import welcome
from intranet.words import plain

WAPPEN = Path(__file__).with_name("assets") / "wappen.svg"

st.set_page_config(page_title="Rathauswerk", page_icon=str(WAPPEN), layout="wide")
visit = welcome()
show_notes()
if visit.must_change:
    st.title("Bitte wählen Sie Ihr eigenes Passwort")
    st.write("Ihr Passwort wurde von der Systemverwaltung vergeben. Danach geht es weiter.")
    if password_form(visit):
        st.rerun()
    st.stop()

menu = {
    section: [
        st.Page(
            f"app_pages/{page.file}",
            title=page.title,
            icon=f":material/{page.icon}:",
            url_path=page.path or None,
            default=not page.path,
            visibility="hidden" if page.hidden else "visible",
        )
        for page in pages
    ]
    for section, pages in pages_for(visit.staff, visit.house.settings.rooms_off).items()
}
st.logo(str(WAPPEN), size="large")
chosen = st.navigation(menu, expanded=True)
with st.sidebar:
    st.caption(f"Angemeldet als **{plain(visit.staff.name)}**")
    if st.button("Abmelden", icon=":material/logout:", key="abmelden", width="stretch"):
        leave(visit)
chosen.run()
