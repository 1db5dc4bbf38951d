"""A floor and its building as the administration changes them: names, another plan, giving a floor up."""

from datetime import date, datetime, timedelta

import streamlit as st
from sqlalchemy.orm import Session

from intranet import words
from intranet.change_desk import Change, carry_out_change
from intranet.deeds import attempt
from intranet.visit import Visit
from presence.spaces.altering import Decided, change_building, change_floor, end_floor
from presence.spaces.furnishing import LONGEST_NAME
from presence.spaces.plan_svg import LARGEST
from presence.spaces.tables import Building, Floor
from storage.actors import Staff
from storage.clock import local_date
from storage.conflicts import ConflictError


def floor_desk(here: Visit, building: Building, floor: Floor) -> None:
    """Three small forms."""
    with st.expander("Geschoss ändern", icon=":material/layers:"):
        _floor(here, floor)
    with st.expander("Gebäude umbenennen", icon=":material/apartment:"):
        _building(here, building)
    with st.expander("Geschoss aufgeben", icon=":material/event_busy:"):
        _end(here, floor)


def _floor(here: Visit, floor: Floor) -> None:
    with st.form("geschoss-aendern", border=False):
        name = st.text_input("Name des Geschosses", floor.name, max_chars=LONGEST_NAME)
        file = st.file_uploader(
            "Anderer Plan (SVG)", type="svg", help="Plätze behalten darauf ihre Lage im Verhältnis."
        )
        sent = st.form_submit_button("Geschoss speichern", type="primary")
    if not sent:
        return
    done, plan = attempt(lambda: _text(file.getvalue()) if file else None)
    if not done:
        return

    def change(session: Session, staff: Staff, _: Decided, now: datetime) -> None:
        change_floor(session, staff, floor.id, floor.revision, name=name, plan=plan, now=now)

    carry_out_change(here, floor.id, change, "Gespeichert.", may_stay=False)


def _building(here: Visit, building: Building) -> None:
    with st.form("gebaeude-aendern", border=False):
        name = st.text_input("Name des Gebäudes", building.name, max_chars=LONGEST_NAME)
        address = st.text_input("Anschrift", building.address, max_chars=LONGEST_NAME)
        sent = st.form_submit_button("Gebäude speichern", type="primary")
    if sent:

        def change(session: Session, staff: Staff, _: Decided, now: datetime) -> None:
            change_building(
                session, staff, building.id, building.revision, name=name, address=address,
                now=now,
            )  # fmt: skip

        carry_out_change(here, building.id, change, "Gespeichert.", may_stay=False)


def _end(here: Visit, floor: Floor) -> None:
    today = local_date(here.house.clock())
    if floor.valid_to is not None:
        st.write(f"Ab {words.plain(words.day(floor.valid_to))} gehört es nicht mehr der Stadt.")
        if st.button("Doch nicht aufgeben", icon=":material/undo:"):
            carry_out_change(here, floor.id, _ending(floor, None), "Es bleibt.", may_stay=False)
        return
    with st.form("geschoss-aufgeben", border=False):
        day = st.date_input(
            "Ab wann es nicht mehr der Stadt gehört", today + timedelta(days=1), min_value=today,
            format="DD.MM.YYYY",
        )  # fmt: skip
        sure = st.checkbox("Ja, alle Plätze und Räume darauf enden an diesem Tag")
        sent = st.form_submit_button("Geschoss aufgeben")
    if sent and not sure:
        st.error("Bitte bestätigen Sie mit dem Häkchen, dass alles darauf endet.")
    elif sent:
        carry_out_change(here, floor.id, _ending(floor, day), "Aufgegeben.", may_stay=False)


def _ending(floor: Floor, day: date | None) -> Change:
    def change(session: Session, staff: Staff, decided: Decided, now: datetime) -> None:
        end_floor(
            session, staff, floor.id, floor.revision, first_without=day, decided=decided, now=now
        )

    return change


def _text(data: bytes) -> str:
    try:
        return data[: LARGEST + 1].decode("utf-8")
    except UnicodeDecodeError:
        raise ConflictError("Der Plan ist keine lesbare SVG-Datei.") from None
