"""A finished Anliegen and its Akte, on the Anliegen's page."""

import streamlit as st

from intranet import html
from intranet.deeds import carry_out
from intranet.notes import note
from intranet.views.anliegen import View
from intranet.visit import Visit
from storage.actors import CLASS_NAMES, SHARED_CLASSES, ProtectionClass
from storage.conflicts import NotFoundError
from storage.rights import Verb, may
from workflows.eakte.akten_queries import find_open_vorgaenge, vorgang_place
from workflows.eakte.sight import scope_of
from workflows.kiss.anliegen.states import State
from workflows.kiss.eakte import document_of
from workflows.kiss.filing import covers, file_anliegen


def akte_part(here: Visit, view: View) -> None:
    """Where it came from, where it lies, and the way into a Vorgang."""
    row = view.row
    with here.house.database.read() as session:
        origin = document_of(session, here.staff, view.all.messages)
        try:
            place = vorgang_place(session, here.staff, row.vorgang_id) if row.vorgang_id else None
        except NotFoundError:
            place = None
    if origin is not None:
        link = html.page_link(f"/dokument?id={origin.id}", origin.title)
        st.html(f"<p>Aus der E-Akte: {link.html}</p>")
    if place is not None:
        akte, vorgang = place
        link = html.page_link(f"/akten?akte={akte.id}", f"{akte.reference} {akte.title}")
        st.html(f"<p>Liegt in {link.html}, {html.text(vorgang.title)}</p>")
    elif row.vorgang_id is not None:
        st.caption("Liegt in einer Akte, die Sie nicht sehen.")
    if view.works and State(row.state) is State.CLOSED and row.merged_into_id is None:
        with st.expander("In eine Akte ablegen", icon=":material/folder_open:"):
            _file(here, view)


def _file(here: Visit, view: View) -> None:
    row, now = view.row, here.house.clock()
    text = st.text_input(
        "Vorgang suchen", placeholder="Aktenzeichen oder Wort", key="ablage-worte"
    ).strip()
    with here.house.database.read() as session:
        found = [
            (akte, vorgang)
            for akte, vorgang in find_open_vorgaenge(session, here.staff, text)
            if may(here.staff, Verb.AKTE_EDIT, scope_of(akte)) and covers(row, akte)
        ]
    if ProtectionClass(row.protection) not in SHARED_CLASSES:
        st.caption(
            f"Dieses Anliegen ist geschützt ({CLASS_NAMES[ProtectionClass(row.protection)]}): Es kommt nur in eine Akte mit "
            "derselben Schutzklasse."
        )
    if not found:
        st.caption(
            "Kein offener Vorgang gefunden, in den Sie ablegen dürfen. Unter „Akten“ sehen Sie, was offen ist."
        )
        return
    names = {
        vorgang.id: f"{akte.reference} {akte.title} › {vorgang.number}. {vorgang.title}"
        f" ({CLASS_NAMES[ProtectionClass(akte.protection)]})"
        for akte, vorgang in found
    }
    chosen = st.selectbox(
        "Vorgang", list(names), format_func=lambda each: names[each], key="ablage-vorgang"
    )
    notes = st.checkbox("Auch interne Notizen", key="ablage-notizen")
    st.caption(
        "Abgelegt werden der ganze Schriftwechsel als eine Datei und alle Anlagen. Wer die Akte sieht, sieht dann auch sie."
    )
    if st.button("Ablegen", key="ablage-ablegen") and chosen is not None:
        done, _ = carry_out(
            here,
            lambda session: file_anliegen(
                session, here.staff, row.id, view.seen, chosen, notes=notes, now=now
            ),
        )
        if done:
            note("Wird abgelegt, sobald die Dateien gelesen sind.")
            st.rerun()
