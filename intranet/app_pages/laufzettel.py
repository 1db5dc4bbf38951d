"""Laufzettel: everything that has to be done when somebody comes or goes, on one page."""

from uuid import UUID

import streamlit as st

from intranet import html, words
from intranet.laufzettel_desk import (
    joining_desk,
    lead_desk,
    leaving_desk,
    steps_desk,
    steps_editor,
    takeover_desk,
)
from intranet.views.laufzettel import STATES, headline, progress, running, settled, subject
from intranet.visit import visitor
from presence.people.laufzettel import may_lead
from presence.people.sheets import Sheet, sheet, sheets
from storage.clock import local_date
from storage.conflicts import NotFoundError
from storage.organisation.queries import offices, people
from storage.rights import Verb, may

here = visitor()
now = here.house.clock()
today = local_date(now)


def overview() -> None:
    """All that concern the visitor, and opening new ones for who may."""
    with here.house.database.read() as session:
        lines = sheets(session, here.staff, today)
        led = {row.id: row.name for row in offices(session, today) if may_lead(here.staff, row.id)}
        colleagues = {
            row.id: f"{row.name} ({office.short})" if office else row.name
            for row, office in people(session, today)
            if may_lead(here.staff, office.id if office else None)
        }
    if lines:
        st.html(
            html.table(
                "Laufzettel",
                ["Wer", "Amt", html.Column("Tag", "zeit"), "Fortschritt", "Stand"],
                [
                    (
                        html.page_link(f"/laufzettel?id={each.id}", subject(each)),
                        each.office,
                        words.day(each.day),
                        progress(each),
                        html.state(STATES[each.state]),
                    )
                    for each in lines
                ],
            )
        )
    else:
        st.html(
            html.empty(
                "Kein Laufzettel.",
                "Hier steht, was beim Eintritt oder Austritt für Sie zu tun ist.",
            )
        )
    if led:
        leave, join = st.tabs(["Austritt eröffnen", "Eintritt eröffnen"])
        with leave:
            leaving_desk(here, colleagues)
        with join:
            joining_desk(here, led)
    if may(here.staff, Verb.LAUFZETTEL_TEMPLATE):
        with st.expander("Schritte ändern", icon=":material/edit_note:"):
            steps_editor(here)


def one(view: Sheet) -> None:
    """A single Laufzettel."""
    st.subheader(words.plain(headline(view.line)), anchor=False)
    st.progress(view.line.done / max(view.line.steps, 1), text=progress(view.line))
    if view.successor_name:
        st.write(f"Nachfolge: **{words.plain(view.successor_name)}**")
    if view.steps:
        st.html(
            html.table(
                "Schritte",
                ["Schritt", "Wer", html.Column("Bis", "zeit"), "Stand", "Vermerk"],
                [
                    (
                        each.title,
                        each.who,
                        words.day(each.due_on),
                        html.state(settled(each, now)) if each.overdue else settled(each, now),
                        each.note or "",
                    )
                    for each in view.steps
                ],
            )
        )
    steps_desk(here, view)
    if view.takeover:
        takeover_desk(here, view)
    if view.leads:
        with here.house.database.read() as session:
            everybody = {
                row.id: f"{row.name} ({office.short})" if office else row.name
                for row, office in people(session, today)
            }
        lead_desk(here, view, everybody)
    if view.pointing:
        st.header("Wer auf diese Person zählt", anchor=False)
        st.html("<ul>" + "".join(f"<li>{html.text(each)}</li>" for each in view.pointing) + "</ul>")
    if view.sees_work:
        vorgaenge(view)


def vorgaenge(view: Sheet) -> None:
    with here.house.database.read() as session:
        found = running(session, here.staff, view.line.person, now, here.house.settings.rooms_off)
    if found:
        st.header("Laufende Vorgänge", anchor=False)
        st.caption("Hier wurde im letzten Jahr abgelegt. Gezeigt wird nur, was Sie sehen dürfen.")
        st.html(
            html.table(
                "Laufende Vorgänge",
                ["Vorgang", html.Column("Dokumente", "zahl"), html.Column("Zuletzt", "zeit")],
                [
                    (
                        html.page_link(f"/akten?akte={each.akte}", each.title),
                        str(each.documents),
                        each.last,
                    )
                    for each in found
                ],
            )
        )


st.title("Laufzettel", anchor=False)
if secret := st.session_state.pop("laufzettel-passwort", None):
    name, password = secret
    st.success(
        f"Passwort für die erste Anmeldung von {words.plain(name)}. Es wird nur dieses eine Mal angezeigt:",
        icon=":material/key:",
    )
    st.code(password, language=None)
wanted = st.query_params.get("id")
if wanted is None:
    overview()
else:
    st.page_link("app_pages/laufzettel.py", label="Alle Laufzettel", icon=":material/arrow_back:")
    try:
        with here.house.database.read() as reading:
            shown = sheet(reading, here.staff, UUID(wanted), today)
    except (NotFoundError, ValueError) as missing:
        told = missing if isinstance(missing, NotFoundError) else NotFoundError()
        st.html(html.empty(str(told), "Die Liste zeigt, was Sie betrifft."))
    else:
        one(shown)
