"""Working hours and one's own calendar, on "Mein Status"."""

from datetime import time
from uuid import UUID

import streamlit as st

from intranet import html, words
from intranet.deeds import carry_out
from intranet.notes import note
from intranet.status_desk import touch
from intranet.visit import Visit
from presence.availability.calendar.fetching import Link
from presence.availability.calendar.links import (
    KINDS,
    connect_calendar,
    disconnect_calendar,
    own_link,
)
from presence.availability.current import current_store
from presence.availability.profile import set_working_hours, working_hours
from presence.availability.week import Hours
from storage.clock import WEEKDAYS, local_date

WORKDAYS, WEEK = range(5), range(7)
PLACES = (None, "Büro", "Homeoffice")


def hours_desk(visit: Visit, person: UUID) -> None:
    """One row per day; what is left empty or hidden is free. Two spans a day where there is a long break."""
    now = visit.house.clock()
    today = local_date(now)
    with visit.house.database.read() as session:
        held = working_hours(session, visit.staff, person, today)
    st.caption(
        "Feiertage, Heiligabend und Silvester sind von selbst frei. Vergangene Arbeitszeiten werden gelöscht."
    )
    weekend = st.toggle(
        "auch Samstag und Sonntag",
        value=any(each.weekday not in WORKDAYS for each in held),
        key="wochenende",
    )
    with st.form("arbeitszeit", border=False):
        week: list[Hours] = []
        for day in WEEK if weekend else WORKDAYS:
            week += _day(day, [each for each in held if each.weekday == day])
        valid_from = st.date_input("Gilt ab", today, min_value=today, format="DD.MM.YYYY")
        sent = st.form_submit_button("Arbeitszeit speichern", type="primary")
    if sent:
        done, _ = carry_out(
            visit,
            lambda session: set_working_hours(
                session, visit.staff, person, week, valid_from=valid_from, now=now
            ),
        )
        if done:
            touch(visit)
            note("Ihre Arbeitszeit ist gespeichert.")
            st.rerun()


def _day(day: int, held: list[Hours]) -> list[Hours]:
    """The spans of one weekday as they stand in the form; a span needs both times."""
    found = []
    columns = st.columns([2, 2, 2, 2, 2, 3])
    columns[0].markdown(f"**{WEEKDAYS[day]}**")
    spans = [*held[:2], None, None][:2]
    place_before = next((each.place for each in held), None)
    place = columns[5].selectbox(
        f"Ort am {WEEKDAYS[day]}",
        PLACES,
        index=PLACES.index(place_before) if place_before in PLACES else 0,
        format_func=lambda each: each or "keine Angabe",
        key=f"ort-{day}",
    )
    for number, span in enumerate(spans):
        label = f"{WEEKDAYS[day]}, {'zweite' if number else 'erste'} Zeit"
        begins = columns[1 + 2 * number].time_input(
            f"{label}: von", _time(span.begins) if span else None, key=f"von-{day}-{number}"
        )
        ends = columns[2 + 2 * number].time_input(
            f"{label}: bis", _time(span.ends) if span else None, key=f"bis-{day}-{number}"
        )
        if begins is not None and ends is not None:
            found.append(Hours(day, _minutes(begins), _minutes(ends) or 24 * 60, place))
    return found


def calendar_desk(visit: Visit, person: UUID, *, agreed: bool) -> None:
    """Connect or disconnect one's own calendar."""
    with visit.house.database.read() as session:
        held = own_link(session, visit.staff, person)
    if held is not None:
        fetched = words.when(held.fetched_at, visit.house.clock()) if held.fetched_at else None
        _connected(visit, person, held.problem, fetched)
        return
    if not agreed:
        st.html(
            html.empty(
                "Kalender sind ausgeschaltet.",
                "Sie können verbunden werden, sobald dafür eine Dienstvereinbarung gilt.",
            )
        )
        return
    st.write(
        "Das Rathauswerk fragt Ihren Kalender nur, wann Sie belegt sind. Titel, Orte und Gäste werden nicht gelesen "
        "und nie gespeichert; belegte Zeiten werden drei Tage im Voraus gehalten und nachts gelöscht."
    )
    now = visit.house.clock()
    with st.form("kalender", border=False, clear_on_submit=True):
        kind = st.selectbox("Art", list(KINDS), format_func=lambda each: KINDS[each])
        url = st.text_input("Adresse", type="password", placeholder="https://…")
        user = st.text_input("Anmeldename (nur wenn nötig)")
        password = st.text_input("Passwort (nur wenn nötig)", type="password")
        consent = st.checkbox(
            "Ich möchte meinen Kalender verbinden. Ich kann das jederzeit beenden."
        )
        sent = st.form_submit_button("Verbinden", type="primary")
    if sent:
        link = Link(kind, url.strip(), user.strip() or None, password or None)
        done, _ = carry_out(
            visit,
            lambda session: connect_calendar(
                session,
                current_store(visit.house),
                visit.house.settings,
                visit.staff,
                person,
                link,
                consent=consent,
                now=now,
            ),
        )
        if done:
            note("Verbunden. Die erste Abfrage kommt in den nächsten Minuten.")
            st.rerun()


def _connected(visit: Visit, person: UUID, problem: str | None, fetched: str | None) -> None:
    if problem:
        st.warning(f"Die letzte Abfrage hat nicht geklappt: {words.plain(problem)}")
    elif fetched:
        st.success(f"Ihr Kalender ist verbunden. Zuletzt abgefragt: {fetched}.")
    else:
        st.info(
            "Ihr Kalender ist verbunden und wird in den nächsten Minuten zum ersten Mal abgefragt."
        )
    if st.button("Kalender trennen", icon=":material/link_off:", key="kalender-trennen"):
        now = visit.house.clock()
        done, _ = carry_out(
            visit,
            lambda session: disconnect_calendar(
                session, current_store(visit.house), visit.staff, person, now=now
            ),
        )
        if done:
            note("Getrennt. Adresse und belegte Zeiten sind gelöscht.")
            st.rerun()


def _time(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)


def _minutes(value: time) -> int:
    return value.hour * 60 + value.minute
