"""Suche: everything within sight, by words and filters."""

from datetime import date
from urllib.parse import quote
from uuid import UUID

import streamlit as st

from config.rooms import Room
from config.seeds import DOCUMENT_KINDS
from intranet import html, words
from intranet.akte_view import STATES
from intranet.views.offices import all_offices
from intranet.views.people import cards_html
from intranet.views.people import found as found_people
from intranet.visit import visitor
from storage.clock import local_date
from workflows.eakte.queries import SearchHit, search_akten, search_documents
from workflows.eakte.tables import Akte

PAGE = 20
PEOPLE = 3

here = visitor()
now = here.house.clock()


def hit_line(hit: SearchHit) -> str:
    """A hit: title, where and when, the snippet with its marks (escaped by the query itself)."""
    about = " · ".join(
        each for each in (hit.akte, hit.kind, words.day(hit.date) if hit.date else None) if each
    )
    title = html.page_link(f"/dokument?id={hit.document}", hit.title).html
    return f'<li><strong>{title}</strong><br><span class="leise">{html.text(about)}</span><br>{hit.snippet}</li>'


def akte_line(akte: Akte) -> str:
    link = html.page_link(f"/akten?akte={akte.id}", f"{akte.reference} {akte.title}").html
    return f"<li>{link} {html.state(STATES[akte.state]).html}</li>"


st.title("Suche")
if "suchworte" not in st.session_state:
    st.session_state.suchworte = st.query_params.get("q", "")
query = st.text_input(
    "Suchworte",
    key="suchworte",
    placeholder="Wörter, Namen, Aktenzeichen …",
    on_change=lambda: st.session_state.pop("ab", None),
)
with st.expander("Eingrenzen", icon=":material/tune:"):
    with here.house.database.read() as session:
        offices = all_offices(session, here.staff, local_date(now))
    one, two, three, four = st.columns([3, 3, 2, 2])
    kinds = one.multiselect("Art", DOCUMENT_KINDS)
    chosen = two.multiselect("Amt", offices, format_func=lambda each: each.short)
    latest = date(2100, 12, 31)
    first = three.date_input("Datum von", value=None, format="DD.MM.YYYY", max_value=latest)
    last = four.date_input("bis", value=None, format="DD.MM.YYYY", max_value=latest)
start = st.session_state.get("ab", 0)

if query.strip():
    st.query_params["q"] = query
    with here.house.database.read() as session:
        people = found_people(here.house, session, here.staff, query, limit=PEOPLE)
    if people and not start:
        st.header("Personen", anchor=False)
        status = here.house.settings.is_on(Room.AVAILABILITY)
        onward = html.page_link(f"/personensuche?q={quote(query)}", "Mehr in der Personensuche")
        st.html(f"{cards_html(people, status=status, why=True)}<p>{onward.html}</p>")
    with here.house.database.read() as session:
        akten = [] if start else search_akten(session, here.staff, query, typing=True)
    if akten:
        st.header("Akten", anchor=False)
        st.html(f'<ul class="treffer-akten">{"".join(map(akte_line, akten))}</ul>')
    if (people or akten) and not start:
        st.header("Dokumente", anchor=False)
    office_ids: list[UUID] = [each.id for each in chosen]
    with here.house.database.read() as session:
        found = search_documents(
            session,
            here.staff,
            query,
            limit=PAGE,
            offset=start,
            kinds=kinds,
            offices=office_ids,
            first=first,
            last=last,
            typing=True,
        )
    if not found.hits:
        st.html(
            html.empty(
                "Nichts gefunden.",
                "Versuchen Sie weniger oder andere Wörter. Gesucht wird nur in dem, was Sie sehen dürfen.",
            )
        )
    else:
        total = ("mehr als " if found.capped else "") + words.number(found.total)
        st.html(
            f'<p role="status">{total} Treffer, {start + 1} bis {start + len(found.hits)}</p>'
            f'<ol class="treffer" start="{start + 1}">{"".join(map(hit_line, found.hits))}</ol>'
        )
        back, on, _ = st.columns([1, 1, 4])
        if start and back.button("Zurück", key="zurueck"):
            st.session_state.ab = max(0, start - PAGE)
            st.rerun()
        more = found.capped or start + PAGE < found.total
        if more and on.button("Weitere", key="weitere"):
            st.session_state.ab = start + PAGE
            st.rerun()
else:
    st.html(
        html.empty(
            "Wonach suchen Sie?",
            "Alle Wörter müssen vorkommen. Umlaute, Wortformen und zusammengesetzte Wörter werden erkannt.",
        )
    )
