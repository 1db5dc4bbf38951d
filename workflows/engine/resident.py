"""``rathaus engine``: Prefect's server, the drain, the schedules and the journal's sealer in one process.

The drain starts at once; Prefect joins when it answers. The process ends on SIGTERM or SIGINT: running work gets a few
seconds, what is left over is given back and done after the restart.
"""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from storage import processes
from storage.house import House
from storage.jobs.handlers import JobKind, registry
from storage.journal.anchor import Anchor
from storage.journal.sealer import keep_sealing
from storage.schedules import ScheduleDefinition
from workflows.engine import flows
from workflows.engine.drain import Drain
from workflows.engine.housekeeping import TIDY
from workflows.engine.reconcile import crash_left_flow_runs, reconcile
from workflows.engine.scheduling import Scheduler, by_key
from workflows.engine.server import PrefectServer

logger = logging.getLogger(__name__)

GRACE_SECONDS = 5.0
PREFECT_GRACE_SECONDS = 2.0
RECONCILE_SECONDS = 15.0
THREADS = 64


def run(
    house: House,
    kinds: Sequence[JobKind],
    definitions: Sequence[ScheduleDefinition],
    *,
    prefect: bool = True,
) -> None:
    """Work until asked to stop. Returns when all work has ended; exits the process at once where it has not."""
    logging.getLogger("httpx").setLevel(logging.WARNING)  # a line per look at Prefect's server
    engine = Engine(house, kinds, [*definitions, TIDY], prefect=prefect)
    asyncio.run(_until_stopped(engine))


async def _until_stopped(engine: "Engine") -> None:
    if not await engine.work():
        # Threads are still busy with jobs that have been given back: asyncio would wait for them.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


@dataclass
class Engine:
    """One resident engine; ``work`` may be run once."""

    house: House
    kinds: Sequence[JobKind]
    definitions: Sequence[ScheduleDefinition]
    prefect: bool = True
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _usable: bool = False

    def stop(self) -> None:
        """Ask it to end (from its own loop)."""
        self._stop.set()

    async def work(self) -> bool:
        """Run all parts until stopped. Returns whether all work has ended."""
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(THREADS, thread_name_prefix="engine"))
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        me = processes.this_process("engine", self.house.clock())
        server = PrefectServer(self.house.settings)
        link = flows.PrefectLink(lambda: self._usable and server.healthy, server.lost)
        drain = Drain(self.house, registry(self.kinds), me.owner, link)
        scheduler = Scheduler(self.house, by_key(self.definitions), me.owner, link)
        await asyncio.to_thread(reconcile, self.house, drain.kinds, me.owner)
        await asyncio.to_thread(scheduler.register)
        parts: list[Coroutine[Any, Any, None]] = [
            drain.work(),
            scheduler.work(),
            self._beat(me, server if self.prefect else None),
            self._reconcile(drain),
        ]
        if self.prefect:
            server.start()
            parts += [server.watch(), self._join_prefect(server)]
        with _sealing(self.house):
            tasks = [asyncio.create_task(part) for part in parts]
            await self._stop.wait()
            await self._say(me, "stopping", None)
            ended = all(
                await asyncio.gather(drain.stop(GRACE_SECONDS), scheduler.stop(GRACE_SECONDS))
            )
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await self._say(me, "stopped", None)
        if self.prefect:
            await self._say(replace(me, name="prefect"), "stopped", None)
            await asyncio.to_thread(server.stop, PREFECT_GRACE_SECONDS)
        return ended

    async def _beat(self, me: processes.Beat, server: PrefectServer | None) -> None:
        while True:
            await self._say(me, "running", server.note if server else None)
            if server is not None:
                child = replace(me, name="prefect", restarts=server.restarts)
                await self._say(child, server.state, None)
            await asyncio.sleep(processes.BEAT_EVERY.total_seconds())

    async def _say(self, who: processes.Beat, state: str, note: str | None) -> None:
        now = self.house.clock()

        def write() -> None:
            self.house.database.run(lambda s: processes.beat(s, who, now, state, note))

        await _tolerated(lambda: asyncio.to_thread(write), "the sign of life could not be given")

    async def _reconcile(self, drain: Drain) -> None:
        while True:
            await asyncio.sleep(RECONCILE_SECONDS)
            await _tolerated(
                lambda: asyncio.to_thread(reconcile, self.house, drain.kinds, drain.owner),
                "expired leases could not be freed",
            )

    async def _join_prefect(self, server: PrefectServer) -> None:
        """Use Prefect from its first answer on; runs that a killed engine left open there are closed first."""
        await server.answered.wait()
        await asyncio.to_thread(flows.warm_up)
        await _tolerated(
            lambda: crash_left_flow_runs(self.house), "Prefect's open runs could not be closed"
        )
        self._usable = True
        logger.info("Prefect answers: runs are visible there from now on")


async def _tolerated(deed: Callable[[], Coroutine[Any, Any, Any]], what: str) -> None:
    """Do it; trouble is logged and comes round again."""
    try:
        await deed()
    except Exception:
        logger.exception(what)


@contextlib.contextmanager
def _sealing(house: House) -> Iterator[None]:
    """The journal's sealer at work on a thread of its own; once more at the end, for what came last."""
    stop = threading.Event()
    anchor = Anchor.from_settings(house.settings)
    sealer = threading.Thread(
        target=keep_sealing, args=(house.database, anchor, house.clock, stop), name="sealer"
    )
    sealer.start()
    try:
        yield
    finally:
        stop.set()
        sealer.join()
