"""The time one has chosen, on its way through "Plätze" and "Räume": across midnight, changes of the clocks, closures."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from intranet import plan_view
from intranet.views.spaces import FREE, SHUT, space_line
from intranet.views.when import When
from presence.spaces.closures import Closure, as_rows
from presence.spaces.opening import at
from presence.spaces.queries import Taken
from presence.spaces.states import State
from presence.spaces.tables import Space
from storage.clock import LOCAL, local_date, new_id
from tests.intranet.spaces.booked import bookings, button, space_of, staff_of, text_of

Browse = Callable[..., AppTest]


@pytest.mark.parametrize(
    ("now", "days", "begins"),
    [(time(5, 0), 0, time(8)), (time(21, 30), 0, time(22)), (time(22, 30), 1, time(8))],
)
def test_the_form_begins_with_a_time_that_is_still_to_come(
    browse: Browse,
    furnished: Any,
    monkeypatch: pytest.MonkeyPatch,
    now: time,
    days: int,
    begins: time,
) -> None:
    today = local_date(furnished.house.clock())
    there = datetime.combine(today, now, LOCAL).astimezone(UTC)
    monkeypatch.setattr(furnished.house, "clock", lambda: there)
    app = browse("anna.beispiel", "raeume.py")
    assert not app.exception
    assert app.date_input(key="raum-tag").value == today + timedelta(days=days)
    assert app.time_input(key="raum-von").value == begins
    assert app.time_input(key="raum-bis").value == time(begins.hour + 1)


def test_the_time_one_has_chosen_goes_along_from_the_search_to_the_room(
    browse: Browse, furnished: Any, spaces: dict[str, UUID]
) -> None:
    day = local_date(furnished.house.clock()) + timedelta(days=3)
    app = browse("anna.beispiel", "raeume.py")
    app.date_input(key="raum-tag").set_value(day).run()
    app.time_input(key="raum-von").set_value(time(13, 15)).run()
    app.time_input(key="raum-bis").set_value(time(0, 0)).run()
    link = re.search(r'href="/raeume\?(raum=[^"]+)"', text_of(app))
    assert link is not None
    asked = dict(parse_qsl(unescape(link[1])))
    assert asked == {
        "raum": str(spaces["raum"]), "tag": day.isoformat(), "von": "1315", "bis": "2400",
        "personen": "4",
    }  # fmt: skip
    app = browse("anna.beispiel", "raeume.py", **asked)
    assert not app.exception
    assert app.date_input(key="buchung-tag").value == day
    assert app.date_input(key="woche").value == day
    assert app.time_input(key="buchung-von").value == time(13, 15)
    assert app.time_input(key="buchung-bis").value == time(0, 0)
    assert f"/raeume?tag={day.isoformat()}&amp;von=1315&amp;bis=2400&amp;personen=4" in text_of(app)
    app = browse("anna.beispiel", "plaetze.py", platz=str(spaces["1"]), tag=day.isoformat())
    assert app.date_input(key="platz-tag").value == day


@pytest.mark.parametrize("day", [date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 25)])
def test_the_picture_of_a_week_follows_the_clock_on_the_wall(day: date) -> None:
    """A day on which the clocks change looks like any other: nine o'clock stands under the nine."""
    opened = [(at(day, 8 * 60), at(day, 18 * 60))]
    taken = [
        Taken(new_id(), new_id(), at(day, 9 * 60), at(day, 13 * 60), State.CONFIRMED, "X", False)
    ]
    drawn = plan_view.week("Woche", [(day, opened, taken)], at(day, 0))
    assert 'class="lage-belegt" style="left:10.00%;width:40.00%"' in drawn
    assert '<span style="left:10.00%">9</span>' in drawn


def test_the_hour_that_comes_twice_is_seen_in_the_picture() -> None:
    day = date(2026, 10, 25)
    opened = [(at(day, 0), at(day, 24 * 60))]
    second = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)  # two o'clock in winter, again
    taken = [Taken(new_id(), new_id(), at(day, 120), second, State.CONFIRMED, "X", False)]
    drawn = plan_view.week("Woche", [(day, opened, taken)], at(day, 0))
    assert 'style="left:8.33%;width:1.04%"' in drawn


def test_an_evening_that_ends_after_midnight_is_booked(
    browse: Browse, furnished: Any, spaces: dict[str, UUID]
) -> None:
    day = local_date(furnished.house.clock()) + timedelta(days=2)
    asked = {"tag": day.isoformat(), "von": "2000", "bis": "2530"}
    app = browse("anna.beispiel", "raeume.py", raum=str(spaces["raum"]), **asked)
    assert app.time_input(key="buchung-bis").value == time(1, 30)
    app.text_input(key="raum-titel").set_value("Lange Sitzung").run()
    button(app, "Buchen").click().run()
    assert not app.exception
    (row,) = bookings(furnished)
    assert (row.starts, row.ends) == (at(day, 20 * 60), at(day, 25 * 60 + 30))


def test_a_room_out_of_order_is_not_free_on_the_plan(
    furnished: Any, spaces: dict[str, UUID]
) -> None:
    now = furnished.house.clock()
    today, staff = local_date(now), staff_of(furnished, "anna.beispiel")
    with furnished.house.database.write() as session:
        space = session.get_one(Space, spaces["raum"])
        shut = Closure(today + timedelta(days=1), today + timedelta(days=2), "Maler")
        space.closures = list(as_rows([shut]))
        for days, state in ((1, SHUT), (2, SHUT), (3, FREE)):
            when = When(today + timedelta(days=days))
            line = space_line(session, staff, space, when, now)
            assert (line.state, "Maler" in line.why) == (state, state == SHUT)
        session.rollback()


def test_the_hour_that_the_clocks_skip_is_not_booked_as_another(
    furnished: Any, spaces: dict[str, UUID]
) -> None:
    space, now = space_of(furnished, spaces["raum"]), datetime(2026, 3, 27, 9, 0, tzinfo=UTC)
    staff = staff_of(furnished, "anna.beispiel")
    with furnished.house.database.read() as session:
        for hours, state in (((150, 240), SHUT), ((60, 150), SHUT), ((60, 240), FREE)):
            line = space_line(session, staff, space, When(date(2026, 3, 29), hours), now)
            assert line.state == state
            assert bool(line.why) is (state == SHUT)


@pytest.mark.parametrize(
    "wrong",
    [{"tag": "gestern"}, {"tag": "9999-12-31"}, {"tag": "2001-01-01"}, {"tag": ""},
     {"von": "0900", "bis": "0800"}, {"von": "99", "bis": "x"}, {"von": "-100", "bis": "2500"}],
)  # fmt: skip
def test_an_address_made_up_begins_with_today(
    browse: Browse, furnished: Any, spaces: dict[str, UUID], wrong: dict[str, str]
) -> None:
    today = local_date(furnished.house.clock())
    app = browse(
        "anna.beispiel",
        "raeume.py",
        **({"tag": today.isoformat()} | wrong),
        raum=str(spaces["raum"]),
    )
    assert not app.exception
    assert app.date_input(key="buchung-tag").value == today
