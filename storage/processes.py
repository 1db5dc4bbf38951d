"""Signs of life of the house's processes, and the state of the system as people are told it."""

import os
import socket
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from config.rooms import TITLES, Room, room_of
from storage.clock import new_id
from storage.database import Database
from storage.jobs import queue
from storage.jobs.tables import Process

BEAT_EVERY = timedelta(seconds=5)
SILENT_AFTER = timedelta(seconds=20)
STUCK_AFTER = timedelta(minutes=10)

NAMES = {
    "web": "Intranet",
    "public": "Bürgerseiten",
    "engine": "Ablaufsteuerung",
    "media": "Medienknoten",
    "prefect": "Prefect-Server",
}

Warner = Callable[[Session, datetime], Sequence[str]]
"""Adds a room's own warnings to the status, in German."""


@dataclass(frozen=True, slots=True)
class Beat:
    """One process of this machine. ``restarts`` is told to it by its supervisor (``RATHAUS_RESTARTS``)."""

    name: str
    machine: str
    pid: int
    since: datetime
    restarts: int

    @property
    def owner(self) -> str:
        """Names this very process in leases and runs; a restarted one has another name."""
        return f"{self.machine}/{self.pid}/{int(self.since.timestamp())}"


def this_process(name: str, now: datetime) -> Beat:
    return Beat(
        name, socket.gethostname(), os.getpid(), now, int(os.environ.get("RATHAUS_RESTARTS", "0"))
    )


def beat(
    session: Session, who: Beat, now: datetime, state: str = "running", note: str | None = None
) -> None:
    """Say that the process lives. ``state``: starting, running, stopping, stopped; ``note`` becomes a warning."""
    values: dict[str, Any] = {
        "pid": who.pid,
        "state": state,
        "since": who.since,
        "beat": now,
        "restarts": who.restarts,
        "note": note,
    }
    row = session.scalar(
        update(Process)
        .where(Process.machine == who.machine, Process.name == who.name)
        .values(**values)
        .returning(Process.id)
    )
    if row is None:
        session.add(Process(id=new_id(), name=who.name, machine=who.machine, **values))


def silent_owners(session: Session, owners: set[str], now: datetime) -> set[str]:
    """Which of these owners (``Beat.owner``) show no sign of life any more."""
    living = {
        Beat(row.name, row.machine, row.pid, row.since, row.restarts).owner
        for row in session.scalars(select(Process).where(Process.beat >= now - SILENT_AFTER))
        if row.state != "stopped"
    }
    return owners - living


def status(
    database: Database,
    now: datetime,
    warners: Sequence[Warner] = (),
    rooms_off: frozenset[Room] = frozenset(),
) -> dict[str, Any]:
    """What ``rathaus status --json`` prints (contracts.md, System)."""
    with database.read() as session:
        rows = session.scalars(select(Process).order_by(Process.name, Process.machine)).all()
        lengths = queue.counts(session, now)
        warnings = [warning for warner in warners for warning in warner(session, now)]
    processes = [
        {
            "name": row.name,
            "state": _state(row, now),
            "since": row.since.isoformat(),
            "restarts": row.restarts,
            "machine": row.machine,
        }
        for row in rows
    ]
    return {
        "processes": processes,
        "queues": [
            {"kind": q.kind, "waiting": q.waiting, "oldest_seconds": q.oldest_seconds}
            for q in lengths
        ],
        "warnings": _warnings(rows, lengths, now, rooms_off) + warnings,
    }


def engine_is_running(database: Database, now: datetime) -> bool:
    """Whether an engine has shown a sign of life just now."""
    with database.read() as session:
        rows = session.scalars(select(Process).where(Process.name == "engine")).all()
    return any(_state(row, now) in {"starting", "running"} for row in rows)


def forget_gone(session: Session, now: datetime, keep: timedelta = timedelta(days=7)) -> None:
    """Delete the rows of processes that have been silent for ``keep``."""
    session.execute(delete(Process).where(Process.beat < now - keep))


def _state(row: Process, now: datetime) -> str:
    silent = row.state != "stopped" and row.beat < now - SILENT_AFTER
    return "silent" if silent else row.state


def _warnings(
    rows: Sequence[Process],
    lengths: Sequence[queue.QueueLength],
    now: datetime,
    rooms_off: frozenset[Room],
) -> list[str]:
    found = []
    for row in rows:
        title = NAMES.get(row.name, row.name)
        state = _state(row, now)
        if state == "silent":
            found.append(
                f"{title} auf {row.machine} meldet sich seit {_ago(now - row.beat)} nicht."
            )
        elif state != "stopped" and row.note:
            found.append(row.note)
    if not any(row.name == "engine" and _state(row, now) == "running" for row in rows):
        found.append("Die Ablaufsteuerung läuft nicht: Aufträge bleiben liegen.")
    found.extend(
        f"Die Warteschlange „{length.kind}“ staut sich: {length.waiting} Aufträge,"
        f" der älteste wartet seit {_ago(timedelta(seconds=length.oldest_seconds))}."
        for length in lengths
        if length.oldest_seconds > STUCK_AFTER.total_seconds()
        and room_of(length.kind) not in rooms_off
    )
    return found + _left_lying(lengths, rooms_off)


def _left_lying(lengths: Sequence[queue.QueueLength], rooms_off: frozenset[Room]) -> list[str]:
    """What waits for rooms that are switched off: nobody is to think it will be done."""
    waiting: Counter[Room] = Counter()
    for length in lengths:
        room = room_of(length.kind)
        if room in rooms_off and room is not None:
            waiting[room] += length.waiting
    return [
        f"Der Raum „{TITLES[room]}“ ist abgeschaltet: {_jobs(number)}, bis er wieder eingeschaltet wird."
        for room, number in sorted(waiting.items())
    ]


def _jobs(number: int) -> str:
    return "1 Auftrag wartet" if number == 1 else f"{number} Aufträge warten"


def _ago(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for size, one, many in (
        (86_400, "Tag", "Tagen"),
        (3_600, "Stunde", "Stunden"),
        (60, "Minute", "Minuten"),
    ):
        if seconds >= size:
            number = seconds // size
            return f"{number} {one if number == 1 else many}"
    return f"{seconds} Sekunden"
