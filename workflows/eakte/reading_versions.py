"""Reading a new version of a document; one at a time, a failure leaves the document as it was, with a task."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from ocr.documents import UnreadableError
from storage.house import House
from storage.jobs.handlers import JobContext, PermanentError, TemporaryError
from storage.jobs.queue import ClaimedJob, complete
from storage.virus import VirusFoundError, scan
from workflows.eakte.outcomes import store_version
from workflows.eakte.processing import Readers
from workflows.eakte.tables import Document, DocumentVersion


@dataclass(frozen=True, slots=True)
class VersionReader:
    """Handles ``document.version`` jobs."""

    house: House
    readers: Readers

    def handle(self, context: JobContext, job: ClaimedJob) -> None:
        """Read the newest version. Raises ``PermanentError`` where it can't be read."""
        document_id = UUID(job.key)
        with self.house.database.read() as session:
            document = session.get_one(Document, document_id)
        with TemporaryDirectory(dir=self.house.settings.in_data("tmp", "x").parent) as folder:
            path = Path(folder) / document_id.hex
            self.house.blobs.copy_to(document.sha256, path)
            try:
                scan(self.house.settings, path)
                understood = self.readers.submit(
                    "ocr.understanding:understand", str(path), document.file_name
                ).result()
            except (UnreadableError, VirusFoundError) as error:
                if isinstance(error, UnreadableError) and not error.permanent:
                    raise TemporaryError(str(error)) from error
                raise PermanentError(str(error)) from error

        def store(session: Session) -> None:
            now = self.house.clock()
            store_version(session, document_id, understood, now)
            session.execute(
                update(DocumentVersion)
                .where(
                    DocumentVersion.document_id == document_id,
                    DocumentVersion.sha256 == document.sha256,
                )
                .values(media_type=understood.media_type)
            )
            complete(session, job, now)

        self.house.database.run(store)
        context.info("eine neue Fassung wurde gelesen")
