"""Answering an Anliegen: a draft that survives, texts to begin with, documents to go along, who else is writing."""

from collections.abc import Sequence
from uuid import UUID

import streamlit as st
from sqlalchemy.orm import Session

from intranet import words
from intranet.deeds import REFUSALS, carry_out
from intranet.notes import note
from intranet.views.anliegen import View
from intranet.visit import Visit
from storage.tasks.drafts import drop_draft, load_draft, save_draft
from workflows.kiss.anliegen.answering import (
    STILL_OPEN,
    answer,
    draft_key,
    start_writing,
    who_writes,
)
from workflows.kiss.anliegen.states import Deed, State, allowed
from workflows.kiss.eakte import files_for, find_documents

EVERY = "12s"
_OPEN = "antwort-offen"


def answer_form(here: Visit, view: View) -> None:
    """The field and its two buttons: an answer, or a question that stops the clock."""
    row = view.row
    if not allowed(State(row.state), Deed.ANSWER):
        return
    st.subheader("Antworten", anchor=False)
    if any(each.waits for each in view.said):  # a second one would be refused until it is decided
        st.caption("Eine Antwort wartet auf Freigabe. Bis dahin kann keine andere hinausgehen.")
        return
    field = f"antwort-{row.id.hex}"
    _begin(here, view, field)
    st.fragment(_others, run_every=EVERY)(here, row.id)
    if view.templates:
        _template(view, field)

    def keep() -> None:
        now = here.house.clock()
        with here.house.database.write() as session:
            typed = {"text": st.session_state[field]}
            save_draft(session, here.staff.person, _draft(view), typed, now)
            start_writing(session, here.staff, row.id, now)

    st.text_area("Ihre Antwort", key=field, max_chars=20_000, height=180, on_change=keep)
    documents = _documents(here, view)
    _goes_to(view)
    one, two = st.columns(2)
    if one.button("Antwort senden", type="primary", key="senden", width="stretch"):
        _send(here, view, field, documents, asks=False)
    if two.button("Als Rückfrage senden", key="fragen", width="stretch"):
        _send(here, view, field, documents, asks=True)


def _goes_to(view: View) -> None:
    """How many get it, and who."""
    if not view.goes_to:
        st.caption(
            "Es ist keine E-Mail-Adresse bekannt: Die Antwort steht nur auf der Statusseite. Den Link dazu finden Sie unter „Statuslink“."
        )
    elif len(view.goes_to) == 1:
        st.caption(f"Geht an {words.plain(view.goes_to[0])}.")
    else:
        people = "; ".join(words.plain(each) for each in view.goes_to)
        st.caption(f"Geht an {len(view.goes_to)} Menschen: {people}.")


def _begin(here: Visit, view: View, field: str) -> None:
    """What was typed before."""
    with here.house.database.read() as session:
        draft = load_draft(session, here.staff.person, _draft(view)) or {}
    st.session_state.setdefault(field, draft.get("text", ""))


def _others(here: Visit, anliegen: UUID) -> None:
    """Who else has the field open, as it is now; and that the person has it open, told now and then."""
    now, told = here.house.clock(), f"{_OPEN}-{anliegen.hex}"
    last = st.session_state.get(told)
    try:
        if last is None or now - last >= STILL_OPEN:
            here.house.database.run(
                lambda session: start_writing(session, here.staff, anliegen, now)
            )
            st.session_state[told] = now
        with here.house.database.read() as session:
            others = who_writes(session, here.staff, anliegen, now)
    except REFUSALS:  # it went to somebody else, or the database is busy: nothing to say here
        return
    if others:
        shown = words.plain(", ".join(others))
        st.warning(f"Hat die Antwort auch offen: {shown}.", icon=":material/edit:")


def _send(here: Visit, view: View, field: str, documents: Sequence[UUID], *, asks: bool) -> None:
    row, now = view.row, here.house.clock()
    text = st.session_state[field]

    def send(session: Session) -> bool:
        files = files_for(session, here.staff, row.id, documents)
        message = answer(
            session, here.staff, row.id, view.seen, text, asks=asks, files=files,
            blobs=here.house.blobs, now=now,
        )  # fmt: skip
        drop_draft(session, here.staff.person, _draft(view))
        return message.state == "waiting"

    done, waits = carry_out(here, send)
    if done:
        del st.session_state[field]
        st.session_state.pop(f"{_OPEN}-{row.id.hex}", None)
        if waits:
            note("Die Antwort wartet, bis sie jemand anders freigibt. Erst dann geht sie hinaus.")
        elif asks:
            note("Die Rückfrage geht hinaus. Die Frist steht still.")
        else:
            note("Die Antwort geht hinaus.")
        st.rerun()


def _draft(view: View) -> str:
    return draft_key(view.row.id)


def _template(view: View, field: str) -> None:
    titles = [title for title, _ in view.templates]
    texts = dict(view.templates)

    def put() -> None:
        chosen = st.session_state.get("textbaustein")
        if chosen:
            before = st.session_state.get(field, "").strip()
            st.session_state[field] = f"{before}\n\n{texts[chosen]}".strip()
            st.session_state["textbaustein"] = None

    st.selectbox(
        "Textbaustein",
        titles,
        index=None,
        placeholder="einfügen …",
        key="textbaustein",
        on_change=put,
    )


def _documents(here: Visit, view: View) -> list[UUID]:
    """Documents to go with the answer; what was chosen stays chosen while one searches on."""
    kept = f"beifuegen-{view.row.id.hex}"
    chosen: dict[UUID, str] = st.session_state.setdefault(f"{kept}-namen", {})
    with st.expander("Aus der E-Akte beifügen", icon=":material/attach_file:"):
        text = st.text_input(
            "Suchen", placeholder="Titel, Datei oder Absender", key=f"{kept}-worte"
        )
        with here.house.database.read() as session:
            found = find_documents(session, here.staff, view.row, text)
        names = chosen | {each.id: f"{each.title} ({words.size(each.size)})" for each in found}
        picked: list[UUID] = st.multiselect(
            "Dokumente", list(names), format_func=lambda each: names[each], key=kept,
            placeholder="wählen",
        )  # fmt: skip
        st.session_state[f"{kept}-namen"] = {each: names[each] for each in picked}
    return picked
