"""Editing a profile: tasks, languages, skills and picture; each list is one text per line."""

from html import escape
from uuid import UUID

import streamlit as st
from sqlalchemy.orm import Session

from intranet.choosing import again
from intranet.deeds import attempt, carry_out
from intranet.views.people import PersonView
from intranet.visit import Visit
from presence.people.portrait import redraw
from presence.people.profile import (
    offer_skills,
    remove_photo,
    set_languages,
    set_photo,
    set_tasks,
)

VOLUNTARY = (
    "Freiwillig und jederzeit zu löschen: Was Sie hier eintragen, finden alle Beschäftigten in der Personensuche. "
    "Wer nichts einträgt, hat keinen Nachteil."
)


def tasks_desk(visit: Visit, person: UUID, view: PersonView) -> None:
    """What somebody is responsible for: themselves or their head."""
    with st.form(f"aufgaben-{person.hex}", border=False):
        told = st.text_area(
            "Aufgaben und Zuständigkeiten, eine je Zeile",
            "\n".join(view.sheet.tasks),
            height=140,
            placeholder="Zum Beispiel:\nWohngeld\nLastenzuschuss",
        )
        sent = st.form_submit_button("Aufgaben speichern", type="primary")
    if sent:
        now = visit.house.clock()
        done, _ = carry_out(
            visit,
            lambda session: set_tasks(
                session, visit.staff, person, told.splitlines(), view.sheet.revision, now=now
            ),
        )
        again("Die Aufgaben sind gespeichert und werden gefunden.", done=done)


def skills_desk(visit: Visit, view: PersonView) -> None:
    """Skills and languages of one's own will."""
    person = visit.staff.person
    st.caption(VOLUNTARY)
    with st.form("faehigkeiten", border=False):
        skills = st.text_area(
            "Fähigkeiten, eine je Zeile",
            "\n".join(view.sheet.skills),
            placeholder="Zum Beispiel:\nGebärdensprache\nErste Hilfe",
        )
        languages = st.text_area(
            "Sprachen, eine je Zeile", "\n".join(view.sheet.languages), height=100
        )
        agreed = st.checkbox(
            "Ich möchte mit diesen Angaben gefunden werden.",
            value=bool(view.sheet.skills or view.sheet.languages),
        )
        sent = st.form_submit_button("Speichern", type="primary")
    wiped = bool(view.sheet.skills or view.sheet.languages) and st.button(
        "Alle freiwilligen Angaben löschen", icon=":material/delete:", key="faehigkeiten-weg"
    )
    if sent and not agreed and (skills.strip() or languages.strip()):
        st.error("Bitte setzen Sie den Haken. Ohne Ihre Einwilligung wird nichts gespeichert.")
        return
    if sent or wiped:
        now = visit.house.clock()

        def save(session: Session) -> None:
            wanted = ([], []) if wiped else (skills.splitlines(), languages.splitlines())
            offer_skills(session, visit.staff, person, wanted[0], now=now)
            set_languages(session, visit.staff, person, wanted[1], view.sheet.revision)

        done, _ = carry_out(visit, save)
        again("Gelöscht." if wiped else "Gespeichert.", done=done)


def photo_desk(visit: Visit, view: PersonView) -> None:
    """A picture of oneself, or none."""
    person = visit.staff.person
    st.caption(VOLUNTARY)
    if view.sheet.photo:
        st.html(portrait(person, view.sheet.card.name))
        if st.button("Bild löschen", icon=":material/delete:", key="bild-weg"):
            done, _ = carry_out(visit, lambda s: remove_photo(s, visit.staff, person))
            again("Das Bild ist gelöscht.", done=done)
    with st.form("bild", border=False, clear_on_submit=True):
        file = st.file_uploader("Bild (JPEG, PNG oder WebP)", type=["jpg", "jpeg", "png", "webp"])
        agreed = st.checkbox("Kolleginnen und Kollegen dürfen dieses Bild sehen.")
        sent = st.form_submit_button("Bild übernehmen", type="primary")
    if not sent or file is None:
        return
    if not agreed:
        st.error("Bitte setzen Sie den Haken. Ohne Ihre Einwilligung wird nichts gespeichert.")
        return
    drawn, picture = attempt(lambda: redraw(visit.house, file.getvalue()))
    if drawn and picture is not None:
        now = visit.house.clock()
        done, _ = carry_out(visit, lambda s: set_photo(s, visit.staff, person, picture, now=now))
        again("Das Bild ist gespeichert. Ort und Kameradaten wurden entfernt.", done=done)


def portrait(person: UUID, name: str) -> str:
    """The picture, from our own route: seen by who is signed in."""
    return f'<img class="portrait" src="/portrait/{person}" alt="Bild von {escape(name)}" width="160" height="160">'
