"""The nightly checks of journal and stored files, and how what they find comes before people's eyes.

Each check's last result is its run (``storage.jobs.runs`` keeps it): the status warns of it until a later check finds
nothing, and the administration and the data protection officers each have a task that names what was found.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from uuid import NAMESPACE_OID, uuid5

from sqlalchemy.orm import Session

from config.settings import Settings
from storage.actors import Role
from storage.clock import local, local_date
from storage.jobs import runs
from storage.jobs.handlers import JobContext
from storage.journal.anchor import Anchor
from storage.journal.verification import verify
from storage.organisation.queries import office_by_key
from storage.processes import Warner
from storage.tasks.list import finish_tasks, open_task
from workflows.eakte.addressees import warn_of_unnamed

BLOBS, JOURNAL = "eakte.pruefung", "journal.pruefung"
FOUND = {
    BLOBS: "In der Ablage sind Dateien beschädigt, verschwunden oder niemandem bekannt",
    JOURNAL: "Das Journal ist nicht unversehrt",
}
TOLD = {Role.ADMIN: "/laeufe", Role.PRIVACY: "/"}
"""Who is told, and the page where they find more."""
NAMED = 3
"""How many findings a task names; the rest stands in the run's log."""
NO_SCAN = "Virenprüfung aus: Es ist kein ClamAV eingerichtet (RATHAUS_CLAMD_SOCKET)."

NO_INBOX = (
    "Im Scan-Ordner {folder} bleibt liegen, was in keinem Unterordner eines Amts liegt: Das Amt „{office}“ gibt es nicht."
    " Bitte nennen Sie mit RATHAUS_POST_OFFICE das Kürzel des Amts, das solche Post bekommt."
)


def check_blobs(context: JobContext) -> Mapping[str, int]:
    """Read every stored file again and name what is changed, missing or left over."""
    with context.house.database.read() as session:
        found = [problem.reason for problem in context.house.blobs.check(session)]
    return _report(context, BLOBS, found)


def check_journal(context: JobContext) -> Mapping[str, int]:
    """Verify the whole journal and name what is wrong with it."""
    problems = verify(context.house.database, Anchor.from_settings(context.house.settings)).problems
    return _report(context, JOURNAL, [each.reason for each in problems])


def warners(settings: Settings) -> list[Warner]:
    """What the status warns of: findings of the last checks, files nobody scans for viruses, a scan folder nobody empties,
    sealed post for which nobody is named.
    """
    return [
        _last_findings,
        partial(_scan_off, settings),
        partial(_nobody_s_folder, settings),
        warn_of_unnamed,
    ]


def _last_findings(session: Session, _now: datetime) -> Sequence[str]:
    return [
        f"{FOUND[run.subject]} (Prüfung vom {local(run.started_at):%d.%m.%Y %H:%M},"
        f" Auffälligkeiten: {sum(run.counts.values())})."
        for run in runs.last_ended(session, FOUND)
        if run.state == "findings"
    ]


def _scan_off(settings: Settings, _session: Session, _now: datetime) -> Sequence[str]:
    return [] if settings.clamd_socket else [NO_SCAN]


def _nobody_s_folder(settings: Settings, session: Session, now: datetime) -> Sequence[str]:
    """Files without an office of their own wait where the office for them is missing."""
    folder = settings.inbox_folder
    if office_by_key(session, settings.post_office, local_date(now)) is not None:
        return []
    with suppress(OSError):
        if any(not each.name.startswith(".") for each in folder.iterdir()):
            return [NO_INBOX.format(folder=folder, office=settings.post_office)]
    return []


def _report(context: JobContext, check: str, found: Sequence[str]) -> Mapping[str, int]:
    for each in found:
        context.warn(each)
    now = context.house.clock()
    with context.house.database.write() as session:
        if found:
            for role, link in TOLD.items():
                open_task(
                    session,
                    key=_key(check, role),
                    kind="check",
                    title=_title(check, found),
                    link=link,
                    object_kind="check",
                    object_id=uuid5(NAMESPACE_OID, check),
                    now=now,
                    role=role,
                )
        else:
            finish_tasks(session, [_key(check, role) for role in TOLD], now)
    return {"Auffälligkeiten": len(found)}


def _key(check: str, role: Role) -> str:
    return f"check:{check}:{role.value}"


def _title(check: str, found: Sequence[str]) -> str:
    named = " ".join(found[:NAMED])
    more = len(found) - NAMED
    rest = f" Und {more} weitere." if more > 0 else ""
    return f"{FOUND[check]}: {named}{rest}"
