"""Every two minutes all mailboxes are read, one after the other; one that is away keeps none of the others waiting."""

import logging
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from config.mailboxes import Mailbox, MailboxesError, read_mailboxes
from config.settings import Settings
from ocr.isolation import ReaderPool
from storage.blobs.errors import BlobStoreError
from storage.clock import local, local_date
from storage.conflicts import ConflictError
from storage.database import StorageBusyError
from storage.jobs.handlers import JobContext, PermanentError, TemporaryError
from storage.mail import warn_unsent
from storage.processes import Warner
from workflows.kiss.anliegen.groups import coordination_group
from workflows.kiss.mail.fates import FATE_NAMES, Fate
from workflows.kiss.mail.imap import AwayError, RefusedError, open_folder
from workflows.kiss.mail.importing import Importer
from workflows.kiss.mail.parsing import LIMITS
from workflows.kiss.mail.tables import MailboxState, MailItem

KEPT = timedelta(days=396)
"""How long a mail is recognised as one that was here."""
FORGOTTEN_AT_ONCE = 1_000


def fetch_mail(context: JobContext) -> Mapping[str, int]:
    """What the schedule runs. Raises ``PermanentError`` where settings are wrong, ``TemporaryError`` where we are away."""
    house = context.house
    try:
        mailboxes = read_mailboxes(house.settings.mailboxes)
        with house.database.read() as session:
            coordination_group(session, local_date(house.clock()))
        counts: Counter[Fate] = Counter()
        with ReaderPool(1, LIMITS, recycle_after=2_000) as pool:
            for mailbox in mailboxes:
                if not context.stopping():
                    counts += fetch_one(context, mailbox, inboxes_of(mailboxes), pool)
    except (MailboxesError, ConflictError) as error:
        raise PermanentError(str(error)) from error
    except (StorageBusyError, BlobStoreError) as error:
        raise TemporaryError(str(error)) from error
    return {FATE_NAMES[fate]: number for fate, number in sorted(counts.items()) if number}


def fetch_one(
    context: JobContext, mailbox: Mailbox, inboxes: frozenset[str], pool: ReaderPool
) -> Counter[Fate]:
    """Read one mailbox, and note whether it could be reached."""
    house = context.house
    importer = Importer(house, pool, inboxes, context.stopping)
    reason: str | None = None
    try:
        with open_folder(mailbox) as folder:
            importer.take_in_all(mailbox, folder)
    except (AwayError, RefusedError) as error:
        reason = str(error)
        context.warn(f"Postfach „{mailbox.name}“: {reason}")
        logging.getLogger("rathaus.mail").info("mailbox %s away", mailbox.name, exc_info=error)
    finally:
        now = house.clock()
        house.database.run(lambda session: _note(session, mailbox.name, reason, now))
    return importer.counts


def inboxes_of(mailboxes: tuple[Mailbox, ...]) -> frozenset[str]:
    return frozenset(each.address.lower() for each in mailboxes)


def _note(session: Session, name: str, reason: str | None, now: datetime) -> None:
    state = session.get(MailboxState, name)
    if state is None:
        state = MailboxState(name=name, last_uid=0)
        session.add(state)
    state.checked_at = now
    state.reason = reason
    state.failed_since = (state.failed_since or now) if reason else None


def forget(session: Session, now: datetime) -> int:
    """Delete what is known of old mails, but for those that still wait for somebody. Returns how many."""
    old = (
        select(MailItem.id)
        .where(MailItem.at < now - KEPT, MailItem.fate != Fate.QUARANTINED.value)
        .limit(FORGOTTEN_AT_ONCE)
    )
    return len(
        session.scalars(delete(MailItem).where(MailItem.id.in_(old)).returning(MailItem.id)).all()
    )


def warners(settings: Settings) -> list[Warner]:
    """What the status warns of: mailboxes that are away, mails that are not sent, mails nobody could read."""

    def mailboxes(session: Session, _now: datetime) -> list[str]:
        try:
            names = [each.name for each in read_mailboxes(settings.mailboxes)]
        except MailboxesError as error:
            return [str(error)]
        rows = session.scalars(
            select(MailboxState)
            .where(MailboxState.name.in_(names), MailboxState.failed_since.is_not(None))
            .order_by(MailboxState.name)
        )
        return [
            f"Das Postfach „{row.name}“ wird seit {local(row.failed_since):%d.%m.%Y %H:%M} Uhr nicht gelesen: {row.reason}"
            for row in rows
            if row.failed_since
        ]

    def unread(session: Session, _now: datetime) -> list[str]:
        number = len(
            session.scalars(
                select(MailItem.id).where(MailItem.fate == Fate.QUARANTINED.value)
            ).all()
        )
        if not number:
            return []
        mails = "Eine E-Mail konnte" if number == 1 else f"{number} E-Mails konnten"
        return [f"{mails} nicht gelesen werden. Die Koordination entscheidet, was damit geschieht."]

    return [mailboxes, warn_unsent, unread]
