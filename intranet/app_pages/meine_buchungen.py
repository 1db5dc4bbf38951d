"""Meine Buchungen: what I have booked, check-in and release, series, and addresses for my calendar."""

from collections import Counter
from uuid import UUID

import streamlit as st

from intranet import html, words
from intranet.booking_desk import own_buttons
from intranet.feed_desk import feeds_desk, series_desk
from intranet.views.spaces import BookingLine, my_bookings
from intranet.visit import visit, visitor

here = visitor()


def _title(line: BookingLine) -> str:
    return line.booking.title or line.space.name


def bookings() -> None:
    """Refreshes itself: a desk nobody came to is given away."""
    guest = visit(active=False)
    with guest.house.database.read() as session:
        lines = my_bookings(session, guest.staff, guest.house.clock())
    if not lines:
        st.html(
            html.empty(
                "Nichts gebucht.", "Buchen Sie unter „Plätze“ oder „Räume“, was Sie brauchen."
            )
        )
        return
    series = Counter(line.booking.series_id for line in lines)
    shown: set[UUID] = set()
    for line in lines:
        number = line.booking.series_id
        if number in shown:
            continue
        more = ""
        if number is not None:
            shown.add(number)
            if series[number] > 1:
                left = words.counted(series[number] - 1, "weiterer Termin", "weitere Termine")
                more = f"<br>und {left} dieser Serie"
        with st.container(border=True):
            video = ""
            if line.video:
                video = f'<br><a href="{html.text(line.video)}" target="_blank" rel="noopener">Zum Videoraum</a>'
            answer = f"<br>{html.text(line.booking.answer)}" if line.booking.answer else ""
            st.html(
                f"<p><strong>{html.text(_title(line))}</strong> {html.state(line.state).html}<br>"
                f"{html.text(line.span)}<br>{html.quiet(line.place).html}{more}{answer}{video}</p>"
            )
            own_buttons(guest, line)


st.title("Meine Buchungen", anchor=False)
coming, series, calendar = st.tabs(["Kommende", "Serien", "Kalender"])
with coming:
    st.fragment(bookings, run_every="60s")()
with series:
    series_desk(here)
with calendar:
    st.write(
        words.plain(
            "Ihr Kalenderprogramm kann Ihre Buchungen oder den Plan eines Raums unter einer geheimen Adresse abrufen."
        )
    )
    feeds_desk(here)
