"""An Akte on its page: what it is, its Vorgänge with their documents, what can be done with it."""

from collections.abc import Sequence
from uuid import UUID

import streamlit as st

from intranet import html, words
from intranet.akte_desk import hold_desk
from intranet.deeds import carry_out
from intranet.views.akte import akte_history
from intranet.visit import Visit
from storage.actors import CLASS_NAMES, ProtectionClass
from storage.clock import local_date
from storage.rights import Verb, may
from workflows.eakte.akten import (
    close_akte,
    close_vorgang,
    open_vorgang,
    rename_akte,
    reopen_akte,
    reopen_vorgang,
)
from workflows.eakte.akten_queries import documents_in, retention_claim, visible_akte, vorgaenge
from workflows.eakte.retention import Claim
from workflows.eakte.sight import scope_of
from workflows.eakte.tables import Akte, Vorgang

PAGE = 50
STATES = {"open": "offen", "closed": "geschlossen"}


def show_akte(visit: Visit, akte_id: UUID) -> None:
    """The whole view. Raises ``NotFoundError`` outside the person's sight."""
    with visit.house.database.read() as session:
        akte = visible_akte(session, visit.staff, akte_id)
        rows = vorgaenge(session, visit.staff, akte_id)
        steps = akte_history(session, visit.staff, akte_id)
        day = local_date(akte.closed_at or visit.house.clock())
        claim = retention_claim(session, visit.staff, akte, day)
    paper = f" · Papier: {akte.paper}" if akte.paper else ""
    st.header(words.plain(f"{akte.reference} {akte.title}"), anchor=False)
    st.html(
        f"<p>{html.state(STATES[akte.state]).html} · "
        f"{html.text(CLASS_NAMES[ProtectionClass(akte.protection)])} · angelegt am "
        f"{words.moment(akte.opened_at)}{html.text(paper)}</p><p>{html.text(_kept(akte, claim))}</p>"
    )
    contents, past, deeds = st.tabs(["Inhalt", "Verlauf", "Bearbeiten"])
    with contents:
        _contents(visit, rows)
    with past:
        st.html(
            html.table(
                "Verlauf der Akte",
                [html.Column("Wann", "zeit"), "Was", "Wer"],
                [(words.moment(step.at), step.text, step.who) for step in steps],
            )
        )
    with deeds:
        _deeds(visit, akte, [row for row, _ in rows])


def _kept(akte: Akte, claim: Claim) -> str:
    """How long the Akte is kept, and what decides it."""
    if claim.years is None:
        length = "Dauernd aufzubewahren"
    elif akte.retain_until is not None:
        length = f"Aufzubewahren bis {words.day(akte.retain_until)}: {claim.length} ab Ende des Jahres der Schließung"
    else:
        length = f"Nach der Schließung {claim.length} aufzubewahren"
    held = " · Aussonderung gesperrt" if akte.hold else ""
    return f"{length} (maßgeblich: {claim.reason}){held}"


def _contents(visit: Visit, rows: Sequence[tuple[Vorgang, int]]) -> None:
    if not rows:
        st.html(html.empty("Diese Akte ist leer.", "Vorgänge entstehen beim Ablegen."))
    for vorgang, count in rows:
        noun = "Dokument" if count == 1 else "Dokumente"
        with st.expander(
            words.plain(
                f"{vorgang.number}. {vorgang.title} – {count} {noun}, {STATES[vorgang.state]}"
            ),
            expanded=len(rows) <= 3,
        ):
            _documents(visit, vorgang.id)


def _documents(visit: Visit, vorgang: UUID) -> None:
    key = f"nach-{vorgang}"
    with visit.house.database.read() as session:
        documents = documents_in(
            session, visit.staff, vorgang, after=st.session_state.get(key), limit=PAGE + 1
        )
    if not documents:
        st.html(html.empty("Noch kein Dokument.", "Legen Sie Post aus dem Posteingang hier ab."))
        return
    st.html(
        html.table(
            "Dokumente",
            ["Titel", "Art", "Absender", html.Column("Datum", "zeit")],
            [
                (
                    html.page_link(f"/dokument?id={each.id}", each.title),
                    each.kind or "",
                    each.sender or "",
                    words.day(each.document_date) if each.document_date else "",
                )
                for each in documents[:PAGE]
            ],
        )
    )
    older, newest, _ = st.columns([1, 1, 2])
    if len(documents) > PAGE and older.button("Ältere zeigen", key=f"aelter-{vorgang}"):
        st.session_state[key] = documents[PAGE - 1].id
        st.rerun()
    if st.session_state.get(key) and newest.button("Neueste zeigen", key=f"neueste-{vorgang}"):
        del st.session_state[key]
        st.rerun()


def _deeds(visit: Visit, akte: Akte, rows: Sequence[Vorgang]) -> None:
    now, staff, scope = visit.house.clock(), visit.staff, scope_of(akte)
    if not may(staff, Verb.AKTE_EDIT, scope):
        hold_desk(visit, akte)
        st.info("Diese Akte können Sie ansehen, aber nicht bearbeiten.")
        return
    if akte.state == "open":
        title = st.text_input("Name der Akte", value=akte.title)
        if st.button("Umbenennen", key="umbenennen", disabled=title == akte.title):
            done, _ = carry_out(
                visit, lambda s: rename_akte(s, staff, akte.id, akte.revision, title, now=now)
            )
            _again(done)
        name = st.text_input("Neuer Vorgang", placeholder="Name des Vorgangs")
        if st.button("Vorgang anlegen", key="neuer-vorgang"):
            done, _ = carry_out(visit, lambda s: open_vorgang(s, staff, akte.id, name, now=now))
            _again(done)
    _vorgang_deeds(visit, rows)
    st.divider()
    if akte.state == "open":
        st.caption("Mit der Akte schließen alle Vorgänge. Die Aufbewahrungsfrist beginnt.")
        if st.button("Akte schließen", key="akte-zu", icon=":material/lock:"):
            done, _ = carry_out(
                visit, lambda s: close_akte(s, staff, akte.id, akte.revision, now=now)
            )
            _again(done)
    elif st.button("Akte wieder öffnen", key="akte-auf", icon=":material/lock_open:"):
        done, _ = carry_out(visit, lambda s: reopen_akte(s, staff, akte.id, akte.revision, now=now))
        _again(done)
    hold_desk(visit, akte)


def _vorgang_deeds(visit: Visit, rows: Sequence[Vorgang]) -> None:
    if not rows:
        return
    now, staff = visit.house.clock(), visit.staff
    by_id = {row.id: row for row in rows}

    def label(key: UUID) -> str:
        row = by_id[key]
        return f"{row.number}. {row.title} ({STATES[row.state]})"

    chosen = by_id[st.selectbox("Vorgang", list(by_id), format_func=label)]
    closing = chosen.state == "open"
    if st.button("z. d. A. (schließen)" if closing else "Wieder öffnen", key="vorgang-zu"):
        verb = close_vorgang if closing else reopen_vorgang
        done, _ = carry_out(visit, lambda s: verb(s, staff, chosen.id, now=now))
        _again(done)


def _again(done: bool) -> None:
    if done:
        st.rerun()
