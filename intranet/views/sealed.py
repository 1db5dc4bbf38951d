"""The way of a sealed letter in words, for its addressee, their head and the post room."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from intranet.views.akte import Step
from intranet.views.journal import deeds
from storage.actors import Staff
from storage.rights import Verb
from workflows.eakte.queries import visible_document
from workflows.eakte.tables import Document

VERBS = {
    Verb.DOCUMENT_RECEIVE.value: "eingegangen",
    "document.unopened": "ungeöffnet weitergegeben",
    Verb.DOCUMENT_FORWARD.value: "weitergeleitet",
    "document.opening": "Öffnungstermin eingetragen",
    "document.take_over": "übernommen",
    "document.open_sealed": "Datei geholt",
}


def letter_history(session: Session, staff: Staff, document: Document) -> Sequence[Step]:
    """Its steps, oldest first. Raises ``NotFoundError`` outside the person's sight."""
    visible_document(session, staff, document.id)
    rows = deeds(session, [str(document.id)], VERBS)
    return [Step(row.at, VERBS[row.verb], row.who) for row in reversed(rows)]
