"""Opening a Laufzettel, doing its steps, handing over and calling it off."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import streamlit as st

from intranet import words
from intranet.choosing import again
from intranet.deeds import carry_out
from intranet.notes import note
from intranet.visit import Visit
from presence.passwords import initial_password
from presence.people.changing import call_off, move_day
from presence.people.doing import reopen_step, settle_step
from presence.people.handing_over import hand_over, take_over
from presence.people.laufzettel import Newcomer, open_joining, open_leaving
from presence.people.sheets import Sheet, StepLine
from presence.people.steps import ACTIONS, KINDS, Kind, from_lines, lines_of
from presence.people.templates import set_steps, steps_on
from storage.clock import local_date

UNDONE = {
    "account": "Das angelegte Konto bleibt, auch wenn der Schritt wieder offen ist.",
    "roles": "Ist der Schritt wieder offen, gelten Rollen und Schutzklassen weiter wie zuvor.",
    "handover": "Übergebene Aufgaben bleiben bei der Nachfolge, auch wenn der Schritt wieder offen ist.",
}
NO_REASONS = "Bitte keine Gründe des Ausscheidens und nichts über Gesundheit eintragen."


def leaving_desk(visit: Visit, people: Mapping[UUID, str]) -> None:
    """Somebody goes."""
    today = local_date(visit.house.clock())
    with st.form("austritt", border=False):
        person = st.selectbox(
            "Wer geht?",
            list(people),
            index=None,
            format_func=lambda each: people[each],
            placeholder="Bitte wählen",
        )
        day = st.date_input(
            "Letzter Tag", today + timedelta(days=28), min_value=today, format="DD.MM.YYYY"
        )
        successor = st.selectbox(
            "Wer übernimmt? (kann später folgen)",
            [None, *people],
            format_func=lambda each: people[each] if each else "noch offen",
        )
        sent = st.form_submit_button("Austritt eröffnen", type="primary")
    if not sent:
        return
    if person is None:
        st.error("Bitte wählen Sie, wer geht.")
        return
    now = visit.house.clock()
    done, opened = carry_out(
        visit,
        lambda session: open_leaving(session, visit.staff, person, day, successor, now=now).id,
    )
    _go(opened, "Eröffnet. Die Schritte stehen in den Aufgabenlisten.", done=done)


def joining_desk(visit: Visit, offices: Mapping[UUID, str]) -> None:
    """Somebody comes."""
    today = local_date(visit.house.clock())
    with st.form("eintritt", border=False):
        name = st.text_input("Name")
        login = st.text_input("Anmeldename", help="Zum Beispiel vorname.nachname")
        title = st.text_input("Tätigkeit (wenn bekannt)")
        office = st.selectbox("Amt", list(offices), format_func=lambda each: offices[each])
        day = st.date_input(
            "Erster Tag", today + timedelta(days=28), min_value=today, format="DD.MM.YYYY"
        )
        sent = st.form_submit_button("Eintritt eröffnen", type="primary")
    if not sent or office is None:
        return
    now = visit.house.clock()
    newcomer = Newcomer(name, login, title.strip() or None)
    done, opened = carry_out(
        visit,
        lambda session: open_joining(session, visit.staff, newcomer, office, day, now=now).id,
    )
    _go(opened, "Eröffnet. Die Schritte stehen in den Aufgabenlisten.", done=done)


def steps_desk(visit: Visit, sheet: Sheet) -> None:
    """One step at a time: done, not needed, or open again."""
    mine = {each.id: each for each in sheet.steps if each.mine}
    if not mine or sheet.line.state == "cancelled":
        return
    st.header("Schritt erledigen", anchor=False)
    nearest = next((place for place, each in enumerate(mine.values()) if each.state == "open"), 0)
    chosen = st.selectbox(
        "Schritt",
        list(mine),
        index=nearest,
        format_func=lambda each: f"{mine[each].title} ({words.day(mine[each].due_on)})",
    )
    step = mine[chosen]
    if step.state != "open":
        if step.state == "done" and step.action:
            st.caption(UNDONE[step.action])
        if st.button("Doch noch offen", icon=":material/undo:", key="schritt-auf"):
            now = visit.house.clock()
            done, _ = carry_out(visit, lambda s: reopen_step(s, visit.staff, chosen, now=now))
            again("Der Schritt ist wieder offen.", done=done)
        return
    if step.action:
        st.caption(f"Mit „Erledigt“: {ACTIONS[step.action]}.")
    remark = st.text_input("Vermerk", max_chars=300, help=NO_REASONS, key=f"vermerk-{chosen.hex}")
    with st.container(horizontal=True):
        ready = st.button("Erledigt", type="primary", icon=":material/check:", key="schritt-fertig")
        skip = st.button("Entfällt", icon=":material/remove_done:", key="schritt-entfaellt")
    if ready or skip:
        _settle(visit, sheet, step, remark, skip=skip)


def _settle(visit: Visit, sheet: Sheet, step: StepLine, remark: str, *, skip: bool) -> None:
    now = visit.house.clock()
    initial = initial_password() if step.action == "account" and not skip else None
    done, password = carry_out(
        visit,
        lambda session: settle_step(
            session,
            visit.staff,
            step.id,
            "skipped" if skip else "done",
            remark,
            initial=initial,
            now=now,
        ),
    )
    if done and password:
        st.session_state["laufzettel-passwort"] = (sheet.line.name, password)
    again("Vermerkt.", done=done)


def lead_desk(visit: Visit, sheet: Sheet, people: Mapping[UUID, str]) -> None:
    """Handing over, and calling it off."""
    wanted, now = sheet.line.id, visit.house.clock()
    if sheet.line.kind == "leave" and sheet.line.state != "cancelled":
        st.header("Übergabe", anchor=False)
        count = sheet.waiting_tasks
        st.write(
            f"Auf {words.plain(sheet.line.name)} {'wartet eine Aufgabe' if count == 1 else f'warten {count} Aufgaben'}."
        )
        options = [each for each in people if each != sheet.line.person]
        chosen = st.selectbox(
            "Wer übernimmt?",
            options,
            index=options.index(sheet.successor) if sheet.successor in options else None,
            format_func=lambda each: people[each],
            placeholder="Bitte wählen",
        )
        if st.button("Offene Aufgaben übergeben", icon=":material/move_up:", key="uebergeben"):
            if chosen is None:
                st.error("Bitte wählen Sie, wer übernimmt.")
            else:
                heir = chosen
                done, _ = carry_out(
                    visit, lambda s: hand_over(s, visit.staff, wanted, heir, now=now)
                )
                again("Übergeben. Die Aufgaben stehen jetzt bei der Nachfolge.", done=done)
    if sheet.line.state != "cancelled":
        with st.expander("Tag verschieben", icon=":material/edit_calendar:"):
            _move_desk(visit, sheet)
        with st.expander("Zurücknehmen", icon=":material/event_busy:"):
            st.write(
                "Die Person bleibt (oder kommt nicht), und alle offenen Schritte verschwinden. Rollen, die mit dem letzten "
                "Tag enden sollten, gelten weiter. Übergebene Aufgaben bleiben bei der Nachfolge."
            )
            if st.button("Laufzettel zurücknehmen", key="zuruecknehmen"):
                done, _ = carry_out(visit, lambda s: call_off(s, visit.staff, wanted, now=now))
                again("Zurückgenommen.", done=done)


def takeover_desk(visit: Visit, sheet: Sheet) -> None:
    """Who takes over says that it is done."""
    st.header("Übernahme", anchor=False)
    st.write(
        f"Die Aufgaben von {words.plain(sheet.line.name)} stehen in der Aufgabenliste der Nachfolge."
    )
    if st.button("Alles durchgesehen", type="primary", icon=":material/check:", key="uebernommen"):
        now = visit.house.clock()
        done, _ = carry_out(visit, lambda s: take_over(s, visit.staff, sheet.line.id, now=now))
        again("Übernommen.", done=done)


def _move_desk(visit: Visit, sheet: Sheet) -> None:
    now = visit.house.clock()
    today = local_date(now)
    which = "Erster Tag" if sheet.line.kind == "join" else "Letzter Tag"
    with st.form("verschieben", border=False):
        day = st.date_input(which, max(sheet.line.day, today), min_value=today, format="DD.MM.YYYY")
        sent = st.form_submit_button("Tag verschieben")
    if sent:
        done, _ = carry_out(visit, lambda s: move_day(s, visit.staff, sheet.line.id, day, now=now))
        again("Verschoben. Die offenen Schritte haben neue Fristen.", done=done)


def steps_editor(visit: Visit) -> None:
    """The personnel office changes the steps from a day on; open sheets keep theirs."""
    now = visit.house.clock()
    today = local_date(now)
    kind: Kind = (
        st.segmented_control(
            "Schritte für", ["join", "leave"], default="join", format_func=lambda each: KINDS[each]
        )
        or "join"
    )
    with visit.house.database.read() as session:
        told = lines_of(steps_on(session, kind, today))
    with st.form(f"schritte-{kind}", border=False):
        text = st.text_area(
            "Kürzel | Tage zum ersten oder letzten Tag | Wer | Titel | Aktion",
            told,
            height=320,
            help="Wer: eine Rolle (personnel, head, admin, trainer) oder amt:Kürzel; amt:own ist das eigene Amt. "
            "Aktion: account, roles, handover oder leer.",
        )
        day = st.date_input("Gilt ab", today, min_value=today, format="DD.MM.YYYY")
        sent = st.form_submit_button("Schritte übernehmen", type="primary")
    if sent:
        done, _ = carry_out(
            visit,
            lambda session: set_steps(session, visit.staff, kind, from_lines(text), day, now=now),
        )
        again("Die Schritte gelten für neue Laufzettel.", done=done)


def _go(sheet: UUID | None, message: str, *, done: bool) -> None:
    if done and sheet is not None:
        note(message)
        st.query_params["id"] = str(sheet)
        st.rerun()
