"""The page of post that is forwarded unopened: who it is for, and nothing of what is inside."""

import streamlit as st

from intranet import html, words
from intranet.deeds import carry_out
from intranet.document_desk import elsewhere, go_on
from intranet.notes import note
from intranet.unseal_form import unseal_form
from intranet.views.document import DocumentView
from intranet.views.offices import office_name
from intranet.views.sealed import letter_history
from intranet.visit import Visit
from ocr.analysis.unopened import seed
from workflows.eakte.sight import scope_of
from workflows.eakte.unopened import NOT_YOURS, is_shut, opens, take_over


def sealed_page(visit: Visit, view: DocumentView) -> None:
    """What stands on the envelope, and what its addressee can do with it."""
    document, now = view.document, visit.house.clock()
    with visit.house.database.read() as session:
        office = office_name(session, document.office_id)
        steps = letter_history(session, visit.staff, document)
        mine = opens(session, visit.staff, document, now)
    st.title("Ungeöffnete Sendung", anchor=False)
    waiting = document.state == "unopened"
    st.html(
        html.table(
            "Auf dem Umschlag",
            ["Angabe", "Wert"],
            [
                ("Für", _whom(view, office)),
                ("Warum ungeöffnet", _why(view)),
                ("Eingegangen", words.when(document.received_at, now)),
                ("Datei", f"{document.file_name}, {words.size(document.size)}"),
                ("Stand", html.state("wartet auf Übernahme" if waiting else "übernommen")),
            ],
        )
    )
    st.html(
        html.table(
            "Verlauf",
            [html.Column("Wann", "zeit"), "Was", "Wer"],
            [(words.moment(step.at), step.text, step.who) for step in steps],
        )
    )
    st.info(
        "Der Inhalt ist nicht gelesen worden: Es gibt kein Seitenbild, keinen Text und keine Vorschläge, "
        "und die Suche findet ihn nicht.",
        icon=":material/lock:",
    )
    if not waiting and mine and not is_shut(document, now):
        st.html(f'<p><a href="/original/{document.id}" download>Sendung herunterladen</a></p>')
    if waiting:
        _take_over(visit, view, mine=mine)
    if mine and view.may_edit:
        unseal_form(visit, view)
    if waiting:
        elsewhere(visit, view)


def _whom(view: DocumentView, office: str) -> str:
    rule = scope_of(view.document).sealed_for
    return (
        office
        if rule is None
        else next((each.title for each in seed() if each.key == rule), office)
    )


def _why(view: DocumentView) -> str:
    if view.document.state == "unopened" and view.document.reason:
        return view.document.reason
    return "Sie war als ungeöffnet weiterzuleiten gekennzeichnet."


def _take_over(visit: Visit, view: DocumentView, *, mine: bool) -> None:
    document = view.document
    pressed = st.button(
        "Übernehmen",
        type="primary",
        icon=":material/mark_email_read:",
        key="uebernehmen",
        disabled=not (view.may_edit and mine),
        help="Sie bestätigen, dass Sie die Sendung haben. Sie verlässt den Posteingang und bleibt ungelesen.",
    )
    if not mine:
        st.caption(NOT_YOURS)
    if not pressed:
        return
    done, _ = carry_out(
        visit,
        lambda session: take_over(session, visit.staff, document.id, now=visit.house.clock()),
    )
    if done:
        note("Übernommen. Sie finden die Sendung weiter unter dieser Adresse.")
        go_on(visit, document.id)
