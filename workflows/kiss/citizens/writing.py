"""What people write behind their link: to who has their Anliegen, or, about a person of the house, past them."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from storage.actors import Citizen
from storage.blobs.store import BlobStore
from workflows.kiss.anliegen.answering import tell_later
from workflows.kiss.anliegen.closing import not_done
from workflows.kiss.anliegen.conversation import Reply, hear
from workflows.kiss.anliegen.holders import at_it
from workflows.kiss.anliegen.locking import hold_family
from workflows.kiss.anliegen.opening import Caller, Channel, Incoming, open_anliegen
from workflows.kiss.anliegen.progress import reference
from workflows.kiss.anliegen.sight import load_anliegen
from workflows.kiss.anliegen.states import KIND_NAMES, Kind
from workflows.kiss.anliegen.tables import Anliegen, Contact
from workflows.kiss.citizens.reporting import refuse_unopened
from workflows.kiss.routing.complaints import is_about_a_person

NOT_DONE = "Doch nicht erledigt."
ONLY_FILES = "(Ohne Text, nur mit Dateien.)"


def write(
    session: Session,
    actor: Citizen,
    reply: Reply,
    *,
    blobs: BlobStore | None = None,
    now: datetime,
) -> Anliegen | None:
    """A reply, or with ``reply.objects`` „doch nicht erledigt“. The same ``reply.key`` again changes nothing.

    What reads like a complaint about a person becomes an Anliegen of its own, which is given back: whom it is about may
    have this one. Raises ``ForReportingOfficeError``, ``NobodyLeadsError``, and what ``hear`` and ``open_anliegen`` raise.
    """
    names = [each.name for each in reply.files]
    refuse_unopened(reply.text, now, names)
    hold_family(session, actor.link)
    row = load_anliegen(session, actor, actor.link)
    apart = row.kind != Kind.SUPERVISORY.value and is_about_a_person(reply.text, names=names)
    complaint = _open(session, actor, row, reply, blobs, now) if apart else None
    if apart and reply.objects:
        reply = replace(reply, key=f"{reply.key}:offen", text="", files=())
    if reply.objects:
        whole = replace(reply, text=f"{NOT_DONE}\n\n{reply.text}".strip())
        not_done(session, actor, whole, blobs=blobs, now=now)
    elif not apart:
        hear(session, actor, row.id, reply, blobs=blobs, now=now)
    return complaint


def _open(
    session: Session, actor: Citizen, row: Anliegen, reply: Reply, blobs: BlobStore | None, now: datetime
) -> Anliegen:  # fmt: skip
    contact = session.get(Contact, row.contact_id) if row.contact_id else None
    caller = (
        Caller(contact.name, contact.mail, contact.phone, contact.language) if contact else Caller()
    )
    incoming = Incoming(
        key=reply.key, channel=Channel.FORM, kind=Kind.SUPERVISORY, title=KIND_NAMES[Kind.SUPERVISORY],
        text=f"Zu Anliegen {reference(row)}:\n\n{reply.text or ONLY_FILES}", caller=caller, files=reply.files,
        suspected=at_it(session, row),
    )  # fmt: skip
    made = open_anliegen(session, actor, incoming, blobs=blobs, now=now)
    tell_later(session, made, "received", now, "once")
    return made
