"""Setting a status with one touch: here for the start page and for "Mein Status"."""

from uuid import UUID

import streamlit as st

from intranet import html, words
from intranet.choosing import again
from intranet.deeds import attempt, carry_out
from intranet.levels import level
from intranet.views.availability import StatusView
from intranet.visit import Visit
from presence.availability.absences import come_back
from presence.availability.current import current_store
from presence.availability.facts import Availability
from presence.availability.levels import LOOKS, Level
from presence.availability.statuses import (
    CHOICES,
    LONGEST_MESSAGE,
    LONGEST_PLACE,
    TIMERS,
    Timer,
    clear_status,
    set_status,
    timer_end,
)
from presence.availability.telling import read, told

PLACES = ("Büro", "Homeoffice", "unterwegs", "im Haus")


def card(view: StatusView) -> str:
    """How one is seen just now, and why."""
    answer = view.answer
    facts = [
        ("Ort", answer.place),
        ("Vertretung", view.substitute),
        ("Am besten über", answer.channel),
        ("Nachricht", answer.message),
        ("Gilt bis", view.until if answer.source != "unknown" else None),
    ]
    rows = "".join(
        f"<div><dt>{name}</dt><dd>{html.text(value)}</dd></div>" for name, value in facts if value
    )
    return (
        f'<div class="erreichbar">{level(answer.level).html}<p>{html.text(answer.because)}</p>'
        f"<dl>{rows}</dl></div>"
    )


_DEEDS = {"absence": "Ihre Abwesenheit geändert", "status": "Ihren Status gesetzt"}


def others_deeds(visit: Visit) -> None:
    """What others did for me, until I have read it."""
    store, now = current_store(visit.house), visit.house.clock()
    with visit.house.database.read() as session:
        deeds = told(session, store, visit.staff)
    if not deeds:
        return
    lines = [
        f"**{words.plain(each.name)}** hat {_DEEDS[each.what]}: {words.when(each.at, now)}."
        for each in deeds
    ]
    st.info("  \n".join(lines), icon=":material/supervisor_account:")
    if st.button("Gelesen", icon=":material/done:", key="anderer-tat"):
        done, _ = carry_out(visit, lambda session: read(session, store, visit.staff, deeds[0].at))
        if done:
            st.rerun()


def back_again(visit: Visit, person: UUID) -> None:
    """While an absence runs, a status would not count: one touch ends it."""
    if st.button("Ich bin wieder da", icon=":material/event_available:", key="wieder-da"):
        now = visit.house.clock()
        done, _ = carry_out(visit, lambda session: come_back(session, visit.staff, person, now=now))
        if done:
            touch(visit)
            again("Willkommen zurück. Die Abwesenheit ist beendet und gelöscht.", done=True)


def switch(visit: Visit, person: UUID, answer: Availability, *, wide: bool) -> None:
    """One button per level, the one that is set marked. Timer, message and place lie beside it; left alone, a status holds for today."""
    timer, message, place = _more(person) if wide else (TIMERS[-1], "", "")
    with st.container(horizontal=True):
        chosen = [each for each in CHOICES if _button(each, answer)]
        cleared = st.button("zurücksetzen", icon=":material/undo:", key="stufe-weg")
    now = visit.house.clock()
    if chosen:
        until = timer_end(timer, now)
        done, _ = attempt(
            lambda: set_status(
                visit.house,
                visit.staff,
                person,
                chosen[0],
                until=until,
                message=message,
                place=place,
            )
        )
        again(f"{LOOKS[chosen[0]].word}, bis {words.when(until, now)}.", done=done)
    if cleared:
        done, _ = attempt(lambda: clear_status(visit.house, visit.staff, person))
        again("Jetzt zählen wieder Kalender und Arbeitszeit.", done=done)


def _button(choice: Level, answer: Availability) -> bool:
    look = LOOKS[choice]
    is_set = answer.source == "manual" and answer.level == choice
    return st.button(
        look.word,
        icon=f":material/{look.icon}:",
        key=f"stufe-{int(choice)}",
        type="primary" if is_set else "secondary",
    )


def _more(person: UUID) -> tuple[Timer, str, str]:
    titles = {timer.key: timer.title for timer in TIMERS}
    chosen = st.segmented_control(
        "Wie lange?",
        list(titles),
        default=TIMERS[-1].key,
        format_func=lambda key: titles[key],
        key=f"dauer-{person.hex}",
    )
    timer = next((each for each in TIMERS if each.key == chosen), TIMERS[-1])
    one, two = st.columns([3, 2])
    message = one.text_input(
        "Nachricht (freiwillig)",
        max_chars=LONGEST_MESSAGE,
        placeholder="Zum Beispiel: Bitte per E-Mail",
        key=f"nachricht-{person.hex}",
    )
    place = two.selectbox(
        "Ort (freiwillig)",
        PLACES,
        index=None,
        accept_new_options=True,
        placeholder="Auswählen oder eintippen",
        key=f"ort-{person.hex}",
    )
    return timer, message, (place or "")[:LONGEST_PLACE]


def touch(visit: Visit) -> None:
    """Boards show at once what was changed elsewhere than in the status."""
    current_store(visit.house).touch()


def again_for_all(visit: Visit, message: str, *, done: bool) -> None:
    """Where it was done, boards show it at once, and the page is drawn anew."""
    if done:
        touch(visit)
    again(message, done=done)
