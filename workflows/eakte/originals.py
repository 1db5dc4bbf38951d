"""Handing out the file of a document or of one of its versions, as it came in."""

from uuid import UUID

from storage.actors import Actor, ProtectionClass
from storage.conflicts import NotFoundError
from storage.house import House
from storage.journal.entries import record
from workflows.eakte.queries import versions, visible_document
from workflows.eakte.tables import Document, DocumentVersion
from workflows.eakte.unopened import FETCHED, is_shut, opens, stop_waiting

MISSING = "Dieses Dokument gibt es nicht, oder Sie dürfen es nicht sehen."


def take_original(house: House, actor: Actor, document_id: UUID, number: int) -> DocumentVersion:
    """The version whose file the actor may have now; of sealed post that is journalled each time.

    A sealed letter stays shut until it is taken over, and then opens to those who may take it over. Raises
    ``NotFoundError`` otherwise, and where there is no such version.
    """
    with house.database.read() as session:
        document = visible_document(session, actor, document_id)
        found = [each for each in versions(session, actor, document_id) if each.number == number]
        now = house.clock()
        sealed = document.protection == ProtectionClass.UNOPENED.value
        shut = sealed and (
            document.state == "unopened"
            or is_shut(document, now)
            or not opens(session, actor, document, now)
        )
    if not found or shut:
        raise NotFoundError(MISSING)
    if sealed:
        with house.database.write() as session:
            taken = session.get_one(Document, document_id, with_for_update=True)
            stop_waiting(session, taken, now)
            taken.details = {**(taken.details or {}), FETCHED: now.isoformat()}
            record(
                session,
                actor=actor.journal_id,
                verb="document.open_sealed",
                object_kind="document",
                object_id=document_id,
                details={"version": number},
                at=now,
            )
    return found[0]
