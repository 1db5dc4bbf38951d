"""A mail that no program can read becomes an Anliegen by a person's hand: they say what it is about, the original comes along."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from storage.actors import Staff
from storage.blobs.store import BlobRef, BlobStore
from storage.conflicts import NotFoundError
from workflows.kiss.anliegen.answering import tell_later
from workflows.kiss.anliegen.conversation import SharedFile
from workflows.kiss.anliegen.opening import Caller, Channel, Incoming, open_anliegen
from workflows.kiss.anliegen.states import Kind
from workflows.kiss.anliegen.tables import Anliegen
from workflows.kiss.mail.fates import Fate
from workflows.kiss.mail.letters import RECEIVED
from workflows.kiss.mail.quarantine import NO_ORIGINAL, end, journal, load_quarantined

FILE_NAME, MEDIA_TYPE = "Nachricht.eml", "message/rfc822"


@dataclass(frozen=True, slots=True)
class Understood:
    """What a person made of the mail. ``mail``: where answers go, if anywhere."""

    text: str
    title: str
    kind: Kind = Kind.FAULT
    topic: UUID | None = None
    name: str | None = None
    mail: str | None = None


def take_in_by_hand(
    session: Session,
    actor: Staff,
    blobs: BlobStore,
    item: UUID,
    made: Understood,
    *,
    now: datetime,
) -> Anliegen:
    """Open the Anliegen with the original as its file; the mail waits no more, and would be known if it came again.

    Raises what ``open_anliegen`` and ``load_quarantined`` raise.
    """
    row = load_quarantined(session, actor, item)
    if row.original is None:
        raise NotFoundError(NO_ORIGINAL)
    incoming = Incoming(
        key=row.key, channel=Channel.MAIL, kind=made.kind, text=made.text, title=made.title,
        caller=Caller(made.name, made.mail), topic=made.topic, sender=row.sender,
        files=[SharedFile(FILE_NAME, MEDIA_TYPE, BlobRef(row.original, row.size))],
    )  # fmt: skip
    anliegen = open_anliegen(session, actor, incoming, blobs=blobs, now=now)
    row.anliegen_id = anliegen.id
    end(session, row, Fate.OPENED, blobs, now)
    journal(session, actor, "by_hand", row, now)
    if made.mail:
        tell_later(session, anliegen, RECEIVED, now, "first")
    return anliegen
