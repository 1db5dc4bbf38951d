"""Looking at what screens depend on, in a thread: the counter of the current store, the clock, the screens' own rows."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from uuid import UUID

from presence.availability.current import CurrentStore, current_store
from presence.monitor.queries import Standing, note_seen, standing
from presence.monitor.snapshot import Audiences, Snapshot, snapshot
from presence.monitor.subjects import Kind, Spec
from storage.actors import System
from storage.clock import local_date
from storage.database import StorageBusyError, patience
from storage.house import House

RECHECK = 2.0
"""Seconds after which screens are checked, even if nobody said that anything changed: a stolen token is cut off."""
AGAIN = 15.0
"""Seconds after which boards are worked out again though nobody said so: people and offices change elsewhere."""
NOTE_EVERY = 60.0
NOTE_PATIENCE = 0.2
WALL = System("monitor")


@dataclass(frozen=True, slots=True)
class Sight:
    """``standing``: the screens asked for, checked; ``None``: not looked at. ``seen``: all boards, worked out anew."""

    standing: Mapping[UUID, Standing] | None
    seen: Snapshot | None


@dataclass
class Lookout:
    """Used by one thread at a time."""

    house: House
    _version: int | None = None
    _known: frozenset[Spec] = frozenset()
    _changes_at: datetime | None = None
    _checked: float = -RECHECK
    _meant: Audiences = field(default_factory=dict)
    _met: float = -AGAIN
    _computed: float = -AGAIN
    _noted: float = field(default_factory=monotonic)

    def look(self, devices: Collection[UUID], specs: frozenset[Spec]) -> Sight:
        """What is new since the last look; usually nothing, after one small query."""
        store, now, tick = current_store(self.house), self.house.clock(), monotonic()
        version = (
            store.version()
        )  # before what it stands for: a change in between is seen next time
        changed = version != self._version
        due = (
            changed
            or not specs <= self._known
            or self._changes_at is None
            or now >= self._changes_at
            or tick - self._computed >= AGAIN
        )
        check = tick - self._checked >= RECHECK
        if not due and not check:
            return Sight(None, None)
        self._forget_audiences(now, tick)
        found = self._read(store, devices if check else None, specs if due else None, now)
        if check:
            self._checked = tick
        if found.seen is not None:
            self._version, self._known = version, specs
            self._changes_at, self._computed = found.seen.changes_at, tick
        self._note(devices, now, tick)
        return found

    def _read(
        self,
        store: CurrentStore,
        devices: Collection[UUID] | None,
        specs: frozenset[Spec] | None,
        now: datetime,
    ) -> Sight:
        with self.house.database.read() as session:
            rows = None if devices is None else standing(session, devices, local_date(now))
            seen = (
                None
                if specs is None
                else snapshot(session, store, WALL, specs, now, meant=self._meant)
            )
        return Sight(rows, seen)

    def _forget_audiences(self, now: datetime, tick: float) -> None:
        """Who works in an office is asked every 15 seconds and each hour, who meets on a floor or in a group always:
        there it depends on bookings, and on what offices show.
        """
        over = self._changes_at is None or now >= self._changes_at or tick - self._met >= AGAIN
        if over:
            self._met = tick
        for known in list(self._meant):
            if over or known[0] is not Kind.OFFICE:
                del self._meant[known]

    def _note(self, devices: Collection[UUID], now: datetime, tick: float) -> None:
        """When screens were last there; where others hold the database, next time will do."""
        if tick - self._noted < NOTE_EVERY:
            return
        self._noted = tick
        with (
            suppress(StorageBusyError),
            patience(NOTE_PATIENCE),
            self.house.database.write() as session,
        ):
            note_seen(session, devices, now)
