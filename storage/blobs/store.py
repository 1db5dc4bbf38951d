"""The blob store: contents by their SHA-256, counted in the database, kept encrypted in a directory or bucket.

What keeps both sides together: a content is published before the row that speaks of it commits, and whoever
publishes or deletes a content holds the lock of its row. So a sweep can't remove what somebody is just putting.
"""

import hashlib
import io
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Literal, Protocol

from sqlalchemy import ColumnElement, case, delete, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from config.settings import Settings
from storage.blobs.directory import Directory
from storage.blobs.encryption import DecryptingReader, encrypt
from storage.blobs.errors import (
    BlobCorruptError,
    BlobMissingError,
    BlobStoreError,
    explained,
)
from storage.blobs.keys import MasterKey, load_master_key
from storage.blobs.tables import Blob
from storage.clock import Clock, utc_now
from storage.database import Database
from storage.schema import UtcDateTime, as_core
from storage.upsert import insert_into

GRACE = timedelta(hours=24)
AT_ONCE = 500
PUBLISHERS = 8
"""Threads that wait for the disk together: several files made durable at once cost hardly more than one."""


_BLOB = as_core(Blob)
_COUNT = {  # every file pays for it: made once, no ORM in the way
    name: made.insert(_BLOB).on_conflict_do_update(
        index_elements=[_BLOB.c.sha256], set_={"refs": _BLOB.c.refs + 1, "released_at": None}
    )
    for name, made in (("sqlite", sqlite), ("postgresql", postgresql))
}


class Backend(Protocol):
    """Where encrypted blobs lie. A name is there wholly or not at all, and durably once ``publish`` returns."""

    def stage(self) -> AbstractContextManager[BinaryIO]: ...
    def publish(self, staged: BinaryIO, name: str) -> None: ...
    def open(self, name: str) -> BinaryIO: ...
    def exists(self, name: str) -> bool: ...
    def delete(self, name: str) -> None: ...
    def names(self) -> Iterator[tuple[str, datetime]]: ...
    def discard_staged(self, before: datetime) -> int: ...


