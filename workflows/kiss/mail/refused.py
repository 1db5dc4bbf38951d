"""Answers that the mail server would not take: whoever has the Anliegen learns that they did not arrive."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from storage.clock import new_id
from storage.jobs.tables import Job, Mail
from workflows.kiss.anliegen.answering import TELL
from workflows.kiss.anliegen.conversation import add_note
from workflows.kiss.anliegen.progress import look_at
from workflows.kiss.anliegen.tables import Anliegen
from workflows.kiss.mail.belonging import ACTOR
from workflows.kiss.mail.fates import Fate
from workflows.kiss.mail.tables import LookedThrough, MailItem

REFUSED = "Ihre Antwort kam nicht an."
MARK = "refused"
OVERLAP = timedelta(hours=1)
"""A job is given up at a moment and stands in the database a little later; engines' clocks differ."""
AT_ONCE = 500
_FAILED = literal("failed", literal_execute=True)
"""In the words of the index's own condition: for a parameter SQLite would not take it."""


def note_refused(session: Session, now: datetime) -> int:
    """A note for each that was given up since the last time, once. Returns how many."""
    mark = session.get(LookedThrough, MARK, with_for_update=True)
    given_up = _given_up(session, mark.until - OVERLAP if mark else None)
    noted = 0
    for first in range(0, len(given_up), AT_ONCE):
        noted += _note(session, dict(given_up[first : first + AT_ONCE]), now)
    if mark is None:
        session.add(LookedThrough(name=MARK, until=now))
    else:
        mark.until = max(mark.until, now)
    return noted


def _given_up(session: Session, since: datetime | None) -> Sequence[tuple[UUID, str | None]]:
    """Mails by id with what the server said."""
    query = select(Job.payload, Job.reason).where(Job.kind == "mail", Job.state == _FAILED)
    if since is not None:
        query = query.where(Job.finished_at > since)
    rows = session.execute(query.order_by(Job.finished_at))
    return [(UUID(str(payload["mail"])), reason) for payload, reason in rows]


def _note(session: Session, reasons: Mapping[UUID, str | None], now: datetime) -> int:
    mails = session.scalars(
        select(Mail).where(
            Mail.id.in_(reasons), Mail.key.startswith(f"{TELL}:"), Mail.automatic.is_(False)
        )
    ).all()
    keys = {f"refused:{mail.id.hex}": mail for mail in mails}
    known = set(session.scalars(select(MailItem.key).where(MailItem.key.in_(keys))))
    noted = 0
    for key, mail in keys.items():
        row = session.get(Anliegen, UUID(mail.key.rpartition(":")[2]))
        if key in known or row is None:
            continue
        note = f"{REFUSED} {reasons[mail.id] or ''}".strip()
        add_note(session, ACTOR, row.merged_into_id or row.id, note, now=now)
        look_at(session, row, now)
        session.add(
            MailItem(
                id=new_id(), key=key, mailboxes=[], fate=Fate.NOTED.value, anliegen_id=row.id,
                reason=None, original=None, size=0, at=now,
            )
        )  # fmt: skip
        noted += 1
    return noted
