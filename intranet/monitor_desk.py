"""Setting up a wall monitor, giving it a new link, changing it, taking it off."""

from collections.abc import Mapping
from datetime import date, timedelta
from urllib.parse import urlsplit
from uuid import UUID

import streamlit as st

from intranet import words
from intranet.deeds import carry_out
from intranet.routes.monitor import link
from intranet.status_desk import again_for_all, touch
from intranet.views.presence import MonitorLine
from intranet.visit import Visit
from presence.monitor.devices import (
    LONGEST,
    Wanted,
    change_monitor,
    create_monitor,
    revoke_monitor,
    rotate_monitor,
)
from presence.monitor.qr import qr_svg
from presence.monitor.subjects import KIND_NAMES, MODE_NAMES, THEME_NAMES, Mode, Subject, Theme

_ONCE = "monitor-link"


def fresh_link() -> None:
    """The link that was just made: shown now, and never again."""
    made = st.session_state.pop(_ONCE, None)
    if made is None:
        return
    name, target = made
    with st.container(border=True):
        st.subheader(f"Link für „{words.plain(name)}“", anchor=False)
        st.write(
            "Öffnen Sie diesen Link **einmal** im Browser des Bildschirms, oder lesen Sie den Code damit ein. Er wird nur "
            "jetzt gezeigt und hier nicht gespeichert. Wer ihn hat, sieht die Tafel: Geben Sie ihn nicht weiter."
        )
        picture, text = st.columns([1, 2])
        picture.html(f'<div class="qr">{qr_svg(target)}</div>')
        text.code(target, language=None, wrap_lines=True)


def new_monitor(visit: Visit, choices: Mapping[UUID, Subject]) -> None:
    with st.form("neuer-monitor", border=False, clear_on_submit=True):
        one, two = st.columns(2)
        name = one.text_input("Name", max_chars=LONGEST, placeholder="Flur vor Zimmer 104")
        place = two.text_input("Standort", max_chars=LONGEST, placeholder="Haus D, 1. OG")
        subject = st.selectbox(
            "Was zeigt er?",
            list(choices),
            format_func=lambda each: f"{KIND_NAMES[choices[each].kind]}: {choices[each].title}",
        )
        mode = st.radio(
            "Wie?", list(MODE_NAMES), index=1, format_func=lambda each: MODE_NAMES[each]
        )
        theme, last = _look(Theme.AUTO, None, "neu")
        sent = st.form_submit_button("Einrichten", type="primary")
    if not sent or subject is None:
        return
    wanted = Wanted(
        name, place, choices[subject].kind, subject, Mode(mode), theme, _day_after(last)
    )
    now = visit.house.clock()
    done, made = carry_out(
        visit, lambda session: create_monitor(session, visit.staff, wanted, now=now)
    )
    if done and made is not None and made[1] is not None:
        _show(visit, made[0].name, made[1])


def change_desk(visit: Visit, line: MonitorLine) -> None:
    """For a screen that is not taken off."""
    now = visit.house.clock()
    with st.form(f"monitor-{line.id.hex}", border=False):
        one, two = st.columns(2)
        name = one.text_input("Name", line.name, max_chars=LONGEST)
        place = two.text_input("Standort", line.place, max_chars=LONGEST)
        theme, last = _look(line.theme, line.last_day, line.id.hex)
        saved = st.form_submit_button("Speichern")
    if saved:
        done, _ = carry_out(
            visit,
            lambda session: change_monitor(
                session,
                visit.staff,
                line.id,
                line.revision,
                name=name,
                place=place,
                theme=theme,
                valid_to=_day_after(last),
                now=now,
            ),
        )
        again_for_all(visit, "Gespeichert.", done=done)
    with st.container(horizontal=True):
        rotate = st.button("Neuer Link", icon=":material/qr_code:", key=f"neu-{line.id.hex}")
        revoke = st.button("Abmelden", icon=":material/tv_off:", key=f"weg-{line.id.hex}")
    st.caption(
        "Ein neuer Link macht den alten sofort wertlos, zum Beispiel wenn jemand ihn abfotografiert hat. Abgemeldet ist "
        "ein Monitor für immer."
    )
    if rotate:
        done, token = carry_out(
            visit, lambda session: rotate_monitor(session, visit.staff, line.id, now=now)
        )
        if done and token is not None:
            _show(visit, line.name, token)
    if revoke:
        done, _ = carry_out(
            visit, lambda session: revoke_monitor(session, visit.staff, line.id, now=now)
        )
        again_for_all(visit, f"„{line.name}“ ist abgemeldet.", done=done)


def _look(theme: Theme, last: date | None, key: str) -> tuple[Theme, date | None]:
    one, two = st.columns(2)
    chosen = one.selectbox(
        "Farben",
        list(THEME_NAMES),
        index=list(THEME_NAMES).index(theme),
        format_func=lambda each: THEME_NAMES[each],
        key=f"farben-{key}",
    )
    day = two.date_input(
        "Letzter Tag (leer: auf Weiteres)", last, format="DD.MM.YYYY", key=f"ende-{key}"
    )
    return Theme(chosen), day


def _day_after(day: date | None) -> date | None:
    return day + timedelta(days=1) if day else None


def _show(visit: Visit, name: str, token: str) -> None:
    st.session_state[_ONCE] = (name, link(_address(visit), token))
    touch(visit)
    st.rerun()


def _address(visit: Visit) -> str:
    """What is set, or where this very page was opened: "localhost" would lead no screen anywhere."""
    if visit.house.settings.base_url or not st.context.url:
        return visit.house.settings.staff_url
    parts = urlsplit(str(st.context.url))
    return f"{parts.scheme}://{parts.netloc}"
