"""Keeps the number of Tesseract programs at the number of cores, over all reader processes of a pool.

A slot is a locked file: the kernel gives it back when its holder dies, so that a killed reader never blocks others.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER = "RATHAUS_OCR_SLOTS"  # environment: folder of slot files, one per core; unset: no limit
_PAUSE = 0.02


@contextmanager
def slot() -> Iterator[None]:
    """Waits for a free slot and holds it."""
    folder = os.environ.get(FOLDER)
    if not folder:
        yield
        return
    files = [os.open(path, os.O_RDWR) for path in sorted(Path(folder).glob("slot-*"))]
    try:
        while files and not any(_lock(file) for file in files):
            time.sleep(_PAUSE)
        yield
    finally:
        for file in files:
            os.close(file)  # closing also unlocks


def _lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def make_slots(folder: Path, count: int) -> None:
    """Makes the slot files that reader processes share."""
    for number in range(count):
        (folder / f"slot-{number}").touch()
