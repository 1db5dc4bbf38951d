"""Systemzustand: does everything run?"""

import streamlit as st

from intranet import html, words
from intranet.views import directory
from intranet.views.system import load
from intranet.visit import visit


def overview() -> None:
    """Everything on one screen; refreshes itself."""
    guest = visit(active=False)
    view = load(guest.house, guest.staff)
    for warning in view.warnings:
        st.warning(words.plain(warning), icon=":material/warning:")
    if not view.warnings:
        st.success("Alles läuft.", icon=":material/check_circle:")
    st.html(
        html.table(
            "Prozesse",
            [
                "Prozess",
                "Stand",
                html.Column("Seit", "zeit"),
                html.Column("Neustarts", "zahl"),
                "Rechner",
            ],
            [
                (name, html.state(state), since, restarts, machine)
                for name, state, since, restarts, machine in view.processes
            ],
        )
        if view.processes
        else html.empty("Kein Prozess meldet sich.", "Starten Sie das System mit „rathaus up“.")
    )
    st.html(
        html.table(
            "Warteschlangen",
            ["Art", html.Column("Wartend", "zahl"), html.Column("Ältester", "zahl")],
            view.queues,
        )
        if view.queues
        else html.empty("Alle Warteschlangen sind leer.", "Es wartet keine Arbeit.")
    )
    st.html(
        html.table(
            "Journal",
            ["Einträge", html.Column("Anzahl", "zahl")],
            [
                ("versiegelt", words.number(view.sealed)),
                ("noch nicht versiegelt", words.number(view.unsealed)),
            ],
        )
    )
    if synced := directory.load(guest.house, guest.staff):
        if synced.warning:
            st.warning(
                f"Verzeichnis nicht abgeglichen: {words.plain(synced.warning)}",
                icon=":material/sync_problem:",
            )
        st.html(html.table("Abgleich mit dem Verzeichnis", directory.COLUMNS, synced.rows))


st.title("Systemzustand")
st.fragment(overview, run_every="5s")()
