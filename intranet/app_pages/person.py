"""A person: how to reach them now, who stands in, what they do."""

from uuid import UUID

import streamlit as st

from intranet import html, words
from intranet.levels import level
from intranet.profile_desk import portrait, tasks_desk
from intranet.views.people import PersonView, badge, calling, load, writing
from intranet.visit import visitor
from storage.conflicts import NotFoundError

here = visitor()


NOBODY = UUID(int=0)


def asked() -> UUID:
    try:
        return UUID(st.query_params.get("id", ""))
    except ValueError:
        return NOBODY


def reach(view: PersonView) -> str:
    """Level, reason and substitute in a box."""
    card = view.sheet.card
    answer = card.availability
    rows = [
        ("Vertretung", card.substitute),
        ("Ort", answer.place),
        ("Am besten über", answer.channel),
        ("Nachricht", answer.message),
    ]
    told = "".join(f"<div><dt>{a}</dt><dd>{html.text(b)}</dd></div>" for a, b in rows if b)
    if answer.source == "unknown":
        return '<div class="erreichbar"><p>Über die Erreichbarkeit ist gerade nichts bekannt.</p></div>'
    return (
        f'<div class="erreichbar">{level(answer.level).html}<p>{html.text(answer.because)}</p>'
        f"<dl>{told}</dl></div>"
    )


def facts(view: PersonView) -> str:
    """What stands on the door, and more."""
    sheet, card = view.sheet, view.sheet.card
    offices = ", ".join(
        html.page_link(f"/amt?id={office}", name).html
        + (" (Leitung)" if office in sheet.leads else "")
        for office, name in sheet.offices
    )
    groups = ", ".join(
        html.page_link(f"/personensuche?gruppe={group}", name).html for group, name in sheet.groups
    )
    rows: list[tuple[str, str]] = [
        ("Amt", offices),
        ("Telefon", html.text(calling(card.phone))),
        ("E-Mail", html.text(writing(card.email))),
        ("Raum", html.text(card.room or "")),
        ("Arbeitszeit", "<br>".join(map(html.text, view.hours or ()))),
        ("Arbeitsgruppen", groups),
        ("Fähigkeiten", html.text(", ".join(sheet.skills))),
        ("Sprachen", html.text(", ".join(sheet.languages))),
        ("Vertritt zurzeit", html.text(", ".join(view.stands_in_for))),
    ]
    told = "".join(f"<div><dt>{a}</dt><dd>{b}</dd></div>" for a, b in rows if b)
    return f'<dl class="steckbrief">{told}</dl>'


def page(view: PersonView, person: UUID) -> None:
    card = view.sheet.card
    st.title(words.plain(card.name), anchor=False)
    about = html.text(card.title or "")
    st.html(f"<p>{about}{' ' + badge() if card.lotse else ''}</p>")
    left, right = st.columns([3, 2], gap="large")
    with left:
        if view.status_shown:
            st.html(reach(view))
        st.html(facts(view))
        with st.container(horizontal=True):
            st.html(
                f'<p><a class="knopf" href="/visitenkarte/{person}" download target="_self">Visitenkarte (vCard)</a></p>'
            )
            if view.own:
                st.page_link(
                    "app_pages/profil.py", label="Mein Profil bearbeiten", icon=":material/edit:"
                )
    with right:
        if view.sheet.photo:
            st.html(portrait(person, card.name))
        st.header("Aufgaben", anchor=False)
        if view.sheet.tasks:
            st.html(
                "<ul>"
                + "".join(f"<li>{html.text(each)}</li>" for each in view.sheet.tasks)
                + "</ul>"
            )
        else:
            st.html(
                html.empty(
                    "Noch keine Aufgaben eingetragen.",
                    "Das tun die Person selbst oder ihre Leitung.",
                )
            )
        if view.may_edit_tasks and not view.own:
            with st.expander("Aufgaben ändern", icon=":material/edit:"):
                tasks_desk(here, person, view)


wanted = asked()
try:
    with here.house.database.read() as session:
        shown = load(here.house, session, here.staff, wanted)
except NotFoundError as missing:
    st.title("Person", anchor=False)
    st.html(html.empty(str(missing), "Vielleicht hilft die Personensuche."))
    st.page_link("app_pages/personensuche.py", label="Zur Personensuche", icon=":material/search:")
else:
    page(shown, wanted)
