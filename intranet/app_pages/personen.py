"""Personen und Rechte: who works here, who may sign in, who may do and see what."""

import streamlit as st

from intranet import html, words
from intranet.person_desk import account_desk, classes_desk, new_person, roles_desk
from intranet.views.offices import all_offices
from intranet.visit import visitor
from presence.queries import people_with_accounts
from storage.clock import local_date

ACCOUNTS = {
    "none": "kein Konto",
    "first": "erstes Passwort vergeben",
    "open": "Konto aktiv",
    "disabled": "gesperrt",
    "directory": "über das Verzeichnis",
}

here = visitor()
st.title("Personen und Rechte")
today = local_date(here.house.clock())
with here.house.database.read() as session:
    people = people_with_accounts(session, here.staff, today)
    offices = all_offices(session, here.staff, today)

if secret := st.session_state.pop("neues-passwort", None):
    name, login, password = secret
    st.success(
        f"Passwort für die erste Anmeldung von {words.plain(name)} ({words.plain(login)}). Es wird nur dieses eine Mal angezeigt:",
        icon=":material/key:",
    )
    st.code(password, language=None)

text = st.text_input("Suchen", placeholder="Name, Anmeldename oder Amt").casefold()
shown = [
    each
    for each in people
    if text in each.name.casefold() or text in each.login or text in each.office_name.casefold()
]
if shown:
    st.html(
        html.table(
            f"Personen ({len(shown)})",
            ["Name", "Anmeldename", "Amt", "Konto"],
            [
                (each.name, each.login, each.office_name, html.state(ACCOUNTS[each.account]))
                for each in shown
            ],
        )
    )
else:
    st.html(html.empty("Niemand gefunden.", "Versuchen Sie einen anderen Namen."))

st.header("Person bearbeiten", anchor=False)
by_id = {each.person: each for each in shown}
chosen = st.selectbox(
    "Person",
    list(by_id),
    index=0 if len(shown) == 1 else None,
    format_func=lambda key: f"{by_id[key].name} ({by_id[key].login})",
    placeholder="Bitte wählen",
)
if chosen is not None:
    person = by_id[chosen]
    account, roles, classes = st.tabs(["Konto", "Rollen", "Schutzklassen"])
    with account:
        account_desk(here, person)
    with roles:
        roles_desk(here, person, offices)
    with classes:
        classes_desk(here, person, offices)

with st.expander("Neue Person", icon=":material/person_add:"):
    new_person(here, offices)
