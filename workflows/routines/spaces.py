"""What desks and rooms do by themselves: give away where nobody came, and forget the past at night."""

from collections.abc import Mapping

from presence.availability.current import current_store
from presence.spaces.tables import BookingSeries
from presence.spaces.upkeep import UPKEEP, forget, release_unclaimed
from storage.jobs.handlers import JobContext
from storage.journal.erasure import forget_details
from storage.schedules import ScheduleDefinition


def _release(context: JobContext) -> Mapping[str, int]:
    house = context.house
    now = house.clock()
    released = house.database.run(lambda session: release_unclaimed(session, now))
    if released:
        current_store(house).touch()  # boards may have shown where somebody was expected
    return {"freigegeben": released}


def _forget(context: JobContext) -> Mapping[str, int]:
    house = context.house
    now = house.clock()
    gone = house.database.run(lambda session: forget(session, now))
    forget_details(house.database, "booking_series", (BookingSeries,), UPKEEP, now)
    return gone


def schedules() -> list[ScheduleDefinition]:
    """Forgetting belongs to the house and goes on where the room is switched off. Rooms are given away at any hour: halls
    are open past midnight.
    """
    return [
        ScheduleDefinition(
            "desks.freigabe", "Nicht genutzte Buchungen freigeben", "*/5 * * * *", _release
        ),
        ScheduleDefinition(
            "presence.buchungen", "Vergangene Buchungen löschen", "25 0 * * *", _forget
        ),
    ]
