"""Meine Einstellungen: colours, password, where I am signed in."""

import streamlit as st

from intranet import html, words
from intranet.notes import note
from intranet.password_form import password_form
from intranet.visit import visitor
from presence.sessions import own_sessions, sign_out_everywhere
from presence.sign_in_log import own_sign_ins

visit = visitor()
now = visit.house.clock()
st.title("Meine Einstellungen")

COLOURS = {"system": "wie mein Gerät", "hell": "hell", "dunkel": "dunkel"}
st.header("Darstellung")
chosen = st.context.cookies.get("rathaus-farben", "")  # kept by the browser (assets/farben.js)
colours = st.segmented_control(
    "Farben (gilt für diesen Browser)",
    list(COLOURS),
    default=chosen if chosen in COLOURS else "system",
    format_func=lambda key: COLOURS[key],
    key="farben",
)
if colours:
    st.html(f'<span data-farben="{colours}"></span>')

st.header("Passwort ändern")
if password_form(visit):
    st.success("Ihr Passwort ist geändert. Andere Geräte sind abgemeldet.")

st.header("Hier sind Sie angemeldet")
with visit.house.database.read() as session:
    devices = own_sessions(session, visit.staff.person, visit.token, now)
    earlier = own_sign_ins(session, visit.staff.person)
st.html(
    html.table(
        "Angemeldete Geräte",
        ["Gerät", html.Column("Angemeldet seit", "zeit"), html.Column("Zuletzt benutzt", "zeit")],
        [
            (
                f"{device.device} (dieses Gerät)" if device.current else device.device,
                words.when(device.created_at, now),
                words.when(device.last_seen_at, now),
            )
            for device in devices
        ],
    )
)
if st.button("Alle anderen Geräte abmelden", key="ueberall", disabled=len(devices) < 2):
    ended = visit.house.database.run(
        lambda session: sign_out_everywhere(session, visit.staff.person, except_token=visit.token)
    )
    note(f"{ended} Gerät abgemeldet." if ended == 1 else f"{ended} Geräte abgemeldet.")
    st.rerun()

st.header("Ihre letzten Anmeldungen")
st.caption(
    "Waren Sie das nicht? Ändern Sie bitte Ihr Passwort und sagen Sie der Systemverwaltung Bescheid. Diese Liste sehen nur "
    "Sie; nach 90 Tagen ist sie vergessen."
)
st.html(
    html.table(
        "Letzte Anmeldungen",
        [html.Column("Wann", "zeit"), "Gerät"],
        [(words.when(each.at, now), each.device) for each in earlier],
    )
)
