"""What may be the same, or is by its number: merged by a person, with the answer the others were given."""

from uuid import UUID

import streamlit as st

from intranet import html
from intranet.deeds import carry_out
from intranet.notes import note
from intranet.views.anliegen import View
from intranet.visit import Visit
from storage.conflicts import NotFoundError
from workflows.kiss.anliegen.merging import keep_apart, merge
from workflows.kiss.anliegen.queries import by_number
from workflows.kiss.anliegen.states import OPEN_STATES, STATE_NAMES, State

LIKELIEST = 3
"""So many are shown at once; the others are folded away."""


def same_part(here: Visit, view: View) -> None:
    """What it was merged with, and while it is not closed, what looks alike."""
    for other, title in view.merged:
        target = html.page_link(f"/anliegen?id={other.hex}", title).html
        if other == view.row.merged_into_id:
            st.html(f"<p>Zusammengeführt mit {target}. Beantwortet wird es dort.</p>")
        else:
            st.html(f"<p>Zusammengeführt mit {target}. Die Antwort von hier geht auch dorthin.</p>")
    if view.row.merged_into_id is not None or State(view.row.state) is State.CLOSED:
        return  # what is done needs no hint; the number still works
    if view.alike:
        st.markdown("**Vielleicht dasselbe**")
    for each in view.alike[:LIKELIEST]:
        _one(here, view, *each)
    if further := view.alike[LIKELIEST:]:
        with st.expander(f"Weitere ähnliche ({len(further)})", icon=":material/content_copy:"):
            for each in further:
                _one(here, view, *each)


def _one(here: Visit, view: View, other: UUID, title: str, score: str, state: State) -> None:
    target = f"/anliegen?id={other.hex}"
    st.html(f"<p>{html.page_link(target, title).html} {html.quiet(score).html}</p>")
    if view.works:
        _same_or_not(here, view, other, state)


def _same_or_not(here: Visit, view: View, other: UUID, state: State) -> None:
    row, now = view.row, here.house.clock()
    tells = _tells(view, state, other.hex)
    one, two = st.columns(2)
    if one.button("Zusammenführen", key=f"eins-{other.hex}"):
        _merge(here, view, other, tells=tells)
    if two.button("Ist etwas anderes", key=f"zwei-{other.hex}"):
        done, _ = carry_out(
            here, lambda session: keep_apart(session, here.staff, row.id, other, now=now)
        )
        if done:
            note("Gemerkt.")
            st.rerun()


def by_number_part(here: Visit, view: View) -> None:
    """A field for the number of what is the same; nothing where it is merged already."""
    if view.row.merged_into_id is not None:
        return
    with st.expander("Mit anderem Anliegen zusammenführen", icon=":material/merge:"):
        number = st.text_input("Nummer des anderen", placeholder="2026-00042", key="eins-nummer")
        if not number.strip():
            return
        try:
            with here.house.database.read() as session:
                other = by_number(session, here.staff, number)
        except NotFoundError as missing:
            st.caption(str(missing))
            return
        link = html.page_link(f"/anliegen?id={other.id.hex}", other.title).html
        more = ", ".join(each for each in (other.place, STATE_NAMES[State(other.state)]) if each)
        st.html(f"<p>{link} {html.quiet(more).html}</p>")
        tells = _tells(view, State(other.state), "nummer")
        if st.button("Zusammenführen", key="eins-mit-nummer"):
            _merge(here, view, other.id, tells=tells)


def _tells(view: View, state: State, mark: str) -> bool:
    """Whether the other one's last answer goes to these people as well; asked where there is one."""
    if State(view.row.state) not in OPEN_STATES or state in OPEN_STATES:
        return True
    st.caption("Das andere ist schon beantwortet oder geschlossen.")
    return st.checkbox(
        "Die letzte Antwort auch hier senden", value=True, key=f"eins-antwort-{mark}"
    )


def _merge(here: Visit, view: View, other: UUID, *, tells: bool) -> None:
    row, now = view.row, here.house.clock()
    done, _ = carry_out(
        here,
        lambda session: merge(
            session,
            here.staff,
            row.id,
            view.seen,
            other,
            tells=tells,
            blobs=here.house.blobs,
            now=now,
        ),
    )
    if done:
        note("Zusammengeführt.")
        st.rerun()
