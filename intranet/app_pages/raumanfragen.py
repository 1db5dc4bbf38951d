"""Raumanfragen: what citizens and clubs ask for, with conflicts, fee and what else is free; yes, no, or another time."""

from uuid import UUID

import streamlit as st

from intranet import html
from intranet.request_desk import request_page
from intranet.views.room_requests import load_request, waiting_lines
from intranet.visit import visitor
from storage.conflicts import NotFoundError

here = visitor()
now = here.house.clock()


def overview() -> None:
    with here.house.database.read() as session:
        lines = waiting_lines(session, here.staff, now)
    if not lines:
        st.html(
            html.empty(
                "Keine Anfrage wartet.",
                "Hier stehen Anfragen für Räume, die Ihr Amt verwaltet.",
            )
        )
        return
    st.html(
        html.table(
            "Anfragen, über die Ihr Amt entscheidet",
            [
                "Raum",
                html.Column("Wer", "frei"),
                "Erster Tag",
                html.Column("Tage", "zahl"),
                "Stand",
            ],
            [
                (
                    html.page_link(f"/raumanfragen?anfrage={view.request.id.hex}", view.space.name),
                    view.request.club or view.request.name,
                    first,
                    str(len(view.waiting)),
                    html.state(_state(taken, len(view.waiting))),
                )
                for view, first, taken in lines
            ],
        )
    )


def _state(taken: int, days: int) -> str:
    if not taken:
        return "frei"
    return "belegt" if days == 1 else f"an {taken} von {days} Tagen belegt"


chosen = st.query_params.get("anfrage")
try:
    found = None
    if chosen:
        with here.house.database.read() as session:
            found = load_request(session, here.staff, UUID(chosen), now)
except (ValueError, NotFoundError):
    st.html(html.empty("Diese Anfrage gibt es nicht.", "Bitte wählen Sie eine aus der Liste."))
if found is None:
    st.title("Raumanfragen", anchor=False)
    overview()
else:
    st.html(f"<p>{html.page_link('/raumanfragen', '← Alle Anfragen').html}</p>")
    request_page(here, found)
