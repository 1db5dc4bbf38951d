"""Mein Profil: what colleagues find of me."""

import streamlit as st

from intranet.profile_desk import photo_desk, skills_desk, tasks_desk
from intranet.views.people import load
from intranet.visit import visitor

here = visitor()
st.title("Mein Profil", anchor=False)
st.write(
    "So finden Kolleginnen und Kollegen Sie in der Personensuche. Name, Telefon, Raum und Tätigkeit kommen aus dem "
    "Verzeichnis; Berichtigungen nimmt die Systemverwaltung auf."
)
with here.house.database.read() as session:
    view = load(here.house, session, here.staff, here.staff.person)
tasks, skills, photo = st.tabs(["Aufgaben", "Fähigkeiten und Sprachen", "Bild"])
with tasks:
    tasks_desk(here, here.staff.person, view)
with skills:
    skills_desk(here, view)
with photo:
    photo_desk(here, view)
