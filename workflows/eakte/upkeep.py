"""Recurring work of the e-Akte: analyse anew after new rules, resume what got stuck, tidy up."""

import shutil
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    String,
    and_,
    cast,
    exists,
    func,
    select,
    type_coerce,
    update,
)

from ocr.understanding import Understood
from storage.clock import local_date
from storage.fulltext import statistics
from storage.fulltext.index import put_many
from storage.jobs.handlers import JobContext
from storage.jobs.queue import enqueue
from storage.jobs.tables import Job
from storage.journal.entries import record
from storage.tasks.forgetting import forget_drafts, forget_tasks
from workflows.eakte.outcomes import AT_WORK, HOUSE, apply_fields, index_entry, store_quarantined
from workflows.eakte.plan import Suggesters, suggest_for
from workflows.eakte.receiving import PROCESS
from workflows.eakte.tables import Document, StoredAnalysis, StoredReading

LEFT_OVER = timedelta(hours=1)
AGAIN_AT_ONCE = 500
STUCK_AFTER = timedelta(minutes=15)


def resume_stuck(context: JobContext) -> Mapping[str, int]:
    """Give documents that wait without a job a new one, put aside those whose job failed for good, clear the workshop."""
    now = context.house.clock()
    job = exists().where(Job.kind == PROCESS, Job.key == _key(context))
    with context.house.database.write() as session:
        resumed = session.scalars(
            update(Document)
            .where(Document.state.in_(AT_WORK), Document.received_at < now - STUCK_AFTER)
            .where(~job.where(Job.state != "done"))
            .values(state="received")
            .returning(Document.id)
            .execution_options(synchronize_session=False)
        ).all()
        for document in resumed:
            enqueue(session, PROCESS, document.hex, again=True, now=now)
        failed = session.execute(
            select(Document.id, Job.reason)
            .join(Job, and_(Job.kind == PROCESS, Job.key == _key(context), Job.state == "failed"))
            .where(Document.state.in_(AT_WORK))
        ).all()
        for document, reason in failed:
            store_quarantined(
                session, document, "gave_up", reason or "Das Lesen brach mehrmals ab.", now
            )
    return {
        "wieder aufgenommen": len(resumed),
        "in Quarantäne": len(failed),
        "Reste entfernt": _clear_workshop(context),
    }


def _key(context: JobContext) -> ColumnElement[str]:
    """The key of a document's job: its id in hex, as each database writes it."""
    if context.house.database.dialect == "sqlite":
        return type_coerce(Document.id, String)
    return func.replace(cast(Document.id, String), "-", "")


def _clear_workshop(context: JobContext) -> int:
    """Remove decrypted copies that a killed process left in ``tmp``; a living one keeps none for so long."""
    cleared = 0
    oldest = time.time() - LEFT_OVER.total_seconds()
    for left in context.house.settings.in_data("tmp", "x").parent.iterdir():
        with suppress(OSError):
            if left.stat().st_mtime < oldest:
                shutil.rmtree(left) if left.is_dir() else left.unlink()
                cleared += 1
    return cleared


def analyse_again(context: JobContext) -> Mapping[str, int]:
    """Analyse unfiled documents anew whose analysis is of an older version; what people changed by hand stays."""
    from ocr.analysis.pipeline import VERSION
    from ocr.understanding import understand_again

    counts = Counter({"neu ausgewertet": 0, "fehlgeschlagen": 0})
    after = UUID(int=0)
    suggesters = Suggesters()
    while sum(counts.values()) < AGAIN_AT_ONCE:
        with context.house.database.read() as session:
            due = session.execute(
                select(Document.id, StoredReading.content, StoredAnalysis.content)
                .join(StoredAnalysis, StoredAnalysis.document_id == Document.id)
                .join(StoredReading, StoredReading.document_id == Document.id)
                .where(
                    StoredAnalysis.version != VERSION,
                    Document.state == "ready",
                    Document.id > after,
                )
                .order_by(Document.id)
                .limit(20)
            ).all()
        if not due:
            break
        for document, content, earlier in due:
            after = document
            try:
                _store_again(context, document, understand_again(content, earlier), suggesters)
                counts["neu ausgewertet"] += 1
            except Exception as error:  # noqa: BLE001 - one bad document must not stop the others
                context.warn(f"{document}: {type(error).__name__}")
                counts["fehlgeschlagen"] += 1
    return dict(counts)


def _store_again(
    context: JobContext, document_id: UUID, understood: Understood, suggesters: Suggesters
) -> None:
    now = context.house.clock()
    with context.house.database.write() as session:
        document = session.get_one(Document, document_id, with_for_update=True)
        if document.state != "ready":
            return
        stored = session.get_one(StoredAnalysis, document_id)
        (suggested,) = suggest_for(
            session, suggesters, [(understood, document.office_id)], local_date(now)
        )
        stored.content, stored.version, stored.analysed_at = (
            understood.analysis,
            understood.version,
            now,
        )
        stored.suggestions = {name: each.as_json() for name, each in suggested.items()}
        apply_fields(document, understood)
        document.revision += 1
        put_many(session, [index_entry(document, understood.text)])
        record(
            session,
            actor=HOUSE.journal_id,
            verb="document.analyse",
            object_kind="document",
            object_id=document_id,
            at=now,
        )


def refresh_index(context: JobContext) -> Mapping[str, int]:
    """Bring the search index's statistics up to date; counted without holding up writers."""
    with context.house.database.read() as session:
        counted = statistics.count(session)
    with context.house.database.write() as session:
        statistics.keep(session, counted)
    return {}


def tidy(context: JobContext) -> Mapping[str, int]:
    """Delete what has served its time: unreferenced blobs, finished tasks, old drafts."""
    house = context.house
    now = house.clock()
    blobs = house.blobs.sweep(house.database)
    counts = {"Dateien": blobs, "Aufgaben": 0, "Entwürfe": 0}
    for name, forget in (("Aufgaben", forget_tasks), ("Entwürfe", forget_drafts)):
        while gone := house.database.run(partial(forget, now=now)):
            counts[name] += gone
            if context.stopping():
                break
    return counts
