"""Booking a room or a desk as a series: what would be booked and what stands against it, then one button."""

from datetime import timedelta

import streamlit as st
from sqlalchemy.orm import Session

from intranet import html, words
from intranet.booking_desk import deed, deed_key
from intranet.deeds import attempt
from intranet.views.when import When
from intranet.visit import Visit
from presence.spaces.booking import Holder, Wish
from presence.spaces.recurrence import Pattern
from presence.spaces.series import Occurrence, book_series, preview
from presence.spaces.tables import Space
from storage.clock import WEEKDAYS

ONCE = "nur einmal"
RHYTHMS: dict[str, Pattern | None] = {
    ONCE: None,
    "jede Woche": Pattern("week"),
    "alle 2 Wochen": Pattern("week", 2),
    "alle 3 Wochen": Pattern("week", 3),
    "alle 4 Wochen": Pattern("week", 4),
    "jeden Monat am selben Wochentag": Pattern("month"),
    "jeden Tag": Pattern("day"),
}


def rhythm_form(when: When) -> Pattern | None:
    """How often from that day on, and until when; ``None``: only once."""
    one, two = st.columns(2)
    rhythm = RHYTHMS[one.selectbox("Wiederholen", list(RHYTHMS), key="rhythmus")]
    if rhythm is None:
        return None
    until = two.date_input(
        "bis einschließlich", when.day + timedelta(weeks=8), min_value=when.day,
        format="DD.MM.YYYY", key="serie-bis",
    )  # fmt: skip
    return Pattern(rhythm.every, rhythm.interval, until=until)


def desk_again(here: Visit, space: Space, when: When) -> None:
    """The same desk again and again, as "every Tuesday"; the single day has its own button."""
    span = when.span(space, here.house.clock())
    if span is None or when.skipped:
        return
    with st.expander("Regelmäßig buchen", icon=":material/event_repeat:"):
        pattern = rhythm_form(when)
        if pattern is None:
            st.caption("Wählen Sie, wie oft und bis wann Sie diesen Platz brauchen.")
            return
        wish = Wish(space.id, *span, whole_day=when.hours is None)
        series_desk(here, wish, pattern, None, when, "plaetze?platz")


def series_desk(
    here: Visit,
    wish: Wish,
    pattern: Pattern,
    holder: Holder | None,
    when: When,
    page: str,
    *,
    displace: bool = False,
) -> None:
    """First what would be booked, what stands against it and who would give way, then one button for all or all but
    what can't be.
    """
    now = here.house.clock()

    def look() -> list[Occurrence]:
        with here.house.database.read() as session:
            return preview(session, here.staff, wish, pattern, now=now, displace=displace)

    done, found = attempt(look)
    if not done or found is None:
        return
    conflicts = [each for each in found if each.problem]
    moved = {each.day for each in found if each.moves}
    giving_way = f", {len(moved)} statt eines Vereins" if moved else ""
    st.html(
        html.table(
            f"Serie: {_dates(len(found))}, davon {len(conflicts)} nicht möglich{giving_way}",
            [html.Column("Tag", "zeit"), "Ergebnis"],
            [
                (f"{WEEKDAYS[each.day.weekday()]}, {words.day(each.day)}", _result(each))
                for each in found
            ],
        )
    )
    free = len(found) - len(conflicts)
    label = f"Ohne diese Tage buchen ({_dates(free)})" if conflicts else f"{_dates(free)} buchen"
    if not free or not st.button(label, type="primary", icon=":material/event_repeat:"):
        return
    key = deed_key()

    def run(session: Session) -> int:
        _, left_out = book_series(
            session, here.staff, wish, pattern, key=key, now=now, holder=holder,
            skip_conflicts=bool(conflicts), displace=moved, tell=holder is not None,
        )  # fmt: skip
        return len(found) - len(left_out)

    deed(
        here,
        run,
        lambda count: f"{_dates(count)} {'ist' if count == 1 else 'sind'} gebucht.",
        page,
        when,
    )


def _dates(count: int) -> str:
    return words.counted(count, "Termin", "Termine")


def _result(each: Occurrence) -> html.Cell:
    if each.problem:
        return html.Safe(f"{html.state('geht nicht').html} {html.text(each.problem)}")
    if each.moves:
        titles = html.text(", ".join(f"„{title}“" for title in each.moves))
        return html.Safe(f"{html.state('Verein weicht').html} {titles}")
    return "frei"
