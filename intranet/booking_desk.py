"""Choosing a time and booking for it: what "Plätze" and "Räume" share, and the panel of a chosen desk."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import TypeVar, cast
from uuid import UUID

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
    SpaceLine,
    day_plan,
    hours_between,
    my_bookings,
    others_bookings,
    space_line,
)
from intranet.views.when import FARTHEST, When, when_of
from intranet.visit import Visit
from presence.citizens.wishes import end_of
from presence.spaces.booking import Wish, book
from presence.spaces.changing import LONGEST_ANSWER, cancel_several, check_in, release
from presence.spaces.queries import free_instead
from presence.spaces.tables import Space
from presence.spaces.taking import TakenError
from storage.clock import local, local_date, new_id

T = TypeVar("T")
WHOLE, HOURS = "ganzer Tag", "nach Stunden"
QUARTER = timedelta(minutes=15)
EARLIEST, LATEST = 8, 22
_KEY = "buchung-schluessel"


def when_form(
    visit: Visit, name: str, columns: Sequence[DeltaGenerator], *, whole: bool = True
) -> When:
    """A day, and the whole of it or from one time to another.

    Starts with what the address asks for (whoever comes from a search has chosen a time already), else with today and
    the next hour; late in the evening with tomorrow. ``columns``: four of them (day, whole or hours, from, to), without ``whole`` three.
    """
    now = visit.house.clock()
    today = local_date(now)
    coming = _next_hour(now)
    asked = when_of(st.query_params, today) or When(coming.date())
    begins, ends = coming.time(), (coming + timedelta(hours=1)).time()
    if asked.hours is not None:
        begins, ends = (time(minute // 60 % 24, minute % 60) for minute in asked.hours)
    day = columns[0].date_input(
        "Tag", asked.day, min_value=today, max_value=today + FARTHEST, format="DD.MM.YYYY",
        key=f"{name}-tag",
    )  # fmt: skip
    if whole:
        how = columns[1].segmented_control(
            "Dauer", [WHOLE, HOURS], default=HOURS if asked.hours else WHOLE, key=f"{name}-dauer"
        )
        if how != HOURS:
            return When(day)
    first = columns[-2].time_input("von", begins, step=QUARTER, key=f"{name}-von")
    last = columns[-1].time_input("bis", ends, step=QUARTER, key=f"{name}-bis")
    # A hall may be open past midnight: from eight in the evening until one is until one of the next day.
    return When(day, (_minutes(first), end_of(_minutes(first), _minutes(last))))


def desk_panel(visit: Visit, space: Space, when: When) -> None:
    """The chosen desk: what it has, when it is taken, and the one thing to do."""
    now = visit.house.clock()
    with visit.house.database.read() as session:
        line = space_line(session, visit.staff, space, when, now)
        taken = day_plan(session, visit.staff, space, when.day)
        own = [each for each in my_bookings(session, visit.staff, now) if each.space.id == space.id]
    st.subheader(words.plain(space.name), anchor=False)
    spans = ", ".join(f"{hours_between(each.starts, each.ends)} Uhr" for each in taken)
    st.html(
        f"<p>{html.state(line.state).html} {html.text(', '.join(space.equipment))}</p>"
        + (f'<p class="leise">An diesem Tag belegt: {spans}</p>' if spans else "")
        + (f"<p>{html.text(space.rules)}</p>" if space.rules else "")
    )
    if line.state == FREE and line.span is not None:
        wish = Wish(space.id, *line.span, whole_day=when.hours is None)
        label = f"{words.plain(space.name)} buchen"
        if st.button(label, type="primary", icon=":material/event_available:"):
            book_now(visit, wish, f"{space.name} ist für Sie gebucht.", when)
    elif line.state == MINE:
        for each in own:
            st.write(f"Ihre Buchung: {words.plain(each.span)} ({each.state}).")
            own_buttons(visit, each)
    elif line.state == TAKEN:
        st.write("Dieser Platz ist in dieser Zeit belegt.")
        _show_instead(free_desks(visit, line, when), when)
    else:
        st.write(words.plain(line.why))
    cancel_desk(visit, space)


def free_desks(visit: Visit, line: SpaceLine, when: When) -> dict[UUID, str]:
    """The nearest free ones instead of a desk that is taken, best first."""
    if line.span is None:
        return {}
    with visit.house.database.read() as session:
        found = free_instead(
            session, visit.staff, line.space, *line.span, whole=when.hours is None,
            now=visit.house.clock(),
        )  # fmt: skip
    return {row.id: row.name for row, _ in found}


def _show_instead(free: Mapping[UUID, str], when: When | None, page: str = "plaetze?platz") -> None:
    for space, name in free.items():
        link = html.page_link(f"/{page}={space}{when.query if when else ''}", name)
        st.html(f"<p>Frei ist {link.html}.</p>")


def cancel_desk(visit: Visit, space: Space) -> None:
    """Cancel what others have booked, with a reason; shown to nobody but who looks after the space."""
    now = visit.house.clock()
    with visit.house.database.read() as session:
        booked = others_bookings(session, visit.staff, space, now)
    if not booked:
        return
    with (
        st.expander("Buchungen anderer absagen", icon=":material/event_busy:"),
        st.form(f"absagen-{space.id}", border=False),
    ):
        chosen = st.multiselect(
            "Buchungen", list(booked), format_func=lambda each: booked[each],
            placeholder="Bitte wählen",
        )  # fmt: skip
        reason = st.text_input(
            "Grund", max_chars=LONGEST_ANSWER, help="Steht in der Nachricht an die Betroffenen."
        )
        sent = st.form_submit_button("Absagen und Bescheid geben")
    if sent and not chosen:
        st.error("Bitte wählen Sie, welche Buchungen Sie absagen.", icon=":material/error:")
    elif sent:
        deed(
            visit,
            lambda session: cancel_several(session, visit.staff, chosen, reason=reason, now=now),
            "Abgesagt. Wer gebucht hatte, bekommt Bescheid.",
        )


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


def book_now(visit: Visit, wish: Wish, message: str, when: When) -> None:
    """Book for oneself; asked again with the same button, it is the same booking."""
    now, key = visit.house.clock(), deed_key()
    deed(
        visit,
        lambda session: book(session, visit.staff, wish, key=key, now=now),
        message,
        when=when,
    )


def deed(
    visit: Visit,
    do: Callable[[Session], T],
    message: str | Callable[[T], str],
    page: str = "plaetze?platz",
    when: When | None = None,
) -> T | None:
    """Carry out, say so, and begin the page anew; a refusal offers what is free instead, for the same span."""

    def run() -> T:
        try:
            return visit.house.database.run(do)
        except TakenError as taken:
            _show_instead({offer.space: offer.name for offer in taken.offers}, when, page)
            raise

    done, made = attempt(run)
    if done:
        st.session_state.pop(_KEY, None)
        touch(visit)
        note(message if isinstance(message, str) else message(cast("T", made)))
        st.rerun()
    return made


def deed_key() -> str:
    """The key of the next booking: the same until one was made."""
    key: str = st.session_state.setdefault(_KEY, str(new_id()))
    return key


def _next_hour(now: datetime) -> datetime:
    """When somebody who asks now may want to begin: at eight at the earliest, at ten in the evening at the latest."""
    here = local(now).replace(minute=0, second=0, microsecond=0, tzinfo=None)
    if here.hour >= LATEST:
        return here.replace(hour=EARLIEST) + timedelta(days=1)
    return here.replace(hour=max(here.hour + 1, EARLIEST))


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute
