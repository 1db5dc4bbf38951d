"""One chain, whoever seals it and whenever deeds commit."""

import resource
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.settings import Settings
from storage.clock import utc_now
from storage.database import Database
from storage.journal import record
from storage.journal.anchor import Anchor, TreeHead
from storage.journal.sealer import keep_sealing, seal
from storage.journal.tables import JournalEntry
from storage.journal.verification import verify

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def leave(session: Session, name: str) -> None:
    record(
        session,
        actor="system:test",
        verb="v",
        object_kind="k",
        object_id=name,
        details={"n": name},
        at=NOW,
    )


def order(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(JournalEntry.object_id).order_by(JournalEntry.number)))


@pytest.mark.postgres
def test_a_deed_that_commits_late_is_sealed_late_and_not_lost(
    postgres_url: str, anchor: Anchor
) -> None:
    """Only PostgreSQL lets a second writer overtake; on SQLite writers take turns."""
    database = Database(postgres_url)
    JournalEntry.metadata.create_all(database.engine)
    with database.write() as slow:
        leave(slow, "begun first")
        with database.write() as quick:
            leave(quick, "committed first")
        assert seal(database, anchor, utc_now) == 1
    assert seal(database, anchor, utc_now) == 1
    assert order(database) == ["committed first", "begun first"]
    found = verify(database, anchor)
    assert (found.ok, found.first, found.last) == (True, 1, 2)
    database.close()


def test_several_sealers_make_one_chain(database: Database, settings: Settings) -> None:
    anchors = [Anchor.from_settings(settings) for _ in range(3)]
    stop = threading.Event()

    def write(writer: int) -> None:
        for i in range(40):
            with database.write() as session:
                leave(session, f"{writer}.{i}")

    def sealer(anchor: Anchor) -> None:
        while not stop.is_set():
            seal(database, anchor, utc_now, limit=7)

    with ThreadPoolExecutor(7) as pool:
        sealers = [pool.submit(sealer, anchor) for anchor in anchors]
        writers = [pool.submit(write, writer) for writer in range(3)]
        for done in writers:
            done.result(120)
        stop.set()
        for done in sealers:
            done.result(120)
    while seal(database, anchors[0], utc_now):
        pass
    found = verify(database, anchors[0])
    assert found.ok, found.problems
    assert (found.sealed, found.last) == (120, 120)
    assert len(set(order(database))) == 120


class DyingAnchor(Anchor):
    """Dies when it is to keep the head of a journal that has entries."""

    def advance(self, head: TreeHead) -> None:
        if head.size:
            raise KeyboardInterrupt
        super().advance(head)


def test_a_death_before_the_first_head_got_out_is_caught_up(
    sqlite_database: Database, settings: Settings
) -> None:
    with sqlite_database.write() as session:
        leave(session, "1")
    with pytest.raises(KeyboardInterrupt):
        seal(sqlite_database, DyingAnchor.from_settings(settings), utc_now)
    anchor = Anchor.from_settings(settings)
    assert verify(sqlite_database, anchor).ok
    assert seal(sqlite_database, anchor, utc_now) == 0
    kept = anchor.read()
    assert kept
    assert kept.head.size == 1


@pytest.mark.postgres
def test_a_full_disk_under_the_head_holds_sealing_up_and_loses_nothing(
    postgres_url: str, anchor: Anchor
) -> None:
    """The database has a disk of its own here; the file that keeps the head outside can't be written."""
    database = Database(postgres_url)
    JournalEntry.metadata.create_all(database.engine)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    for name in ("1", "2"):  # the first head at all, and a later one
        with database.write() as session:
            leave(session, name)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
        try:
            with pytest.raises(OSError, match="File too large"):
                seal(database, anchor, utc_now)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        while seal(database, anchor, utc_now):
            pass
        kept = anchor.read()
        assert kept
        assert kept.head.size == int(name)
    assert order(database) == ["1", "2"]
    found = verify(database, anchor)
    assert (found.ok, found.unsealed) == (True, 0), found.problems
    database.close()


def test_keep_sealing_seals_what_comes_until_it_is_stopped(
    sqlite_database: Database, anchor: Anchor
) -> None:
    stop = threading.Event()
    thread = threading.Thread(
        target=keep_sealing, args=(sqlite_database, anchor, utc_now, stop, 0.01)
    )
    thread.start()
    for count in (1, 2, 3):
        with sqlite_database.write() as session:
            leave(session, str(count))
        deadline = time.monotonic() + 120
        while sealed(sqlite_database) < count:
            assert time.monotonic() < deadline
    stop.set()
    thread.join(120)
    assert not thread.is_alive()
    assert verify(sqlite_database, anchor).ok


def sealed(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(JournalEntry)) or 0


def test_a_broken_journal_is_said_and_not_sealed_over(
    sqlite_database: Database,
    anchor: Anchor,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with sqlite_database.write() as session:
        leave(session, "1")
    seal(sqlite_database, anchor, utc_now)
    (settings.data_dir / "journal" / "head.json").unlink()
    with sqlite_database.write() as session:
        leave(session, "2")
    stop = threading.Event()
    thread = threading.Thread(target=keep_sealing, args=(sqlite_database, anchor, utc_now, stop))
    thread.start()
    deadline = time.monotonic() + 120
    while not caplog.records:
        assert time.monotonic() < deadline
    stop.set()
    thread.join(120)
    assert "Kopf des Journals fehlt" in caplog.text
    assert sealed(sqlite_database) == 1
