"""Arbeitsgruppen: who works together across offices; founded and changed by heads and the strategy staff."""

from uuid import UUID

import streamlit as st
from sqlalchemy.orm import Session

from intranet import html
from intranet.choosing import again
from intranet.deeds import carry_out
from intranet.visit import visitor
from presence.people.groups import end_group, found_group, join_group, leave_group
from presence.people.queries import group_members, working_groups
from presence.people.tables import WorkingGroup
from storage.actors import ProtectionClass, Scope
from storage.clock import local_date
from storage.organisation.queries import names, offices, people
from storage.rights import Verb, may

here = visitor()
now = here.house.clock()
today = local_date(now)


def allowed(office: UUID | None) -> bool:
    scope = Scope(office, ProtectionClass.INTERNAL) if office else None
    return may(here.staff, Verb.GROUP_CHANGE, scope)


def line(session: Session, group: WorkingGroup, called: dict[UUID, str]) -> tuple[html.Cell, ...]:
    members = names(session, group_members(session, group.id, today))
    listed = ", ".join(
        html.page_link(f"/person?id={person}", name).html
        for person, name in sorted(members.items(), key=lambda each: each[1])
    )
    chair = called.get(group.office_id, "") if group.office_id else ""
    return group.name, group.purpose, chair, html.Safe(listed)


def change(group: WorkingGroup) -> None:
    """Members in and out, and the end."""
    with here.house.database.read() as session:
        members = set(group_members(session, group.id, today))
        everybody = {
            row.id: f"{row.name} ({office.short})" if office else row.name
            for row, office in people(session, today)
        }
    one, two = st.columns(2)
    new = one.selectbox(
        "Aufnehmen",
        [each for each in everybody if each not in members],
        index=None,
        format_func=lambda each: everybody[each],
        placeholder="Bitte wählen",
    )
    if new is not None and one.button("Aufnehmen", type="primary", key="aufnehmen"):
        joining = new
        done, _ = carry_out(here, lambda s: join_group(s, here.staff, group.id, joining, now=now))
        again("Aufgenommen.", done=done)
    old = two.selectbox(
        "Austragen",
        [each for each in everybody if each in members],
        index=None,
        format_func=lambda each: everybody[each],
        placeholder="Bitte wählen",
    )
    if old is not None and two.button("Austragen", key="austragen"):
        leaving = old
        done, _ = carry_out(here, lambda s: leave_group(s, here.staff, group.id, leaving, now=now))
        again("Ausgetragen.", done=done)
    if st.button("Arbeitsgruppe beenden", icon=":material/event_busy:", key="gruppe-ende"):
        done, _ = carry_out(here, lambda s: end_group(s, here.staff, group.id, now=now))
        again("Die Arbeitsgruppe ist beendet.", done=done)


def found() -> None:
    with here.house.database.read() as session:
        choices: dict[UUID | None, str] = {
            row.id: row.name for row in offices(session, today) if allowed(row.id)
        }
    if allowed(None):
        choices = {None: "niemand (ganzes Haus)", **choices}
    if not choices:
        return
    with (
        st.expander("Neue Arbeitsgruppe", icon=":material/group_add:"),
        st.form("neue-gruppe", border=False),
    ):
        name = st.text_input("Name", max_chars=100)
        purpose = st.text_input("Wozu?", max_chars=200)
        chair = st.selectbox("Federführung", list(choices), format_func=lambda each: choices[each])
        if st.form_submit_button("Anlegen", type="primary"):
            done, _ = carry_out(
                here, lambda s: found_group(s, here.staff, name, purpose, chair, now=now)
            )
            again("Angelegt. Nehmen Sie jetzt Mitglieder auf.", done=done)


st.title("Arbeitsgruppen", anchor=False)
with here.house.database.read() as reading:
    groups = working_groups(reading, today)
    titles = {row.id: row.name for row in offices(reading, today)}
    rows = [line(reading, each, titles) for each in groups]
if rows:
    st.html(html.table("Arbeitsgruppen", ["Gruppe", "Wozu", "Federführung", "Mitglieder"], rows))
else:
    st.html(html.empty("Noch keine Arbeitsgruppe.", "Leitungen legen hier die erste an."))
mine = {each.id: each for each in groups if allowed(each.office_id)}
if mine:
    st.header("Ändern", anchor=False)
    chosen = st.selectbox(
        "Arbeitsgruppe",
        list(mine),
        index=None,
        format_func=lambda each: mine[each].name,
        placeholder="Bitte wählen",
    )
    if chosen is not None:
        change(mine[chosen])
found()
