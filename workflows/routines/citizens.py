"""What is forgotten by itself of what citizens sent, and offers that nobody answered."""

from collections.abc import Mapping

from presence.citizens.deciding import end_offers
from presence.citizens.forgetting import forget
from storage.jobs.handlers import JobContext
from storage.schedules import ScheduleDefinition


def _forget(context: JobContext) -> Mapping[str, int]:
    house = context.house
    now = house.clock()
    return house.database.run(lambda session: forget(session, now))


def _end_offers(context: JobContext) -> Mapping[str, int]:
    house = context.house
    now = house.clock()
    return {"abgelaufen": house.database.run(lambda session: end_offers(session, now))}


def schedules() -> list[ScheduleDefinition]:
    """Forgetting comes after the bookings' own (``spaces``) and goes on where the room is switched off."""
    return [
        ScheduleDefinition(
            "presence.anfragen", "Daten alter Raumanfragen löschen", "35 0 * * *", _forget
        ),
        ScheduleDefinition(
            "desks.angebote", "Abgelaufene Raumangebote zurücknehmen", "5 6 * * *", _end_offers
        ),
    ]
