"""The right half of the document page: accept or change, file, move, pass on."""

from uuid import UUID

import streamlit as st

from intranet import words
from intranet.deeds import carry_out
from intranet.document_deadlines import next_deadline
from intranet.document_fields import fields_form
from intranet.filing import Choice, file_as_chosen, move_as_chosen
from intranet.notes import note
from intranet.place_form import place_form
from intranet.views.document import DocumentView
from intranet.views.offices import all_offices
from intranet.visit import Visit
from storage.actors import CLASS_NAMES, ProtectionClass
from storage.clock import local_date
from workflows.eakte.audience import opens, scope_of_place, who_sees
from workflows.eakte.filing import change_document
from workflows.eakte.queries import inbox
from workflows.eakte.sight import scope_of
from workflows.eakte.unfiled import discard_document, forward_document


def go_on(visit: Visit, after: UUID) -> None:
    """To the next document that is ready, else to the inbox."""
    with visit.house.database.read() as session:
        rows = [
            *inbox(session, visit.staff, states=("ready",), after=after, limit=1),
            *inbox(session, visit.staff, states=("ready",), limit=2),
        ]
    following = next((row.id for row in rows if row.id != after), None)
    if following is None:
        st.switch_page("app_pages/posteingang.py")
    st.query_params["id"] = str(following)
    st.rerun()


def filing_desk(visit: Visit, view: DocumentView) -> None:
    """For post that is not filed yet."""
    document, now = view.document, visit.house.clock()
    st.header("Ablage", anchor=False)
    answer = place_form(visit, view)
    button = st.container()
    st.header("Angaben", anchor=False)
    corrections = fields_form(view, disabled=not view.may_edit)
    pressed = button.button(
        "Ablegen",
        type="primary",
        icon=":material/check:",
        shortcut="Ctrl+Enter",
        key="ablegen",
        width="stretch",
        disabled=not view.may_file,
    )
    if pressed and answer.choice is None:
        button.error(answer.missing, icon=":material/error:")
    elif pressed and (choice := answer.choice) is not None:
        with button:
            done, filed = carry_out(
                visit,
                lambda session: file_as_chosen(
                    session,
                    visit.staff,
                    document.id,
                    document.revision,
                    choice,
                    corrections,
                    now=now,
                ),
            )
        if done and filed is not None:
            note(f"Abgelegt in {filed.reference}.")
            go_on(visit, document.id)
    if st.button("Überspringen", key="weiter", icon=":material/skip_next:"):
        go_on(visit, document.id)


def filed_desk(visit: Visit, view: DocumentView) -> None:
    """For a filed document: correct it, or move it with a reason."""
    document, now = view.document, visit.house.clock()
    next_deadline(visit, view)
    corrections = fields_form(view, disabled=not view.may_edit)
    if st.button("Änderungen speichern", type="primary", key="speichern", disabled=not corrections):
        done, _ = carry_out(
            visit,
            lambda session: change_document(
                session, visit.staff, document.id, document.revision, corrections, now=now
            ),
        )
        if done:
            note("Gespeichert.")
            st.rerun()
    with st.expander("Umlegen", icon=":material/drive_file_move:"):
        _move(visit, view)


def _move(visit: Visit, view: DocumentView) -> None:
    document, now = view.document, visit.house.clock()
    choice = place_form(visit, view).choice
    reason = st.text_input("Grund", placeholder="zum Beispiel: gehört zu einem anderen Vorgang")
    asked, opened_to = _opening(visit, view, choice) if choice else (False, None)
    ready = choice is not None and view.may_file and (opened_to is not None or not asked)
    if st.button("Umlegen", key="umlegen", disabled=not ready):
        assert choice is not None
        done, filed = carry_out(
            visit,
            lambda session: move_as_chosen(
                session, visit.staff, document.id, document.revision, choice, reason,
                opened_to=opened_to, now=now,
            ),
        )  # fmt: skip
        if done and filed is not None:
            note(f"Umgelegt nach {filed.reference}.")
            st.rerun()


def _opening(
    visit: Visit, view: DocumentView, choice: Choice
) -> tuple[bool, ProtectionClass | None]:
    """Whether moving there takes protection away, and the class it comes into once somebody has confirmed that."""
    before = scope_of(view.document)
    with visit.house.database.read() as session:
        after = scope_of_place(
            session, visit.staff, vorgang=choice.vorgang, akte=choice.akte, entry=choice.entry
        )
        seen_by = who_sees(session, after) if after else ""
    if after is None or not opens(before, after):
        return False, None
    st.warning(
        words.plain(
            f"Dieses Dokument ist jetzt geschützt ({CLASS_NAMES[before.protection]}). Dort sehen es dann {seen_by}."
        ),
        icon=":material/visibility:",
    )
    sure = st.checkbox(
        words.plain(f"Ja, {seen_by} dürfen es sehen."),
        key=f"oeffnen-{view.document.id}-{after.token}",
    )
    return True, after.protection if sure else None


def elsewhere(visit: Visit, view: DocumentView) -> None:
    """Post that belongs to somebody else, or into no Akte."""
    document, now = view.document, visit.house.clock()
    with visit.house.database.read() as session:
        offices = all_offices(session, visit.staff, local_date(now))
    with st.expander("Weiterleiten", icon=":material/forward:"):
        office = st.selectbox("An welches Amt?", offices, format_func=lambda each: each.name)
        if st.button("Weiterleiten", key="weiterleiten"):
            done, _ = carry_out(
                visit,
                lambda session: forward_document(
                    session, visit.staff, document.id, document.revision, office.id, now=now
                ),
            )
            if done:
                note(f"Weitergeleitet: {office.name}.")
                go_on(visit, document.id)
    if document.state == "unopened":
        return
    with st.expander("Nicht ablegen", icon=":material/delete:"):
        reason = st.text_input("Warum nicht?", placeholder="zum Beispiel: Werbung")
        if st.button("Aus dem Posteingang nehmen", key="verwerfen"):
            done, _ = carry_out(
                visit,
                lambda session: discard_document(
                    session, visit.staff, document.id, document.revision, reason, now=now
                ),
            )
            if done:
                note("Aus dem Posteingang genommen.")
                go_on(visit, document.id)
