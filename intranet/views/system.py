"""The state of the system in words: processes, queues, journal, warnings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from intranet import words
from storage.actors import Staff
from storage.house import House
from storage.journal.tables import JournalHead, JournalPending
from storage.processes import NAMES, status
from storage.rights import Verb, require
from workflows.warnings import warners

STATES = {
    "starting": "startet",
    "running": "läuft",
    "stopping": "hält an",
    "stopped": "angehalten",
    "silent": "meldet sich nicht",
}


@dataclass(frozen=True, slots=True)
class SystemView:
    """Rows for the page; every text is German."""

    processes: Sequence[tuple[str, str, str, str, str]]
    queues: Sequence[tuple[str, str, str]]
    warnings: Sequence[str]
    sealed: int
    unsealed: int


def load(house: House, staff: Staff) -> SystemView:
    """Raises ``NotAllowedError`` for people who don't look after the system."""
    require(staff, Verb.SYSTEM_SEE)
    now = house.clock()
    settings = house.settings
    found = status(
        house.database,
        now,
        warners(settings),
        rooms_off=settings.rooms_off,
    )
    with house.database.read() as session:
        sealed = session.scalar(select(func.max(JournalHead.size))) or 0
        unsealed = session.scalar(select(func.count()).select_from(JournalPending)) or 0
    return SystemView(
        processes=[
            (
                NAMES.get(each["name"], each["name"]),
                STATES.get(each["state"], each["state"]),
                words.when(datetime.fromisoformat(each["since"]), now),
                str(each["restarts"]),
                each["machine"],
            )
            for each in found["processes"]
        ],
        queues=[
            (words.job(each["kind"]), str(each["waiting"]), f"{each['oldest_seconds']:.0f} s")
            for each in found["queues"]
        ],
        warnings=found["warnings"],
        sealed=sealed,
        unsealed=unsealed,
    )
