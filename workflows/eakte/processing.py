"""The intake's work: from ``received`` to ``ready``, ``quarantined`` or ``unopened``.

A batch of jobs goes through reader processes (``understanding.py``); what they return is written in small groups of
one transaction each: stored reading, analysis, suggestions, index entry, journal and the finished job. A process
may die anywhere: what did not commit is done again, what did is found done.
"""

import logging
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ocr.documents import UnreadableError
from ocr.understanding import Understood
from storage.actors import ProtectionClass, Scope, System
from storage.blobs.errors import BlobStoreError
from storage.clock import local_date
from storage.house import House
from storage.jobs.handlers import DONE, JobContext, Outcome
from storage.jobs.queue import ClaimedJob, LostLeaseError, complete
from storage.virus import VirusFoundError, scan
from workflows.eakte.outcomes import Broken, Finished, store_quarantined, store_ready
from workflows.eakte.plan import Suggesters, entries_of_references, sender_history
from workflows.eakte.receiving import Incoming, receive
from workflows.eakte.suggesting import Letter, Suggester, Suggestion
from workflows.eakte.tables import Document

GROUP = 10
"""Documents per transaction: one fsync for all, and still less than a second until somebody sees them."""
PATIENCE = 0.25
"""Seconds a finished document waits for others to share its transaction."""
DEEPEST = 5
"""How deep files may be nested in files (a mail in a ZIP in a mail ...)."""
TRIES = 3
"""Attempts at a file whose reading failed for a passing reason, before a person looks at it."""
HOUSE = System("intake")

log = logging.getLogger("rathaus.eakte")


class Readers(Protocol):
    """The pool of reader processes (``ocr.isolation.ReaderPool``)."""

    def submit(self, function: str, *args: object) -> "Future[Understood]": ...


@dataclass
class Processor:
    """Handles batches of ``document.process`` jobs. One per engine process."""

    house: House
    readers: Readers
    suggesters: Suggesters = field(default_factory=Suggesters)

    def handle(self, context: JobContext, jobs: Sequence[ClaimedJob]) -> Mapping[UUID, Outcome]:
        """Do the jobs and say how each ended."""
        outcomes: dict[UUID, Outcome] = {}
        with tempfile.TemporaryDirectory(
            dir=self.house.settings.in_data("tmp", "x").parent
        ) as folder:
            waiting = self._start(jobs, Path(folder), outcomes)
            for group in _as_they_finish(waiting):
                outcomes.update(self._settle(group))
        done = sum(1 for outcome in outcomes.values() if outcome.state == "done")
        context.info(f"{done} von {len(jobs)} Dokumenten verarbeitet")
        return outcomes

    def _start(
        self, jobs: Sequence[ClaimedJob], folder: Path, outcomes: dict[UUID, Outcome]
    ) -> "dict[Future[Understood], tuple[ClaimedJob, Document]]":
        by_document = {UUID(job.key): job for job in jobs}
        with self.house.database.write() as session:
            session.execute(
                update(Document)
                .where(Document.id.in_(by_document), Document.state == "received")
                .values(state="reading")
            )
            documents = session.scalars(select(Document).where(Document.id.in_(by_document))).all()
        outcomes.update({job.id: DONE for job in jobs})
        waiting: dict[Future[Understood], tuple[ClaimedJob, Document]] = {}
        for document in documents:
            job = by_document[document.id]
            if document.state == "reading":
                waiting[self._submit(document, folder)] = (job, document)
        return waiting

    def _submit(self, document: Document, folder: Path) -> "Future[Understood]":
        path = folder / document.id.hex
        try:
            self.house.blobs.copy_to(document.sha256, path)
            scan(self.house.settings, path)
        except (BlobStoreError, OSError, VirusFoundError) as error:
            failed: Future[Understood] = Future()
            failed.set_exception(error)
            return failed
        return self.readers.submit("ocr.understanding:understand", str(path), document.file_name)

    def _settle(
        self, group: Sequence[tuple[ClaimedJob, Document, "Future[Understood]"]]
    ) -> dict[UUID, Outcome]:
        outcomes: dict[UUID, Outcome] = {}
        finished: list[Finished] = []
        broken: list[Broken] = []
        for job, document, future in group:
            error = future.exception()
            if error is None:
                try:
                    self._receive_parts(document, future.result())
                except BlobStoreError as full:
                    outcomes[job.id] = Outcome("retry", str(full))
                    continue
                finished.append(Finished(job, document.id, future.result()))
                continue
            permanent, code, reason = _explained(error)
            if permanent or job.attempt >= TRIES:
                broken.append(Broken(job, document.id, code, reason))
            else:
                outcomes[job.id] = Outcome("retry", reason)
        self._store(finished, broken)
        return outcomes

    def _store(self, finished: Sequence[Finished], broken: Sequence[Broken]) -> None:
        """One transaction for all; if a lease was lost, each for itself, so that one can't spoil the others."""
        now = self.house.clock()
        with self.house.database.read() as session:
            suggestions = self._suggest(session, finished, local_date(now))
        try:
            self._commit(finished, suggestions, broken)
        except LostLeaseError:
            for each, suggested in zip(finished, suggestions, strict=True):
                self._commit_alone([each], [suggested], [])
            for one in broken:
                self._commit_alone([], [], [one])

    def _commit(
        self,
        finished: Sequence[Finished],
        suggestions: Sequence[Mapping[str, Suggestion]],
        broken: Sequence[Broken],
    ) -> None:
        now = self.house.clock()
        with self.house.database.write() as session:
            store_ready(session, finished, suggestions, now)
            for one in broken:
                store_quarantined(session, one.document, one.code, one.reason, now)
            for job in (*(each.job for each in finished), *(one.job for one in broken)):
                complete(session, job, now)

    def _commit_alone(
        self,
        finished: Sequence[Finished],
        suggestions: Sequence[Mapping[str, Suggestion]],
        broken: Sequence[Broken],
    ) -> None:
        try:
            self._commit(finished, suggestions, broken)
        except LostLeaseError:
            log.info("a document was taken over by another engine")

    def _suggest(
        self, session: Session, finished: Sequence[Finished], day: date
    ) -> list[dict[str, Suggestion]]:
        if not finished:
            return []
        documents = {
            row.id: row
            for row in session.scalars(
                select(Document).where(Document.id.in_(f.document for f in finished))
            )
        }
        history = sender_history(session, (_value(f.understood, "sender") for f in finished))
        known = entries_of_references(
            session, (ref for f in finished for ref in f.understood.references)
        )
        made: dict[UUID, Suggester] = {}
        results: list[dict[str, Suggestion]] = []
        for each in finished:
            office = documents[each.document].office_id
            if office not in made:
                groups = (Scope(office, protection).token for protection in ProtectionClass)
                made[office] = self.suggesters.for_inbox(session, groups, day)
            results.extend(made[office].suggest([_as_letter(each.understood, known, history)]))
        return results

    def _receive_parts(self, document: Document, understood: Understood) -> None:
        """Files found inside become documents of their own; doing it twice finds them there."""
        if not understood.parts or self._depth(document) >= DEEPEST:
            return
        for part in understood.parts:
            receive(
                self.house,
                HOUSE,
                Incoming(
                    part.name,
                    part.content,
                    document.office_id,
                    source="part",
                    parent=document.id,
                    batch=document.batch,
                ),
            )

    def _depth(self, document: Document) -> int:
        depth, parent = 0, document.parent_id
        with self.house.database.read() as session:
            while parent is not None and depth < DEEPEST:
                depth += 1
                parent = session.scalar(select(Document.parent_id).where(Document.id == parent))
        return depth


