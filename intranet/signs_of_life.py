"""A web process says every few seconds that it lives, for the status page and ``rathaus status``."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from storage.database import StorageBusyError
from storage.house import House
from storage.processes import BEAT_EVERY, Beat, beat, this_process

log = logging.getLogger(__name__)


@contextmanager
def beating(house: House, name: str) -> Iterator[None]:
    """Beat in a thread of its own until the block ends, then say goodbye."""
    who, ended = this_process(name, house.clock()), threading.Event()
    thread = threading.Thread(target=_beat, args=(house, who, ended), name="signs-of-life")
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        _say(house, who, "stopped")


def _beat(house: House, who: Beat, ended: threading.Event) -> None:
    _say(house, who, "running")
    while not ended.wait(BEAT_EVERY.total_seconds()):
        _say(house, who, "running")


def _say(house: House, who: Beat, state: str) -> None:
    """A database that is away is told by ``/health``; the next beat tries again."""
    try:
        with house.database.write() as session:
            beat(session, who, house.clock(), state)
    except (SQLAlchemyError, StorageBusyError):
        log.warning("no sign of life could be written")
