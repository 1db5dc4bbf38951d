"""Garbage collection on a timer: Streamlit's own after each rerun is switched off, as it costs most of a rerun."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

SECONDS = 20.0


@asynccontextmanager
async def running(
    at_end: Callable[[], None], each_turn: Callable[[], None] = lambda: None
) -> AsyncIterator[None]:
    """A lifespan in which garbage is collected every 20 s; what start-up made is left alone for good.

    ``each_turn`` tidies up at the same rate.
    """
    gc.collect()
    gc.freeze()
    task = asyncio.create_task(_collect(each_turn))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        at_end()


async def _collect(each_turn: Callable[[], None]) -> None:
    while True:
        await asyncio.sleep(SECONDS)
        await asyncio.to_thread(each_turn)
        await asyncio.to_thread(gc.collect)
