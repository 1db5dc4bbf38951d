"""Who sees an office's availability: the head decides, on "Mein Status"."""

from collections.abc import Sequence

import streamlit as st

from intranet.deeds import carry_out
from intranet.notes import note
from intranet.status_desk import touch
from intranet.views.availability import LedOffice
from intranet.visit import Visit
from presence.availability.profile import show_office

SIGHT = {False: "nur das eigene Amt", True: "das ganze Haus"}


def office_sight_desk(visit: Visit, offices: Sequence[LedOffice]) -> None:
    """One choice per office; others always see an absence and who stands in."""
    st.write(
        "Wer darf sehen, wie die Beschäftigten Ihres Amts zu erreichen sind? Abwesenheit und Vertretung erfährt immer "
        "das ganze Haus, damit niemand vergeblich fragt."
    )
    now = visit.house.clock()
    for office in offices:
        chosen = st.radio(
            office.name,
            list(SIGHT),
            index=int(office.whole_house),
            format_func=lambda each: SIGHT[each],
            horizontal=True,
            key=f"sicht-{office.id.hex}",
        )
        if chosen != office.whole_house:
            done, _ = carry_out(
                visit,
                lambda session, office=office, chosen=chosen: show_office(  # type: ignore[misc]
                    session, visit.staff, office.id, whole_house=chosen, now=now
                ),
            )
            if done:
                touch(visit)
                note(f"{office.name}: jetzt sieht es {SIGHT[chosen]}.")
                st.rerun()
