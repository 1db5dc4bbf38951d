"""Asking the connected calendars regularly; what they say goes to the store that forgets, and nowhere else."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from presence.availability.calendar.fetching import Link
from presence.availability.calendar.isolation import read_link
from presence.availability.calendar.links import open_link
from presence.availability.calendar.reading import BusyTimes, CalendarError
from presence.availability.current import BusySpan, current_store
from presence.availability.tables import CalendarLink
from storage.agreements.queries import in_force
from storage.clock import local_date
from storage.house import House

AHEAD = timedelta(days=3)
"""How far ahead busy times are kept: for the next working day, not for a picture of somebody's week."""
EVERY = timedelta(minutes=10)
AT_ONCE = 4
PATIENCE = 3
"""Failures after which a calendar is asked only every hour, and its owner reads why."""

Reader = Callable[[Link, datetime, datetime, frozenset[str]], BusyTimes]


def refresh(
    house: House, read: Reader = read_link, *, stopping: Callable[[], bool] = lambda: False
) -> dict[str, int]:
    """Ask every calendar that is due. Returns counts; a calendar that can't be read keeps what was known of it."""
    now = house.clock()
    with house.database.read() as session:
        if not in_force(session, "calendar", local_date(now)):
            return {"Kalender": 0, "Fehler": 0}
        due = session.scalars(
            select(CalendarLink).where(
                or_(
                    CalendarLink.fetched_at.is_(None),
                    (CalendarLink.failures < PATIENCE) & (CalendarLink.fetched_at <= now - EVERY),
                    CalendarLink.fetched_at <= now - timedelta(hours=1),
                )
            )
        ).all()

    def one(row: CalendarLink) -> bool:
        return not stopping() and _refresh_one(house, row, read, now)

    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="kalender") as pool:
        good = sum(pool.map(one, due))
    return {"Kalender": good, "Fehler": len(due) - good}


def forget_calendars(house: House) -> int:
    """Nightly: without an agreement no busy time stays. Returns how many were forgotten."""
    now = house.clock()
    with house.database.read() as session:
        if in_force(session, "calendar", local_date(now)):
            return 0
    return current_store(house).forget_busy()


def _refresh_one(house: House, row: CalendarLink, read: Reader, now: datetime) -> bool:
    try:
        link = open_link(house.settings, row)
        busy = read(link, now, now + AHEAD, house.settings.internal_calendar_hosts)
    except CalendarError as error:
        with house.database.write() as session:
            _mark(session, row.person_id, row.revision, str(error), now)
        return False
    spans = [BusySpan(one, other, status) for one, other, status in busy.rows()]
    with house.database.write() as session:
        # The link stays locked until its busy times are written: who disconnects meanwhile waits, and then deletes them.
        agreed = in_force(session, "calendar", local_date(house.clock()))
        if _mark(session, row.person_id, row.revision, None, now) and agreed:
            current_store(house).set_busy(row.person_id, spans)
    return True


def _mark(
    session: Session, person: UUID, revision: int, problem: str | None, now: datetime
) -> bool:
    """Note how it went, unless the calendar was disconnected or replaced meanwhile. Returns whether it still stands."""
    found = session.scalars(
        update(CalendarLink)
        .where(CalendarLink.person_id == person, CalendarLink.revision == revision)
        .values(
            fetched_at=now,
            problem=problem,
            failures=0 if problem is None else CalendarLink.failures + 1,
        )
        .returning(CalendarLink.person_id)
    ).all()
    return bool(found)
