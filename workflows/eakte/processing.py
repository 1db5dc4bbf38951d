"""The intake's work: from ``received`` to ``ready``, ``quarantined`` or ``unopened``.

A batch of jobs goes through reader processes (``ocr.understanding``), a few files ahead of them; what they return is
written in small groups of one transaction each: stored reading, analysis, suggestions, index entry, journal and the
finished job. A process may die anywhere: what did not commit is done again, what did is found done.
"""

import logging
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ocr.documents import UnreadableError
from ocr.understanding import Understood
from storage.actors import ProtectionClass
from storage.blobs.errors import BlobCorruptError, BlobMissingError, BlobStoreError
from storage.clock import local_date
from storage.database import StorageBusyError
from storage.fulltext.tokens import Analysed
from storage.house import House
from storage.jobs.handlers import DONE, SETTLED, JobContext, Outcome
from storage.jobs.queue import ClaimedJob, LostLeaseError, complete, complete_all
from storage.virus import VirusFoundError
from workflows.eakte.outcomes import (
    HOUSE,
    Broken,
    Finished,
    Found,
    is_protected,
    store_quarantined,
    store_ready,
    unopened_rule,
)
from workflows.eakte.plan import Suggesters, suggest_for
from workflows.eakte.reading import Readers, begin_reading
from workflows.eakte.receiving import Incoming, receive
from workflows.eakte.tables import Document
from workflows.eakte.understanding import Answer

GROUP = 10
"""Documents per transaction: one fsync for all, and still less than a second until somebody sees them."""
PATIENCE = 0.25
"""Seconds a finished document waits for others to share its transaction."""
AHEAD = 24
"""Files that are decrypted and handed to the readers ahead of those being read."""
MOST_PARTS = 2_000
"""How many files all that came in one file may be, at all depths together."""
DEEPEST = 5
"""How deep files may be nested in files (a mail in a ZIP in a mail ...)."""
TRIES = 3
"""Attempts at a file whose reading failed for a passing reason, before a person looks at it."""
ATTEMPTS = 8
"""Attempts while the storage or the virus scanner is away: with the queue's back-off, about ten minutes."""

log = logging.getLogger("rathaus.eakte")


@dataclass(frozen=True, slots=True)
class _Read:
    """A document whose reading has ended, well or not."""

    job: ClaimedJob
    document: Document
    answer: "Future[Answer]"


