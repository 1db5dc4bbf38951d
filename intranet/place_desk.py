"""The list of places on the page of responsibilities: taken over from a table, looked through, ended one by one."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import streamlit as st

from intranet import html
from intranet.choosing import again
from intranet.deeds import attempt, carry_out
from intranet.uploads import content_of, let_go
from intranet.visit import Visit
from storage.conflicts import ConflictError
from workflows.kiss.anliegen.tables import KnownPlace
from workflows.kiss.delimited import TableError
from workflows.kiss.places.keeping import end_place, find_places, import_places
from workflows.kiss.places.table import COLUMNS, Fault, PlaceRow, read_places

MOST_FAULTS = 50


def places_tab(here: Visit, *, changes: bool) -> None:
    """The places by name, with a field to search; the coordination takes tables over and ends places."""
    if changes:
        _upload(here)
    text = st.text_input("Orte suchen", placeholder="Straße, Platz oder Ortsteil", key="orte-worte")
    with here.house.database.read() as session:
        rows, number = find_places(session, text, here.house.clock())
    if not rows:
        empty = "Kein Ort passt dazu." if text.strip() else "Es sind noch keine Orte eingetragen."
        st.html(
            html.empty(
                empty, "Ohne Orte gibt es im Formular keine Vorschläge und keine Koordinaten."
            )
        )
        return
    if changes:
        _end(here, rows)
    st.html(
        html.table(
            f"Orte ({number})" if number == len(rows) else f"Orte (die ersten {len(rows)} von {number})",
            [html.Column("Name", "frei"), "Ortsteil", html.Column("Breite", "zahl"), html.Column("Länge", "zahl")],
            [(row.name, row.district, _degrees(row.latitude), _degrees(row.longitude)) for row in rows],
        )
    )  # fmt: skip


def _end(here: Visit, rows: Sequence[KnownPlace]) -> None:
    names = {row.id: f"{row.name} ({row.district})" if row.district else row.name for row in rows}
    with st.expander("Ort nicht mehr anbieten", icon=":material/location_off:"):
        chosen = st.selectbox(
            "Welcher Ort?", list(names), index=None, format_func=lambda each: names[each],
            placeholder="wählen oder tippen", key="ort-beenden-welcher",
        )  # fmt: skip
        clicked = st.button("Nicht mehr anbieten", key="ort-beenden", disabled=chosen is None)
    if clicked and chosen is not None:
        done, _ = carry_out(
            here, lambda session: end_place(session, here.staff, chosen, now=here.house.clock())
        )
        again("Der Ort wird nicht mehr angeboten.", done=done)


def _upload(here: Visit) -> None:
    turn = st.session_state.setdefault("orte-runde", 0)
    with (
        st.expander("Orte aus einer Tabelle übernehmen", icon=":material/upload_file:"),
        st.form("orte-hochladen", border=False),  # its button waits until the file has come whole
    ):
        file: Any = st.file_uploader(
            "Tabelle (CSV)", type=["csv", "txt"], key=f"orte-{turn}",
            help="Bekannte Orte werden am Namen erkannt und geändert; was nicht in der Tabelle steht, bleibt.",
        )  # fmt: skip
        st.caption(
            f"Mit den Spalten {', '.join(COLUMNS)}; Breite und Länge in Grad (WGS 84), zum Beispiel 48,53125 und 9,84217."
        )
        if not st.form_submit_button("Übernehmen", type="primary", key="orte-uebernehmen"):
            return
    if file is None:
        st.error("Bitte wählen Sie zuerst eine Datei.", icon=":material/error:")
        return
    done, read = attempt(lambda: _read(here, file))
    let_go([file])
    if not done or read is None:
        return
    rows, faults = read
    if faults:
        _show(faults)
        return
    done, taken = carry_out(
        here, lambda session: import_places(session, here.staff, rows, now=here.house.clock())
    )
    if done and taken is not None:
        st.session_state["orte-runde"] = turn + 1
        again(
            f"Übernommen: {taken.created} neu, {taken.changed} geändert, {taken.unchanged} unverändert.",
            done=True,
        )


def _read(here: Visit, file: Any) -> tuple[list[PlaceRow], list[Fault]]:
    content = content_of(file)
    folder = here.house.settings.in_data("tmp")
    folder.mkdir(parents=True, exist_ok=True)
    try:
        if not isinstance(content, bytes):
            return read_places(content)
        with TemporaryDirectory(dir=folder) as own:
            path = Path(own) / "orte.csv"
            path.write_bytes(content)
            return read_places(path)
    except TableError as error:
        raise ConflictError(str(error)) from None


def _show(faults: list[Fault]) -> None:
    st.error(f"Nichts wurde übernommen: {len(faults)} Fehler.", icon=":material/error:")
    st.html(
        html.table(
            "Was nicht stimmt",
            [html.Column("Zeile", "zahl"), "Spalte", html.Column("Was", "frei")],
            [(str(each.row), each.column, each.message) for each in faults[:MOST_FAULTS]],
        )
    )


def _degrees(value: float) -> str:
    return f"{value:.5f}".replace(".", ",")
