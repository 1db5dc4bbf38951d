"""A change that bookings may stand in the way of: first they are shown, then somebody decides what becomes of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import streamlit as st
from sqlalchemy.orm import Session

from intranet import html
from intranet.deeds import attempt
from intranet.notes import note
from intranet.views.furnishing import in_the_way
from intranet.visit import Visit
from presence.spaces.altering import UNDECIDED, Decided, InTheWay, InTheWayError
from storage.actors import Staff

Change = Callable[[Session, Staff, Decided, datetime], None]
"""Whoever confirms acts with the rights they have then, not with those of a moment before."""
_KEY = "aenderung-offen"
TOLD_OF_DESKS = "Alle Betroffenen bekommen eine Nachricht. Ihre Tage und den Grund lesen sie unter „Meine Buchungen“."
TOLD = (
    "Alle Betroffenen bekommen eine Nachricht mit ihren Terminen und dem Grund; "
    "zu Plätzen lesen sie beides unter „Meine Buchungen“."
)


@dataclass(frozen=True, slots=True)
class Pending:
    """A change that waits for a decision. ``may_stay``: the bookings need not be cancelled for it."""

    about: UUID
    change: Change
    bookings: list[InTheWay]
    message: str
    may_stay: bool
    named: bool


def carry_out_change(
    here: Visit, about: UUID, change: Change, message: str, *, may_stay: bool, named: bool = True
) -> None:
    """Do it, or show what stands in its way when the page is drawn anew."""
    _do(here, Pending(about, change, [], message, may_stay, named), UNDECIDED)


def pending_change(here: Visit, about: UUID) -> bool:
    """Whether a change waits for a decision; then it is shown, with the buttons that decide."""
    waiting: Pending | None = st.session_state.get(_KEY)
    if waiting is None or waiting.about != about:
        st.session_state.pop(_KEY, None)
        return False
    count = len(waiting.bookings)
    st.warning(
        "Diese Buchungen passen nicht mehr dazu. Noch ist nichts geändert.",
        icon=":material/event_busy:",
    )
    st.html(
        html.table(
            "Buchungen, die nicht mehr passen",
            ["Zeit", html.Column("Wofür", "frei")],
            in_the_way(waiting.bookings, named=waiting.named),
        )
    )
    shown = frozenset(row.id for row in waiting.bookings)
    number = "1 Buchung" if count == 1 else f"{count} Buchungen"
    if st.button(f"Ändern und {number} absagen", type="primary", icon=":material/event_busy:"):
        _do(here, waiting, Decided(shown, cancel=True))
    st.caption(TOLD if waiting.named else TOLD_OF_DESKS)
    if waiting.may_stay and st.button("Ändern, die Buchungen bleiben", icon=":material/check:"):
        _do(here, waiting, Decided(shown))
    if st.button("Doch nicht ändern", icon=":material/undo:"):
        st.session_state.pop(_KEY)
        st.rerun()
    return True


def _do(here: Visit, waiting: Pending, decided: Decided) -> None:
    def run() -> list[InTheWay]:
        try:
            now = here.house.clock()
            here.house.database.run(
                lambda session: waiting.change(session, here.staff, decided, now)
            )
        except InTheWayError as refused:
            return refused.bookings
        return []

    done, left = attempt(run)
    if not done:
        return
    if left:
        st.session_state[_KEY] = Pending(
            waiting.about, waiting.change, left, waiting.message, waiting.may_stay, waiting.named
        )
    else:
        st.session_state.pop(_KEY, None)
        note(waiting.message)
    st.rerun()
