"""Plätze: the plan of a floor with what is free, and booking a desk on it."""

from collections.abc import Mapping
from contextlib import suppress
from uuid import UUID

import streamlit as st

from intranet import html, plan_view
from intranet.booking_desk import desk_panel, when_form
from intranet.series_desk import desk_again
from intranet.views.spaces import FREE, MINE, floor_names, floor_view, home_floor
from intranet.views.when import When
from intranet.visit import visit, visitor
from presence.spaces.queries import load_space
from presence.spaces.tables import Space
from storage.clock import local_date
from storage.conflicts import NotFoundError

here = visitor()
REFRESH = "20s"


def chosen_space() -> Space | None:
    """The desk of the address, if there is one."""
    with suppress(ValueError, NotFoundError), here.house.database.read() as session:
        return load_space(session, UUID(st.query_params.get("platz", "")))
    return None


def chosen_floor(names: Mapping[UUID, str], space: Space | None) -> UUID:
    """The floor one looks at; a desk in the address brings its own, choosing another floor leaves the desk."""
    new = space is not None and st.session_state.get("platz-vorher") != space.id
    if new and space is not None and space.floor_id in names:
        st.session_state["geschoss"] = space.floor_id
    st.session_state["platz-vorher"] = space.id if space else None
    return st.selectbox(
        "Geschoss",
        list(names),
        format_func=lambda each: names[each],
        key="geschoss",
        on_change=st.query_params.clear,
    )


def occupancy(floor: UUID, when: When, chosen: UUID | None) -> None:
    """Refreshes itself: others book, too."""
    guest = visit(active=False)
    with guest.house.database.read() as session:
        row, lines = floor_view(session, guest.staff, floor, when, guest.house.clock())
    desks = [line for line in lines if line.space.kind == "desk"]
    free = sum(line.state == FREE for line in desks)
    own = next((line.space.name for line in desks if line.state == MINE), None)
    st.html(
        f'<p role="status"><strong>{free} von {len(desks)}</strong> Plätzen sind in dieser Zeit frei.'
        + (f" Sie haben <strong>{html.text(own)}</strong> gebucht." if own else "")
        + "</p>"
        + plan_view.floor_plan(row, lines, chosen, when)
        + plan_view.legend()
    )
    if desks:
        with st.expander("Plätze als Liste", icon=":material/list:"):
            st.html(plan_view.table("Plätze auf diesem Geschoss", desks, when))


st.title("Plätze", anchor=False)
with here.house.database.read() as session:
    storeys = floor_names(session, local_date(here.house.clock()))
    home = home_floor(session, here.staff, here.house.clock())
if not storeys:
    st.html(html.empty("Noch keine Gebäude.", "Gebäude und Plätze trägt die Systemverwaltung ein."))
    st.stop()
if home in storeys:
    st.session_state.setdefault("geschoss", home)
space = chosen_space()
first, *rest = st.columns([3, 2, 3, 2, 2], vertical_alignment="bottom")
with first:
    storey = chosen_floor(storeys, space)
wanted = when_form(here, "platz", rest)
if space is not None and space.kind == "desk":
    with st.container(border=True):
        desk_panel(here, space, wanted)
        desk_again(here, space, wanted)
else:
    st.caption("Wählen Sie einen Platz auf dem Plan oder in der Liste.")
st.fragment(occupancy, run_every=REFRESH)(storey, wanted, space.id if space else None)
