"""What availability does by itself: forget at night, and ask the connected calendars."""

from collections.abc import Mapping

from presence.availability.absences import forget_over
from presence.availability.calendar.refreshing import forget_calendars, refresh
from presence.availability.current import current_store
from presence.availability.profile import forget_leavers, forget_old_weeks, forget_strangers
from presence.availability.substitutes import let_leavers_go, settle_past
from presence.availability.telling import forget_notices
from presence.forgetting import forget_traces
from presence.sign_in_log import forget_sign_ins
from storage.clock import local_date
from storage.jobs.handlers import JobContext
from storage.schedules import ScheduleDefinition


def _forget(context: JobContext) -> Mapping[str, int]:
    house, now = context.house, context.house.clock()
    with house.database.write() as session:
        absences = forget_over(session, now)
        weeks = forget_old_weeks(session, local_date(now))
        forget_leavers(session, local_date(now))
        let_leavers_go(session, now)
        settle_past(session, now)
        forget_notices(session, now)
        forget_sign_ins(session, now)
        forget_traces(session, now)
    forget_calendars(house)
    store = current_store(house)
    with house.database.read() as session:
        forget_strangers(session, store, local_date(now))
    store.purge(now)  # how many had set something is nobody's business
    return {"Abwesenheiten": absences, "Arbeitszeiten": weeks}


def _refresh(context: JobContext) -> Mapping[str, int]:
    return refresh(context.house, stopping=context.stopping)


def schedules() -> list[ScheduleDefinition]:
    """Forgetting belongs to the house and goes on where the room is switched off; asking calendars does not."""
    return [
        ScheduleDefinition(
            "presence.nacht",
            "Vergangene Status, Abwesenheiten, Arbeitszeiten und Anmeldungen löschen",
            "10 0 * * *",
            _forget,
        ),
        ScheduleDefinition(
            "availability.kalender", "Verbundene Kalender abfragen", "*/10 * * * *", _refresh
        ),
    ]
