"""Signing out from a page."""

import streamlit as st

from intranet.visit import Visit
from presence.sessions import sign_out


def leave(visit: Visit) -> None:
    """End the session on the server and lead the browser away; the dead cookie is replaced at the next sign-in."""
    visit.house.database.run(lambda session: sign_out(session, visit.token))
    st.html(
        '<p data-weiter="/anmelden?abgemeldet">Sie sind abgemeldet. <a href="/anmelden">Zur Anmeldung</a></p>'
    )
    st.stop()
