"""Noting how a run ended. It must come through: a run that seems to go on for ever would keep its schedule from running."""

import asyncio
import logging
from collections.abc import Mapping

from storage.house import House
from storage.jobs import runs
from storage.jobs.runs import RunState
from workflows.engine.flows import Piece

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 2.0


async def note_end(
    house: House, piece: Piece, state: RunState, counts: Mapping[str, int], seconds: float
) -> None:
    """Write the end of a run down; a database that is away is waited for."""

    def write() -> None:
        with house.database.write() as session:
            runs.finish(
                session,
                piece.run,
                state,
                house.clock(),
                seconds=seconds,
                counts=counts,
                log=piece.log.lines,
                reason=piece.problem,
                flow_run=piece.flow_run,
            )

    while True:
        try:
            await asyncio.to_thread(write)
        except Exception:
            logger.exception("the end of run %s could not be written", piece.run)
            await asyncio.sleep(PAUSE_SECONDS)
        else:
            return
