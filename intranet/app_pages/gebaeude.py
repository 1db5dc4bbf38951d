"""Gebäude und Räume: who looks after desks and rooms changes them, shuts them for a while, or ends them."""

import streamlit as st

from intranet import html
from intranet.change_desk import pending_change
from intranet.chosen import one_or_all
from intranet.floor_desk import floor_desk
from intranet.furnishing_desk import space_page
from intranet.views.furnishing import sheet_of, spaces_to_change, standing
from intranet.visit import visitor
from presence.spaces.queries import floors
from storage.clock import local_date
from storage.rights import Verb, may

here = visitor()
today = local_date(here.house.clock())


def overview() -> None:
    with here.house.database.read() as session:
        storeys = {floor.id: (building, floor) for building, floor in floors(session, today)}
    if not storeys:
        st.html(html.empty("Noch keine Gebäude.", "Gebäude trägt die Systemverwaltung ein."))
        return
    chosen = st.selectbox(
        "Geschoss",
        list(storeys),
        format_func=lambda each: f"{storeys[each][0].name}, {storeys[each][1].name}",
        key="gebaeude-geschoss",
    )
    if pending_change(here, chosen):
        return
    with here.house.database.read() as session:
        spaces = spaces_to_change(session, here.staff, chosen, today)
    if spaces:
        st.html(
            html.table(
                "Plätze und Räume",
                ["Name", "Stand", html.Column("Personen", "zahl"), "Ausstattung"],
                [
                    (
                        html.page_link(f"/gebaeude?platz={row.id}", row.name),
                        html.state(standing(row, today)),
                        str(row.capacity),
                        ", ".join(row.equipment),
                    )
                    for row in spaces
                ],
            )
        )
    else:
        st.html(html.empty("Hier betreuen Sie nichts.", "Bitte wählen Sie ein anderes Geschoss."))
    if may(here.staff, Verb.SPACE_CHANGE):
        floor_desk(here, *storeys[chosen])


one_or_all(
    here,
    "platz",
    lambda session, space: sheet_of(session, here.staff, space, today),
    one=lambda sheet: space_page(here, sheet),
    everything=overview,
    title="Gebäude und Räume",
    missing="Diesen Platz oder Raum gibt es nicht.",
    back=("/gebaeude", "← Alle Plätze und Räume"),
)
