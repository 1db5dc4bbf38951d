"""What somebody had before their eyes when they clicked: a page is drawn anew before a click is carried out."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st


@contextmanager
def before_their_eyes(what: str, revision: int) -> Iterator[int]:
    """The revision that was drawn the last time; ``revision`` is what is drawn inside, and counts for the next click.

    Where a deed draws the page anew, the next drawing is what they see then.
    """
    key = f"gesehen-{what}"
    yield int(st.session_state.get(key, revision))
    st.session_state[key] = revision


def was_clicked(*keys: str) -> bool:
    """Whether one of these buttons was clicked, also where it is not drawn any more."""
    return any(st.session_state.get(key) is True for key in keys)
