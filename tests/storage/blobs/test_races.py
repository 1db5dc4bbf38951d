"""Putting a content while the sweep removes it: the content must be there after the put has committed."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from storage.blobs.directory import Directory
from storage.blobs.errors import BlobMissingError
from storage.blobs.keys import MasterKey
from storage.blobs.store import BlobStore
from storage.blobs.tables import Blob
from storage.clock import utc_now
from storage.database import Database

LETTER = b"Bescheid"


class SlowDirectory(Directory):
    """Lets the test step in just before a content is deleted."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.deleting = threading.Event()
        self.go_on = threading.Event()

    def delete(self, name: str) -> None:
        self.deleting.set()
        assert self.go_on.wait(120)
        super().delete(name)


def careless_sweep(store: BlobStore, database: Database) -> int:
    """The control: looks, deletes the content, and removes the row in a transaction of its own."""
    with database.read() as session:
        due = session.scalars(select(Blob.sha256).where(Blob.refs == 0)).all()
    for name in due:
        store._backend.delete(name)
        database.run(
            lambda session, name=name: session.execute(
                delete(Blob).where(Blob.sha256 == name, Blob.refs == 0)
            )
        )
    return len(due)


@pytest.mark.parametrize(
    ("careless", "orphan"),
    [(False, False), (False, True), (True, False)],
    ids=["released", "orphan", "control"],
)
def test_a_put_in_the_middle_of_a_sweep_keeps_its_content(
    database: Database, folder: Path, *, careless: bool, orphan: bool
) -> None:
    directory = SlowDirectory(folder)
    store = BlobStore(directory, MasterKey.generate(), utc_now)
    with database.write() as session:
        sha256 = store.put(session, LETTER).sha256
    change = delete(Blob) if orphan else update(Blob).values(refs=0, released_at=utc_now())
    with database.write() as session:
        session.execute(change)
    sweep: Callable[[], int] = (
        (lambda: careless_sweep(store, database))
        if careless
        else (lambda: store.sweep(database, timedelta(0)))
    )

    def put() -> None:
        with database.write() as session:
            store.put(session, LETTER)

    with ThreadPoolExecutor(2) as pool:
        sweeping = pool.submit(sweep)
        assert directory.deleting.wait(120)
        putting = pool.submit(put)
        if careless:
            putting.result(120)  # nothing holds it up
        directory.go_on.set()
        assert sweeping.result(120) == 1
        putting.result(120)
    if careless:
        with pytest.raises(BlobMissingError):
            store.read(sha256)
    else:
        assert store.read(sha256) == LETTER


def test_a_sweep_in_the_middle_of_a_put_leaves_the_orphan_it_found(
    database: Database, store: BlobStore
) -> None:
    """The content lies there without a row; its put has not committed when the sweep comes by."""
    with database.read() as session:
        sha256 = store.put(session, LETTER).sha256
    put, commit = threading.Event(), threading.Event()

    def slow_put() -> None:
        with database.write() as session:
            store.put(session, LETTER)
            put.set()
            assert commit.wait(120)

    with ThreadPoolExecutor(2) as pool:
        putting = pool.submit(slow_put)
        assert put.wait(120)
        sweeping = pool.submit(lambda: store.sweep(database, timedelta(seconds=-5)))
        wait([sweeping], timeout=0.3)  # it has come to the content, and waits for the put to end
        commit.set()
        putting.result(120)
        assert sweeping.result(120) == 0
    assert store.read(sha256) == LETTER


def test_many_put_release_and_sweep_at_once(database: Database, folder: Path) -> None:
    store = BlobStore(Directory(folder), MasterKey.generate(), utc_now)
    contents = [b"A" * 10, b"B" * 300_000]
    stop = threading.Event()

    def clerk(number: int) -> None:
        for turn in range(12):
            content = contents[(number + turn) % 2]
            with database.write() as session:
                ref = store.put(session, content)
            assert store.read(ref.sha256) == content
            with database.write() as session:
                store.release(session, ref.sha256)

    def sweeper() -> int:
        removed = 0
        while not stop.is_set():
            removed += store.sweep(database, timedelta(0))
        return removed

    with ThreadPoolExecutor(5) as pool:
        sweeping = pool.submit(sweeper)
        clerks = [pool.submit(clerk, number) for number in range(4)]
        try:
            for done in clerks:
                done.result(120)
        finally:
            stop.set()  # also where one fails: the sweeper would never end
        sweeping.result(120)
    store.sweep(database, timedelta(0))
    with database.read() as session:
        assert session.scalars(select(Blob.sha256)).all() == []
        assert list(store.check(session)) == []
    assert not [path for path in folder.rglob("*") if path.is_file()]
