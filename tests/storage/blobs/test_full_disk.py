"""A full disk ends as a German sentence: no half blob, and what was there stays."""

import contextlib
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.blobs.directory import Directory
from storage.blobs.errors import BlobStoreError
from storage.blobs.keys import MasterKey
from storage.blobs.store import BlobStore
from storage.blobs.tables import Blob
from storage.database import Database

MEGABYTE = 1 << 20


@contextlib.contextmanager
def no_file_above(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def store_too_much(store: BlobStore, database: Database) -> tuple[str, str]:
    """Puts what fits and what doesn't: the checksum of the first, and what is said about the second."""
    with database.write() as session:
        small = store.put(session, b"klein")
    with pytest.raises(BlobStoreError) as refusal, database.write() as session:
        store.put(session, bytes(8 * MEGABYTE))
    return small.sha256, str(refusal.value)


def stays_whole(store: BlobStore, database: Database, folder: Path, small: str) -> bool:
    """Whether exactly what fitted is there, is readable and in order, and the store takes more that fits."""
    with database.read() as session:
        known, problems = session.scalars(select(Blob.sha256)).all(), list(store.check(session))
    with database.write() as session:
        again = store.put(session, b"geht wieder").sha256
    names = {path.name for path in files(folder)}
    contents = (store.read(small), store.read(again))
    return (known, problems, names, contents) == (
        [small],
        [],
        {small, again},
        (b"klein", b"geht wieder"),
    )


def test_a_file_size_limit(sqlite_database: Database, store: BlobStore, folder: Path) -> None:
    with no_file_above(3 * MEGABYTE):
        small, said = store_too_much(store, sqlite_database)
        assert "Speicherplatz der Ablage ist erschöpft" in said
        assert [path.name for path in files(folder)] == [small], "nothing half is left behind"
        assert stays_whole(store, sqlite_database, folder, small)


def test_a_full_file_system(sqlite_database: Database, tmp_path: Path) -> None:
    mount = tmp_path / "voll"
    mount.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(mount)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        pytest.skip("mounting a small file system is not allowed here")
    try:
        folder = mount / "blobs"
        store = BlobStore(Directory(folder), MasterKey.generate())
        small, said = store_too_much(store, sqlite_database)
        assert "Speicherplatz der Ablage ist erschöpft" in said
        assert [path.name for path in files(folder)] == [small], "nothing half is left behind"
        assert stays_whole(store, sqlite_database, folder, small)
    finally:
        subprocess.run(["umount", str(mount)], check=True)
