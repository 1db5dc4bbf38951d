"""Absences, standing substitute and delegates: what "Mein Status" lets one arrange for later."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

import streamlit as st

from intranet import html
from intranet.deeds import carry_out
from intranet.status_desk import again_for_all
from intranet.views.availability import AbsenceLine, StatusView
from intranet.visit import Visit
from presence.availability.absences import change_absence, end_absence, enter_absence
from presence.availability.profile import (
    CHANNELS,
    allow_delegate,
    set_profile,
    withdraw_delegate,
)
from storage.clock import LOCAL, local, local_date


def absences_desk(visit: Visit, person: UUID, view: StatusView) -> None:
    """The list, a new one, and changing one."""
    if view.absences:
        st.html(
            html.table(
                "Eingetragene Abwesenheiten",
                ["Zeitraum", "Vertretung", "Stand"],
                [
                    (
                        each.span,
                        each.substitute_name or "niemand",
                        html.state("läuft") if each.running else "kommt",
                    )
                    for each in view.absences
                ],
            )
        )
    else:
        st.html(html.empty("Keine Abwesenheit eingetragen.", "Tragen Sie unten die nächste ein."))
    st.subheader("Neue Abwesenheit", anchor=False)
    usual = view.profile.substitute_id if view.profile else None
    found = _form("neu", view, None, usual, local_date(visit.house.clock()))
    if found:
        starts, ends, substitute = found
        now = visit.house.clock()
        done, _ = carry_out(
            visit,
            lambda session: enter_absence(
                session,
                visit.staff,
                person,
                starts=starts,
                ends=ends,
                substitute=substitute,
                now=now,
            ),
        )
        again_for_all(
            visit, "Eingetragen. Board, Personensuche und Aufgaben wissen Bescheid.", done=done
        )
    if view.absences:
        _change(visit, view)


def _change(visit: Visit, view: StatusView) -> None:
    st.subheader("Ändern oder beenden", anchor=False)
    by_id = {each.id: each for each in view.absences}
    chosen = st.selectbox(
        "Abwesenheit",
        list(by_id),
        index=0 if len(by_id) == 1 else None,
        format_func=lambda key: by_id[key].span,
        placeholder="Bitte wählen",
    )
    if chosen is None:
        return
    line, now = by_id[chosen], visit.house.clock()
    found = _form("aendern", view, line, line.substitute, local_date(line.starts))
    if found:
        starts, ends, substitute = found
        done, _ = carry_out(
            visit,
            lambda session: change_absence(
                session,
                visit.staff,
                line.id,
                line.revision,
                starts=starts,
                ends=ends,
                substitute=substitute,
                now=now,
            ),
        )
        again_for_all(visit, "Geändert.", done=done)
    label = "Beenden" if line.running else "Absagen"
    if st.button(label, icon=":material/event_available:", key="abwesenheit-ende"):
        done, _ = carry_out(
            visit, lambda session: end_absence(session, visit.staff, line.id, now=now)
        )
        again_for_all(visit, "Die Abwesenheit ist beendet und gelöscht.", done=done)


def _form(
    key: str, view: StatusView, line: AbsenceLine | None, substitute: UUID | None, first: date
) -> tuple[datetime, datetime, UUID | None] | None:
    """Days, times where they aren't whole, and a substitute; ``None`` until it is sent."""
    begins = local(line.starts) if line else datetime.combine(first, time(), LOCAL)
    finish = local(line.ends) if line else begins + timedelta(days=1)
    hourly = bool(line and (begins.time() != time() or finish.time() != time()))
    by_hour = st.toggle("Nur stundenweise", value=hourly, key=f"stunden-{key}")
    with st.form(f"abwesenheit-{key}", border=False):
        one, two = st.columns(2)
        last = finish.date() if hourly else (finish - timedelta(days=1)).date()
        start_day = one.date_input("Erster Tag", begins.date(), format="DD.MM.YYYY")
        end_day = two.date_input("Letzter Tag", max(last, begins.date()), format="DD.MM.YYYY")
        start_time, end_time = time(), time()
        if by_hour:
            start_time = one.time_input("von", begins.time() if hourly else time(8))
            end_time = two.time_input("bis", finish.time() if hourly else time(12))
        options = [None, *view.people]
        chosen = st.selectbox(
            "Vertretung",
            options,
            index=options.index(substitute) if substitute in options else 0,
            format_func=lambda each: view.people[each] if each else "niemand",
            help="Sieht so lange auch die Aufgaben der vertretenen Person. Ein Grund wird nie gespeichert.",
        )
        sent = st.form_submit_button("Ändern" if line else "Eintragen", type="primary")
    if not sent:
        return None
    if not by_hour:
        end_day += timedelta(days=1)
    return (
        datetime.combine(start_day, start_time, LOCAL),
        datetime.combine(end_day, end_time, LOCAL),
        chosen,
    )


