"""Verbs with journal: a checked change of state, its journal entry and its job, committed together by 8 clients.

On PostgreSQL the clients are eight processes; on SQLite, the database of a single machine, eight threads of one
process, as in `rathaus web`. The sealer is a process beside them. The reference is the same deed without the journal,
on the same database, in the same run.
"""

import multiprocessing
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path
from uuid import UUID

from sqlalchemy import MetaData, func, insert, select, update
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bench.figures import Figure
from bench.postgres import server
from config.settings import Settings
from storage.clock import new_id, utc_now
from storage.database import Database
from storage.jobs.queue import enqueue
from storage.jobs.tables import Job
from storage.journal import record, tables
from storage.journal.anchor import Anchor
from storage.journal.sealer import keep_sealing, seal
from storage.journal.verification import verify
from storage.schema import Table

CLIENTS = 8
SECONDS = 6.0
ROUNDS = 2
ROWS = 2000
JOURNAL = (
    tables.JournalPending,
    tables.JournalEntry,
    tables.JournalDetail,
    tables.JournalBlock,
    tables.JournalHead,
)
PROMISED = {"sqlite": 150, "postgresql": 400}
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


class Base(DeclarativeBase):
    metadata = MetaData()


class Letter(Base):
    """A row that people edit."""

    __tablename__ = "bench_letter"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[str]
    state: Mapped[str]
    revision: Mapped[int]


@dataclass(frozen=True)
class Run:
    """What one run of all clients gave. ``lag``: age of the oldest unsealed entry, sampled, at worst (seconds)."""

    commits: int = 0
    seconds: float = 0.0
    lag: float = 0.0

    def __add__(self, other: "Run") -> "Run":
        return Run(
            self.commits + other.commits,
            self.seconds + other.seconds,
            max(self.lag, other.lag),
        )

    @property
    def rate(self) -> float:
        return self.commits / self.seconds


def measure() -> list[Figure]:
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        figures += _measure(f"sqlite:///{folder}/bench.sqlite", Path(folder))
    with tempfile.TemporaryDirectory() as folder, server() as url:
        figures += _measure(url, Path(folder))
    return figures


def _measure(url: str, folder: Path) -> list[Figure]:
    database = Database(url)
    Base.metadata.create_all(database.engine)
    names = [table.__tablename__ for table in (*JOURNAL, Job)]
    Table.metadata.create_all(
        database.engine, tables=[Table.metadata.tables[name] for name in names]
    )
    with database.write() as session:
        session.execute(
            insert(Letter),
            [
                {"id": new_id(), "title": f"Schreiben {i}", "state": "ready", "revision": 1}
                for i in range(ROWS)
            ],
        )
    bare, with_journal = Run(), Run()
    for turn in range(ROUNDS):  # in turns, so that both see the same weather
        bare += _run(url, database, folder, f"{turn}:bare", journal=False)
        with_journal += _run(url, database, folder, f"{turn}:journal", journal=True)
    _check(database, folder, with_journal.commits)
    database.close()
    name, promised = NAMES[database.dialect], PROMISED[database.dialect]
    return [
        Figure(
            f"Taten mit Journal, {CLIENTS} Clients, {name}",
            with_journal.rate,
            "Commits/s",
            bare.rate,
            "dieselbe Tat ohne Journal",
            f"mindestens {promised}",
            with_journal.rate >= promised,
        ),
        Figure(
            f"Ältester unversiegelter Eintrag unter dieser Last, {name}",
            with_journal.lag,
            "s",
            None,
            "",
            "höchstens 1",
            with_journal.lag <= 1,
        ),
    ]


def _run(url: str, database: Database, folder: Path, keys: str, *, journal: bool) -> Run:
    database.close()  # nothing of ours is open while we fork
    context = multiprocessing.get_context("fork")
    processes = 1 if database.dialect == "sqlite" else CLIENTS
    barrier, stop, counts = context.Barrier(processes + 1), context.Event(), context.Queue()
    clients = [
        context.Process(
            target=_clients,
            args=(url, number, CLIENTS // processes, keys, journal, barrier, stop, counts),
        )
        for number in range(processes)
    ]
    sealer = context.Process(target=_seal, args=(url, folder, stop))
    for process in clients + [sealer] * journal:
        process.start()
    barrier.wait(60)
    began = time.monotonic()
    lag = 0.0
    while time.monotonic() - began < SECONDS:
        time.sleep(0.1)  # the load runs meanwhile
        lag = max(lag, _lag(database))
    stop.set()
    commits = sum(counts.get(timeout=120) for _ in range(CLIENTS))
    seconds = time.monotonic() - began
    for process in clients + [sealer] * journal:
        process.join(60)
    return Run(commits, seconds, lag)


def _clients(
    url: str,
    number: int,
    threads: int,
    keys: str,
    journal: bool,
    barrier: Barrier,
    stop: Event,
    counts: "multiprocessing.Queue[int]",
) -> None:
    """One process with its clients, each a thread."""
    database = Database(url)
    with database.read() as session:
        letters = list(session.scalars(select(Letter.id).order_by(Letter.id)))

    def client(mine: int) -> None:
        done = 0
        own = letters[mine::CLIENTS]
        while not stop.is_set():
            _deed(database, own[done % len(own)], f"{keys}:{mine}:{done}", journal=journal)
            done += 1
        counts.put(done)

    crew = [
        threading.Thread(target=client, args=(number * threads + thread,))
        for thread in range(threads)
    ]
    barrier.wait(60)
    for member in crew:
        member.start()
    for member in crew:
        member.join()
    database.close()


def _deed(database: Database, letter: UUID, key: str, *, journal: bool) -> None:
    """File a letter: read it, change it where nobody changed it meanwhile, journal it, ask for its mail."""
    now = utc_now()
    with database.write() as session:
        row = session.get_one(Letter, letter)
        changed = session.scalar(
            update(Letter)
            .where(Letter.id == letter, Letter.revision == row.revision)
            .values(state="filed", revision=Letter.revision + 1)
            .returning(Letter.revision)
            .execution_options(synchronize_session=False)
        )
        if changed is None:
            sys.exit("a letter was changed by somebody else")
        if journal:
            record(
                session,
                actor=f"person:{letter.hex}",
                verb="document.file",
                object_kind="document",
                object_id=letter,
                details={"revision": changed, "sha256": letter.hex * 2, "title": row.title},
                at=now,
            )
        enqueue(session, "mail", key, {"letter": str(letter)}, now=now)


def _seal(url: str, folder: Path, stop: Event) -> None:
    database = Database(url, pool_size=2)
    stopped = threading.Event()
    thread = threading.Thread(
        target=keep_sealing, args=(database, _anchor(folder), utc_now, stopped)
    )
    thread.start()
    stop.wait()
    stopped.set()
    thread.join()
    database.close()


def _lag(database: Database) -> float:
    with database.read() as session:
        oldest = session.scalar(select(func.min(tables.JournalPending.at)))
    return (utc_now() - oldest).total_seconds() if oldest else 0.0


def _anchor(folder: Path) -> Anchor:
    return Anchor.from_settings(Settings(data_dir=folder / "daten"))


def _check(database: Database, folder: Path, commits: int) -> None:
    """A fast journal that lost an entry would be worth nothing."""
    anchor = _anchor(folder)
    while seal(database, anchor, utc_now):
        pass
    found = verify(database, anchor)
    if not found.ok or found.sealed != commits:
        sys.exit(f"{commits} commits, but {found.to_json()}")
