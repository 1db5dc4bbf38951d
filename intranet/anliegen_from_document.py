"""From a document to an Anliegen, on the document's page."""

import streamlit as st

from intranet import html
from intranet.deeds import carry_out
from intranet.notes import note
from intranet.views.document import DocumentView
from intranet.visit import Visit
from workflows.kiss.anliegen.progress import reference
from workflows.kiss.eakte import anliegen_of, hand_over_document, is_handed_over


def pass_on(visit: Visit, view: DocumentView) -> None:
    """„Als Anliegen weitergeben“, or the link to what became of it."""
    document, now = view.document, visit.house.clock()
    with visit.house.database.read() as session:
        known = anliegen_of(session, visit.staff, document.id)
        gone = is_handed_over(session, document.id)
    if known is not None:
        link = html.page_link(f"/anliegen?id={known.id.hex}", reference(known))
        st.html(f"<p>Weitergegeben als Anliegen {link.html}</p>")
        return
    if gone:
        st.caption("Als Anliegen weitergegeben; es liegt bei einer anderen Stelle.")
        return
    with st.expander("Als Anliegen weitergeben", icon=":material/forum:"):
        st.caption(
            "Der Text wird zur ersten Nachricht, die Datei kommt als Anlage mit. Das Haus sucht dann, wer zuständig ist. "
            "Das Dokument bleibt hier."
        )
        if st.button("Weitergeben", key="als-anliegen"):
            done, row = carry_out(
                visit,
                lambda session: hand_over_document(
                    session, visit.staff, document.id, blobs=visit.house.blobs, now=now
                ),
            )
            if done and row is not None:
                note(f"Weitergegeben als Anliegen {reference(row)}.")
                st.rerun()
