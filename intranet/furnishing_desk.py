"""One desk or room as who looks after it changes it: what it is, when it is out of order, what it costs, its end."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import get_args

import streamlit as st
from sqlalchemy.orm import Session

from intranet import html, words
from intranet.change_desk import carry_out_change, pending_change
from intranet.choosing import split
from intranet.deeds import attempt, carry_out
from intranet.notes import note
from intranet.views.furnishing import SpaceSheet, price_row, standing
from intranet.visit import Visit
from presence.spaces.altering import (
    Decided,
    change_space,
    close_space,
    end_space,
    form_of,
    reopen_space,
)
from presence.spaces.closures import LONGEST_REASON, Closure
from presence.spaces.fees import Price
from presence.spaces.furnishing import (
    LONGEST_NAME,
    LONGEST_RULES,
    MOST_PEOPLE,
    SHORTEST,
    SpaceForm,
    set_fee,
)
from presence.spaces.hours_text import read, written
from presence.spaces.states import PARTY_NAMES, Party
from presence.spaces.tables import Space
from presence.spaces.terms import Mode
from storage.actors import Staff
from storage.clock import WEEKDAYS, local_date

MODES: dict[Mode, str] = {
    "hourly": "nach Stunden",
    "daily": "nur ganze Tage",
    "both": "Stunden oder ganze Tage",
}
BOOKERS = {"all": "alle Beschäftigten", "office": "nur das Amt, das ihn betreut"}
DAY = timedelta(days=1)


def space_page(here: Visit, sheet: SpaceSheet) -> None:
    """The whole page of one space; while a change waits for a decision, only that."""
    row, today = sheet.space, local_date(here.house.clock())
    st.title(words.plain(row.name), anchor=False)
    st.html(f"<p>{html.state(standing(row, today)).html}</p>")
    if pending_change(here, row.id):
        return
    facts, shut, fees, end = st.tabs(["Angaben", "Sperren", "Entgelte", "Beenden"])
    with facts:
        _facts(here, sheet)
    with shut:
        _closures(here, sheet)
    with fees:
        _fees(here, sheet)
    with end:
        _end(here, row)


def _facts(here: Visit, sheet: SpaceSheet) -> None:
    row = sheet.space
    before = form_of(row)
    with st.form("angaben", border=False):
        name = st.text_input("Name", row.name, max_chars=LONGEST_NAME)
        one, two = st.columns(2)
        capacity = one.number_input("Personen", 1, MOST_PEOPLE, row.capacity)
        office = two.selectbox(
            "Betreut von", list(sheet.offices), list(sheet.offices).index(row.office_id),
            format_func=lambda each: sheet.offices[each],
        )  # fmt: skip
        equipment = st.text_input(
            "Ausstattung", ", ".join(row.equipment), help="Mehreres trennt ein Komma."
        )
        rules = st.text_area("Regeln", row.rules, max_chars=LONGEST_RULES)
        st.subheader("Öffnungszeiten", anchor=False)
        st.caption(
            words.plain(
                "Zum Beispiel 8:00-12:00, 14:00-18:00. 25:00 ist ein Uhr nachts. Leer heißt geschlossen."
            )
        )
        columns = st.columns(2)
        hours = [
            columns[number // 4].text_input(day, written(before.hours, number))
            for number, day in enumerate(WEEKDAYS)
        ]
        on_holidays = st.checkbox("Auch an Feiertagen offen", row.on_holidays)
        st.subheader("Buchen", anchor=False)
        changed = _booking_rules(row, before)
        sent = st.form_submit_button("Änderungen speichern", type="primary", icon=":material/save:")
    if not sent:
        return
    done, opened = attempt(lambda: read(hours))
    if not done or opened is None:
        return
    form = replace(
        changed, name=name, capacity=int(capacity), office=office, rules=rules, hours=opened,
        equipment=tuple(split(equipment)),
        on_holidays=on_holidays,
    )  # fmt: skip

    def change(session: Session, staff: Staff, decided: Decided, now: datetime) -> None:
        change_space(session, staff, row.id, row.revision, form, decided=decided, now=now)

    carry_out_change(here, row.id, change, "Gespeichert.", may_stay=True, named=row.kind == "room")


def _booking_rules(row: Space, before: SpaceForm) -> SpaceForm:
    one, two = st.columns(2)
    mode = one.selectbox(
        "Gebucht wird", get_args(Mode), get_args(Mode).index(before.mode),
        format_func=lambda each: MODES[each],
    )  # fmt: skip
    bookers = two.selectbox(
        "Buchen dürfen", list(BOOKERS), list(BOOKERS).index(row.bookers),
        format_func=lambda each: BOOKERS[each],
    )  # fmt: skip
    ahead = one.number_input("Tage im Voraus", 0, 1000, row.ahead_days)
    longest = two.number_input(
        "Höchstens am Stück (Minuten)", SHORTEST, None, row.longest_minutes, SHORTEST,
        help="Leer: ohne Grenze.",
    )  # fmt: skip
    check_in = one.number_input(
        "Einchecken binnen (Minuten)", SHORTEST, None, row.check_in_minutes, SHORTEST,
        help="Leer: ohne Einchecken. Vereine checken nie ein.",
    )  # fmt: skip
    public, notice, video = row.public, row.notice_days, row.video
    if row.kind == "room":
        notice = two.number_input(
            "Vorrang der Stadt mit Frist (Tage)", 0, 1000, row.notice_days,
            help="So viele Tage vorher darf die Stadt einen Verein noch verlegen. Leer: nie.",
        )  # fmt: skip
        public = st.checkbox("Vereine, Bürgerinnen und Bürger dürfen anfragen", row.public)
        video = st.checkbox("Begegnungszone: Buchungen bekommen einen Videoraum", row.video)
    return replace(
        before, mode=mode, bookers=bookers, ahead_days=int(ahead), longest_minutes=longest,
        check_in_minutes=check_in, notice_days=notice, public=public, video=video,
    )  # fmt: skip


def _closures(here: Visit, sheet: SpaceSheet) -> None:
    row, today = sheet.space, local_date(here.house.clock())
    for number, held in enumerate(sheet.closures):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.write(
                words.plain(f"{words.day(held.first)} bis {words.day(held.last)}: {held.reason}")
            )
            if st.button("Wieder freigeben", key=f"frei-{number}", icon=":material/lock_open:"):
                _reopen(here, row, held)
    with st.form("sperren", border=False):
        one, two = st.columns(2)
        first = one.date_input("Gesperrt ab", today, min_value=today, format="DD.MM.YYYY")
        last = two.date_input("bis einschließlich", today, min_value=today, format="DD.MM.YYYY")
        reason = st.text_input(
            "Grund", max_chars=LONGEST_REASON, help="Alle sehen ihn. Bitte keine Namen."
        )
        sent = st.form_submit_button("Sperren", type="primary", icon=":material/lock:")
    if sent:
        closure = Closure(first, last, reason.strip())

        def change(session: Session, staff: Staff, decided: Decided, now: datetime) -> None:
            close_space(session, staff, row.id, row.revision, closure, decided=decided, now=now)

        carry_out_change(here, row.id, change, "Gesperrt.", may_stay=True, named=row.kind == "room")


def _reopen(here: Visit, row: Space, held: Closure) -> None:
    now = here.house.clock()
    done, _ = carry_out(
        here,
        lambda session: reopen_space(session, here.staff, row.id, row.revision, held, now=now),
    )
    if done:
        note("Wieder buchbar.")
        st.rerun()


def _fees(here: Visit, sheet: SpaceSheet) -> None:
    row, now = sheet.space, here.house.clock()
    if sheet.prices:
        st.html(
            html.table(
                "Entgelte",
                [
                    "Für", html.Column("ab", "zeit"), html.Column("je Stunde", "zahl"),
                    html.Column("höchstens am Tag", "zahl"), html.Column("Grundlage", "frei"),
                ],
                [price_row(price) for price in sheet.prices],
            )
        )  # fmt: skip
    with st.form("entgelt", border=False):
        one, two = st.columns(2)
        party = one.selectbox(
            "Für wen", [Party.CLUB, Party.CITIZEN], format_func=lambda each: PARTY_NAMES[each]
        )
        since = two.date_input(
            "Gilt ab", local_date(now) + DAY, min_value=local_date(now), format="DD.MM.YYYY",
            help="Was schon gebucht ist, behält seinen Preis.",
        )  # fmt: skip
        hour = one.number_input("Euro je Stunde", 0.0, 100_000.0, 0.0, 1.0)
        day = two.number_input("Höchstens am Tag (Euro)", 0.0, 100_000.0, 0.0, 1.0)
        source = st.text_input(
            "Grundlage", max_chars=LONGEST_REASON, help="Satzung oder Beschluss, worauf es beruht."
        )
        sent = st.form_submit_button("Entgelt festlegen", type="primary", icon=":material/euro:")
    if sent:
        price = Price(party, since, round(hour * 100), round(day * 100), source.strip())
        done, _ = carry_out(
            here, lambda session: set_fee(session, here.staff, row.id, price, now=now)
        )
        if done:
            note(f"Das Entgelt gilt ab {words.day(since)}.")
            st.rerun()


def _end(here: Visit, row: Space) -> None:
    today = local_date(here.house.clock())
    if row.valid_to is not None:
        st.write(f"Ab {words.plain(words.day(row.valid_to))} nicht mehr buchbar.")
        if st.button("Doch nicht beenden", icon=":material/undo:"):
            carry_out_change(
                here,
                row.id,
                lambda session, staff, decided, now: end_space(
                    session, staff, row.id, row.revision, first_without=None,
                    decided=decided, now=now,
                ),
                "Wieder buchbar.",
                may_stay=False,
            )  # fmt: skip
        return
    with st.form("beenden", border=False):
        day = st.date_input(
            "Ab wann er nicht mehr gebucht werden kann", today + DAY, min_value=today,
            format="DD.MM.YYYY",
        )  # fmt: skip
        sent = st.form_submit_button("Beenden", icon=":material/event_busy:")
    if sent:
        carry_out_change(
            here,
            row.id,
            lambda session, staff, decided, now: end_space(
                session, staff, row.id, row.revision, first_without=day, decided=decided,
                now=now,
            ),
            f"Ab {words.day(day)} nicht mehr buchbar.",
            may_stay=False,
            named=row.kind == "room",
        )  # fmt: skip
