"""The status link for somebody without e-mail: shown when it is asked for, and that is kept in the journal."""

from uuid import UUID

import streamlit as st

from intranet.deeds import carry_out
from intranet.visit import Visit
from workflows.kiss.anliegen.links import AnliegenLinks
from workflows.kiss.anliegen.requesting import give_link


def link_form(here: Visit, anliegen: UUID) -> None:
    """Folded away: whoever has the link sees the Anliegen."""
    with st.expander("Statuslink", icon=":material/link:"):
        st.caption(
            "Für Menschen ohne E-Mail: Wer den Link kennt, sieht Stand und Antworten. Jedes Zeigen wird vermerkt."
        )
        if not st.button("Link zeigen", key="link-zeigen"):
            return
        now = here.house.clock()
        done, row = carry_out(
            here, lambda session: give_link(session, here.staff, anliegen, now=now)
        )
        if done and row is not None:
            st.code(AnliegenLinks(here.house.settings).status(row), language=None, wrap_lines=True)
