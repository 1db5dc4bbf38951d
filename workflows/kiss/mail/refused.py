"""Answers that the mail server would not take: whoever has the Anliegen learns that they did not arrive."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.clock import new_id
from storage.jobs.tables import Job, Mail
from workflows.kiss.anliegen.answering import TELL
from workflows.kiss.anliegen.conversation import add_note
from workflows.kiss.anliegen.progress import look_at
from workflows.kiss.anliegen.tables import Anliegen
from workflows.kiss.mail.belonging import ACTOR
from workflows.kiss.mail.deciding import Fate
from workflows.kiss.mail.tables import MailItem

REFUSED = "Ihre Antwort kam nicht an."


def note_refused(session: Session, now: datetime) -> int:
    """A note for each, once. Returns how many."""
    failed = session.execute(
        select(Job.payload, Job.reason).where(Job.kind == "mail", Job.state == "failed")
    ).all()
    reasons = {UUID(str(payload["mail"])): reason for payload, reason in failed}
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
