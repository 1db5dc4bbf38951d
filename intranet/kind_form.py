"""What kind of Anliegen it is, put right with one click; „keine Dienstaufsichtsbeschwerde“ needs a reason."""

import streamlit as st

from intranet.deeds import carry_out
from intranet.notes import note
from intranet.views.anliegen import View
from intranet.visit import Visit
from workflows.kiss.anliegen.kinds import change_kind, kinds_for
from workflows.kiss.anliegen.states import KIND_NAMES, OPEN_STATES, Kind, State


def kind_form(here: Visit, view: View) -> None:
    """The other kinds as buttons; for a complaint about a person a form, for who has it."""
    if view.row.kind != Kind.SUPERVISORY.value:
        with st.expander("Art ändern", icon=":material/label:"):
            st.caption(f"Bisher: {KIND_NAMES[Kind(view.row.kind)]}")
            for kind in kinds_for(view.row):
                if kind.value != view.row.kind and st.button(
                    KIND_NAMES[kind], key=f"art-{kind.value}"
                ):
                    _change(here, view, kind)
    elif view.row.person_id == here.staff.person and State(view.row.state) in OPEN_STATES:
        _none(here, view)


def _none(here: Visit, view: View) -> None:
    with st.expander("Ist keine Dienstaufsichtsbeschwerde", icon=":material/rule:"):
        kinds = kinds_for(view.row)
        kind = st.selectbox(
            "Was ist es?", kinds, index=kinds.index(Kind.COMPLAINT),
            format_func=lambda each: KIND_NAMES[each], key="art-neu",
        )  # fmt: skip
        reason = st.text_input("Warum?", key="art-warum")
        st.caption(
            "Das Anliegen ist danach nicht mehr vertraulich und geht an die zuständige Gruppe. Sie sieht dann auch, "
            "was bisher dazu gesagt und notiert wurde."
        )
        if st.button("Als solches weitergeben", key="art-aendern"):
            _change(here, view, kind, reason)


def _change(here: Visit, view: View, kind: Kind, reason: str = "") -> None:
    now = here.house.clock()
    done, _ = carry_out(
        here,
        lambda session: change_kind(
            session, here.staff, view.row.id, view.seen, kind, reason, now=now
        ),
    )
    if not done:
        return
    if view.row.kind == Kind.SUPERVISORY.value:
        note(f"{KIND_NAMES[kind]}: Das Haus sucht jetzt, wer zuständig ist.")
        st.query_params.clear()
    else:
        note(f"Das Anliegen ist jetzt: {KIND_NAMES[kind]}.")
    st.rerun()
