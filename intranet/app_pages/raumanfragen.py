"""Raumanfragen: what citizens and clubs ask for, with conflicts, fee and what else is free; yes, no, or another time."""

import streamlit as st

from intranet import html
from intranet.chosen import one_or_all
from intranet.request_desk import request_page
from intranet.views.room_requests import load_request, waiting_lines
from intranet.visit import visitor

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


one_or_all(
    here,
    "anfrage",
    lambda session, request: load_request(session, here.staff, request, now),
    one=lambda found: request_page(here, found),
    everything=overview,
    title="Raumanfragen",
    missing="Diese Anfrage gibt es nicht.",
    back=("/raumanfragen", "← Alle Anfragen"),
)
