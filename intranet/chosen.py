"""Pages that show one thing by its address, and a list where none is named or the one named is not there (for them)."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

import streamlit as st
from sqlalchemy.orm import Session

from intranet import html
from intranet.visit import Visit
from storage.conflicts import NotFoundError

T = TypeVar("T")


def one_or_all(
    here: Visit,
    parameter: str,
    load: Callable[[Session, UUID], T | None],
    *,
    one: Callable[[T], None],
    everything: Callable[[], None],
    title: str,
    missing: str,
    back: tuple[str, str],
) -> None:
    """Draw ``one`` of what the address names in ``parameter``, under a link ``back``; else ``title`` and ``everything``.

    ``load`` raises ``NotFoundError`` where there is no such thing, or not for this person; ``missing`` says so.
    """
    chosen, found = st.query_params.get(parameter), None
    try:
        if chosen:
            with here.house.database.read() as session:
                found = load(session, UUID(chosen))
    except (ValueError, NotFoundError):
        st.html(html.empty(missing, "Bitte wählen Sie aus der Liste."))
    if found is None:
        st.title(title, anchor=False)
        everything()
        return
    st.html(f"<p>{html.page_link(*back).html}</p>")
    one(found)
