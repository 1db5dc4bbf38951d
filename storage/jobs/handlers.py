"""Who does which kind of job. Rooms declare their kinds, ``rathaus.py`` hands them to the engine."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal
from uuid import UUID

from storage.house import House
from storage.jobs.queue import ClaimedJob


class PermanentError(Exception):
    """Trying again would not help. The message is the reason shown to people, in German."""


class TemporaryError(Exception):
    """Worth another try later. The message is the reason shown to people, in German."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one job of a batch ended: ``done``, ``retry`` (try again later) or ``failed`` (give up).

    ``settled``: the handler has written that down itself, in the transaction of its effects.
    """

    state: Literal["done", "retry", "failed"]
    reason: str | None = None
    settled: bool = False


DONE = Outcome("done")
SETTLED = Outcome("done", settled=True)


def _log_plainly(level: int, line: str) -> None:
    logging.getLogger("rathaus.jobs").log(level, "%s", line)


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class JobContext:
    """Given to every handler and schedule: the house, and a log shown with the run (opaque ids only).

    ``stopping`` turns true when the engine is asked to stop: long work may end early then; what it has not
    finished is done after the restart.
    """

    house: House
    write_log: Callable[[int, str], None] = field(default=_log_plainly)
    stopping: Callable[[], bool] = field(default=_never)

    def info(self, line: str) -> None:
        self.write_log(logging.INFO, line)

    def warn(self, line: str) -> None:
        self.write_log(logging.WARNING, line)


HandleOne = Callable[[JobContext, ClaimedJob], None]
HandleBatch = Callable[[JobContext, Sequence[ClaimedJob]], Mapping[UUID, Outcome]]


@dataclass(frozen=True, slots=True)
class JobKind:
    """How a kind of job is done.

    Exactly one of ``handle_one`` (one job, on one of ``concurrency`` threads) and ``handle_batch`` (up to ``batch``
    jobs at once; it brings its own pool and says the outcome of each; jobs it doesn't mention are tried again). A
    handler may complete its job itself, in the transaction of its effects; otherwise that happens when it returns.
    ``parallel`` is how many batches of this kind one engine works on at a time. ``lease`` is how long a silent worker
    keeps a job; a living one extends it up to ``longest``, after which the work counts as stuck.
    """

    name: str
    title: str
    handle_one: HandleOne | None = None
    handle_batch: HandleBatch | None = None
    max_attempts: int = 8
    batch: int = 50
    concurrency: int = 2
    parallel: int = 2
    lease: timedelta = timedelta(minutes=2)
    longest: timedelta = timedelta(hours=2)

    def __post_init__(self) -> None:
        if (self.handle_one is None) == (self.handle_batch is None):
            raise ValueError(f"{self.name}: give handle_one or handle_batch")


def registry(kinds: Sequence[JobKind]) -> dict[str, JobKind]:
    """The kinds by name. Raises ``ValueError`` where two share one."""
    named = {kind.name: kind for kind in kinds}
    if len(named) != len(kinds):
        raise ValueError("two job kinds share a name")
    return named
