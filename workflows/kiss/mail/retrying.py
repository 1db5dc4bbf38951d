"""A mail that could not be read is read again, when the program has learned to, and taken in as if it had just come."""

from contextlib import ExitStack
from uuid import UUID

from sqlalchemy.orm import Session

from config.mailboxes import MailboxesError, read_mailboxes
from ocr.documents import UnreadableError
from ocr.isolation import ReaderPool
from storage.actors import Actor
from storage.conflicts import ConflictError, NotFoundError
from storage.house import House
from storage.jobs.handlers import JobContext, JobKind
from storage.jobs.queue import ClaimedJob
from workflows.kiss.mail.belonging import ACTOR, marks_of
from workflows.kiss.mail.fates import Fate
from workflows.kiss.mail.fetching import inboxes_of
from workflows.kiss.mail.importing import Importer
from workflows.kiss.mail.parsing import LIMITS
from workflows.kiss.mail.passed_over import is_wanted
from workflows.kiss.mail.quarantine import (
    REREAD,
    end,
    journal,
    load_quarantined,
    original_of,
)
from workflows.kiss.mail.settling import Desk, settle_all, settle_wanted
from workflows.kiss.mail.tables import MailItem

_FAULT = "Das Lesen ist nicht gelungen. Bitte versuchen Sie es noch einmal; die Systemverwaltung sieht den Fehler."


def work_retry(context: JobContext, job: ClaimedJob) -> None:
    """What the engine does where somebody asked for it; where it was in vain, the reason of today stands beside the mail."""
    house, item, reason = context.house, UUID(job.key), ""
    try:
        retry(house, ACTOR, item)
    except NotFoundError:
        return
    except ConflictError as error:
        reason = str(error)
    except (UnreadableError, ValueError) as error:
        context.info(f"E-Mail {job.key}: {type(error).__name__}")
        reason = _FAULT
    if not reason:
        return
    with house.database.write() as session:
        row = session.get(MailItem, item, with_for_update=True)
        if row is not None and row.fate == Fate.QUARANTINED.value:
            row.reason, row.tried_at = reason, house.clock()


REREADING = JobKind(REREAD, "Nicht gelesene E-Mails noch einmal lesen", handle_one=work_retry)


def retry(house: House, actor: Actor, item: UUID) -> None:
    """At once. Raises ``ConflictError`` with the reason where it still can't be read."""
    with house.database.read() as session:
        content = original_of(session, actor, house.blobs, item)
        waiting = load_quarantined(session, actor, item)
        came_by, wanted = waiting.mailboxes, is_wanted(waiting)
    try:
        inboxes = inboxes_of(read_mailboxes(house.settings.mailboxes))
    except MailboxesError as error:
        raise ConflictError(str(error)) from None
    with ReaderPool(1, LIMITS) as pool, ExitStack() as stack:
        importer = Importer(house, pool, inboxes)
        mailbox = came_by[0] if came_by else ""
        [arrived] = importer.prepare(stack, mailbox, [(0, content)], wanted=wanted)
        if arrived.reason is not None:
            raise ConflictError(arrived.reason)

        def deed(session: Session) -> None:
            row = load_quarantined(session, actor, item)
            now = house.clock()
            desk = Desk(marks_of(house.settings), house.blobs, inboxes, now)
            if arrived.mail is None:  # handed over unopened: its key is its bytes, as this row's
                end(session, row, Fate.HANDED_OVER, house.blobs, now)
            elif wanted:
                fate = settle_wanted(session, desk, arrived, arrived.mail, row)
                end(session, row, fate, house.blobs, now)
            else:
                settle_all(session, desk, [arrived])
                end(session, row, Fate.DISCARDED, house.blobs, now)
            journal(session, actor, "retry", row, now)

        house.database.run(deed)
