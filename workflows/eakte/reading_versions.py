"""Reading a new version of a document. The document turns to it once it was read; a file that can't be read leaves
everything as it was, and a task for the office.
"""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from ocr.documents import UnreadableError
from storage.fulltext.tokens import Analysed
from storage.house import House
from storage.jobs.handlers import JobContext, TemporaryError
from storage.jobs.queue import ClaimedJob, complete
from storage.tasks.list import finish_task, open_task
from storage.virus import VirusFoundError
from workflows.eakte.outcomes import Found, store_version
from workflows.eakte.reading import Readers, begin_reading
from workflows.eakte.tables import Document, DocumentVersion
from workflows.eakte.understanding import Answer


@dataclass(frozen=True, slots=True)
class VersionReader:
    """Handles ``document.version`` jobs."""

    house: House
    readers: Readers

    def handle(self, context: JobContext, job: ClaimedJob) -> None:
        """Read the newest version. Raises ``TemporaryError`` where another try may help."""
        document_id = UUID(job.key)
        with self.house.database.read() as session:
            version = session.scalars(_newest(document_id)).one()
        try:
            understood, words = self._read(version)
        except (UnreadableError, VirusFoundError) as error:
            if isinstance(error, UnreadableError) and not error.permanent:
                raise TemporaryError(str(error)) from error
            reason = str(error)
            self.house.database.run(lambda session: self._refuse(session, job, version, reason))
            context.info("eine neue Fassung ist nicht lesbar")
            return
        found = Found(understood, Analysed(*words))
        self.house.database.run(lambda session: self._keep(session, job, version, found))
        context.info("eine neue Fassung wurde gelesen")

    def _read(self, version: DocumentVersion) -> Answer:
        with TemporaryDirectory(dir=self.house.settings.in_data("tmp", "x").parent) as folder:
            path = Path(folder) / version.id.hex
            return begin_reading(
                self.house, self.readers, version.sha256, version.file_name, path
            ).result()

    def _keep(
        self, session: Session, job: ClaimedJob, version: DocumentVersion, found: Found
    ) -> None:
        now = self.house.clock()
        session.merge(version).media_type = found.understood.media_type
        store_version(session, version, found, now)
        finish_task(session, f"version:{version.document_id.hex}", now)
        complete(session, job, now)

    def _refuse(
        self, session: Session, job: ClaimedJob, version: DocumentVersion, reason: str
    ) -> None:
        now = self.house.clock()
        document = session.get_one(Document, version.document_id)
        open_task(
            session, key=f"version:{document.id.hex}", kind="version",
            title=f"Fassung {version.number} „{version.file_name}“ konnte nicht gelesen werden: {reason}",
            link=f"/dokument?id={document.id}", object_kind="document", object_id=document.id, now=now,
            office=document.office_id,
        )  # fmt: skip
        complete(session, job, now)


def _newest(document_id: UUID) -> Select[Any]:
    mine = select(DocumentVersion).where(DocumentVersion.document_id == document_id)
    return mine.order_by(DocumentVersion.number.desc()).limit(1)
