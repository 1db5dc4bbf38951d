"""Mein Status: how I can be reached now, when I am away, who stands in, and who may set it for me."""

from collections.abc import Callable

import streamlit as st

from intranet.absence_desk import absences_desk, delegates_desk, profile_desk
from intranet.hours_desk import calendar_desk, hours_desk
from intranet.office_sight_desk import office_sight_desk
from intranet.status_desk import back_again, card, others_deeds, switch
from intranet.views.availability import load, offices_led, whom_to_set
from intranet.visit import visitor
from presence.availability.current import current_store

here = visitor()
now = here.house.clock()
st.title("Mein Status", anchor=False)
with here.house.database.read() as session:
    choices = whom_to_set(session, here.staff, now)
    led = offices_led(session, here.staff, now)
others_deeds(here)
person = here.staff.person
if len(choices) > 1:
    person = st.selectbox("Für wen?", list(choices), format_func=lambda each: choices[each].name)
with here.house.database.read() as session:
    view = load(session, current_store(here.house), here.staff, person, now)

st.html(card(view))
if view.answer.source == "absence":
    back_again(here, person)
elif choices[person].status:
    switch(here, person, view.answer, wide=True)
desks: dict[str, Callable[[], None]] = {"Abwesenheiten": lambda: absences_desk(here, person, view)}
if person == here.staff.person:
    desks |= {
        "Arbeitszeit": lambda: hours_desk(here, person),
        "Vertretung und Weg": lambda: profile_desk(here, person, view),
        "Wer für mich": lambda: delegates_desk(here, person, view),
        "Kalender": lambda: calendar_desk(here, person, agreed="calendar" in view.agreements),
    }
    if led:
        desks["Mein Amt"] = lambda: office_sight_desk(here, led)
for tab, desk in zip(st.tabs(list(desks)), desks.values(), strict=True):
    with tab:
        desk()
