"""Choosing a time and booking for it: what "Plätze" and "Räume" share, and the panel of a chosen desk."""

from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from typing import TypeVar

import streamlit as st
from sqlalchemy.orm import Session
from streamlit.delta_generator import DeltaGenerator

from intranet import html, words
from intranet.deeds import attempt
from intranet.notes import note
from intranet.status_desk import touch
from intranet.views.spaces import (
    FREE,
    MINE,
    TAKEN,
    BookingLine,
    When,
    day_plan,
    my_bookings,
    space_line,
)
from intranet.visit import Visit
from presence.spaces.booking import Wish, book
from presence.spaces.changing import check_in, release
from presence.spaces.tables import Space
from presence.spaces.taking import TakenError
from storage.clock import local, local_date, new_id

T = TypeVar("T")
WHOLE, HOURS = "ganzer Tag", "nach Stunden"
QUARTER = timedelta(minutes=15)
_KEY = "buchung-schluessel"


def when_form(
    visit: Visit, name: str, columns: Sequence[DeltaGenerator], *, whole: bool = True
) -> When:
    """A day, and the whole of it or from one time to another. Starts with today and the next hour.

    ``columns``: four of them (day, whole or hours, from, to), without ``whole`` three.
    """
    now = visit.house.clock()
    today = local_date(now)
    day = columns[0].date_input(
        "Tag", today, min_value=today, format="DD.MM.YYYY", key=f"{name}-tag"
    )
    if whole:
        how = columns[1].segmented_control(
            "Dauer", [WHOLE, HOURS], default=WHOLE, key=f"{name}-dauer"
        )
        if how != HOURS:
            return When(day)
    first = columns[-2].time_input("von", _next_hour(now), step=QUARTER, key=f"{name}-von")
    last = columns[-1].time_input("bis", _next_hour(now, 1), step=QUARTER, key=f"{name}-bis")
    return When(day, (_minutes(first), _minutes(last) or 24 * 60))


def desk_panel(visit: Visit, space: Space, when: When) -> None:
    """The chosen desk: what it has, when it is taken, and the one thing to do."""
    now = visit.house.clock()
    with visit.house.database.read() as session:
        line = space_line(session, visit.staff, space, when, now)
        taken = day_plan(session, visit.staff, space, when.day)
        own = [each for each in my_bookings(session, visit.staff, now) if each.space.id == space.id]
    st.subheader(space.name, anchor=False)
    spans = ", ".join(
        f"{words.moment(each.starts)[-5:]} bis {words.moment(each.ends)[-5:]} Uhr" for each in taken
    )
    st.html(
        f"<p>{html.state(line.state).html} {html.text(', '.join(space.equipment))}</p>"
        + (f'<p class="leise">An diesem Tag belegt: {spans}</p>' if spans else "")
        + (f"<p>{html.text(space.rules)}</p>" if space.rules else "")
    )
    if line.state == FREE and line.span is not None:
        wish = Wish(space.id, *line.span, whole_day=when.hours is None)
        if st.button(f"{space.name} buchen", type="primary", icon=":material/event_available:"):
            book_now(visit, wish, f"{space.name} ist für Sie gebucht.")
    elif line.state == MINE:
        for each in own:
            st.write(f"Ihre Buchung: {words.plain(each.span)} ({each.state}).")
            own_buttons(visit, each)
    elif line.state == TAKEN:
        st.write("Dieser Platz ist in dieser Zeit belegt. Freie Plätze sehen Sie auf dem Plan.")
    else:
        st.write(words.plain(line.why))


def own_buttons(visit: Visit, line: BookingLine) -> None:
    """Check in, leave, cancel: what may be done to one's own booking now."""
    booking = line.booking.id
    if line.booking.state != "confirmed":
        return
    now = visit.house.clock()
    with st.container(horizontal=True):
        if line.may_check_in and st.button(
            "Einchecken", type="primary", icon=":material/login:", key=f"ein-{booking}"
        ):
            deed(
                visit,
                lambda session: check_in(session, visit.staff, booking, now=now),
                "Sie sind eingecheckt.",
            )
        leave = "Vorzeitig freigeben" if line.running else "Absagen"
        if st.button(leave, icon=":material/logout:", key=f"weg-{booking}"):
            deed(
                visit,
                lambda session: release(session, visit.staff, booking, now=now),
                "Die Zeit ist wieder frei.",
            )
    if line.check_in_until is not None and line.may_check_in:
        st.caption(
            f"Bitte bis {words.when(line.check_in_until, now)} Uhr einchecken, sonst wird der Platz frei."
        )


def book_now(visit: Visit, wish: Wish, message: str) -> None:
    """Book for oneself; asked again with the same button, it is the same booking."""
    now, key = visit.house.clock(), deed_key()
    deed(visit, lambda session: book(session, visit.staff, wish, key=key, now=now), message)


def deed(
    visit: Visit, do: Callable[[Session], T], message: str, page: str = "plaetze?platz"
) -> T | None:
    """Carry out, say so, and begin the page anew; a refusal offers what is free instead."""

    def run() -> T:
        try:
            return visit.house.database.run(do)
        except TakenError as taken:
            for offer in taken.offers:
                link = html.page_link(f"/{page}={offer.space}", offer.name)
                st.html(f"<p>Frei ist {link.html}.</p>")
            raise

    done, made = attempt(run)
    if done:
        st.session_state.pop(_KEY, None)
        touch(visit)
        note(message)
        st.rerun()
    return made


def deed_key() -> str:
    """The key of the next booking: the same until one was made."""
    key: str = st.session_state.setdefault(_KEY, str(new_id()))
    return key


def _next_hour(now: datetime, more: int = 0) -> time:
    hour = local(now).hour + 1 + more
    return time(min(max(hour, 8 + more), 22 + more))


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute
