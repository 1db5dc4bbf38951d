"""A finished Anliegen goes into an Akte: the talk as one file, and all that came with it, as documents of a Vorgang.

The deed is asked for by a person and done by the engine, in that person's name and with their rights at that moment:
the files come in as post does, are read, and are filed together once all of them have been.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from storage.actors import CLASS_NAMES, SHARED_CLASSES, ProtectionClass, Scope, Staff, System
from storage.clock import local_date
from storage.conflicts import ConflictError, NotFoundError
from storage.house import House
from storage.jobs.handlers import JobContext, JobKind, PermanentError, TemporaryError
from storage.jobs.queue import ClaimedJob, complete, enqueue
from storage.organisation.queries import load_staff
from storage.rights import NotAllowedError, Verb, may, require
from workflows.eakte.akten import load_vorgang
from workflows.eakte.akten_queries import vorgang_place
from workflows.eakte.filing import file_document, link_documents
from workflows.eakte.queries import visible_document
from workflows.eakte.receiving import Incoming, receive
from workflows.eakte.sight import scope_of
from workflows.eakte.tables import Akte
from workflows.kiss.anliegen.conversation import leave_note
from workflows.kiss.anliegen.holders import cleared
from workflows.kiss.anliegen.progress import journal, reference, take_turn
from workflows.kiss.anliegen.queries import whole
from workflows.kiss.anliegen.sight import load_for_work
from workflows.kiss.anliegen.states import State
from workflows.kiss.anliegen.tables import Anliegen
from workflows.kiss.talk import talk_of
from workflows.kiss.talk_file import to_docx

FILE = "kiss.file"
SOURCE = "anliegen"
_UNREAD = {"received", "reading"}


def file_anliegen(
    session: Session,
    actor: Staff,
    anliegen: UUID,
    revision: int,
    vorgang_id: UUID,
    *,
    notes: bool = False,
    now: datetime,
) -> None:
    """Put a closed Anliegen into a Vorgang; ``notes``: with what the house noted for itself. Twice is once.

    A protected one goes into an Akte of its class alone. Raises ``ConflictError`` for what is not finished, would be seen by
    others there, or goes into a closed Vorgang; ``NotFoundError``, ``NotAllowedError`` of either room.
    """
    row = load_for_work(session, actor, anliegen)
    vorgang, akte = load_vorgang(session, actor, vorgang_id)
    require(actor, Verb.AKTE_EDIT, scope_of(akte))
    must_cover(session, row, akte, now)
    if State(row.state) is not State.CLOSED or row.merged_into_id is not None:
        raise ConflictError("In eine Akte kommt, was geschlossen ist. Bitte schließen Sie es erst.")
    if "closed" in {vorgang.state, akte.state}:
        raise ConflictError(
            f"Der Vorgang „{vorgang.title}“ ist geschlossen. Bitte wählen Sie einen anderen."
        )
    _way_in(actor, row, akte)
    if row.vorgang_id != vorgang.id:
        take_turn(session, row, revision)
        row.vorgang_id = vorgang.id
        journal(session, actor, "file", row, now, vorgang=vorgang.id)
    payload = {
        "anliegen": row.id.hex,
        "vorgang": vorgang.id.hex,
        "actor": actor.person.hex,
        "notes": notes,
    }
    key = f"{row.id.hex}:{vorgang.id.hex}:{actor.person.hex}:{int(notes)}"
    enqueue(session, FILE, key, payload, again=True, now=now)


def covers(row: Anliegen, akte: Akte) -> bool:
    """Whether nobody sees the Akte from whom the Anliegen's class keeps it."""
    return ProtectionClass(row.protection) in SHARED_CLASSES or akte.protection == row.protection


def must_cover(session: Session, row: Anliegen, akte: Akte, now: datetime) -> None:
    """Raises ``ConflictError`` where somebody would see in the Akte what is kept from them in the Anliegen."""
    if not covers(row, akte):
        raise ConflictError(
            f"Dieses Anliegen ist geschützt ({CLASS_NAMES[ProtectionClass(row.protection)]}). Die Akte „{akte.title}“ ist es "
            f"nicht ebenso ({CLASS_NAMES[ProtectionClass(akte.protection)]}): Dort sähen es andere. Bitte wählen Sie eine Akte "
            "mit derselben Schutzklasse."
        )
    if row.about_id is not None and row.about_id in cleared(
        session, scope_of(akte), local_date(now)
    ):
        raise ConflictError(
            "Wen diese Beschwerde betrifft, sieht die Akte. Bitte wählen Sie eine andere."
        )


def _way_in(actor: Staff, row: Anliegen, akte: Akte) -> tuple[UUID, ProtectionClass]:
    """In which office's inbox and as what the files come in: protected ones are so from the first moment."""
    if ProtectionClass(row.protection) not in SHARED_CLASSES:
        return akte.office_id, ProtectionClass(akte.protection)
    return inbox_of(actor, akte), ProtectionClass.UNFILED


def inbox_of(actor: Staff, akte: Akte) -> UUID:
    """Where the files come in on their way: with the office of the Akte, or with the actor's own."""
    for office in (akte.office_id, *sorted(actor.memberships)):
        if may(actor, Verb.DOCUMENT_RECEIVE, Scope(office, ProtectionClass.UNFILED)):
            return office
    raise NotAllowedError


def lay_down(context: JobContext, job: ClaimedJob) -> None:
    """Take the files in, wait until they are read, file them all at once. Begun again, it finds what is there already."""
    house, now = context.house, context.house.clock()
    with house.database.read() as session:
        actor = load_staff(session, UUID(str(job.payload["actor"])), local_date(now))
    if actor is None:
        raise PermanentError("Wer das Anliegen ablegen wollte, arbeitet nicht mehr hier.")
    try:
        talk, parts = bring_in(house, actor, job)
        with house.database.write() as session:
            _file_all(session, actor, job, [talk, *parts], now)
            complete(session, job, now)
    except (ConflictError, NotFoundError, NotAllowedError) as refusal:
        with house.database.write() as session:
            _give_up(session, job, str(refusal), now)
            complete(session, job, now)
        context.warn(f"Anliegen {job.payload['anliegen']}: nicht abgelegt")


def bring_in(house: House, actor: Staff, job: ClaimedJob) -> tuple[UUID, list[UUID]]:
    """The talk and what came with it as documents; the same bytes find the document that is there."""
    with house.database.read() as session:
        found = whole(session, actor, UUID(str(job.payload["anliegen"])))
        akte, _ = vorgang_place(session, actor, UUID(str(job.payload["vorgang"])))
        must_cover(session, found.row, akte, house.clock())
        inbox, protection = _way_in(actor, found.row, akte)
        talk = talk_of(session, found, notes=bool(job.payload["notes"]))
        files = [file for each in found.messages for file in found.files.get(each.id, ())]
        name = f"Anliegen {reference(found.row)}.docx"
    first = _received(
        house, actor, Incoming(name, to_docx(talk), inbox, source=SOURCE, protection=protection)
    )
    parts = [
        _received(
            house, actor,
            Incoming(file.name, house.blobs.read(file.sha256), inbox, source=SOURCE, parent=first, protection=protection),
        )
        for file in files
    ]  # fmt: skip
    return first, list(dict.fromkeys(parts))


def _received(house: House, actor: Staff, incoming: Incoming) -> UUID:
    document = receive(house, actor, incoming).document
    if document is None:
        raise NotFoundError("Die Datei kam nicht im Posteingang an.")
    return document


def _file_all(
    session: Session, actor: Staff, job: ClaimedJob, documents: Sequence[UUID], now: datetime
) -> None:
    row = load_for_work(session, actor, UUID(str(job.payload["anliegen"])))
    vorgang = UUID(str(job.payload["vorgang"]))
    rows = [visible_document(session, actor, each) for each in documents]
    if any(each.state in _UNREAD for each in rows):
        raise TemporaryError("Die Dateien des Anliegens werden noch gelesen.")
    left = []
    for number, document in enumerate(rows):
        if document.state in {"ready", "quarantined"}:
            title = f"Anliegen {reference(row)}: {row.title}"
            changes = {} if number else {"title": title}
            file_document(
                session, actor, document.id, document.revision, vorgang, changes=changes, now=now
            )
        elif document.state != "filed":
            left.append(document.file_name)
    for document in rows[1:]:
        if document.file_name not in left:
            link_documents(session, actor, document.id, rows[0].id, "attachment", now=now)
    if left:
        text = f"Nicht mit abgelegt, weil ungeöffnet weitergeleitet: {', '.join(left)}."
        leave_note(session, System(FILE), row, text, now)


def _give_up(session: Session, job: ClaimedJob, why: str, now: datetime) -> None:
    """Say on the Anliegen why it is not in the Akte."""
    row = session.get(Anliegen, UUID(str(job.payload["anliegen"])), with_for_update=True)
    if row is None:
        return
    if row.vorgang_id == UUID(str(job.payload["vorgang"])):
        row.vorgang_id, row.changed_at = None, now
        row.revision += 1
    leave_note(session, System(FILE), row, f"Das Ablegen in der Akte ging nicht: {why}", now)


FILING = JobKind(
    FILE, "Anliegen in Akten ablegen", handle_one=lay_down, max_attempts=20, concurrency=1
)
