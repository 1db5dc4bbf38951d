"""Organigramm: the offices of a day as a picture, and as a list."""

from datetime import date

import streamlit as st

from intranet import html, words
from intranet.views.city import city_title
from intranet.views.orgchart import listing, picture
from intranet.visit import visitor
from presence.people.organisation import units
from presence.people.orgchart import layout
from storage.clock import local_date

ZOOMS = {"Passend": 0, "75 %": 75, "100 %": 100, "150 %": 150}

here = visitor()
today = local_date(here.house.clock())
st.title("Organigramm", anchor=False)
one, two = st.columns([1, 2], vertical_alignment="bottom")
day = one.date_input(
    "Stand am",
    today,
    format="DD.MM.YYYY",
    min_value=date(1990, 1, 1),
    max_value=date(2100, 12, 31),
)
zoom = two.segmented_control("Größe", list(ZOOMS), default="Passend") or "Passend"
with here.house.database.read() as session:
    shown = units(session, here.staff, day)
if not shown:
    st.html(html.empty("An diesem Tag gab es keine Ämter.", "Bitte wählen Sie einen anderen Tag."))
else:
    if day != today:
        st.caption(f"Stand der Verwaltung am {words.day(day)}.")
    picture_tab, list_tab = st.tabs(["Bild", "Liste"])
    with picture_tab:
        st.html(picture(layout(city_title(), shown), day, zoom=ZOOMS[zoom]))
    with list_tab:
        st.html(listing(shown, day))
