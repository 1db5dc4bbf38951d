"""What the directory of people forgets at night: profiles of who left, old Laufzettel and memberships in groups."""

from collections.abc import Mapping

from presence.people.doing import forget_sheets
from presence.people.groups import forget_members
from presence.people.profile import forget_leavers
from storage.jobs.handlers import JobContext
from storage.schedules import ScheduleDefinition


def _forget(context: JobContext) -> Mapping[str, int]:
    house, now = context.house, context.house.clock()
    with house.database.write() as session:
        return {
            "Profile": forget_leavers(session, now),
            "Laufzettel": forget_sheets(session, now),
            "Arbeitsgruppen": forget_members(session, now),
        }


def schedules() -> list[ScheduleDefinition]:
    return [
        ScheduleDefinition(
            "people.nacht",
            "Profile Ausgeschiedener und alte Laufzettel löschen",
            "20 0 * * *",
            _forget,
        )
    ]
