"""Passing an Anliegen on: to another group, to a person of any group who may have it, or asking others for a part."""

from uuid import UUID

import streamlit as st

from intranet import words
from intranet.choosing import choice
from intranet.deeds import carry_out
from intranet.notes import note
from intranet.views.anliegen import View
from intranet.visit import Visit
from storage.actors import SHARED_CLASSES, ProtectionClass
from workflows.kiss.anliegen.assigning import To, assign, who_could
from workflows.kiss.anliegen.contributing import ask_group


def hand_over_form(here: Visit, view: View) -> None:
    """„Nicht zuständig, gehört zu …“, and who in one's own group does it."""
    row = view.row
    shared = ProtectionClass(row.protection) in SHARED_CLASSES
    with st.expander("Nicht zuständig, gehört zu …", icon=":material/forward:"):
        latest = view.decided[-1] if view.decided and shared else None
        for number, (group, topic, label) in enumerate(latest.suggestions if latest else ()):
            if group != row.group_id and st.button(words.plain(label), key=f"vorschlag-{number}"):
                _give(here, view, To(group, topic=topic), "")
        chosen = choice(st, "Gruppe", view.groups, None, "neue-gruppe")
        person = _person(here, view, chosen, shared=shared)
        about = st.selectbox(
            "Thema", list(view.topics), index=None, format_func=lambda each: view.topics[each],
            placeholder="bleibt, wie es ist", key="neues-thema",
        )  # fmt: skip
        why = st.text_input("Warum? (für die Kolleginnen und Kollegen)", key="warum-weiter")
        if st.button("Weitergeben", key="weitergeben"):
            if chosen is None:
                st.error("Bitte wählen Sie eine Gruppe.", icon=":material/error:")
            else:
                _give(here, view, To(chosen, person, about), why)
    with st.expander("In der Gruppe geben an …", icon=":material/person:"):
        own = choice(st, "Person", view.people, None, "neue-person")
        if st.button("Zuweisen", key="zuweisen"):
            if own is None:
                st.error("Bitte wählen Sie eine Person.", icon=":material/error:")
            else:
                _give(here, view, To(row.group_id, own), "")


def ask_form(here: Visit, view: View) -> None:
    """Another group is asked for its part; this one stays responsible."""
    row, now = view.row, here.house.clock()
    with st.expander("Andere Stelle um Beitrag bitten", icon=":material/group_add:"):
        others = {group: name for group, name in view.groups.items() if group != row.group_id}
        group = choice(st, "Wer?", others, None, "beitrag-gruppe")
        question = st.text_area("Was wird gebraucht?", key="beitrag-frage", max_chars=20_000)
        waits = st.checkbox(
            "Ohne die Antwort geht es nicht weiter", value=True, key="beitrag-wartet"
        )
        if not st.button("Bitten", key="beitrag-bitten"):
            return
        if group is None:
            st.error("Bitte wählen Sie, wen Sie bitten.", icon=":material/error:")
            return
        done, _ = carry_out(
            here,
            lambda session: ask_group(
                session, here.staff, row.id, view.seen, group, question, waits=waits, now=now
            ),
        )
        if done:
            note("Die Bitte ist unterwegs.")
            st.rerun()


def _person(here: Visit, view: View, group: UUID | None, *, shared: bool) -> UUID | None:
    """Who of the group gets it: what is protected goes to a person, anything else may."""
    if group is None:
        return None
    with here.house.database.read() as session:
        known = who_could(session, view.row, group, here.house.clock())
    if not shared:
        return choice(st, "Person (freiwillig)", known, None, f"neue-person-{group.hex}")
    st.caption("Ein geschütztes Anliegen geht an eine Person. Nur sie sieht es dann.")
    return choice(st, "Person", known, None, f"neue-person-{group.hex}")


def _give(here: Visit, view: View, to: To, why: str) -> None:
    row, now = view.row, here.house.clock()
    done, holder = carry_out(
        here, lambda session: assign(session, here.staff, row.id, view.seen, to, why, now=now)
    )
    if done and holder is not None:
        for sentence in holder.because:
            note(sentence)
        note(f"Liegt jetzt bei „{holder.group.name}“.")
        st.rerun()
