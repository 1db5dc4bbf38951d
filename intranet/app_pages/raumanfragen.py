"""Raumanfragen: what citizens and clubs ask for, with conflicts, fee and what else is free; yes, no, or another time."""

import streamlit as st

from intranet import html
from intranet.chosen import one_or_all
from intranet.request_desk import request_page
from intranet.views.room_requests import WaitingLine, load_request, waiting_lines
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
                "Nächster Tag",
                html.Column("Tage", "zahl"),
                "Stand",
            ],
            [
                (
                    html.page_link(
                        f"/raumanfragen?anfrage={line.all.request.id.hex}", line.all.space.name
                    ),
                    line.all.request.club or line.all.request.name,
                    line.first,
                    str(line.days),
                    html.state(_state(line)),
                )
                for line in lines
            ],
        )
    )


def _state(line: WaitingLine) -> str:
    if not line.days:
        return "Zeit vorbei"
    if not line.taken:
        return "frei"
    return "belegt" if line.days == 1 else f"an {line.taken} von {line.days} Tagen belegt"


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
