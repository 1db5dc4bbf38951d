"""An office: who works there, how to reach it, what it does."""

from contextlib import suppress
from datetime import date
from uuid import UUID

import streamlit as st

from config.rooms import Room
from intranet import html, words
from intranet.views.orgchart import address
from intranet.views.people import calling, cards_html, found, writing
from intranet.visit import visitor
from presence.people.organisation import OfficeSheet, office_sheet
from storage.clock import local_date
from storage.conflicts import NotFoundError

MOST = 500
NOWHERE = UUID(int=0)

here = visitor()
today = local_date(here.house.clock())


def asked() -> tuple[UUID, date]:
    """The office and the day of the address; what is no day is today."""
    office, day = NOWHERE, today
    with suppress(ValueError):
        office = UUID(st.query_params.get("id", ""))
    with suppress(ValueError):
        day = date.fromisoformat(st.query_params.get("tag", ""))
    return office, day


def facts(sheet: OfficeSheet, day: date) -> str:
    heads = ", ".join(html.page_link(f"/person?id={each}", name).html for each, name in sheet.heads)
    below = ", ".join(html.page_link(address(each, day), name).html for each, name in sheet.below)
    above = html.page_link(address(sheet.above[0], day), sheet.above[1]).html if sheet.above else ""
    rows = [
        ("Leitung", heads),
        ("Telefon", html.text(calling(sheet.phone))),
        ("Postfach", html.text(writing(sheet.mailbox))),
        ("Aufgaben", html.text(", ".join(sheet.tasks))),
        ("Gehört zu", above or html.text(sheet.department or "")),
        ("Dazu gehören", below),
    ]
    told = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in rows if value)
    return f'<dl class="steckbrief">{told}</dl>'


def page(sheet: OfficeSheet, day: date) -> None:
    st.title(words.plain(sheet.name), anchor=False)
    st.html(facts(sheet, day))
    if day != today:
        st.caption(f"Stand am {words.day(day)}. Die Beschäftigten zeigt diese Seite nur für heute.")
        return
    st.header("Beschäftigte", anchor=False)
    with here.house.database.read() as session:
        cards = found(here.house, session, here.staff, "", office=sheet.id, limit=MOST)
    if cards:
        st.html(cards_html(cards, status=here.house.settings.is_on(Room.AVAILABILITY), why=False))
    else:
        st.html(html.empty("Hier arbeitet zurzeit niemand.", "Fragen Sie das übergeordnete Amt."))


wanted, when = asked()
try:
    with here.house.database.read() as reading:
        shown = office_sheet(reading, here.staff, wanted, when)
except NotFoundError as missing:
    st.title("Amt", anchor=False)
    st.html(html.empty(str(missing), "Das Organigramm zeigt alle Ämter."))
else:
    page(shown, when)
st.page_link("app_pages/organigramm.py", label="Zum Organigramm", icon=":material/account_tree:")
