"""The engine's own schedule: forget what the table of retention says is over."""

from collections.abc import Mapping
from datetime import timedelta

from storage import mail, processes
from storage.jobs import queue, runs
from storage.jobs.handlers import JobContext
from storage.schedules import ScheduleDefinition

KEEP_DONE = timedelta(days=30)


def _tidy(context: JobContext) -> Mapping[str, int]:
    house, now = context.house, context.house.clock()
    with house.database.write() as session:
        done = queue.forget_done(session, now - KEEP_DONE)
        mails = mail.forget_sent(session, now)
        old_runs = runs.forget_old(session, now)
        processes.forget_gone(session, now)
    return {"Aufträge": done, "E-Mails": mails, "Läufe": old_runs}


TIDY = ScheduleDefinition(
    "engine.tidy", "Alte Aufträge, E-Mails und Läufe löschen", "40 3 * * *", _tidy
)
"""Done jobs, sent mails and runs after 30 days; failed jobs stay until a person has looked at them."""
