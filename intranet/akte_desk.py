"""Forms for an Akte: opening one under an entry of the Aktenplan, and keeping it from disposal."""

from dataclasses import dataclass
from uuid import UUID

import streamlit as st

from intranet.deeds import carry_out
from intranet.notes import note
from intranet.views.offices import OfficeChoice, all_offices
from intranet.visit import Visit
from storage.actors import CLASS_NAMES, FILING_CLASSES, ProtectionClass, Scope, Staff
from storage.clock import local_date
from storage.rights import Verb, may
from workflows.eakte.akten import as_strict, hold_akte, open_akte
from workflows.eakte.sight import scope_of
from workflows.eakte.tables import Akte, PlanEntry


@dataclass(frozen=True, slots=True)
class Choices:
    """Where a new Akte may be kept: offices, that of the Aktenplan first, each with the classes one may give it there."""

    offices: tuple[OfficeChoice, ...]
    classes: dict[UUID, tuple[ProtectionClass, ...]]


def choices(visit: Visit, entry: UUID) -> Choices:
    """What the verb would not refuse: nothing weaker than the Aktenplan demands, and only what one sees oneself."""
    with visit.house.database.read() as session:
        row = session.get_one(PlanEntry, entry)
        demanded, first = ProtectionClass(row.protection), row.office_id
        offices = all_offices(session, visit.staff, local_date(visit.house.clock()))
    classes = {office.id: _classes(visit.staff, office.id, demanded) for office in offices}
    possible = [office for office in offices if classes[office.id]]
    return Choices(tuple(sorted(possible, key=lambda each: each.id != first)), classes)


def _classes(staff: Staff, office: UUID, demanded: ProtectionClass) -> tuple[ProtectionClass, ...]:
    possible = [
        each
        for each in FILING_CLASSES
        if as_strict(each, demanded) and may(staff, Verb.AKTE_OPEN, Scope(office, each))
    ]
    return tuple(sorted(possible, key=lambda each: each is not demanded))


def new_akte(visit: Visit, entry: UUID) -> None:
    """Name, office, class, where the paper is. Shows the new Akte."""
    known = choices(visit, entry)
    if not known.offices:
        st.info("Unter diesem Eintrag können Sie keine Akte anlegen.")
        return
    title = st.text_input("Name der Akte", key="neue-akte")
    left, right = st.columns(2)
    office = left.selectbox(
        "Amt", known.offices, format_func=lambda each: each.name, key=f"neue-akte-amt-{entry}"
    )
    protection = right.selectbox(
        "Schutzklasse",
        known.classes[office.id],
        format_func=CLASS_NAMES.__getitem__,
        key=f"neue-akte-klasse-{entry}-{office.id}",
        help="Vorgegeben vom Aktenplan. Strenger geht, schwächer nicht; zur Wahl steht nur, was Sie selbst sehen dürfen.",
    )
    paper = st.text_input(
        "Wo liegt das Papier?",
        placeholder="zum Beispiel: Registratur, Schrank 4 (leer: kein Papier)",
        key="neue-akte-papier",
    )
    if st.button("Anlegen", type="primary", key="anlegen"):
        done, akte = carry_out(
            visit,
            lambda session: open_akte(
                session,
                visit.staff,
                plan_entry=entry,
                title=title,
                office=office.id,
                protection=protection,
                paper=" ".join(paper.split()) or None,
                now=visit.house.clock(),
            ),
        )
        if done and akte is not None:
            st.query_params.from_dict({"akte": str(akte.id)})
            st.rerun()


def hold_desk(visit: Visit, akte: Akte) -> None:
    """For registry and archive: keep it beyond its period, or let the period count again."""
    if not may(visit.staff, Verb.AKTE_HOLD, scope_of(akte)):
        return
    hold = not akte.hold
    label = "Aussonderung sperren" if hold else "Sperre der Aussonderung aufheben"
    with st.expander(label, icon=":material/gavel:"):
        st.write(
            "Solange die Sperre gilt, wird nichts aus der Akte ausgesondert oder gelöscht, auch nach Ablauf der Frist."
        )
        reason = st.text_input(
            "Grund", placeholder="zum Beispiel: Klage anhängig", key="sperre-grund"
        )
        if st.button(label, key="sperre"):
            done, _ = carry_out(
                visit,
                lambda session: hold_akte(
                    session,
                    visit.staff,
                    akte.id,
                    akte.revision,
                    hold=hold,
                    reason=reason,
                    now=visit.house.clock(),
                ),
            )
            if done:
                note("Aussonderung gesperrt." if hold else "Sperre aufgehoben.")
                st.rerun()
