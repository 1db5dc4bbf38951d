"""The clock of an Anliegen: how long it may take, what has gone by, when it is due. Pure.

It counts office hours, pauses while the citizen is asked, stops with the answer, and begins anew with the new group's
target at a hand-over, and with the same one when it is opened again.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from workflows.kiss.anliegen.office_hours import NOTHING, OfficeHours
from workflows.kiss.anliegen.states import RUNNING, State


@dataclass(frozen=True, slots=True)
class Target:
    """``allowed`` and ``used`` are office hours; ``since``: the clock runs from there, ``None``: it stands still."""

    allowed: timedelta
    used: timedelta = NOTHING
    since: datetime | None = None

    def gone_by(self, now: datetime, hours: OfficeHours) -> timedelta:
        """Office hours used up to now."""
        running = hours.between(self.since, now) if self.since else NOTHING
        return self.used + running

    def due(self, hours: OfficeHours) -> datetime | None:
        """When it is due if nothing pauses it; ``None`` while the clock stands still."""
        if self.since is None:
            return None
        return hours.add(self.since, max(NOTHING, self.allowed - self.used))

    def entering(self, state: State, now: datetime, hours: OfficeHours) -> "Target":
        """The clock after a change of state at ``now``."""
        runs = state in RUNNING
        if runs == (self.since is not None):
            return self
        if runs:
            return replace(self, since=now)
        return replace(self, used=self.gone_by(now, hours), since=None)


def handed_over(allowed: timedelta, state: State, now: datetime) -> Target:
    """A new group's clock: its own target from the beginning; the old group's must not persist."""
    return Target(allowed, NOTHING, now if state in RUNNING else None)


def reopened(target: Target) -> Target:
    """The clock of what was done and is not after all: the whole target once more, so that it is not late at once."""
    return Target(target.allowed)
