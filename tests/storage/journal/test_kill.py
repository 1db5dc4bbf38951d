"""kill -9 in the middle of putting and sealing: counted, nothing is lost, doubled or half done."""

import random
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from config.settings import Settings
from storage.blobs.store import BlobStore
from storage.blobs.tables import Blob
from storage.clock import utc_now
from storage.database import Database
from storage.journal.anchor import Anchor
from storage.journal.sealer import seal
from storage.journal.tables import JournalDetail, JournalEntry
from storage.journal.verification import verify

ROOT = Path(__file__).parents[3]
CHILD = """
import os, sys
from pathlib import Path
from config.settings import Settings
from storage.blobs.store import BlobStore
from storage.clock import utc_now
from storage.database import Database
from storage.journal import record
from storage.journal.anchor import Anchor
from storage.journal.sealer import seal

settings = Settings(data_dir=Path(sys.argv[1]))
database, store, anchor = Database(sys.argv[2]), BlobStore.from_settings(settings), Anchor.from_settings(settings)
while True:
    with database.write() as session:
        ref = store.put(session, os.urandom(int.from_bytes(os.urandom(3), "big") % 400_000))
        record(session, actor="system:test", verb="document.receive", object_kind="blob",
               object_id=ref.sha256, details={"sha256": ref.sha256}, at=utc_now())
    print(ref.sha256, flush=True)
    seal(database, anchor, utc_now, limit=2)
"""


def run_and_kill(settings: Settings, url: str, after: int) -> list[str]:
    """What the child said was done before it was killed, at whatever it did after its ``after``-th deed."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(settings.data_dir), url],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert child.stdout
    done = [child.stdout.readline().strip() for _ in range(after)]
    child.send_signal(signal.SIGKILL)
    done += [line.strip() for line in child.stdout if line.endswith("\n")]
    assert child.wait(30) == -signal.SIGKILL
    child.stdout.close()
    return done


def kill_and_count(database: Database, settings: Settings, kills: int) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    chance = random.Random(7)
    done = [
        sha256
        for _ in range(kills)
        for sha256 in run_and_kill(settings, url, chance.randint(1, 12))
    ]
    anchor, store = Anchor.from_settings(settings), BlobStore.from_settings(settings)
    assert verify(database, anchor).ok
    while seal(database, anchor, utc_now):
        pass
    found = verify(database, anchor)
    assert found.ok, found.problems
    with database.read() as session:
        stored = set(session.scalars(select(Blob.sha256).where(Blob.refs == 1)))
        journalled = session.scalars(select(JournalDetail.sha256)).all()
        assert session.scalar(select(func.count()).select_from(JournalEntry)) == len(journalled)
        assert [p for p in store.check(session) if p.kind != "orphan"] == []
    assert stored.issuperset(done)  # none lost
    assert len(stored) <= len(done) + kills  # at most the one whose report was cut off
    assert sorted(journalled) == sorted(stored)  # none half done, none doubled
    store.sweep(database, timedelta(seconds=-5))
    with database.read() as session:
        assert list(store.check(session)) == []


def test_kills(sqlite_database: Database, settings: Settings) -> None:
    kill_and_count(sqlite_database, settings, kills=3)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_many_kills(database: Database, settings: Settings) -> None:
    kill_and_count(database, settings, kills=20)
