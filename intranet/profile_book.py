"""Kommunikations-Steckbriefe: how people talk to each other about work that leaves no log."""

from uuid import UUID

import streamlit as st

from intranet import html
from intranet.choosing import again, choice
from intranet.deeds import carry_out
from intranet.visit import Visit
from storage.clock import local_date
from storage.organisation.queries import offices
from workflows.kiss.evaluation.hearing import (
    ProfileForm,
    describe,
    end_profile,
    profiles,
    redescribe,
)
from workflows.kiss.evaluation.tables import CommunicationProfile


def profiles_tab(here: Visit) -> None:
    """All Steckbriefe, one to change, or a new one."""
    with here.house.database.read() as session:
        rows = profiles(session, here.staff)
        known = {row.id: row.short for row in offices(session, local_date(here.house.clock()))}
    if rows:
        st.html(
            html.table(
                "Kommunikations-Steckbriefe",
                [
                    html.Column("Vorgang", "frei"),
                    "Amt",
                    html.Column("Anlass", "frei"),
                    html.Column("Beteiligte", "frei"),
                    "Kanal",
                    html.Column("Zuständig", "frei"),
                    html.Column("Doppelarbeit", "frei"),
                ],
                [
                    (
                        row.title,
                        known.get(row.office_id, ""),
                        row.occasion,
                        row.participants,
                        row.channel,
                        row.responsibility,
                        row.double_work,
                    )
                    for row in rows
                ],
            )
        )
    else:
        st.html(
            html.empty(
                "Noch kein Steckbrief.",
                "Beschreiben Sie, wie in Ihrem Amt über eine wiederkehrende Sache gesprochen wird.",
            )
        )
    titles = {row.id: row.title for row in rows}
    chosen = st.selectbox(
        "Steckbrief ändern",
        list(titles),
        index=None,
        format_func=lambda each: titles[each],
        placeholder="oder unten einen neuen schreiben",
        key="steckbrief",
    )
    _form(here, next((row for row in rows if row.id == chosen), None), known)


def _form(here: Visit, old: CommunicationProfile | None, known: dict[UUID, str]) -> None:
    now, mark = here.house.clock(), old.id.hex if old else "neu"
    with st.form(f"steckbrief-{mark}"):
        form = _fields(here, old, known, mark)
        save = st.form_submit_button("Speichern", type="primary")
        end = old is not None and st.form_submit_button("Steckbrief beenden")
    if end and old is not None:
        done, _ = carry_out(
            here, lambda session: end_profile(session, here.staff, old.id, old.revision, now=now)
        )
        again("Der Steckbrief ist beendet.", done=done)
    if not save:
        return
    if form is None:
        st.error("Bitte wählen Sie ein Amt.")
        return
    if old is None:
        done, _ = carry_out(here, lambda session: describe(session, here.staff, form, now=now))
    else:
        done, _ = carry_out(
            here,
            lambda session: redescribe(session, here.staff, old.id, old.revision, form, now=now),
        )
    again("Gespeichert.", done=done)


def _fields(
    here: Visit, old: CommunicationProfile | None, known: dict[UUID, str], mark: str
) -> ProfileForm | None:
    """What is typed in; ``None`` as long as no office is chosen."""
    one, two = st.columns(2)
    title = one.text_input("Worum geht es?", old.title if old else "", max_chars=200)
    office = choice(
        two,
        "Amt",
        known,
        old.office_id if old else next(iter(here.staff.memberships), None),
        f"steckbrief-amt-{mark}",
    )
    one, two = st.columns(2)  # row by row, as one reads and tabs
    occasion = one.text_area("Anlass", old.occasion if old else "", max_chars=4000)
    participants = two.text_area(
        "Wer spricht mit wem?", old.participants if old else "", max_chars=4000
    )
    one, two = st.columns(2)
    channel = one.text_input(
        "Kanal (E-Mail, Telefon, Zuruf …)", old.channel if old else "", max_chars=200
    )
    responsibility = two.text_input(
        "Wer ist zuständig?", old.responsibility if old else "", max_chars=400
    )
    one, two = st.columns(2)
    double_work = one.text_area(
        "Was wird doppelt gemacht?", old.double_work if old else "", max_chars=4000
    )
    better = two.text_area("Was wäre einfacher?", old.better if old else "", max_chars=4000)
    often = st.number_input("Wie oft im Monat?", 0, 10_000, (old.per_month or 0) if old else 0)
    if office is None:
        return None
    return ProfileForm(
        title,
        office,
        occasion,
        participants,
        channel,
        responsibility,
        double_work,
        better,
        int(often) or None,
    )