def _as_letter(
    understood: Understood, known: Mapping[str, str], history: Mapping[str, Mapping[str, int]]
) -> Letter:
    quoted = next((reference for reference in understood.references if reference in known), None)
    return Letter(
        pages=understood.text.split("\f"),
        subject=_value(understood, "subject"),
        recipient=_value(understood, "recipient"),
        kind=_value(understood, "kind"),
        known_entry=known.get(quoted or ""),
        known_reference=quoted,
        before=history.get(_value(understood, "sender"), {}),
    )


def _value(understood: Understood, name: str) -> str:
    field_ = understood.fields.get(name)
    return (field_.value or "") if field_ else ""


def _explained(error: BaseException) -> tuple[bool, str, str]:
    """Whether trying again is useless, a stable code, and the reason for people."""
    if isinstance(error, UnreadableError):
        return error.permanent, error.code, error.message
    if isinstance(error, VirusFoundError):
        return True, "virus", str(error)
    if isinstance(error, BlobStoreError | OSError):
        return False, "storage", f"Die Datei ist gerade nicht lesbar: {error}"
    log.error("reading failed unexpectedly", exc_info=error)
    return (
        False,
        "internal",
        "Beim Lesen ist ein unerwarteter Fehler aufgetreten. Bitte versuchen Sie es noch einmal.",
    )


def _as_they_finish(
    waiting: "Mapping[Future[Understood], tuple[ClaimedJob, Document]]",
) -> "Iterator[list[tuple[ClaimedJob, Document, Future[Understood]]]]":
    """Groups of what is finished: up to ``GROUP``, or what there is ``PATIENCE`` seconds after the first of them."""
    pending = set(waiting)
    ready: list[Future[Understood]] = []
    while pending or ready:
        if not ready:
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            ready.extend(done)
        until = time.monotonic() + PATIENCE
        while pending and len(ready) < GROUP and (left := until - time.monotonic()) > 0:
            done, pending = wait(pending, timeout=left, return_when=FIRST_COMPLETED)
            ready.extend(done)
        group, ready = ready[:GROUP], ready[GROUP:]
        yield [(*waiting[future], future) for future in group]
