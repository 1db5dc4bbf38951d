"""Personensuche: who does what, where they are, and how to reach them."""

from collections.abc import Iterable
from uuid import UUID

import streamlit as st

from config.rooms import Room
from intranet import html
from intranet.views.people import cards_html, filters, found
from intranet.visit import visitor
from storage.clock import local_date

SHOWN = 20

here = visitor()


def named(parameter: str, known: Iterable[UUID]) -> int:
    """Where the address names an office or group, its place in the list; else the first ("alle")."""
    wanted = st.query_params.get(parameter, "")
    return next((place for place, each in enumerate(known, 1) if str(each) == wanted), 0)


st.title("Personensuche", anchor=False)
with here.house.database.read() as session:
    choices = filters(session, local_date(here.house.clock()))
if "personensuche" not in st.session_state:
    st.session_state.personensuche = st.query_params.get("q", "")
typed = st.text_input(
    "Wen oder was suchen Sie?",
    key="personensuche",
    placeholder="Name, Aufgabe, Durchwahl, Raum, Fähigkeit …",
    on_change=lambda: st.session_state.pop("personen-mehr", None),
)
one, two = st.columns(2)
office: UUID | None = one.selectbox(
    "Amt",
    [None, *choices.offices],
    index=named("amt", choices.offices),
    format_func=lambda each: choices.offices[each] if each else "alle Ämter",
)
group: UUID | None = two.selectbox(
    "Arbeitsgruppe",
    [None, *choices.groups],
    index=named("gruppe", choices.groups),
    format_func=lambda each: choices.groups[each] if each else "alle",
)
if typed.strip() or office or group:
    if typed.strip():
        st.query_params["q"] = typed
    limit = st.session_state.get("personen-mehr", SHOWN)
    with here.house.database.read() as session:
        cards = found(
            here.house, session, here.staff, typed, office=office, group=group, limit=limit + 1
        )
    if cards:
        count = f"mehr als {limit}" if len(cards) > limit else str(len(cards))
        st.html(
            f'<p role="status">{count} {"Person" if len(cards) == 1 else "Personen"}</p>'
            + cards_html(
                cards[:limit],
                status=here.house.settings.is_on(Room.AVAILABILITY),
                why=bool(typed.strip()),
            )
        )
        if len(cards) > limit and st.button("Weitere", key="weitere"):
            st.session_state["personen-mehr"] = limit + SHOWN
            st.rerun()
    else:
        st.html(
            html.empty(
                "Niemand gefunden.",
                "Versuchen Sie weniger Wörter, einen Teil des Namens oder die letzten Ziffern der Nummer.",
            )
        )
else:
    st.html(
        html.empty(
            "So finden Sie jemanden",
            "Name, auch nur gehört („Maier“ findet Meyer), Aufgabe, Durchwahl, Raum, Fähigkeit oder Amt. "
            "Tippfehler schaden nicht.",
        )
    )
