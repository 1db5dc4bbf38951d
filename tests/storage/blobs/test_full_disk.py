"""A full disk ends as a German sentence: no half blob, and what was there stays."""

import contextlib
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.blobs.directory import Directory
from storage.blobs.errors import BlobStoreError
from storage.blobs.keys import MasterKey
from storage.blobs.store import BlobStore
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


def store_too_much(store: BlobStore, database: Database, folder: Path) -> None:
    with database.write() as session:
        small = store.put(session, b"klein")
    with (
        pytest.raises(BlobStoreError, match="Speicherplatz der Ablage ist erschöpft"),
        database.write() as session,
    ):
        store.put(session, bytes(8 * MEGABYTE))
    assert [path.name for path in files(folder)] == [small.sha256]
    assert store.read(small.sha256) == b"klein"
    with database.read() as session:
        assert list(store.check(session)) == []
    with database.write() as session:
        assert store.read(store.put(session, b"geht wieder").sha256) == b"geht wieder"


def test_a_file_size_limit(sqlite_database: Database, store: BlobStore, folder: Path) -> None:
    with no_file_above(3 * MEGABYTE):
        store_too_much(store, sqlite_database, folder)


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
        store_too_much(BlobStore(Directory(folder), MasterKey.generate()), sqlite_database, folder)
    finally:
        subprocess.run(["umount", str(mount)], check=True)