@dataclass(frozen=True, slots=True)
class BlobRef:
    """A content: SHA-256 in hex, and its size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Staged:
    """A content that is encrypted and waits for its row (see ``BlobStore.stage``)."""

    ref: BlobRef
    file: BinaryIO


@dataclass(frozen=True, slots=True)
class BlobProblem:
    """What ``check`` found, in words for people."""

    sha256: str
    kind: Literal["corrupt", "missing", "orphan"]
    reason: str


class BlobStore:
    """Puts, reads, releases, checks and sweeps blobs. Errors are ``BlobStoreError`` with a German message."""

    def __init__(self, backend: Backend, master_key: MasterKey, clock: Clock = utc_now) -> None:
        self._backend = backend
        self._master = master_key
        self._clock = clock

    @classmethod
    def from_settings(cls, settings: Settings) -> "BlobStore":
        """The bucket named by the settings, else the directory ``blobs`` of the data directory."""
        master = load_master_key(settings.in_data("keys", "blob").parent)
        if settings.blob_bucket is None:
            return cls(Directory(settings.in_data("blobs", "staged").parent), master)
        from storage.blobs.bucket import Bucket  # boto3 is heavy

        return cls(Bucket.from_settings(settings, settings.blob_bucket), master)

    @contextmanager
    def stage(self, source: Path | bytes | BinaryIO) -> Iterator[Staged]:
        """Encrypt a content without touching the database, so that no transaction waits for a large file."""
        with _opened(source) as stream, self._backend.stage() as file:
            with explained():
                sha256, size = encrypt(stream, file, self._master)
            yield Staged(BlobRef(sha256, size), file)

    def put(self, session: Session, source: Path | bytes | BinaryIO | Staged) -> BlobRef:
        """Add one reference to a content, storing it first where it is new.

        The content is durable when this returns; the reference counts once the caller's transaction commits. In one
        transaction put several contents in order of their SHA-256, lest two transactions wait for each other.
        """
        if not isinstance(source, Staged):
            with self.stage(source) as staged:
                return self.put(session, staged)
        self._count(session, source.ref)
        if not self._backend.exists(source.ref.sha256):
            self._backend.publish(source.file, source.ref.sha256)
        return source.ref

    def publish_all(self, staged: Sequence[Staged]) -> None:
        """Make many contents durable before the transaction that puts them, waiting for the disk once instead of for each.

        Without a row they are orphans, which a sweep leaves alone for the grace time.
        """
        new = {
            each.ref.sha256: each for each in staged if not self._backend.exists(each.ref.sha256)
        }
        with ThreadPoolExecutor(PUBLISHERS, thread_name_prefix="publish") as threads:
            list(
                threads.map(
                    lambda each: self._backend.publish(each.file, each.ref.sha256), new.values()
                )
            )

    def _count(self, session: Session, ref: BlobRef) -> None:
        """Add a reference, and hold the row's lock until the caller's transaction ends."""
        row = {
            "sha256": ref.sha256,
            "size": ref.size,
            "refs": 1,
            "stored_at": self._clock(),
            "released_at": None,
        }
        session.execute(_COUNT[session.get_bind().dialect.name], row)

    def share(self, session: Session, sha256: str) -> BlobRef:
        """Add one reference to a content that is in use already. Raises ``BlobMissingError`` where it is not."""
        size = session.execute(
            update(Blob)
            .where(Blob.sha256 == sha256, Blob.refs > 0)
            .values(refs=Blob.refs + 1)
            .returning(Blob.size)
            .execution_options(synchronize_session=False)
        ).scalar()
        if size is None:
            raise BlobMissingError(sha256)
        return BlobRef(sha256, size)

    def release(self, session: Session, sha256: str) -> None:
        """Take one reference away. The content stays until a sweep after the grace time finds it unreferenced."""
        now = literal(self._clock(), UtcDateTime())
        released = session.execute(
            update(Blob)
            .where(Blob.sha256 == sha256, Blob.refs > 0)
            .values(refs=Blob.refs - 1, released_at=case((Blob.refs == 1, now)))
            .returning(Blob.refs)
            .execution_options(synchronize_session=False)
        ).scalar()
        if released is None:
            raise BlobMissingError(sha256)

    def open(self, sha256: str) -> BinaryIO:
        """The content as a seekable binary stream."""
        source = self._backend.open(sha256)
        try:
            return io.BufferedReader(DecryptingReader(source, sha256, self._master))
        except BaseException:
            source.close()
            raise

    def read(self, sha256: str) -> bytes:
        with self.open(sha256) as stream:
            return stream.read()

    def copy_to(self, sha256: str, path: Path) -> None:
        """Write the content, decrypted, to ``path``."""
        with self.open(sha256) as stream, path.open("wb") as target:
            shutil.copyfileobj(stream, target, 1 << 20)

    def check(self, session: Session) -> Iterator[BlobProblem]:
        """Read every blob again: those that are changed, missing, or known to nobody (beyond the grace time)."""
        referred = select(Blob.sha256, Blob.size).where(Blob.refs > 0).order_by(Blob.sha256)
        for sha256, size in session.execute(referred, execution_options={"yield_per": AT_ONCE}):
            if problem := self._problem(sha256, size):
                yield problem
        for name in self._orphans(session, self._clock() - GRACE):
            yield BlobProblem(name, "orphan", f"Auf die Datei {name} verweist nichts.")

    def _problem(self, sha256: str, size: int) -> BlobProblem | None:
        digest = hashlib.sha256()
        try:
            with self.open(sha256) as stream:
                while part := stream.read(1 << 20):
                    digest.update(part)
                whole = stream.tell() == size and digest.hexdigest() == sha256
        except BlobMissingError as error:
            return BlobProblem(sha256, "missing", str(error))
        except BlobStoreError as error:
            return BlobProblem(sha256, "corrupt", str(error))
        return None if whole else BlobProblem(sha256, "corrupt", str(BlobCorruptError(sha256)))

    def sweep(self, database: Database, grace: timedelta = GRACE) -> int:
        """Remove what nobody has referred to for the grace time; how many blobs that were."""
        before = self._clock() - grace
        self._backend.discard_staged(self._clock() - max(grace, GRACE))  # uploads may take long
        with database.read() as session:
            due = session.scalars(select(Blob.sha256).where(*_unreferenced(before))).all()
            orphans = list(self._orphans(session, before))
        deeds = [partial(self._remove, sha256=name, before=before) for name in due]
        deeds += [partial(self._remove_orphan, sha256=name) for name in orphans]
        return sum(database.run(deed) for deed in deeds)

    def _orphans(self, session: Session, before: datetime) -> Iterator[str]:
        """Contents written before that moment of which no row speaks."""
        old = (name for name, written in self._backend.names() if written < before)
        while batch := set(islice(old, AT_ONCE)):
            known = session.scalars(select(Blob.sha256).where(Blob.sha256.in_(batch)))
            yield from sorted(batch.difference(known))

    def _remove(self, session: Session, sha256: str, before: datetime) -> bool:
        """Delete row and content, unless somebody has referred to it since. The row's lock keeps putters waiting."""
        gone = session.execute(
            delete(Blob).where(Blob.sha256 == sha256, *_unreferenced(before)).returning(Blob.sha256)
        ).scalar()
        if gone is not None:
            self._backend.delete(sha256)
        return gone is not None

    def _remove_orphan(self, session: Session, sha256: str) -> bool:
        """Delete a content without a row (its writer rolled back), under the lock of a row made for the purpose."""
        if session.get(Blob, sha256) is not None:
            return False
        mine = session.execute(
            insert_into(session, Blob)
            .values(sha256=sha256, size=0, refs=0, stored_at=self._clock())
            .on_conflict_do_nothing()
            .returning(Blob.sha256)
        ).scalar()
        if mine is None:
            return False
        self._backend.delete(sha256)
        session.execute(delete(Blob).where(Blob.sha256 == sha256))
        return True


def _unreferenced(before: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (Blob.refs == 0, Blob.released_at < before)


@contextmanager
def _opened(source: Path | bytes | BinaryIO) -> Iterator[BinaryIO]:
    if isinstance(source, bytes):
        yield io.BytesIO(source)
    elif isinstance(source, Path):
        with source.open("rb") as stream:
            yield stream
    else:
        yield source
