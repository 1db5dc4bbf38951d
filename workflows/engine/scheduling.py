"""Starting what is due on a schedule, as a flow run where Prefect answers and plainly where not.

Our table is the single source of "when" (see ``storage.schedules``). Prefect's own scheduler isn't used: it resets what
an admin changed, starts late by its poll and stops when its server does.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from storage import schedules
from storage.house import House
from storage.jobs.handlers import JobContext, PermanentError, TemporaryError
from storage.jobs.runs import RunState
from storage.schedules import ScheduleDefinition, StartedRun
from workflows.engine.ending import note_end
from workflows.engine.flows import Piece, PrefectLink, RunLog, carry_out

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.5


@dataclass
class Scheduler:
    """Runs schedules of the given definitions; ``owner`` names this engine in runs."""

    house: House
    definitions: Mapping[str, ScheduleDefinition]
    owner: str
    prefect: PrefectLink = field(default_factory=PrefectLink)
    _running: set[asyncio.Task[None]] = field(default_factory=set)
    _stopping: bool = False

    def register(self) -> None:
        """Make the table know our definitions; what an admin changed stays."""
        listed = list(self.definitions.values())
        now = self.house.clock()
        self.house.database.run(lambda session: schedules.register(session, listed, now))

    async def work(self) -> None:
        """Look for due schedules until ``stop``."""
        while not self._stopping:
            try:
                await self.turn()
            except Exception:
                logger.exception("the schedules could not be read")
                await asyncio.sleep(2)
            await asyncio.sleep(LOOK_SECONDS)

    async def turn(self) -> list[StartedRun]:
        """Start what is due now; the runs go on in the background."""
        started = await asyncio.to_thread(
            schedules.claim_due,
            self.house.database,
            list(self.definitions),
            self.owner,
            self.house.clock(),
        )
        for run in started:
            task = asyncio.create_task(self._run(run), name=f"schedule {run.key}")
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return started

    async def _run(self, started: StartedRun) -> None:
        definition, log = self.definitions[started.key], RunLog()
        context = JobContext(self.house, log.write, lambda: self._stopping)
        began = self.house.clock()
        counts: Mapping[str, int] = {}

        async def do() -> str | None:
            nonlocal counts
            try:
                counts = await asyncio.to_thread(definition.run, context)
            except (PermanentError, TemporaryError) as error:
                return str(error)
            except Exception as error:
                logger.exception("schedule %s failed", started.key)
                return f"Unerwarteter Fehler ({type(error).__name__})."
            log.write(logging.INFO, ", ".join(f"{k}: {v}" for k, v in counts.items()) or "fertig")
            return None

        piece = Piece(started.key, started.run, log, do)
        await carry_out(piece, self.prefect)
        seconds = (self.house.clock() - began).total_seconds()
        state: RunState = "failed"
        if piece.problem is None:
            state = "findings" if log.warned else "done"
        await note_end(self.house, piece, state, counts, seconds)

    async def stop(self, grace: float) -> bool:
        """Start nothing more and let runs end. Returns whether all ended within ``grace`` seconds."""
        self._stopping = True
        if not self._running:
            return True
        _, left = await asyncio.wait(list(self._running), timeout=grace)
        return not left


def by_key(definitions: Sequence[ScheduleDefinition]) -> dict[str, ScheduleDefinition]:
    """The definitions by key. Raises ``ValueError`` where two share one."""
    keyed = {definition.key: definition for definition in definitions}
    if len(keyed) != len(definitions):
        raise ValueError("two schedules share a key")
    return keyed