@dataclass
class Processor:
    """Handles batches of ``document.process`` jobs. One per engine process."""

    house: House
    readers: Readers
    suggesters: Suggesters = field(default_factory=Suggesters)

    def handle(self, context: JobContext, jobs: Sequence[ClaimedJob]) -> Mapping[UUID, Outcome]:
        """Do the jobs and say how each ended."""
        outcomes: dict[UUID, Outcome] = {job.id: DONE for job in jobs}
        with tempfile.TemporaryDirectory(
            dir=self.house.settings.in_data("tmp", "x").parent
        ) as folder:
            for group in self._read(self._begin(jobs), Path(folder)):
                outcomes.update(self._settle(group))
        done = sum(1 for outcome in outcomes.values() if outcome.state == "done")
        context.info(f"{done} von {len(jobs)} Dokumenten verarbeitet")
        return outcomes

    def _begin(self, jobs: Sequence[ClaimedJob]) -> list[tuple[ClaimedJob, Document]]:
        """Mark the documents as being read; those that are read already need nothing more."""
        by_document = {UUID(job.key): job for job in jobs}
        with self.house.database.write() as session:
            session.execute(
                update(Document)
                .where(Document.id.in_(by_document), Document.state == "received")
                .values(state="reading")
            )
            documents = session.scalars(select(Document).where(Document.id.in_(by_document))).all()
        at_work = {document.id: document for document in documents if document.state == "reading"}
        return [(job, at_work[key]) for key, job in by_document.items() if key in at_work]

    def _read(
        self, work: Sequence[tuple[ClaimedJob, Document]], folder: Path
    ) -> Iterator[list[_Read]]:
        """Groups of what has been read: up to ``GROUP``, or what there is ``PATIENCE`` after the first of them."""
        left = deque(work)
        pending: dict[Future[Answer], _Read] = {}
        ready: list[_Read] = []
        first = 0.0
        while left or pending or ready:
            while left and len(pending) < AHEAD:
                job, document = left.popleft()
                path = folder / document.id.hex
                future = begin_reading(
                    self.house, self.readers, document.sha256, document.file_name, path
                )
                pending[future] = _Read(job, document, future)
            timeout = max(0.0, first + PATIENCE - time.monotonic()) if ready else None
            done = (
                wait(pending, timeout=timeout, return_when=FIRST_COMPLETED).done
                if pending
                else set()
            )
            if done and not ready:
                first = time.monotonic()
            ready += (pending.pop(future) for future in done)
            if len(ready) >= GROUP or (
                ready and (not pending or time.monotonic() >= first + PATIENCE)
            ):
                group, ready = ready[:GROUP], ready[GROUP:]
                yield group

    def _settle(self, group: Sequence[_Read]) -> dict[UUID, Outcome]:
        """Store the group in one transaction; where that fails, each for itself, so that one can't spoil the others."""
        try:
            return self._store(group)
        except Exception as error:  # noqa: BLE001 - whatever it was, it is tried again one by one
            if len(group) > 1:
                log.warning(
                    "a group of %d is stored one by one: %s", len(group), type(error).__name__
                )
        outcomes: dict[UUID, Outcome] = {}
        for one in group:
            try:
                outcomes.update(self._store([one]))
            except LostLeaseError:
                log.info("job %s was taken over by another engine", one.job.id)
            except Exception as error:
                log.exception("document %s could not be stored", one.document.id)
                outcomes[one.job.id] = self._give_up_or_retry(one, error)
        return outcomes

    def _store(self, group: Sequence[_Read]) -> dict[UUID, Outcome]:
        outcomes: dict[UUID, Outcome] = {}
        finished: list[Finished] = []
        broken: list[Broken] = []
        for one in group:
            error = one.answer.exception()
            if error is None:
                understood, words = one.answer.result()
                self._receive_parts(one.document, understood)
                found = Found(understood, Analysed(*words))
                finished.append(Finished(one.job, one.document.id, found))
                continue
            tries, code, reason = _explained(error)
            if one.job.attempt >= tries:
                broken.append(Broken(one.job, one.document.id, code, reason))
            else:
                outcomes[one.job.id] = Outcome("retry", reason)
        now = self.house.clock()
        offices = {one.document.id: one.document.office_id for one in group}
        with self.house.database.read() as session:
            letters = [(each.found.understood, offices[each.document]) for each in finished]
            suggestions = suggest_for(session, self.suggesters, letters, local_date(now))
        with self.house.database.write() as session:
            store_ready(session, finished, suggestions, now)
            for each in broken:
                store_quarantined(session, each.document, each.code, each.reason, now)
            ended = [*(each.job for each in finished), *(each.job for each in broken)]
            complete_all(session, ended, now)
        return outcomes | dict.fromkeys([job.id for job in ended], SETTLED)

    def _give_up_or_retry(self, one: _Read, error: Exception) -> Outcome:
        tries, code, reason = _explained(error)
        if one.job.attempt < tries:
            return Outcome("retry", reason)

        def put_aside(session: Session) -> None:
            store_quarantined(session, one.document.id, code, reason, self.house.clock())
            complete(session, one.job, self.house.clock())

        self.house.database.run(put_aside)
        return SETTLED

    def _receive_parts(self, document: Document, understood: Understood) -> None:
        """Files found inside become documents of their own; doing it twice finds them there.

        Nothing is taken out of post that must stay unopened; what was inside something protected is as protected.
        """
        if not understood.parts or unopened_rule(document, understood, self.house.clock()):
            return
        if self._depth(document) >= DEEPEST:
            raise UnreadableError(
                "too_deep",
                "Diese Datei ist zu tief in anderen Dateien verschachtelt. Bitte entpacken Sie sie von Hand.",
            )
        if self._parts_beside(document) + len(understood.parts) > MOST_PARTS:
            raise UnreadableError(
                "too_many",
                f"Mit dieser Sendung kämen mehr als {MOST_PARTS} Dateien ins Haus. Bitte teilen Sie sie auf.",
            )
        for part in understood.parts:
            incoming = Incoming(
                part.name,
                part.content,
                document.office_id,
                source="part",
                folder=part.folder,
                parent=document.id,
                batch=document.batch,
                protection=ProtectionClass(document.protection)
                if is_protected(document)
                else ProtectionClass.UNFILED,
            )
            receive(self.house, HOUSE, incoming)

    def _parts_beside(self, document: Document) -> int:
        """How many files came in the same sending, but for those that lie in this one itself, which may be read again."""
        count, root = 0, document
        with self.house.database.read() as session:
            while root.parent_id is not None and (above := session.get(Document, root.parent_id)):
                root = above
            level = [root.id]
            while level:
                inside = select(Document.id, Document.parent_id).where(
                    Document.parent_id.in_(level)
                )
                found = session.execute(inside).all()
                level = [each.id for each in found]
                count += sum(each.parent_id != document.id for each in found)
        return count

    def _depth(self, document: Document) -> int:
        depth, parent = 0, document.parent_id
        with self.house.database.read() as session:
            while parent is not None and depth < DEEPEST:
                depth += 1
                parent = session.scalar(select(Document.parent_id).where(Document.id == parent))
        return depth


def _explained(error: BaseException) -> tuple[int, str, str]:
    """How often to try, a stable code, and the reason for people."""
    if isinstance(error, UnreadableError):
        return (1 if error.permanent else TRIES), error.code, error.message
    if isinstance(error, VirusFoundError):
        return 1, "virus", str(error)
    if isinstance(error, BlobMissingError | BlobCorruptError):
        return TRIES, "storage", str(error)
    if isinstance(error, BlobStoreError | StorageBusyError):
        return ATTEMPTS, "storage", str(error)
    if isinstance(error, OSError):
        log.warning("storage or virus scanner away: %s", error)
        return ATTEMPTS, "storage", "Ablage oder Virenprüfung sind gerade nicht erreichbar."
    log.error("reading failed unexpectedly", exc_info=error)
    return (
        TRIES,
        "internal",
        "Beim Lesen ist ein unerwarteter Fehler aufgetreten. Bitte versuchen Sie es noch einmal.",
    )
