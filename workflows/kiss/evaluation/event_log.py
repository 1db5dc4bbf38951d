"""An event log, whoever wrote it: which case, when, what was done, by which group. Columns, since logs have millions of rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from storage.clock import LOCAL

UNDATED = np.iinfo(np.int64).min
NO_GROUP = -1
_DAY = 86_400_000_000
"""Microseconds."""


class LogError(ValueError):
    """Not a log that can be evaluated. The message is German and says what to do."""


class MissingColumnError(LogError):
    """It is not told where something stands; ``found`` are the headings or attributes there are."""

    def __init__(self, message: str, found: Sequence[str]) -> None:
        super().__init__(message)
        self.found = list(found)


@dataclass(frozen=True, slots=True)
class EventLog:
    """Rows in the order of their cases, within a case by time; events at the same time stay as they were written.

    ``case``, ``activity`` and ``group`` are places in the lists of names; ``at`` is microseconds since 1970 (UTC), or
    ``UNDATED`` in a case of which no time at all is known; ``group`` is ``NO_GROUP`` where the event names none.
    """

    case: NDArray[np.int64]
    at: NDArray[np.int64]
    activity: NDArray[np.int64]
    group: NDArray[np.int64]
    cases: Sequence[str]
    activities: Sequence[str]
    groups: Sequence[str]
    remarks: Sequence[str] = ()
    """What of it had to be taken for granted, in German sentences."""

    def __len__(self) -> int:
        return len(self.case)

    def with_group(self) -> "EventLog":
        """The log without events that name no group."""
        kept = self.group != NO_GROUP
        return EventLog(
            self.case[kept],
            self.at[kept],
            self.activity[kept],
            self.group[kept],
            self.cases,
            self.activities,
            self.groups,
            self.remarks,
        )


class LogBuilder:
    """Collects events in any order."""

    def __init__(self) -> None:
        self._case: list[int] = []
        self._at: list[datetime | None] = []
        self._activity: list[int] = []
        self._group: list[int] = []
        self._cases: dict[str, int] = {}
        self._activities: dict[str, int] = {}
        self._groups: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._case)

    def add(self, case: str, at: datetime | None, activity: str, group: str | None) -> None:
        """An event. Without a time it stays behind the one before it in its case."""
        self._case.append(self._cases.setdefault(case, len(self._cases)))
        self._at.append(at)
        self._activity.append(self._activities.setdefault(activity, len(self._activities)))
        self._group.append(self._groups.setdefault(group, len(self._groups)) if group else NO_GROUP)

    def build(self) -> EventLog:
        """The log. Times without a zone are the town hall's if others have one; if none has, they are taken as written."""
        case = np.array(self._case, np.int64)
        at = _moments(self._at)
        order = np.argsort(case, kind="stable")
        case, at = case[order], _dated(case[order], at[order])
        by_time = np.lexsort((at, case))
        order = order[by_time]
        return EventLog(
            case[by_time],
            at[by_time],
            np.array(self._activity, np.int64)[order],
            np.array(self._group, np.int64)[order],
            list(self._cases),
            list(self._activities),
            list(self._groups),
            list(self._remarks(at)),
        )

    def _remarks(self, at: NDArray[np.int64]) -> Iterator[str]:
        """``at``: the moments once those without one have been given their neighbour's."""
        undated = sum(moment is None for moment in self._at)
        zoned = sum(moment is not None and moment.tzinfo is not None for moment in self._at)
        plain = len(self._at) - undated - zoned
        if zoned and plain:
            yield (
                f"{_counted(plain)} ohne Zeitzone, {_counted(zoned)} mit einer. Zeiten ohne Zeitzone gelten als Ortszeit "
                "(Europe/Berlin); stimmt das nicht, sind Dauern falsch."
            )
        if undated:
            yield f"{_counted(undated)} ohne Zeitpunkt: Sie zählen an der Stelle, an der sie im Fall stehen."
        if (at == UNDATED).any():
            yield "Es gibt Fälle ganz ohne Zeitpunkt. Sie fehlen in der Auswertung."
        unnamed = sum(group == NO_GROUP for group in self._group)
        if unnamed:
            yield f"{_counted(unnamed)} ohne Stelle: Sie zählen nicht mit."


def _counted(number: int) -> str:
    return "Ein Ereignis ist" if number == 1 else f"{number:,} Ereignisse sind".replace(",", ".")


def _moments(given: Sequence[datetime | None]) -> NDArray[np.int64]:
    zoned = any(moment is not None and moment.tzinfo is not None for moment in given)
    result = np.full(len(given), UNDATED, np.int64)
    for place, moment in enumerate(given):
        if moment is None:
            continue
        offset = (
            moment if moment.tzinfo or not zoned else moment.replace(tzinfo=LOCAL)
        ).utcoffset()
        since = moment.replace(tzinfo=None) - _EPOCH - (offset or _NONE)
        result[place] = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    return result


_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 -- the offset is taken off by hand
_NONE = _EPOCH - _EPOCH


def _dated(case: NDArray[np.int64], at: NDArray[np.int64]) -> NDArray[np.int64]:
    """Undated events get the time of the one before in their case, the first ones that of the first dated one."""
    if not (at == UNDATED).any():
        return at
    at = _carried(case, at)
    return _carried(case[::-1], at[::-1])[::-1]


def _carried(case: NDArray[np.int64], at: NDArray[np.int64]) -> NDArray[np.int64]:
    last = np.maximum.accumulate(np.where(at == UNDATED, -1, np.arange(len(at))))
    known = (last >= 0) & (case[last] == case)
    return np.where(known, at[last], UNDATED)


def days(microseconds: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.asarray(microseconds / _DAY)
