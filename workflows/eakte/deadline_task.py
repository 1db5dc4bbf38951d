"""The task that reminds of a filed document's next deadline: for the office that keeps its Akte, and only for those
who may see the document.
"""

from datetime import datetime, time

from sqlalchemy import ColumnElement, and_, exists, false, or_
from sqlalchemy.orm import Session

from storage.actors import Staff
from storage.clock import LOCAL, local_date
from storage.tasks import reach
from storage.tasks.list import finish_task, open_task
from storage.tasks.tables import Task
from workflows.eakte.deadlines import next_of, worth_a_task
from workflows.eakte.sight import in_sight
from workflows.eakte.tables import Document

KIND = "deadline"


def key_of(document: Document) -> str:
    return f"deadline:{document.id.hex}"


def renew_deadline_task(session: Session, document: Document, now: datetime) -> None:
    """Have the task say what the document says now; without a deadline, or unfiled, there is none."""
    today, details = local_date(now), document.details or {}
    day = next_of(details, today)
    entered = {details.get("confirmed", {}).get("deadline")}
    if document.state != "filed" or day is None or not worth_a_task(day, entered, today):
        finish_task(session, key_of(document), now)
        return
    open_task(
        session,
        key=key_of(document),
        kind=KIND,
        title=f"Frist: {document.title}",
        link=f"/dokument?id={document.id}",
        object_kind="document",
        object_id=document.id,
        now=now,
        office=document.office_id,
        due_at=datetime.combine(day, time(23, 59, 59), LOCAL),
    )


def _sees(session: Session, actor: Staff) -> ColumnElement[bool]:
    """Titles of protected documents are not for everybody in the office."""
    theirs = exists().where(Document.id == Task.object_id, in_sight(session, actor))
    return or_(Task.kind != KIND, theirs)


def _also(session: Session, actor: Staff) -> ColumnElement[bool]:
    """Deadlines in a protected scope wait for those it was opened to, wherever they work."""
    tokens = sorted(scope.token for scope in actor.classes)
    if not tokens:
        return false()
    theirs = exists().where(
        Document.id == Task.object_id, in_sight(session, actor), Document.access.in_(tokens)
    )
    return and_(Task.kind == KIND, theirs)


reach.told_by("document", reach.Reach(_sees, _also))
