"""Two who write to the store that forgets at once: clicks, calendars, and the night."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import insert, text

from presence.availability.current import BusySpan, CurrentStore
from presence.availability.current_tables import STATUS
from presence.availability.facts import Manual
from presence.availability.levels import Level
from presence.availability.statuses import set_status
from storage.actors import Staff
from storage.clock import new_id
from storage.house import House

HOUR = timedelta(hours=1)
WITHIN = 120.0
CLICKS = 40


def test_two_clicks_at_once_are_one_status(
    house: House, store: CurrentStore, staff: Callable[[str], Staff], people: dict[str, UUID]
) -> None:
    anna, person, now = staff("anna"), people["anna"], house.clock()
    start = threading.Barrier(8)

    def click(number: int) -> None:
        if number < 8:
            start.wait(WITHIN)
        set_status(house, anna, person, Level.URGENT, until=now + HOUR, message=str(number))

    with ThreadPoolExecutor(8) as hands:
        list(hands.map(click, range(CLICKS)))  # raises what any of them raised
    assert store.statuses([person], now)[person].level is Level.URGENT


def test_two_readings_of_a_calendar_at_once_leave_one(house: House, store: CurrentStore) -> None:
    person, now = new_id(), house.clock()
    spans = [BusySpan(now + n * HOUR, now + (n + 1) * HOUR, "busy") for n in range(20)]
    with ThreadPoolExecutor(8) as hands:
        list(hands.map(lambda _: store.set_busy(person, spans), range(CLICKS)))
    assert store.busy([person], now, now + 99 * HOUR) == {person: spans}


def _waits(store: CurrentStore, task: threading.Thread) -> None:
    """Until the task stands still before a lock of PostgreSQL, or for SQLite's BEGIN."""
    if store._file is not None:
        task.join(0.2)
        return
    deadline = time.monotonic() + WITHIN
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with store._engine.connect() as connection:
        while not connection.execute(waiting).scalar():
            assert task.is_alive()
            assert time.monotonic() < deadline
            connection.rollback()


@pytest.mark.parametrize("turns", [True, False])
def test_the_night_loses_nothing_that_is_set_meanwhile(
    house: House, store: CurrentStore, monkeypatch: pytest.MonkeyPatch, *, turns: bool
) -> None:
    """Somebody's status is written but not committed when the night begins. Without turns (the control) PostgreSQL's
    TRUNCATE takes it away; SQLite's writers take turns anyway.
    """
    if not turns:
        monkeypatch.setattr("presence.availability.current.take_turns", lambda _connection: None)
    person, now = new_id(), house.clock()
    store.touch()
    night = threading.Thread(target=store.purge, args=(now,))
    with store._write() as connection:
        connection.execute(
            insert(STATUS).values(person=person, level=2, starts=now, until=now + HOUR)
        )
        night.start()
        _waits(store, night)
    night.join(WITHIN)
    assert not night.is_alive()
    assert store.statuses([person], now) == (
        {person: Manual(Level.URGENT, now + HOUR, now)} if turns or store._file else {}
    )
