"""Mein Status: how I can be reached now, when I am away, who stands in, and who may set it for me."""

import streamlit as st

from intranet.absence_desk import absences_desk, delegates_desk, profile_desk
from intranet.hours_desk import calendar_desk, hours_desk
from intranet.status_desk import card, switch
from intranet.views.availability import load, whom_to_set
from intranet.visit import visitor
from presence.availability.current import current_store

here = visitor()
st.title("Mein Status", anchor=False)
with here.house.database.read() as session:
    choices = whom_to_set(session, here.staff)
person = here.staff.person
if len(choices) > 1:
    person = st.selectbox("Für wen?", list(choices), format_func=lambda each: choices[each])
with here.house.database.read() as session:
    view = load(session, current_store(here.house), here.staff, person, here.house.clock())

st.html(card(view))
switch(here, person, wide=True)
own = person == here.staff.person
names = ["Abwesenheiten"]
if own:
    names += ["Arbeitszeit", "Vertretung und Weg", "Wer für mich", "Kalender"]
tabs = st.tabs(names)
with tabs[0]:
    absences_desk(here, person, view)
if own:
    with tabs[1]:
        hours_desk(here, person)
    with tabs[2]:
        profile_desk(here, person, view)
    with tabs[3]:
        delegates_desk(here, person, view)
    with tabs[4]:
        calendar_desk(here, person, agreed="calendar" in view.agreements)
