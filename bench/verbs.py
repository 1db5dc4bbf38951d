"""Verbs with journal: a checked change of state, its journal entry and its job, committed together by 8 clients.

On PostgreSQL the clients are eight processes; on SQLite, the database of a single machine, eight threads of one
process, as in `rathaus web`. The sealer is a process beside them. The references, on the same database and in the same
run: what the database and its disk allow (the same clients, each with one INSERT and COMMIT of the bare driver), and
the same deed without the journal.
"""

import multiprocessing
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path
from typing import Literal
from uuid import UUID

from sqlalchemy import MetaData, PoolProxiedConnection, func, insert, select, update
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
SECONDS = 4.0
ROUNDS = 3
WARM_UP = 8
"""Deeds that each process does before it is measured: it has statements to compile, as `rathaus web` has once."""
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


Kind = Literal["driver", "bare", "journal"]
"""What the clients do: INSERT and COMMIT by the driver alone, the deed without the journal, the deed."""


class Base(DeclarativeBase):
    metadata = MetaData()


class Letter(Base):
    """A row that people edit."""

    __tablename__ = "bench_letter"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[str]
    state: Mapped[str]
    revision: Mapped[int]


class Note(Base):
    """What the bare driver inserts: about as much as a deed writes."""

    __tablename__ = "bench_note"

    id: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]


@dataclass(frozen=True)
class Run:
    """What one run of all clients gave.

    ``lag``: age of the oldest unsealed entry, sampled, at worst (seconds). ``work``: processor time of the clients
    (seconds), without the database's.
    """

    commits: int = 0
    seconds: float = 0.0
    lag: float = 0.0
    work: float = 0.0

    def __add__(self, other: "Run") -> "Run":
        return Run(
            self.commits + other.commits,
            self.seconds + other.seconds,
            max(self.lag, other.lag),
            self.work + other.work,
        )

    @property
    def rate(self) -> float:
        return self.commits / self.seconds

    @property
    def work_each(self) -> float:
        """Processor time of one deed in milliseconds."""
        return 1000 * self.work / self.commits


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
    runs: dict[Kind, Run] = {"driver": Run(), "bare": Run(), "journal": Run()}
    for turn in range(ROUNDS):  # in turns, so that all see the same weather
        for kind in runs:
            runs[kind] += _run(url, database, folder, f"{turn}:{kind}", kind)
    warm_up = ROUNDS * _processes(database) * WARM_UP
    _check(database, folder, runs["journal"].commits + warm_up)
    database.close()
    return _figures(database.dialect, runs)


def _figures(dialect: str, runs: dict[Kind, Run]) -> list[Figure]:
    name, promised = NAMES[dialect], PROMISED[dialect]
    rate, lag = runs["journal"].rate, runs["journal"].lag
    return [
        Figure(
            f"Taten mit Journal, {CLIENTS} Clients, {name}",
            rate,
            "Commits/s",
            runs["driver"].rate,
            "nur INSERT und COMMIT, ohne unser Programm",
            f"mindestens {promised}",
            rate >= promised,
        ),
        Figure(
            f"Dieselbe Tat ohne Journal, {CLIENTS} Clients, {name}",
            runs["bare"].rate,
            "Commits/s",
            runs["driver"].rate,
            "nur INSERT und COMMIT, ohne unser Programm",
            "nur zur Kenntnis",
            True,
        ),
        Figure(
            f"Prozessorzeit einer Tat mit Journal im Client, {name}",
            runs["journal"].work_each,
            "ms",
            runs["driver"].work_each,
            "nur INSERT und COMMIT, ohne unser Programm",
            "nur zur Kenntnis",
            True,
        ),
        Figure(
            f"Ältester unversiegelter Eintrag unter dieser Last, {name}",
            lag,
            "s",
            None,
            "",
            "höchstens 1",
            lag <= 1,
        ),
    ]


def _processes(database: Database) -> int:
    return 1 if database.dialect == "sqlite" else CLIENTS


def _run(url: str, database: Database, folder: Path, keys: str, kind: Kind) -> Run:
    database.close()  # nothing of ours is open while we fork
    context = multiprocessing.get_context("fork")
    processes = _processes(database)
    barrier, counts = context.Barrier(processes + 1), context.Queue()
    stop, stop_sealing = context.Event(), context.Event()
    clients = [
        context.Process(
            target=_clients,
            args=(url, number, CLIENTS // processes, keys, kind, barrier, stop, counts),
        )
        for number in range(processes)
    ]
    sealer = context.Process(target=_seal, args=(url, folder, stop_sealing))
    sealers = [sealer] * (kind == "journal")
    for process in sealers + clients:
        process.start()
    barrier.wait(60)
    began = time.monotonic()
    lag = 0.0
    while time.monotonic() - began < SECONDS:
        time.sleep(0.1)  # the load runs meanwhile
        lag = max(lag, _lag(database))
    stop.set()
    ended = [counts.get(timeout=120) for _ in range(CLIENTS)]
    seconds = time.monotonic() - began
    for process in clients:
        process.join(60)
    stop_sealing.set()  # after the last deed: what stayed unsealed would look old in the next run
    for process in sealers:
        process.join(60)
    return Run(sum(done for done, _ in ended), seconds, lag, sum(work for _, work in ended))


def _clients(
    url: str,
    number: int,
    threads: int,
    keys: str,
    kind: Kind,
    barrier: Barrier,
    stop: Event,
    counts: "multiprocessing.Queue[tuple[int, float]]",
) -> None:
    """One process with its clients, each a thread."""
    database = Database(url)
    with database.read() as session:
        letters = list(session.scalars(select(Letter.id).order_by(Letter.id)))

    turn = threading.Lock() if database.dialect == "sqlite" else nullcontext()

    def work(mine: int, key: str, goes_on: Callable[[int], bool]) -> int:
        done = 0
        own = letters[mine::CLIENTS]
        with _bare_driver(database) if kind == "driver" else nullcontext() as connection:
            while goes_on(done):
                if connection:
                    _insert(connection, f"{key}:{done}", turn)
                else:
                    letter = own[done % len(own)]
                    _deed(database, letter, f"{key}:{done}", journal=kind == "journal")
                done += 1
        return done

    def client(mine: int) -> None:
        done = work(mine, f"{keys}:{mine}", lambda _: not stop.is_set())
        counts.put((done, time.thread_time()))

    crew = [
        threading.Thread(target=client, args=(number * threads + thread,))
        for thread in range(threads)
    ]
    work(number, f"{keys}:warm-up:{number}", lambda done: done < WARM_UP)
    barrier.wait(60)
    for member in crew:
        member.start()
    for member in crew:
        member.join()
    database.close()


def _bare_driver(database: Database) -> AbstractContextManager[PoolProxiedConnection]:
    return closing(database.engine.raw_connection())


def _insert(
    connection: PoolProxiedConnection, key: str, turn: AbstractContextManager[object]
) -> None:
    """One row, durable. On SQLite the threads take turns, as its single writer demands."""
    mark = "%s" if isinstance(turn, nullcontext) else "?"
    cursor = connection.cursor()
    with turn:
        cursor.execute("BEGIN")
        cursor.execute(f"INSERT INTO bench_note VALUES ({mark}, {mark})", (key, "x" * 300))
        cursor.execute("COMMIT")
    cursor.close()


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
