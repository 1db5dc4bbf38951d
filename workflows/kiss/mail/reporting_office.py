"""„An die Meldestelle geben“: somebody sees that an Anliegen is a report under the HinSchG. It goes there sealed, and is erased here.

Erased with it are what was learned, compared, tried out, written and left to do because of it; the journal keeps that it was.
"""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import String, cast, delete, select, update
from sqlalchemy.orm import Session

from storage.actors import Staff
from storage.clock import local
from storage.conflicts import ConflictError
from storage.house import House
from storage.jobs.queue import Priority, enqueue
from storage.jobs.tables import Job, Mail, MailAttachment
from storage.journal.erasure import erase_details
from storage.tasks.tables import Draft, Task
from workflows.kiss.anliegen.answering import TELL
from workflows.kiss.anliegen.erasing import erase
from workflows.kiss.anliegen.progress import OBJECT, TRAIN, journal, reference, take_turn
from workflows.kiss.anliegen.sight import load_for_work
from workflows.kiss.anliegen.tables import Anliegen, Answering, Contact, Message, MessageFile
from workflows.kiss.mail.fates import Fate
from workflows.kiss.mail.tables import MailItem
from workflows.kiss.mail.unopened import FILE_NAME, hand_over
from workflows.kiss.routing.tables import RoutingTrial
from workflows.kiss.routing.unopened import WHISTLEBLOWER

IN_EAKTE = "Das Schreiben, aus dem es entstand, liegt noch in der E-Akte."
FILED = "Eine abgelegte Fassung liegt noch in der E-Akte."
MERGED = "Damit ist ein anderes Anliegen zusammengeführt. Bitte trennen Sie die beiden zuerst."


def hand_to_reporting_office(
    house: House, actor: Staff, anliegen: UUID, revision: int
) -> tuple[str, ...]:
    """Hand over and erase it, for whoever may work on it. Says where something of it still lies.

    The sealed letters are there before anything here goes; where somebody was faster they stay there, and once more is once.
    Raises ``NotFoundError``, ``NotAllowedError``, ``ConflictError``.
    """
    with house.database.read() as session:
        row = _load(session, actor, anliegen, revision)
        letters = list(_letters(session, house, row))
    for name, content in letters:
        hand_over(house, content, WHISTLEBLOWER, name=name, source="kiss")

    def deed(session: Session) -> tuple[str, ...]:
        locked = _load(session, actor, anliegen, revision)
        take_turn(session, locked, revision)
        first = session.scalars(
            select(Message.key).where(Message.anliegen_id == anliegen).order_by(Message.id).limit(1)
        ).one()
        left = [IN_EAKTE] if first.startswith("eakte:") else []
        left += [FILED] if locked.vorgang_id is not None else []
        now = house.clock()
        _erase_around(session, locked)
        contact = locked.contact_id
        erase(session, house.blobs, [anliegen])
        session.execute(delete(Contact).where(Contact.id == contact))
        erase_details(
            session, object_kind=OBJECT, object_id=anliegen, actor=actor.journal_id, at=now
        )
        journal(session, actor, "to_reporting_office", locked, now)
        enqueue(session, TRAIN, "shared", priority=Priority.BACKGROUND, again=True, now=now)
        return tuple(left)

    return house.database.run(deed)


def _load(session: Session, actor: Staff, anliegen: UUID, revision: int) -> Anliegen:
    row = load_for_work(session, actor, anliegen)
    merged = select(Anliegen.id).where(Anliegen.merged_into_id == anliegen)
    if row.merged_into_id is not None or session.scalars(merged.limit(1)).first() is not None:
        raise ConflictError(MERGED)
    if row.revision != revision:
        raise ConflictError(
            "Jemand anders hat dieses Anliegen gerade geändert. Bitte sehen Sie es sich noch einmal an."
        )
    return row


def _letters(session: Session, house: House, row: Anliegen) -> Iterator[tuple[str, bytes]]:
    """What came in: mails as they came, else what was written down, and the files."""
    contact = session.get(Contact, row.contact_id) if row.contact_id else None
    incoming = select(Message).where(Message.anliegen_id == row.id, Message.kind == "incoming")
    for message in session.scalars(incoming.order_by(Message.id)):
        if message.original is not None:
            yield FILE_NAME, house.blobs.read(message.original)
            continue
        told = (contact.name, contact.mail, contact.phone) if contact else ()
        lines = [
            f"Meldung vom {local(message.at):%d.%m.%Y %H:%M} Uhr (Anliegen {reference(row)})",
            *(each for each in (*told, message.sender, message.subject) if each),
        ]
        yield "Meldung.txt", "\n".join([*lines, "", message.text, ""]).encode()
        files = select(MessageFile).where(MessageFile.message_id == message.id)
        for file in session.scalars(files.order_by(MessageFile.position)):
            yield file.name, house.blobs.read(file.sha256)


def _erase_around(session: Session, row: Anliegen) -> None:
    """What others keep because of it: tasks, drafts, mails, jobs, trials, and who is writing."""
    name = row.id.hex
    mails = session.scalars(select(Mail.id).where(Mail.key.startswith(f"{TELL}:{name}:"))).all()
    session.execute(delete(MailAttachment).where(MailAttachment.mail_id.in_(mails)))
    session.execute(delete(Mail).where(Mail.id.in_(mails)))
    session.execute(delete(Job).where(Job.key.in_([str(each) for each in mails])))
    session.execute(delete(Job).where(Job.key.startswith(name)))
    session.execute(delete(Task).where(Task.object_id == row.id))
    session.execute(delete(Task).where(Task.key.contains(name)))
    session.execute(delete(Draft).where(Draft.key.contains(name)))
    session.execute(delete(Answering).where(Answering.anliegen_id == row.id))
    session.execute(delete(RoutingTrial).where(cast(RoutingTrial.result, String).contains(name)))
    session.execute(
        update(MailItem)
        .where(MailItem.anliegen_id == row.id)
        .values(
            fate=Fate.HANDED_OVER.value, anliegen_id=None, sender=None, subject=None, reason=None
        )
    )
