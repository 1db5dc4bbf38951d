"""What the directory of people forgets at night: profiles and accounts of who left, old Laufzettel, old names."""

from collections.abc import Mapping

from presence.forgetting import forget_accounts, forget_identities
from presence.people.doing import forget_sheets
from presence.people.groups import forget_members
from presence.people.profile import forget_leavers
from presence.people.tables import Laufzettel, LaufzettelTemplate
from storage.jobs.handlers import JobContext
from storage.journal.erasure import forget_details
from storage.organisation import leaving
from storage.schedules import ScheduleDefinition


def _forget(context: JobContext) -> Mapping[str, int]:
    house, now = context.house, context.house.clock()
    with house.database.write() as session:
        found = {
            "Profile": forget_leavers(session, now),
            "Konten": forget_accounts(session, now),
            "Laufzettel": forget_sheets(session, now),
            "Arbeitsgruppen": forget_members(session, now),
        }
    found["Ehemalige"] = 0
    while not context.stopping():  # in batches: whoever writes meanwhile waits for one of them only
        with house.database.write() as session:
            forget_identities(session, now)
            gone = leaving.forget_leavers(session, now)
        found["Ehemalige"] += gone
        if not gone:
            break
    forget_details(
        house.database, "laufzettel", (Laufzettel, LaufzettelTemplate), leaving.ACTOR, now
    )
    return found


def schedules() -> list[ScheduleDefinition]:
    return [
        ScheduleDefinition(
            "people.nacht",
            "Daten Ausgeschiedener und alte Laufzettel löschen",
            "20 0 * * *",
            _forget,
        )
    ]
