"""One's own series and calendar addresses, on "Meine Buchungen"."""

from uuid import UUID

import streamlit as st

from intranet import html, words
from intranet.booking_desk import deed
from intranet.deeds import carry_out
from intranet.notes import note
from intranet.views.spaces import BookingLine, my_bookings
from intranet.visit import Visit
from presence.spaces.changing import cancel_range
from presence.spaces.feeds import feeds_of, open_feed, revoke_feed
from presence.spaces.queries import rooms, scope_of
from presence.spaces.states import State
from storage.clock import local_date
from storage.rights import Verb, may

OWN = "meine Buchungen"


def series_desk(visit: Visit) -> None:
    """Cancel a part of a series, or all that is left of it."""
    now = visit.house.clock()
    with visit.house.database.read() as session:
        lines = my_bookings(session, visit.staff, now)
    series: dict[UUID, list[BookingLine]] = {}
    for line in lines:
        if line.booking.series_id and line.booking.state == State.CONFIRMED.value:
            series.setdefault(line.booking.series_id, []).append(line)
    if not series:
        st.html(html.empty("Keine Serie.", "Serien buchen Sie auf der Seite eines Raums."))
        return
    chosen = st.selectbox(
        "Serie",
        list(series),
        format_func=lambda key: _named(series[key]),
    )
    today = local_date(now)
    last_day = local_date(series[chosen][-1].booking.starts)
    with st.form("serie-absagen", border=False):
        one, two = st.columns(2)
        first = one.date_input("Absagen ab", today, min_value=today, format="DD.MM.YYYY")
        last = two.date_input(
            "bis einschließlich", max(last_day, today), min_value=today, format="DD.MM.YYYY"
        )
        sent = st.form_submit_button(
            "Termine absagen", type="primary", icon=":material/event_busy:"
        )
    if sent:
        deed(
            visit,
            lambda session: cancel_range(
                session, visit.staff, chosen, first=first, last=last, now=now
            ),
            "Die Termine sind abgesagt.",
        )


def feeds_desk(visit: Visit) -> None:
    """New addresses, shown once, and those that are there."""
    now = visit.house.clock()
    with visit.house.database.read() as session:
        held = feeds_of(session, visit.staff)
        bookable = {
            row.id: f"Plan von {row.name}"
            for row in rooms(session, local_date(now))
            if may(visit.staff, Verb.SPACE_BOOK, scope_of(row))
        }
    what = st.selectbox(
        "Was?", [None, *bookable], format_func=lambda key: bookable[key] if key else OWN
    )
    if st.button("Neue Adresse", type="primary", icon=":material/add_link:"):
        done, token = carry_out(
            visit, lambda session: open_feed(session, visit.staff, what, now=now)
        )
        if done:
            st.session_state["neue-adresse"] = (
                f"{visit.house.settings.staff_url.rstrip('/')}/kalender/{token}.ics"
            )
            st.rerun()
    if address := st.session_state.pop("neue-adresse", None):
        st.success("Diese Adresse sehen Sie nur jetzt. Wer sie kennt, kann den Kalender lesen.")
        st.code(address, language=None)
    for feed, space in held:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.write(
                f"{words.plain(f'Plan von {space.name}' if space else OWN)}, seit {words.when(feed.created_at, now)}"
            )
            if st.button("Widerrufen", key=f"widerruf-{feed.id}", icon=":material/link_off:"):
                _revoke(visit, feed.id)


def _revoke(visit: Visit, feed: UUID) -> None:
    now = visit.house.clock()
    done, _ = carry_out(visit, lambda session: revoke_feed(session, visit.staff, feed, now=now))
    if done:
        note("Die Adresse gilt nicht mehr.")
        st.rerun()


def _named(lines: list[BookingLine]) -> str:
    first = lines[0]
    count = words.counted(len(lines), "Termin", "Termine")
    return f"{first.booking.title}, {first.space.name}, {first.span} ({count})"
