"""Posteingang: hand in post, watch it being read, open it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import streamlit as st

from config.seeds import DOCUMENT_KINDS
from intranet import html, words
from intranet.bulk import SHOWN, bulk_actions
from intranet.uploads import content_of, let_go
from intranet.views import inbox
from intranet.views.offices import OfficeChoice, inboxes
from intranet.visit import visit, visitor
from ocr.analysis.unopened import seed
from storage.blobs.errors import BlobStoreError
from storage.clock import local_date, new_id
from storage.conflicts import ConflictError
from storage.database import StorageBusyError
from storage.rights import NotAllowedError
from workflows.eakte.queries import inbox as rows_of
from workflows.eakte.receiving import Incoming, Receipt, receive

here = visitor()


def hand_in(office: UUID, files: Sequence[Any], rule: str | None) -> None:
    """Take the files in, unopened where a rule is chosen, and remember them for the progress list; what failed is said at once."""
    receipts: list[Receipt] = []
    st.session_state.problems = []
    batch = new_id()
    for file in files:
        try:
            content = content_of(file)
            incoming = Incoming(
                file.name, content, office, unopened=rule is not None, tick=rule, batch=batch
            )
            receipts.append(receive(here.house, here.staff, incoming))
        except (NotAllowedError, BlobStoreError, StorageBusyError, ConflictError) as problem:
            st.session_state.problems.append(f"„{file.name}“ wurde nicht angenommen. {problem}")
    let_go(files)
    st.session_state.batch = [each.document for each in receipts if each.document]
    st.session_state.sealed = [each.name for each in receipts if each.status == "unopened"]
    st.session_state.known = [each for each in receipts if each.status == "duplicate"]


def upload(choices: Sequence[OfficeChoice]) -> None:
    """The place to drop files."""
    turn = st.session_state.setdefault("turn", 0)
    st.session_state.setdefault("problems", [])
    with st.container(border=True):
        files = st.file_uploader(
            "Dateien hierher ziehen oder auswählen",
            accept_multiple_files=True,
            key=f"dateien-{turn}",
            help="PDF, Scans (PNG, JPEG, TIFF), Word, OpenDocument, E-Mails, ZIP-Archive, E-Rechnungen.",
        )
        left, right = st.columns([2, 3], vertical_alignment="center")
        if len(choices) > 1:
            office = left.selectbox(
                "Posteingang von", choices, format_func=lambda choice: choice.name
            )
        else:
            office = choices[0]
            left.markdown(f"Posteingang von **{office.name}**")
        rules = {each.key: each for each in seed()}
        rule = right.selectbox(
            "Ungeöffnet weiterleiten an …",
            list(rules),
            index=None,
            format_func=lambda key: rules[key].title,
            placeholder="nein: öffnen und lesen",
            key=f"ungeoeffnet-{turn}",  # the choice is for these files alone
            help="Für vertrauliche Sendungen: Der Inhalt wird nicht gelesen, nicht durchsuchbar gemacht und nicht gelernt.",
        )
    if files:
        with st.spinner("Dateien werden sicher abgelegt …"):
            hand_in(office.id, files, rule)
        st.session_state.turn = turn + 1
        st.rerun()


def progress() -> None:
    """What became of the files just handed in; refreshes itself until all are read."""
    guest = visit(active=False)
    with guest.house.database.read() as session:
        state = inbox.batch(
            session, guest.staff, st.session_state.get("batch", []), guest.house.clock()
        )
    for problem in st.session_state.get("problems", []):
        st.error(words.plain(problem), icon=":material/error:")
    for receipt in st.session_state.get("known", []):
        st.info(words.plain(f"„{receipt.name}“: {receipt.reason}"), icon=":material/content_copy:")
    for name in st.session_state.get("sealed", []):
        st.info(
            words.plain(f"„{name}“ geht ungeöffnet an den Empfänger und wird nicht gelesen."),
            icon=":material/lock:",
        )
    if not state.lines:
        return
    share = state.done / len(state.lines)
    st.progress(share, text=f"{state.done} von {len(state.lines)} gelesen")
    st.html(
        html.table(
            "Gerade eingegangen",
            [html.Column("Datei", "frei"), "Stand", html.Column("Hinweis", "frei")],
            [
                (
                    html.page_link(f"/dokument?id={each.id}", each.title),
                    html.state(each.state),
                    each.note,
                )
                for each in state.lines
            ],
        )
    )
    if state.finished and st.button("Ausblenden", key="ausblenden", icon=":material/close:"):
        st.session_state.batch, st.session_state.known, st.session_state.sealed = [], [], []
        st.rerun()
    if state.finished and not st.session_state.get("told", False):
        st.session_state.told = True
        st.rerun()


def listing() -> None:
    """The list; refreshes itself while something is being read."""
    guest = visit(active=False)
    state = st.session_state
    chosen = state.get("filter") or "alle"
    with guest.house.database.read() as session:
        view = inbox.load(
            session,
            guest.staff,
            guest.house.clock(),
            chosen=chosen,
            office=state.get("amt-filter"),
            kind=state.get("art-filter"),
            after=state.get("after"),
            page=SHOWN if state.get("mehrere") else inbox.PAGE,
        )
    st.segmented_control(
        "Anzeigen",
        list(inbox.FILTERS),
        default="alle",
        format_func=lambda name: f"{name} ({view.counts.get(name, 0)})",
        key="filter",
        on_change=lambda: state.pop("after", None),
        label_visibility="collapsed",
    )
    narrow()
    if not view.lines:
        st.html(
            html.empty(
                "Hier liegt keine Post.",
                "Ziehen Sie Dateien in das Feld oben, oder legen Sie sie in den Scan-Ordner.",
            )
        )
        return
    if state.get("mehrere"):
        bulk_actions(guest, view.lines)
    else:
        st.html(table(view.lines))
    older, newer, _ = st.columns([1, 1, 4])
    if view.older and older.button("Ältere zeigen", key="aelter"):
        state.after = view.older
        st.rerun(scope="fragment")
    if state.get("after") and newer.button("Zum Anfang", key="anfang"):
        del state["after"]
        st.rerun(scope="fragment")


def narrow() -> None:
    """Filters by kind and, for those who see several inboxes, by office; and the switch for many at once."""

    def begin() -> None:
        st.session_state.pop("after", None)

    one, two, three = st.columns([2, 2, 2], vertical_alignment="bottom")
    one.selectbox(
        "Art", DOCUMENT_KINDS, index=None, placeholder="alle", key="art-filter", on_change=begin
    )
    if len(offices) > 1:
        names = {each.id: each.name for each in offices}
        two.selectbox(
            "Amt",
            list(names),
            index=None,
            format_func=lambda key: names[key],
            placeholder="alle",
            key="amt-filter",
            on_change=begin,
        )
    three.toggle("Mehrere auswählen", key="mehrere")


def table(lines: Sequence[inbox.InboxLine]) -> str:
    return html.table(
        "Posteingang",
        [
            html.Column("Betreff", "frei"),
            html.Column("Absender", "frei"),
            "Art",
            html.Column("Eingang", "zeit"),
            "Stand",
            html.Column("Hinweis", "frei"),
        ],
        [
            (
                html.page_link(f"/dokument?id={each.id}", each.title),
                each.sender,
                each.kind,
                each.received,
                html.state(each.state),
                each.note,
            )
            for each in lines
        ],
    )


st.title("Posteingang")
with here.house.database.read() as session:
    now = here.house.clock()
    offices = inboxes(session, here.staff, local_date(now))
    under_way = inbox.batch(session, here.staff, st.session_state.get("batch", []), now)
    reading = bool(rows_of(session, here.staff, states=inbox.BUSY, limit=1))
if offices:
    upload(offices)
if not under_way.finished:
    st.session_state.told = False
st.fragment(progress, run_every=None if under_way.finished else "1s")()
st.fragment(listing, run_every="5s" if reading else "60s")()
