"""What Anliegen give the engine to do: their kinds of jobs, their schedules."""

from collections.abc import Mapping
from datetime import timedelta

from config.settings import Settings
from storage.actors import System
from storage.house import House
from storage.jobs.handlers import JobContext, JobKind
from storage.journal.erasure import forget_details
from storage.processes import Warner
from storage.schedules import ScheduleDefinition
from workflows.kiss.anliegen.progress import OBJECT
from workflows.kiss.anliegen.relieving import relieve
from workflows.kiss.anliegen.silence import remind
from workflows.kiss.anliegen.tables import Anliegen
from workflows.kiss.anliegen.upkeep import close_silent, escalate, forget
from workflows.kiss.duplicates.looking import look_for_alike
from workflows.kiss.evaluation.handed_in import ANALYSING, forget_logs
from workflows.kiss.evaluation.hearing import forget_annoyances
from workflows.kiss.evaluation.improving import forget_proposals
from workflows.kiss.evaluation.standing import EVALUATE, evaluate_all, work_evaluation
from workflows.kiss.filing import FILING
from workflows.kiss.mail import fetching
from workflows.kiss.mail.passed_over import forget_passed_over
from workflows.kiss.mail.refused import note_refused
from workflows.kiss.mail.retrying import REREADING
from workflows.kiss.mail.telling import TELLING
from workflows.kiss.routing import work as routing
from workflows.kiss.routing.finding import ALIKE
from workflows.kiss.routing.leavers import forget_members
from workflows.kiss.routing.trials import forget_trials


def job_kinds(_house: House) -> list[JobKind]:
    """Finding who is responsible and what is the same, learning, and writing mails to citizens."""
    return [
        *routing.job_kinds(),
        JobKind(ALIKE, "Doppelte Anliegen finden", handle_one=look_for_alike),
        JobKind(
            EVALUATE,
            "Wege der Anliegen auswerten",
            handle_one=work_evaluation,
            concurrency=1,
            lease=timedelta(minutes=10),
        ),
        ANALYSING,
        TELLING,
        REREADING,
        FILING,
    ]


def schedules(settings: Settings) -> list[ScheduleDefinition]:
    """Mailboxes are read only where some are named. Forgetting belongs to the house and goes on where the room is
    switched off.
    """
    found = [
        ScheduleDefinition(
            "kiss.fristen", "Überfällige Anliegen melden", "*/15 6-19 * * *", _by_the_clock
        ),
        ScheduleDefinition(
            "kiss.auswerten", "Wege der Anliegen auswerten", "0 5 * * *", evaluate_all
        ),
        ScheduleDefinition("haus.anliegen", "Daten alter Anliegen löschen", "25 1 * * *", _forget),
    ]
    if settings.mailboxes is not None:
        found.append(
            ScheduleDefinition(
                "kiss.postfaecher",
                "Postfächer für Anliegen lesen",
                "*/2 * * * *",
                fetching.fetch_mail,
            )
        )
    return found


def warners(settings: Settings) -> list[Warner]:
    """What the status warns of."""
    return fetching.warners(settings)


def _by_the_clock(context: JobContext) -> Mapping[str, int]:
    house = context.house
    now = house.clock()
    return {
        "weitergegeben": house.database.run(lambda session: relieve(session, now)),
        "überfällig": house.database.run(lambda session: escalate(session, now)),
        "erinnert": remind(house.database, house.settings.reply_reminder_days, now),
        "geschlossen": house.database.run(lambda session: close_silent(session, now)),
        "nicht zugestellt": house.database.run(lambda session: note_refused(session, now)),
    }


def _forget(context: JobContext) -> Mapping[str, int]:
    house = context.house
    now = house.clock()
    found: dict[str, int] = {}
    while not context.stopping():  # in batches: whoever writes meanwhile waits for one of them only
        gone = house.database.run(lambda session: forget(session, house.blobs, now))
        gone["E-Mails"] = house.database.run(lambda session: fetching.forget(session, now))
        gone["Übergangene E-Mails"] = house.database.run(
            lambda session: forget_passed_over(session, house.blobs, now)
        )
        found = {name: found.get(name, 0) + count for name, count in gone.items()}
        if not any(gone.values()):
            break
    forget_details(house.database, OBJECT, (Anliegen,), System("kiss.vergessen"), now)
    return {
        "Mitglieder": house.database.run(lambda session: forget_members(session, now)),
        **found,
        "Versuche": house.database.run(lambda session: forget_trials(session, now)),
        "Das nervt": house.database.run(lambda session: forget_annoyances(session, now)),
        "Protokolle": house.database.run(lambda session: forget_logs(session, house.blobs, now)),
        "Vorschläge": house.database.run(lambda session: forget_proposals(session, now)),
    }
