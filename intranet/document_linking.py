"""Linking a document with another one: looked for by words or Aktenzeichen, or by its address."""

from datetime import date
from uuid import UUID

import streamlit as st

from intranet import words
from intranet.deeds import carry_out
from intranet.notes import note
from intranet.visit import Visit
from storage.conflicts import NotFoundError
from workflows.eakte.akten_queries import documents_in, visible_akte
from workflows.eakte.filing import LINK_KINDS, link_documents
from workflows.eakte.queries import search_documents, visible_document
from workflows.eakte.tables import Document

OFFERED = 20


def link_form(visit: Visit, document: Document) -> None:
    """How and with what; without words the other documents of the same Vorgang are offered."""
    kind = st.selectbox(
        "Wie gehört es zusammen?", list(LINK_KINDS), format_func=lambda each: LINK_KINDS[each]
    )
    asked = st.text_input(
        "Anderes Dokument suchen",
        placeholder="Wörter, Absender, Aktenzeichen …",
        key=f"verknuepfen-worte-{document.id}",
        help="Gesucht wird in allem, was Sie sehen dürfen. Die Adresse eines Dokuments geht auch.",
    ).strip()
    found = _found(visit, document, asked)
    if not found:
        st.caption(
            "Nichts gefunden. Versuchen Sie andere Wörter."
            if asked
            else "Suchen Sie das andere Dokument."
        )
        return
    other = st.selectbox(
        "Dokument",
        list(found),
        index=0 if len(found) == 1 else None,
        format_func=lambda each: found[each],
        placeholder="Bitte wählen",
        key=f"verknuepfen-mit-{document.id}-{asked}",
    )
    if other is not None:
        st.caption(words.plain(found[other]))
    if st.button("Verknüpfen", key="verknuepfen", disabled=other is None) and other is not None:
        now = visit.house.clock()
        done, _ = carry_out(
            visit,
            lambda session: link_documents(session, visit.staff, document.id, other, kind, now=now),
        )
        if done:
            note("Verknüpft.")
            st.rerun()


def _found(visit: Visit, document: Document, asked: str) -> dict[UUID, str]:
    """Documents to choose from, with the lines that name them."""
    rows: list[tuple[UUID, str, str | None, date | None]] = []
    with visit.house.database.read() as session:
        if address := _as_address(asked):
            try:
                row = visible_document(session, visit.staff, address)
            except NotFoundError:
                return {}
            rows = [(row.id, row.title, None, row.document_date)]
        elif asked:
            hits = search_documents(session, visit.staff, asked, limit=OFFERED, typing=True).hits
            rows = [(hit.document, hit.title, hit.akte, hit.date) for hit in hits]
        elif document.vorgang_id is not None and document.akte_id is not None:
            akte = visible_akte(session, visit.staff, document.akte_id).reference
            beside = documents_in(session, visit.staff, document.vorgang_id, limit=OFFERED)
            rows = [(each.id, each.title, akte, each.document_date) for each in beside]
    return {
        key: " · ".join(filter(None, (title, akte, words.day(day) if day else None)))
        for key, title, akte, day in rows
        if key != document.id
    }


def _as_address(asked: str) -> UUID | None:
    """The document an address copied from the browser leads to."""
    try:
        return UUID(asked.rpartition("=")[2])
    except ValueError:
        return None
