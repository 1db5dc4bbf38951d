"""Short messages that survive the rerun or the change of page after a deed."""

import streamlit as st

from intranet.words import plain

_KEY = "rathaus-hinweise"


def note(message: str) -> None:
    """Show the message once the next run of the page has begun."""
    st.session_state.setdefault(_KEY, []).append(message)


def show_notes() -> None:
    """For ``main.py``: what was noted before this run."""
    for message in st.session_state.pop(_KEY, []):
        st.toast(plain(message), icon=":material/check:")
