"""Anliegen: what waits for me and my office, one Anliegen with all its talk, and taking one in by telephone."""

from collections.abc import Sequence

import streamlit as st

from intranet import html
from intranet.anliegen_desk import anliegen_page
from intranet.anliegen_form import take_down
from intranet.chosen import one_or_all
from intranet.deeds import carry_out
from intranet.own_request_desk import request_page
from intranet.views import anliegen as view
from intranet.views import requests
from intranet.visit import visitor
from workflows.kiss.anliegen.requesting import read_request

SEARCHED = (
    "Dazu ist hier nichts zu finden.",
    "Prüfen Sie die Schreibweise, oder wählen Sie oben eine andere Ansicht.",
)
NOTHING = {
    view.MINE: ("Sie haben gerade kein Anliegen.", "Unter „Mein Amt“ sehen Sie, was noch niemand übernommen hat."),
    view.OFFICE: ("In Ihrem Amt ist nichts offen.", "Unter „Alle offenen“ sehen Sie, was Sie sonst angeht."),
    view.WEEK: ("Diese Woche wird nichts fällig.", "Unter „Mein Amt“ sehen Sie, was danach kommt."),
    view.OPEN: ("Es ist nichts offen.", "Was erledigt ist, steht unter „Erledigt“."),
    view.ASKED: (
        "Sie haben noch nichts gestellt.",
        "Brauchen Sie etwas von einer anderen Stelle? Oben: „Anliegen aufnehmen“, „Aus dem Haus“.",
    ),
    view.DONE: ("Es ist noch nichts erledigt.", "Was offen ist, steht unter „Alle offenen“."),
}  # fmt: skip
"""What an empty list says, and what one can do."""
here = visitor()
now = here.house.clock()


def overview() -> None:
    take_down(here)
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    chosen = left.segmented_control(
        "Anzeigen",
        list(view.FILTERS),
        default=view.OFFICE,
        format_func=lambda name: view.FILTERS[name],
        key="anliegen-filter",
        label_visibility="collapsed",
    )
    text = right.text_input("Suchen", placeholder="Nummer, Wort oder Straße", key="anliegen-worte")
    filter_ = chosen or view.OPEN
    if st.session_state.get("anliegen-liste") != (filter_, text):  # another list begins at its top
        st.session_state["anliegen-liste"], st.session_state["anliegen-nach"] = (
            (filter_, text),
            None,
        )
    start = st.session_state["anliegen-nach"]
    with here.house.database.read() as session:
        page = view.lines(session, here.staff, filter_, text, now, start)
    if not page.lines and start is None:
        st.html(html.empty(*(SEARCHED if text.strip() else NOTHING[filter_])))
        return
    table_of(view.FILTERS[filter_], page.lines)
    top, on, _ = st.columns([1, 1, 4])
    if start is not None and top.button("Zum Anfang", key="anliegen-anfang"):
        st.session_state["anliegen-nach"] = None
        st.rerun()
    if page.after is not None and on.button("Weitere", key="anliegen-weitere"):
        st.session_state["anliegen-nach"] = page.after
        st.rerun()


def table_of(caption: str, lines: Sequence[view.Line]) -> None:
    st.html(
        html.table(
            caption,
            [
                html.Column("Anliegen", "frei"),
                html.Column("Nummer", "zeit"),
                "Thema",
                "Liegt bei",
                "Stand",
                html.Column("Frist", "zeit"),
            ],
            [
                (
                    html.page_link(f"/anliegen?id={line.id.hex}", line.title),
                    line.reference,
                    line.topic or line.kind,
                    line.holder,
                    html.state(f"{line.state}, neue Nachricht" if line.news else line.state),
                    html.state(line.due) if line.late else line.due,
                )
                for line in lines
            ],
        )
    )


def one(found: requests.Found) -> None:
    if isinstance(found.shown, requests.Request):
        request_page(here, found.shown, told=found.told)
    else:
        if found.told:  # the whole of it is shown below, the answer with it
            seen = found.shown.row.id
            carry_out(here, lambda session: read_request(session, here.staff, seen, now=now))
        anliegen_page(here, found.shown)


one_or_all(
    here,
    "id",
    lambda session, anliegen: requests.load(session, here.staff, anliegen, now),
    one=one,
    everything=overview,
    title="Anliegen",
    missing="Dieses Anliegen gibt es nicht, oder Sie dürfen es nicht sehen.",
    back=("/anliegen", "← Alle Anliegen"),
)
