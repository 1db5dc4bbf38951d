"""Short messages that survive the rerun or the change of page after a deed."""

import streamlit as st

from intranet.words import plain

_KEY = "rathaus-hinweise"
AT_LEAST = 10
"""Seconds a note stays; Streamlit's own four are over before slow readers have found it."""
LETTERS_A_SECOND = 8
"""How fast whoever reads slowly reads. A note stays while the pointer or the focus rests on it, and can be closed."""


def note(message: str) -> None:
    """Show the message once the next run of the page has begun, long enough to be read (WCAG 2.2, 2.2.1)."""
    st.session_state.setdefault(_KEY, []).append(message)


def show_notes() -> None:
    """For ``main.py``: what was noted before this run."""
    for message in st.session_state.pop(_KEY, []):
        seconds = max(AT_LEAST, -(-len(message) // LETTERS_A_SECOND))
        st.toast(plain(message), icon=":material/check:", duration=seconds)
