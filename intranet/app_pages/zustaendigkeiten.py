"""Zuständigkeiten: try out who gets a text; groups, topics and rules, and what a rule would have done before it counts."""

import streamlit as st

from intranet.place_desk import places_tab
from intranet.responsibility_desk import groups_tab, topics_tab, try_tab
from intranet.rule_desk import rules_tab
from intranet.template_desk import templates_tab
from intranet.views.responsibility import load
from intranet.visit import visitor
from storage.rights import Verb, may

here = visitor()
st.title("Zuständigkeiten", anchor=False)
changes = may(here.staff, Verb.RESPONSIBILITY_CHANGE)
with here.house.database.read() as session:
    book = load(session, here.house.clock())
trying, rules, topics, groups, texts, places = st.tabs(
    ["Ausprobieren", "Regeln", "Themen", "Gruppen", "Textbausteine", "Orte"]
)
with trying:
    try_tab(here)
with rules:
    rules_tab(here, book, changes=changes)
with topics:
    topics_tab(here, book, changes=changes)
with groups:
    groups_tab(here, book, changes=changes)
with texts:
    templates_tab(here, book)
with places:
    places_tab(here, changes=changes)
