"""What is forgotten by itself of what citizens sent, and what nobody decided on or answered in time."""

from collections.abc import Mapping

from presence.citizens.forgetting import forget
from presence.citizens.lapsing import expire
from presence.citizens.offers import end_offers
from storage.jobs.handlers import JobContext
from storage.schedules import ScheduleDefinition


def _forget(context: JobContext) -> Mapping[str, int]:
    house = context.house
    now = house.clock()
    return house.database.run(lambda session: forget(session, now))


def _lapse(context: JobContext) -> Mapping[str, int]:
    house = context.house
    now = house.clock()
    offers = house.database.run(lambda session: end_offers(session, now))
    return {
        "Angebote": offers,
        "Anfragen": house.database.run(lambda session: expire(session, now)),
    }


def schedules() -> list[ScheduleDefinition]:
    """Forgetting comes after the bookings' own (``spaces``) and goes on where the room is switched off."""
    return [
        ScheduleDefinition(
            "presence.anfragen", "Daten alter Raumanfragen löschen", "35 0 * * *", _forget
        ),
        ScheduleDefinition(
            "desks.angebote",
            "Raumanfragen und Angebote beenden, deren Zeit kam",
            "5 * * * *",
            _lapse,
        ),
    ]
