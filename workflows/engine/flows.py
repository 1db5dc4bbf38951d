"""Each piece of the engine's work as one async Prefect flow run: visible, logged, retried there; never needed.

Prefect gets opaque ids and counts, nothing else. The work itself is ours: should Prefect's server fail before it
began, it is done without; should it fail afterwards, the result stands. No task per job: a batch of 50 is one run,
because a run costs about a fifth of a second and a task six milliseconds.
"""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from storage.jobs.runs import LogLine

logger = logging.getLogger(__name__)


@dataclass
class RunLog:
    """The log of one run, for our own table and for Prefect."""

    lines: list[LogLine] = field(default_factory=list)
    warned: bool = False
    """Whether something was found that somebody should look at."""

    def write(self, level: int, line: str) -> None:
        self.warned = self.warned or level >= logging.WARNING
        moment = datetime.now(UTC).isoformat(timespec="milliseconds")
        self.lines.append((moment, logging.getLevelName(level), line))


@dataclass
class Piece:
    """One piece of work. ``do`` runs exactly once, inside a flow run or outside; it returns what went wrong, if so."""

    name: str
    run: UUID
    log: RunLog
    do: Callable[[], Awaitable[str | None]]
    flow_run: UUID | None = None
    problem: str | None = None
    error: Exception | None = None
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    may_close: asyncio.Event = field(default_factory=asyncio.Event)

    async def once(self) -> None:
        if self.begun.is_set():
            raise RuntimeError("this piece of work has begun already")
        self.begun.set()
        try:
            self.problem = await self.do()
        except Exception as error:  # noqa: BLE001 - kept for whoever carries the piece out
            self.error, self.problem = error, type(error).__name__
        self.ended.set()


@dataclass
class PrefectLink:
    """Whether Prefect's server answers at present; we talk to it only then, and one run at a time.

    On SQLite it answers 503 to writes that meet, and its client then waits for seconds.
    """

    answers: Callable[[], bool] = lambda: False
    lost: Callable[[], None] = lambda: None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    patience: float = 5.0
    """Seconds for opening a run, and for closing it."""


_open_pieces: dict[str, Piece] = {}
"""By run id: a flow's parameters go to Prefect's database, closures can't."""

_LOUD = ("prefect", "prefect.engine", "prefect.flow_runs")


async def carry_out(piece: Piece, link: PrefectLink) -> None:
    """Do the piece, as a flow run where Prefect answers. Raises what the work raised."""
    if link.answers():
        try:
            await _as_flow_run(piece, link)
        except Exception as error:  # noqa: BLE001 - Prefect away is no reason not to work
            logger.warning("Prefect did not answer: %s", type(error).__name__)
            link.lost()
    if not piece.begun.is_set():
        await piece.once()
    if piece.error is not None:
        raise piece.error


async def _as_flow_run(piece: Piece, link: PrefectLink) -> None:
    """Open a flow run, do the work, close it. Prefect gets seconds for opening and closing: its client would try
    for most of a minute, and neither this work nor its neighbours may wait for that.

    Raises ``TimeoutError`` and what the client raises.
    """
    key = str(piece.run)
    async with link.turn:
        if not link.answers():
            return
        _open_pieces[key] = piece
        flow_run = asyncio.create_task(_flow(piece.name)(key, return_state=True))
        await _first_of(flow_run, piece.begun, link.patience)
        del _open_pieces[key]  # from here on it can't begin any more inside the flow
    if piece.begun.is_set():
        await piece.ended.wait()
    async with link.turn:
        piece.may_close.set()
        await asyncio.wait([flow_run], timeout=link.patience if piece.begun.is_set() else 0)
    if not flow_run.done():
        flow_run.cancel()
        raise TimeoutError
    state = flow_run.result()
    if not (state.is_completed() or piece.problem):
        raise ConnectionError(state.message)


async def _first_of(task: asyncio.Task[Any], event: asyncio.Event, seconds: float) -> None:
    """Wait until the task is done or the event is set, at most so long."""
    happened = asyncio.create_task(event.wait())
    await asyncio.wait([task, happened], timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    happened.cancel()


@lru_cache(maxsize=256)
def _flow(name: str) -> Any:
    from prefect import flow
    from prefect.runtime import flow_run
    from prefect.states import Completed, Failed

    nowhere = Path(os.environ["PREFECT_HOME"]) / "results"  # spares asking the server for a default

    @flow(name=name, validate_parameters=False, persist_result=False, result_storage=nowhere)
    async def piece_of_work(run: str) -> Any:
        piece = _open_pieces[run]
        piece.flow_run = UUID(flow_run.id) if flow_run.id else None
        await piece.once()
        await piece.may_close.wait()
        await _hand_over(piece)
        return Completed() if piece.problem is None else Failed(message=piece.problem)

    return piece_of_work


async def _hand_over(piece: Piece) -> None:
    """Give Prefect the log of the run, in one call."""
    from prefect.client.orchestration import get_client

    async with get_client() as client:
        await client.create_logs(
            {
                "name": "rathaus",
                "level": logging.getLevelNamesMapping()[level],
                "message": text,
                "timestamp": moment,
                "flow_run_id": str(piece.flow_run),
            }
            for moment, level, text in piece.log.lines
        )


def warm_up() -> None:
    """Import Prefect now (seconds), not with the first batch, and keep its talk out of our process's log."""
    _flow("mail")
    for name in _LOUD:
        logging.getLogger(name).propagate = False
