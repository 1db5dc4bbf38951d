"""The form to change one's own password: on the settings page, and alone where it has to be changed first."""

import streamlit as st

from intranet.visit import Visit
from presence.operations import set_password
from presence.passwords import MINIMUM_LENGTH, PasswordRefusedError
from storage.conflicts import ConflictError
from storage.rights import NotAllowedError


def password_form(visit: Visit) -> bool:
    """Draw the form and carry it out. True once, right after the password was changed."""
    with st.form("passwort", border=False, width=420):
        old = st.text_input("Bisheriges Passwort", type="password", autocomplete="current-password")
        new = st.text_input(
            "Neues Passwort",
            type="password",
            autocomplete="new-password",
            help=f"Mindestens {MINIMUM_LENGTH} Zeichen. Gut sind mehrere Wörter, die nicht zusammengehören.",
        )
        again = st.text_input(
            "Neues Passwort wiederholen", type="password", autocomplete="new-password"
        )
        sent = st.form_submit_button("Passwort ändern", type="primary")
    if not sent:
        return False
    if new != again:
        st.error("Die beiden neuen Passwörter stimmen nicht überein.", icon=":material/error:")
        return False
    try:
        set_password(visit.house, visit.staff, old=old, new=new, current_token=visit.token)
    except (NotAllowedError, PasswordRefusedError, ConflictError) as problem:
        st.error(str(problem), icon=":material/error:")
        return False
    return True
