"""Akten in the full-text index: an entry of their own, and their documents found by Aktenzeichen and name."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from storage.actors import System
from storage.clock import local_date
from storage.fulltext.index import Entry, put_many
from storage.fulltext.tables import ENTRY
from storage.jobs.handlers import JobContext
from storage.jobs.queue import ClaimedJob, Priority, enqueue
from workflows.eakte.outcomes import reindex
from workflows.eakte.sight import in_sight
from workflows.eakte.tables import Akte, Document

AKTE = "akte"
REINDEX = "akte.index"
AT_ONCE = 50
"""Documents, or Akten, per transaction."""
HOUSE = System("index")


def index_akte(session: Session, akte: Akte) -> None:
    """Let the Akte itself be found by Aktenzeichen and name."""
    put_many(
        session,
        [Entry(akte.id, AKTE, akte.access, akte.title, akte.reference, local_date(akte.opened_at))],
    )


def reindex_documents(context: JobContext, job: ClaimedJob) -> None:
    """Take the documents of an Akte into the index anew, as after the Akte was renamed."""
    akte, after, count = UUID(job.key), UUID(int=0), 0
    while True:
        with context.house.database.write() as session:
            documents = session.scalars(
                select(Document)
                .where(in_sight(session, HOUSE), Document.akte_id == akte, Document.id > after)
                .order_by(Document.id)
                .limit(AT_ONCE)
                .with_for_update()  # nobody moves one to where fewer see it meanwhile
            ).all()
            for document in documents:
                reindex(session, document)
                after, count = document.id, count + 1
        if len(documents) < AT_ONCE:
            break
    context.info(f"{count} Dokumente neu im Suchindex")


def index_missing(context: JobContext) -> Mapping[str, int]:
    """Take in Akten that are not in the index yet (those of earlier releases), and then their documents."""
    count = 0
    while not context.stopping():
        now = context.house.clock()
        with context.house.database.write() as session:
            missing = session.scalars(
                select(Akte)
                .where(in_sight(session, HOUSE, Akte), ~exists().where(ENTRY.c.entry == Akte.id))
                .order_by(Akte.id)
                .limit(AT_ONCE)
            ).all()
            for akte in missing:
                index_akte(session, akte)
                enqueue(
                    session, REINDEX, akte.id.hex, priority=Priority.BACKGROUND, again=True, now=now
                )
        count += len(missing)
        if len(missing) < AT_ONCE:
            break
    return {"aufgenommen": count}
