"""Several documents of the inbox at once: pass on, take out, read again."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

import streamlit as st
from sqlalchemy.orm import Session

from intranet import words
from intranet.deeds import REFUSALS
from intranet.notes import note
from intranet.views.inbox import InboxLine
from intranet.views.offices import all_offices
from intranet.visit import Visit
from storage.clock import local_date
from workflows.eakte.unfiled import discard_document, forward_document, retry_document

SHOWN = 50
_SEEN = "mehrere-gesehen"

Deed = Callable[[Session, UUID, int], None]


def bulk_actions(visit: Visit, lines: Sequence[InboxLine]) -> None:
    """What to do with the ticked ones, and below it the boxes to tick."""
    shown = _as_seen([line for line in lines if not line.busy][:SHOWN])
    desk = st.container()
    everything = len(shown) > 1 and st.checkbox(f"Alle {len(shown)} auswählen", key="alle-waehlen")
    chosen = [
        line
        for line in shown
        if st.checkbox(
            words.plain(
                f"{line.title} · {line.sender or 'ohne Absender'} · {line.received} · {line.state}"
            ),
            value=everything,
            key=f"wahl-{line.id}-{everything}",
        )
    ]
    with desk:
        if chosen:
            _deeds(visit, chosen)
        else:
            st.caption("Wählen Sie Dokumente aus, dann erscheinen hier die Möglichkeiten.")
    st.session_state[_SEEN] = {line.id: line.revision for line in lines}


def _as_seen(lines: Sequence[InboxLine]) -> Sequence[InboxLine]:
    """The lines with the revisions they had when they were last drawn: a click is about what stood there then."""
    seen: dict[UUID, int] = st.session_state.get(_SEEN, {})
    return [replace(line, revision=seen.get(line.id, line.revision)) for line in lines]


def _deeds(visit: Visit, chosen: Sequence[InboxLine]) -> None:
    now = visit.house.clock()
    with visit.house.database.read() as session:
        offices = all_offices(session, visit.staff, local_date(now))
    st.markdown(f"**{len(chosen)} ausgewählt**")
    left, right = st.columns(2)
    with left:
        office = st.selectbox("Weiterleiten an", offices, format_func=lambda each: each.name)
        if st.button("Weiterleiten", key="viele-weiter", icon=":material/forward:"):
            carry_out(
                visit,
                chosen,
                lambda s, d, r: forward_document(s, visit.staff, d, r, office.id, now=now),
                "weitergeleitet",
            )
    with right:
        reason = st.text_input("Nicht ablegen, weil", placeholder="zum Beispiel: Werbung")
        if st.button("Aus dem Posteingang nehmen", key="viele-weg", icon=":material/delete:"):
            carry_out(
                visit,
                chosen,
                lambda s, d, r: discard_document(s, visit.staff, d, r, reason, now=now),
                "herausgenommen",
            )
        if st.button("Noch einmal lesen", key="viele-lesen", icon=":material/refresh:"):
            carry_out(
                visit,
                chosen,
                lambda s, d, _r: retry_document(s, visit.staff, d, now=now),
                "noch einmal zum Lesen gegeben",
            )


def carry_out(visit: Visit, chosen: Sequence[InboxLine], deed: Deed, done: str) -> None:
    """Each document in a transaction of its own: one that can't be done does not stop the others."""
    problems = []
    for line in chosen:
        try:
            with visit.house.database.write() as session:
                deed(session, line.id, line.revision)
        except REFUSALS as problem:
            problems.append(f"„{line.title}“: {problem}")
    count = len(chosen) - len(problems)
    if count:
        note(f"{count} {'Dokument' if count == 1 else 'Dokumente'} {done}.")
    st.session_state.problems = problems
    st.session_state.pop(_SEEN, None)  # what is drawn next is news
    st.rerun()
