"""Recognising pages beside the reading of those that follow, a few ahead, and giving them back in order."""

import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self

from ocr import progress
from ocr.documents import Page
from ocr.limits import Limits
from ocr.scan import read_picture
from ocr.slots import slot
from ocr.straighten import Picture

OUT_OF_TIME = "Diese Seite wurde nicht mehr gelesen: Die Zeitgrenze für diese Datei ist erreicht."
HUNGRY = "Diese Seite braucht beim Lesen zu viel Speicher."
Entry = Page | Future[Page]


class Recognition:
    """The recognition of one file's pages. Threads are enough: Tesseract is a program, and OpenCV leaves Python's lock."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.until = time.monotonic() + limits.seconds * 0.8
        self._threads = ThreadPoolExecutor(limits.threads)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._threads.shutdown(cancel_futures=True)

    @property
    def late(self) -> bool:
        return time.monotonic() > self.until

    def start(self, gray: Picture, number: int, dpi: float, scale: float) -> "Future[Page]":
        """Recognises ``gray`` (see ``read_picture``) in a thread of its own."""
        return self._threads.submit(self._read, gray, number, dpi, scale)

    def _read(self, gray: Picture, number: int, dpi: float, scale: float) -> Page:
        if self.late:
            return Page(number, "", "none", 0.0, problem=OUT_OF_TIME)
        try:
            with slot():
                return read_picture(gray, number, dpi, scale, self.limits, self.until)
        except MemoryError:
            return Page(number, "", "none", 0.0, problem=HUNGRY)

    def in_order(self, entries: Iterable[Entry], total: int) -> Iterator[Page]:
        """The pages one after the other; asks for no more than ``threads`` unfinished ones ahead, so that few pictures
        wait in memory.
        """
        waiting: list[Entry] = []
        for entry in entries:
            waiting.append(entry)
            while waiting and (
                not _is_busy(waiting[0]) or sum(map(_is_busy, waiting)) > self.limits.threads
            ):
                yield _settled(waiting.pop(0), total)
        for entry in waiting:
            yield _settled(entry, total)


def _is_busy(entry: Entry) -> bool:
    return isinstance(entry, Future) and not entry.done()


def _settled(entry: Entry, total: int) -> Page:
    page: Any = entry.result() if isinstance(entry, Future) else entry
    assert isinstance(page, Page)
    progress.report(page.number, total)
    return page


def summary_of(pages: list[Page]) -> tuple[str, ...]:
    """The warning about pages without a reading, if there are any."""
    unread = sum(page.problem is not None for page in pages)
    return (f"{unread} von {len(pages)} Seiten ohne lesbaren Text.",) if unread else ()
