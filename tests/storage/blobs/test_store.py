"""What a caller of the blob store relies on, on both databases."""

import io
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select

from config.settings import Settings
from storage.blobs.errors import BlobCorruptError, BlobMissingError
from storage.blobs.store import BlobProblem, BlobRef, BlobStore
from storage.blobs.tables import Blob
from storage.database import Database

DAY = timedelta(hours=25)
Turn = Callable[[timedelta], None]
LETTER = b"Sehr geehrte Damen und Herren"


def put(store: BlobStore, database: Database, content: bytes = LETTER) -> BlobRef:
    with database.write() as session:
        return store.put(session, content)


def refs(database: Database) -> dict[str, int]:
    with database.read() as session:
        return {blob.sha256: blob.refs for blob in session.scalars(select(Blob))}


def problems(store: BlobStore, database: Database) -> list[BlobProblem]:
    with database.read() as session:
        return list(store.check(session))


def test_what_was_put_is_read(store: BlobStore, database: Database, tmp_path: Path) -> None:
    path = tmp_path / "brief.txt"
    path.write_bytes(LETTER)
    with database.write() as session:
        by_path = store.put(session, path)
        by_stream = store.put(session, io.BytesIO(LETTER))
        by_bytes = store.put(session, LETTER)
    assert by_path == by_stream == by_bytes == BlobRef(sha256(LETTER).hexdigest(), len(LETTER))
    assert store.read(by_path.sha256) == LETTER
    assert path.read_bytes() == LETTER
    store.copy_to(by_path.sha256, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == LETTER
    assert refs(database) == {by_path.sha256: 3}


def test_nothing_readable_lies_on_the_disk(
    store: BlobStore, sqlite_database: Database, folder: Path
) -> None:
    put(store, sqlite_database, LETTER * 1000)
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) == 1
    assert LETTER not in files[0].read_bytes()
    assert files[0].stat().st_mode & 0o077 == 0


def test_a_rolled_back_put_leaves_no_reference_and_is_swept(
    store: BlobStore, database: Database, turn: Turn, folder: Path
) -> None:
    with database.read() as session:  # its changes are rolled back
        store.put(session, LETTER)
    assert refs(database) == {}
    assert problems(store, database) == []  # it may still be somebody's put on the way
    turn(DAY)
    assert [problem.kind for problem in problems(store, database)] == ["orphan"]
    assert store.sweep(database) == 1
    assert not [path for path in folder.rglob("*") if path.is_file()]
    assert refs(database) == {}


def test_the_last_release_lets_the_sweep_take_it_after_the_grace_time(
    store: BlobStore, database: Database, turn: Turn
) -> None:
    ref = put(store, database)
    put(store, database)
    with database.write() as session:
        store.release(session, ref.sha256)
    turn(DAY)
    assert store.sweep(database) == 0
    with database.write() as session:
        store.release(session, ref.sha256)
    assert store.sweep(database) == 0
    assert store.read(ref.sha256) == LETTER
    turn(DAY)
    assert store.sweep(database) == 1
    with pytest.raises(BlobMissingError):
        store.read(ref.sha256)
    assert put(store, database) == ref
    assert store.read(ref.sha256) == LETTER


def test_a_put_before_the_sweep_keeps_the_content(
    store: BlobStore, sqlite_database: Database, turn: Turn
) -> None:
    ref = put(store, sqlite_database)
    with sqlite_database.write() as session:
        store.release(session, ref.sha256)
    turn(DAY)
    put(store, sqlite_database)
    assert store.sweep(sqlite_database) == 0
    assert store.read(ref.sha256) == LETTER


def test_more_releases_than_puts_are_refused(store: BlobStore, database: Database) -> None:
    ref = put(store, database)
    with database.write() as session:
        store.release(session, ref.sha256)
        with pytest.raises(BlobMissingError):
            store.release(session, ref.sha256)
    assert refs(database) == {ref.sha256: 0}


def test_check_names_what_was_changed_and_what_is_gone(
    store: BlobStore, sqlite_database: Database, folder: Path
) -> None:
    whole, changed, gone = (put(store, sqlite_database, LETTER + bytes([i])) for i in range(3))
    paths = {path.name: path for path in folder.rglob("*") if path.is_file()}
    data = bytearray(paths[changed.sha256].read_bytes())
    data[-20] ^= 1
    paths[changed.sha256].write_bytes(data)
    paths[gone.sha256].unlink()
    found = {problem.sha256: problem.kind for problem in problems(store, sqlite_database)}
    assert found == {changed.sha256: "corrupt", gone.sha256: "missing"}
    with pytest.raises(BlobCorruptError, match=changed.sha256):
        store.read(changed.sha256)
    assert store.read(whole.sha256)


def test_a_file_passed_off_as_another_one_is_found(
    store: BlobStore, sqlite_database: Database, folder: Path
) -> None:
    first, second = (
        put(store, sqlite_database, b"Bescheid A"),
        put(store, sqlite_database, b"Bescheid B"),
    )
    paths = {path.name: path for path in folder.rglob("*") if path.is_file()}
    paths[first.sha256].write_bytes(paths[second.sha256].read_bytes())
    with pytest.raises(BlobCorruptError):
        store.read(first.sha256)


def test_settings_choose_the_directory_and_keep_the_key(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    database = Database(f"sqlite:///{tmp_path / 'x.sqlite'}")
    Blob.metadata.create_all(database.engine)
    ref = put(BlobStore.from_settings(settings), database)
    assert BlobStore.from_settings(settings).read(ref.sha256) == LETTER
    keys = list((tmp_path / "keys").iterdir())
    assert [key.stat().st_mode & 0o777 for key in keys] == [0o600]
    database.close()


def test_many_are_made_durable_before_their_rows(
    store: BlobStore, database: Database, turn: Turn
) -> None:
    contents = [b"eins", b"zwei", b"eins"]
    with ExitStack() as stack:
        staged = [stack.enter_context(store.stage(content)) for content in contents]
        store.publish_all(staged)
        assert refs(database) == {}
        store.publish_all(staged)
        with database.write() as session:
            for each in staged:
                store.put(session, each)
    assert sorted(refs(database).values()) == [1, 2]
    assert [store.read(each.ref.sha256) for each in staged] == contents
    with store.stage(b"drei") as left:
        store.publish_all([left])
    assert problems(store, database) == []
    turn(DAY)
    assert [each.kind for each in problems(store, database)] == ["orphan"]
