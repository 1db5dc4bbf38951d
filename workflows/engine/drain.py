"""The resident drain: claims due jobs within a second and works them off in batches.

One asyncio loop looks four times a second which kinds have due jobs and claims batches for the free slots of
each kind; the work happens on threads, or in the handlers' own process pools.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from storage.house import House
from storage.jobs import queue, runs
from storage.jobs.handlers import JobContext, JobKind
from storage.jobs.queue import ClaimedJob
from storage.jobs.runs import RunState
from workflows.engine.ending import note_end
from workflows.engine.flows import Piece, PrefectLink, RunLog, carry_out
from workflows.engine.work import Tally, work_off

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.25


@dataclass
class Drain:
    """``owner`` names this engine in leases and runs (``processes.Beat.owner``)."""

    house: House
    kinds: Mapping[str, JobKind]
    owner: str
    prefect: PrefectLink = field(default_factory=PrefectLink)
    _busy: Counter[str] = field(default_factory=Counter)
    _batches: dict[asyncio.Task[None], tuple[UUID, Sequence[ClaimedJob]]] = field(
        default_factory=dict
    )
    _stopping: bool = False

    async def work(self) -> None:
        """Drain until ``stop``; a database that is away is waited for."""
        while not self._stopping:
            try:
                found = await self.turn()
            except Exception:
                logger.exception("the queue could not be read")
                await asyncio.sleep(2)
                continue
            if not found:
                await asyncio.sleep(POLL_SECONDS)

    async def turn(self) -> int:
        """Claim what there are free slots for. Returns the number of jobs begun."""
        free = [name for name, kind in self.kinds.items() if self._busy[name] < kind.parallel]
        if not free:
            return 0
        begun = 0
        for name in await asyncio.to_thread(self._due, free):
            begun += await self._begin_batch(self.kinds[name])
        return begun

    async def all_ended(self) -> None:
        """Wait for the batches in progress."""
        await asyncio.gather(*self._batches, return_exceptions=True)

    def _due(self, kinds: list[str]) -> list[str]:
        with self.house.database.read() as session:
            return queue.due_kinds(session, kinds, self.house.clock())

    async def _begin_batch(self, kind: JobKind) -> int:
        jobs, run = await asyncio.to_thread(self._claim, kind)
        if not jobs:
            return 0
        self._busy[kind.name] += 1
        task = asyncio.create_task(self._batch(kind, jobs, run), name=f"batch {kind.name}")
        self._batches[task] = run, jobs
        task.add_done_callback(lambda done: self._end_batch(kind, done))
        return len(jobs)

    def _claim(self, kind: JobKind) -> tuple[list[ClaimedJob], UUID]:
        house = self.house
        jobs = queue.claim(
            house.database, [kind.name], kind.batch, self.owner, kind.lease, house.clock()
        )
        if not jobs:
            return [], UUID(int=0)
        run = house.database.run(
            lambda session: runs.begin(session, "batch", kind.name, self.owner, house.clock())
        )
        return jobs, run

    def _end_batch(self, kind: JobKind, task: asyncio.Task[None]) -> None:
        del self._batches[task]
        self._busy[kind.name] -= 1
        if not task.cancelled() and (error := task.exception()):
            logger.error("a batch of %s broke off", kind.name, exc_info=error)

    async def _batch(self, kind: JobKind, jobs: Sequence[ClaimedJob], run: UUID) -> None:
        log, tally = RunLog(), Tally()
        context = JobContext(self.house, log.write, lambda: self._stopping)
        began = self.house.clock()

        async def do() -> str | None:
            nonlocal tally
            tally = await asyncio.to_thread(work_off, context, kind, jobs)
            return None if tally.clean else "; ".join(sorted(set(tally.reasons))[:5])

        piece = Piece(kind.name, run, log, do)
        extending = asyncio.create_task(self._extend(kind, jobs))
        try:
            await carry_out(piece, self.prefect)
        finally:
            extending.cancel()
            state: RunState = "done" if tally.clean else "findings"
            seconds = (self.house.clock() - began).total_seconds()
            await note_end(
                self.house, piece, "failed" if piece.error else state, tally.counts, seconds
            )

    async def _extend(self, kind: JobKind, jobs: Sequence[ClaimedJob]) -> None:
        """A living worker keeps its jobs, up to ``longest``."""
        pause = kind.lease.total_seconds() / 3
        for _ in range(int(kind.longest.total_seconds() / pause)):
            await asyncio.sleep(pause)
            try:
                await asyncio.to_thread(self._extend_once, kind, jobs)
            except Exception:
                logger.exception("leases of %s could not be extended", kind.name)

    def _extend_once(self, kind: JobKind, jobs: Sequence[ClaimedJob]) -> None:
        now = self.house.clock()
        self.house.database.run(lambda session: queue.extend(session, jobs, kind.lease, now))

    async def stop(self, grace: float) -> bool:
        """Claim nothing more and let batches end; after ``grace`` seconds the rest is given back.

        Returns whether all work has ended. Otherwise threads are still busy with jobs that are no longer theirs:
        the process must exit at once.
        """
        self._stopping = True
        if self._batches:
            await asyncio.wait(list(self._batches), timeout=grace)
        left = list(self._batches.values())
        if left:
            await asyncio.to_thread(self._abandon, left)
        return not left

    def _abandon(self, left: Sequence[tuple[UUID, Sequence[ClaimedJob]]]) -> None:
        now = self.house.clock()
        with self.house.database.write() as session:
            queue.give_back(session, [job for _, jobs in left for job in jobs])
            runs.crashed(session, [self.owner], now)
