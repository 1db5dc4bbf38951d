"""Recurring work of the e-Akte: check what is kept, analyse anew after new rules, resume what got stuck, tidy up."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update

from storage.fulltext.index import put_many, refresh
from storage.jobs.handlers import JobContext
from storage.jobs.queue import enqueue, forget_done
from storage.jobs.tables import Job
from storage.tasks.tables import Draft, Task
from workflows.eakte.outcomes import apply_fields, index_entry
from workflows.eakte.receiving import PROCESS
from workflows.eakte.tables import Document, StoredAnalysis, StoredReading

AGAIN_AT_ONCE = 500
STUCK_AFTER = timedelta(minutes=15)


def check_blobs(context: JobContext) -> Mapping[str, int]:
    """Read every stored file again and name what is changed, missing or left over."""
    found = 0
    with context.house.database.read() as session:
        for problem in context.house.blobs.check(session):
            found += 1
            context.warn(problem.reason)
    return {"Auffälligkeiten": found}


def resume_stuck(context: JobContext) -> Mapping[str, int]:
    """Give documents that wait without a job a new one (after a restored backup, or a fault nobody foresaw)."""
    now = context.house.clock()
    with context.house.database.write() as session:
        at_work = select(Job.key).where(Job.kind == PROCESS, Job.state.in_(("waiting", "running")))
        waiting = session.scalars(
            select(Document.id).where(
                Document.state.in_(("received", "reading")),
                Document.received_at < now - STUCK_AFTER,
            )
        ).all()
        busy = set(session.scalars(at_work))
        stuck = [document for document in waiting if document.hex not in busy]
        if stuck:
            session.execute(update(Document).where(Document.id.in_(stuck)).values(state="received"))
        for document in stuck:
            enqueue(session, PROCESS, document.hex, again=True, now=now)
    return {"wieder aufgenommen": len(stuck)}


def analyse_again(context: JobContext) -> Mapping[str, int]:
    """Analyse unfiled documents anew whose analysis is of an older version; filed ones keep what people confirmed."""
    from ocr.analysis.pipeline import VERSION
    from ocr.understanding import understand_again

    done = 0
    while True:
        with context.house.database.read() as session:
            due = session.execute(
                select(Document.id, StoredReading.content)
                .join(StoredAnalysis, StoredAnalysis.document_id == Document.id)
                .join(StoredReading, StoredReading.document_id == Document.id)
                .where(StoredAnalysis.version != VERSION, Document.state == "ready")
                .limit(20)
            ).all()
        if not due or done >= AGAIN_AT_ONCE:
            return {"neu ausgewertet": done}
        for document, content in due:
            _store_again(context, document, understand_again(content))
            done += 1


def _store_again(context: JobContext, document_id: UUID, understood: Any) -> None:
    with context.house.database.write() as session:
        document = session.get_one(Document, document_id, with_for_update=True)
        stored = session.get_one(StoredAnalysis, document_id)
        stored.content, stored.version = understood.analysis, understood.version
        stored.analysed_at = context.house.clock()
        if document.state == "ready":
            apply_fields(document, understood)
            document.revision += 1
            put_many(session, [index_entry(document, understood.text)])


def refresh_index(context: JobContext) -> Mapping[str, int]:
    """Bring the search index's statistics up to date."""
    with context.house.database.write() as session:
        refresh(session)
    return {}


def tidy(context: JobContext) -> Mapping[str, int]:
    """Delete what has served its time: unreferenced blobs, finished jobs and tasks, old drafts."""
    house = context.house
    now = house.clock()
    blobs = house.blobs.sweep(house.database)
    with house.database.write() as session:
        jobs = forget_done(session, now - timedelta(days=30))
        session.execute(delete(Task).where(Task.done_at < now - timedelta(days=365)))
        session.execute(delete(Draft).where(Draft.changed_at < now - timedelta(days=90)))
    return {"Dateien": blobs, "Aufträge": jobs}