def profile_desk(visit: Visit, person: UUID, view: StatusView) -> None:
    """Whom to ask while one is busy, and how one is best reached."""
    held, now = view.profile, visit.house.clock()
    options = [None, *view.people]
    with st.form("profil", border=False):
        named = held.substitute_id if held else None
        substitute = st.selectbox(
            "Ständige Vertretung",
            options,
            index=options.index(named) if named in options else 0,
            format_func=lambda each: view.people[each] if each else "niemand",
        )
        ways = [None, *CHANNELS]
        channel = st.selectbox(
            "Am besten erreichbar über",
            ways,
            index=ways.index(held.channel) if held and held.channel in ways else 0,
            format_func=lambda each: each or "keine Angabe",
        )
        place = st.text_input(
            "Üblicher Ort", held.place or "" if held else "", max_chars=60, placeholder="Zimmer 12"
        )
        tells_return = st.checkbox(
            "Alle im Haus dürfen sehen, bis wann ich abwesend bin",
            value=bool(held and held.tells_return),
            help="Sonst sehen es Ihr Amt, Ihre Arbeitsgruppen, Ihre Vertretung und wer Ihren Status setzen darf.",
        )
        sent = st.form_submit_button("Speichern", type="primary")
    if sent:
        done, _ = carry_out(
            visit,
            lambda session: set_profile(
                session,
                visit.staff,
                person,
                substitute=substitute,
                channel=channel,
                place=place,
                tells_return=tells_return,
                now=now,
            ),
        )
        again_for_all(visit, "Gespeichert.", done=done)


def delegates_desk(visit: Visit, person: UUID, view: StatusView) -> None:
    """Who may set one's status and absences."""
    now = visit.house.clock()
    if view.delegates:
        st.html(
            html.table(
                "Diese Personen dürfen Ihren Status und Ihre Abwesenheiten setzen",
                ["Name"],
                [(name,) for name in view.delegates.values()],
            )
        )
    else:
        st.html(html.empty("Nur Sie selbst.", "Zum Beispiel kann ein Vorzimmer dazukommen."))
    chosen = st.selectbox(
        "Person",
        list(view.people),
        index=None,
        format_func=lambda each: view.people[each],
        placeholder="Bitte wählen",
        key="fuer-mich",
    )
    if chosen is None:
        return
    if chosen in view.delegates:
        if st.button("Nicht mehr erlauben", key="fuer-mich-weg"):
            done, _ = carry_out(
                visit,
                lambda session: withdraw_delegate(session, visit.staff, person, chosen, now=now),
            )
            again_for_all(visit, "Nicht mehr erlaubt.", done=done)
    elif st.button("Erlauben", type="primary", key="fuer-mich-dazu"):
        done, _ = carry_out(
            visit, lambda session: allow_delegate(session, visit.staff, person, chosen, now=now)
        )
        again_for_all(visit, "Erlaubt.", done=done)
