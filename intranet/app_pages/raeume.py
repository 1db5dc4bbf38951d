"""Räume: find one by time, size and equipment; see its week; book it once or as a series."""

import streamlit as st

from intranet import html
from intranet.booking_desk import when_form
from intranet.chosen import one_or_all
from intranet.room_desk import room_page
from intranet.views.spaces import (
    equipment_of_rooms,
    floor_names,
    room_facts,
    room_lines,
)
from intranet.views.when import MOST_PEOPLE, USUAL_PEOPLE, people_asked_for, when_of
from intranet.visit import visitor
from storage.clock import local_date

LAST = "raumsuche"
"""How many people and what equipment one has searched for: kept for the way back from a room."""

here = visitor()
today = local_date(here.house.clock())


def search() -> None:
    with here.house.database.read() as session:
        everything = equipment_of_rooms(session, today)
        floors = floor_names(session)
    columns = st.columns([2, 1, 1], vertical_alignment="bottom")
    when = when_form(here, "raum", columns, whole=False)
    one, two = st.columns([1, 3])
    before_people, before_equipment = st.session_state.get(
        LAST, (people_asked_for(st.query_params) or USUAL_PEOPLE, [])
    )
    people = one.number_input("Personen", 1, MOST_PEOPLE, before_people)
    equipment = two.multiselect(
        "Ausstattung", everything, [each for each in before_equipment if each in everything],
        placeholder="gleich, was da ist",
    )  # fmt: skip
    st.session_state[LAST] = people, equipment
    with here.house.database.read() as session:
        lines = room_lines(
            session, here.staff, when, here.house.clock(), capacity=people, equipment=equipment
        )
    if not lines:
        st.html(
            html.empty("Kein Raum passt.", "Bitte wählen Sie weniger Personen oder Ausstattung.")
        )
        return
    st.html(
        html.table(
            f"Räume für {people} Personen",
            [
                "Raum", "Stand", html.Column("Personen", "zahl"), "Ort", "Ausstattung",
            ],
            [
                (
                    html.page_link(
                        f"/raeume?raum={line.space.id}{when.query}&personen={people}",
                        line.space.name,
                    ),
                    html.Safe(html.state(line.state).html + f" {html.quiet(line.why).html}"),
                    str(line.space.capacity),
                    floors[line.space.floor_id],
                    ", ".join(line.space.equipment),
                )
                for line in lines
            ],
        )
    )  # fmt: skip


asked = when_of(st.query_params, today)
many = people_asked_for(st.query_params)
searched = (asked.query if asked else "") + (f"&personen={many}" if many else "")
one_or_all(
    here,
    "raum",
    lambda session, room: room_facts(session, here.staff, room, today),
    one=lambda found: room_page(here, *found),
    everything=search,
    title="Räume",
    missing="Diesen Raum gibt es nicht.",
    back=(f"/raeume?{searched[1:]}" if searched else "/raeume", "← Alle Räume"),
)
