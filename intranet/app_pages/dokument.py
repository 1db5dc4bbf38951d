"""Dokument: look at it, accept or change what was understood, file it with one key, go on to the next."""

from uuid import UUID

import streamlit as st

from config.rooms import Room
from intranet import html, page_view, words
from intranet.anliegen_from_document import pass_on
from intranet.deeds import carry_out
from intranet.document_desk import elsewhere, filed_desk, filing_desk
from intranet.document_tabs import findings, together, way
from intranet.document_versions import versions_part
from intranet.notes import note
from intranet.sealed_page import sealed_page
from intranet.views.document import DocumentView, load
from intranet.views.inbox import BUSY, STATE_NAMES
from intranet.views.versions import refusal
from intranet.visit import Visit, visit, visitor
from storage.conflicts import NotFoundError
from workflows.eakte.akten_queries import visible_akte
from workflows.eakte.queries import states_of
from workflows.eakte.unfiled import retry_document

SHOWN_PROBLEMS = 10
here = visitor()


def asked_for() -> UUID | None:
    try:
        return UUID(st.query_params.get("id", ""))
    except ValueError:
        return None


def waiting(document: UUID) -> None:
    """While it is being read: look again every second, then draw the whole page."""
    guest = visit(active=False)
    with guest.house.database.read() as session:
        rows = states_of(session, guest.staff, [document])
    if document not in rows or rows[document].state not in BUSY:
        st.rerun()
    st.progress(0.5, text="Das Dokument wird gerade gelesen …")


def head(guest: Visit, view: DocumentView) -> None:
    """Title, state, where it lies, the original."""
    document, now = view.document, guest.house.clock()
    st.title(words.plain(document.title or document.file_name), anchor=False)
    place = ""
    with guest.house.database.read() as session:
        refused = refusal(session, guest.staff, document)
    if document.akte_id is not None:
        with guest.house.database.read() as session:
            akte = visible_akte(session, guest.staff, document.akte_id)
        target = f"/akten?akte={akte.id}"
        place = " in " + html.page_link(target, f"{akte.reference} {akte.title}").html
    st.html(
        f"<p>{html.state(STATE_NAMES[document.state]).html}{place} · eingegangen "
        f"{html.text(words.when(document.received_at, now))} · {html.text(document.file_name)}, "
        f"{words.size(document.size)} · "
        f'<a href="/original/{document.id}" download>Original herunterladen</a></p>'
    )
    if refused:
        st.warning(
            words.plain(f"{refused} Es gilt weiter die bisherige Fassung."),
            icon=":material/report:",
        )
    if document.state == "quarantined":
        st.warning(
            f"Dieses Dokument konnte nicht gelesen werden. {words.plain(document.reason or '')}",
            icon=":material/report:",
        )
        read_again(guest, view)
    elif document.state in {"ready", "filed"} and view.problems:
        st.warning(problems(view), icon=":material/report:")
        read_again(guest, view)
    elif document.state == "discarded":
        st.info(f"Nicht abgelegt: {words.plain(document.reason or '')}", icon=":material/delete:")


def problems(view: DocumentView) -> str:
    """What could not be read, page by page, and why."""
    lines = [
        (f"Seite {each.page}: " if each.page else "") + words.plain(each.text)
        for each in view.problems[:SHOWN_PROBLEMS]
    ]
    rest = len(view.problems) - SHOWN_PROBLEMS
    more = [f"… und {rest} weitere"] if rest > 0 else []
    return "Nicht alles wurde gelesen:\n" + "\n".join(f"- {line}" for line in (*lines, *more))


def read_again(guest: Visit, view: DocumentView) -> None:
    now = guest.house.clock()
    if st.button("Noch einmal lesen", key="lesen", icon=":material/refresh:"):
        done, _ = carry_out(
            guest, lambda session: retry_document(session, guest.staff, view.document.id, now=now)
        )
        if done:
            note("Das Dokument wird noch einmal gelesen.")
            st.rerun()


def body(guest: Visit, view: DocumentView) -> None:
    """Pictures on the left, the desk on the right."""
    document = view.document
    left, right = st.columns([3, 2], gap="medium")
    with left:
        if view.has_pictures:
            st.html(page_view.pictures(view))
        elif view.pages:
            st.html(page_view.plain_text(view.pages))
        else:
            st.html(html.empty("Kein Seitenbild.", "Das Original können Sie oben herunterladen."))
    with right:
        desk, found, text, past, other = st.tabs(
            ["Ablage", "Gefunden", "Text", "Verlauf", "Zusammenhang"]
        )
        with desk:
            if document.state in {"ready", "quarantined"}:
                filing_desk(guest, view)
            elif document.state == "filed":
                filed_desk(guest, view)
            if document.state in {"ready", "quarantined"}:
                elsewhere(guest, view)
            if document.state in {"ready", "filed"} and guest.house.settings.is_on(Room.KISS):
                pass_on(guest, view)
        with found:
            findings(guest, view)
        with text:
            st.html(
                page_view.plain_text(view.pages) if view.pages else html.empty("Kein Text.", "")
            )
        with past:
            way(guest, document.id)
            versions_part(guest, view)
        with other:
            together(guest, view)


def show() -> None:
    document = asked_for()
    if document is None:
        st.title("Dokument")
        st.html(html.empty("Kein Dokument gewählt.", "Öffnen Sie eines aus dem Posteingang."))
        return
    try:
        with here.house.database.read() as session:
            view = load(session, here.staff, document, here.house.clock())
    except NotFoundError as missing:
        st.title("Dokument")
        st.html(html.empty(str(missing), "Prüfen Sie die Adresse, oder suchen Sie danach."))
        return
    if view.sealed:
        sealed_page(here, view)
        return
    head(here, view)
    if view.document.state in BUSY:
        st.fragment(waiting, run_every="1s")(document)
        return
    body(here, view)


show()
