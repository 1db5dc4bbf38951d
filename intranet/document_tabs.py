"""The quieter parts of the document page: findings, history, links, duplicates."""

from uuid import UUID

import streamlit as st

from intranet import html, words
from intranet.document_deadlines import deadlines_part
from intranet.document_linking import link_form
from intranet.views.document import DocumentView
from intranet.visit import Visit
from workflows.eakte.filing import LINK_KINDS
from workflows.eakte.queries import duplicates_of, history, links_of, parts_of


def findings(visit: Visit, view: DocumentView) -> None:
    """What was found in the text, deadlines first; each lights up its place on the page picture."""
    if view.summary:
        st.markdown("**Kurz gesagt**")
        st.html("<p>" + "<br>".join(html.text(each) for each in view.summary) + "</p>")
    deadlines_part(visit, view)
    if not view.findings and not view.deadlines:
        st.html(
            html.empty("Nichts Besonderes gefunden.", "Fristen, Beträge und IBAN stünden hier.")
        )
        return
    for found in view.findings:
        with st.container(key=f"beleg-{found.name}"):
            st.html(
                f'<div class="fund" tabindex="0"><strong>{html.text(found.label)}</strong> '
                f"{html.text(found.text)}"
                + ("" if found.valid else ' <span class="zustand">Prüfziffer falsch</span>')
                + "</div>"
            )


def way(visit: Visit, document: UUID) -> None:
    """The way the document took."""
    with visit.house.database.read() as session:
        steps = history(session, visit.staff, document)
    st.html(
        html.table(
            "Verlauf",
            [html.Column("Wann", "zeit"), "Was", "Wer", "Grund"],
            [
                (words.moment(step.at), step.text, step.who or "", step.reason or "")
                for step in steps
            ],
        )
    )


def together(visit: Visit, view: DocumentView) -> None:
    """Links, duplicates, and what was packed inside."""
    document = view.document.id
    with visit.house.database.read() as session:
        linked = links_of(session, visit.staff, document)
        same = duplicates_of(session, visit.staff, document)
        parts = parts_of(session, visit.staff, document)
    rows: list[tuple[html.Cell, ...]] = [
        (LINK_KINDS.get(kind, kind), html.page_link(f"/dokument?id={each.id}", each.title))
        for kind, each in linked
    ]
    rows += [
        ("Gleicher Inhalt", html.page_link(f"/dokument?id={each.id}", each.title)) for each in same
    ]
    rows += [
        ("Darin enthalten", html.page_link(f"/dokument?id={each.id}", each.title)) for each in parts
    ]
    known = {each.file_name for each in parts}
    rows += [
        ("Steckt in der Datei", f"{each.name} ({words.size(each.size)})")
        for each in view.inside
        if each.name not in known
    ]
    if rows:
        st.html(html.table("Gehört zusammen", ["Wie", "Dokument"], rows))
    else:
        st.html(html.empty("Steht für sich.", "Verknüpfungen mit anderen Dokumenten stünden hier."))
    with st.expander("Verknüpfen", icon=":material/link:"):
        link_form(visit, view.document)
