"""kill -9 in the middle of putting and sealing: counted, nothing is lost, doubled or half done.

Half of the children are killed from outside, just when they have reported a deed. The others kill themselves at a step
drawn by lot, so that every step of putting, committing, sealing and keeping the head gets its turn: before or after a
call that our own code, or the database driver on its behalf, makes.
"""

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
STEPS = 1900
"""About as many as two deeds with their sealing take."""
CHILD = """
import os, signal, sys
from pathlib import Path
from config.settings import Settings
from storage.blobs.store import BlobStore
from storage.clock import utc_now
from storage.database import Database
from storage.journal import record
from storage.journal.anchor import Anchor
from storage.journal.sealer import seal

STEPS_FROM = ("/storage/", "sqlalchemy/engine/default.py")  # the latter calls the driver: execute, commit

def count_down(frame, event, arg):
    global steps
    if any(part in frame.f_code.co_filename for part in STEPS_FROM):
        steps -= 1
        if not steps:
            os.kill(os.getpid(), signal.SIGKILL)

deeds, steps = int(sys.argv[3]), int(sys.argv[4])
settings = Settings(data_dir=Path(sys.argv[1]))
database, store, anchor = Database(sys.argv[2]), BlobStore.from_settings(settings), Anchor.from_settings(settings)
while True:
    if not deeds and steps:
        sys.setprofile(count_down)
    deeds -= 1
    with database.write() as session:
        ref = store.put(session, os.urandom(int.from_bytes(os.urandom(3), "big") % 400_000))
        record(session, actor="system:test", verb="document.receive", object_kind="blob",
               object_id=ref.sha256, details={"sha256": ref.sha256}, at=utc_now())
    print(ref.sha256, flush=True)
    seal(database, anchor, utc_now, limit=2)
"""


def run_and_kill(settings: Settings, url: str, deeds: int, steps: int) -> list[str]:
    """What the child said was done before it was killed after ``deeds`` deeds: at once, or ``steps`` later."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(settings.data_dir), url, str(deeds), str(steps)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert child.stdout
    done = [child.stdout.readline().strip() for _ in range(deeds)]
    if not steps:
        child.send_signal(signal.SIGKILL)
    done += [line.strip() for line in child.stdout if line.endswith("\n")]
    assert child.wait(120) == -signal.SIGKILL
    child.stdout.close()
    return done


def kill_and_count(database: Database, settings: Settings, kills: int) -> int:
    """Kill so many children at their work. Returns how many of their deeds are there, each whole and once."""
    url = database.engine.url.render_as_string(hide_password=False)
    chance = random.Random(7)
    done: list[str] = []
    for number in range(kills):
        steps = chance.randint(1, STEPS) if number % 2 else 0
        done += run_and_kill(settings, url, chance.randint(1, 6), steps)
    assert all(done), "every child did all its deeds before it was killed"
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
    assert sorted(map(str, journalled)) == sorted(stored)  # none half done, none doubled
    store.sweep(database, timedelta(seconds=-5))
    with database.read() as session:
        assert list(store.check(session)) == []
    return len(stored)


def test_kills(sqlite_database: Database, settings: Settings) -> None:
    assert kill_and_count(sqlite_database, settings, kills=4) >= 4, "each did one deed at least"


@pytest.mark.long
def test_many_kills(database: Database, settings: Settings) -> None:
    assert kill_and_count(database, settings, kills=20) >= 20
