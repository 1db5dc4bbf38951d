"""Room for what strangers send: few large bodies at once, few of one sender, and none that only trickles in.

A small body (a form without files) takes no place and never waits behind an upload.
"""

import time
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import anyio

from intranet.public.open311.pace import KNOWN


@dataclass(frozen=True, slots=True)
class Terms:
    """How much room there is; spans in seconds, ``rate`` in bytes a second.

    ``rate``: what has come since a place was taken must be that much on average, once ``grace`` is over.
    ``share``: how long one sender may hold places within an hour, all together.
    """

    places: int = 8
    places_each: int = 2
    patience: float = 30.0
    small_time: float = 60.0
    time: float = 180.0
    grace: float = 10.0
    rate: int = 16 * 1024
    share: float = 600.0


HOUR = 3_600.0
TERMS = Terms()


class UploadRefusedError(Exception):
    """No room, too slow or too much; ``status`` is that of the answer, the message in German says what to do."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


TOO_SLOW = "Das Hochladen hat zu lange gedauert. Bitte senden Sie kleinere Dateien, oder senden Sie ohne Dateien ab."
TOO_MUCH = "Von Ihrem Anschluss wurde gerade sehr viel hochgeladen. Bitte versuchen Sie es in einer Stunde noch einmal, oder senden Sie ohne Dateien ab."
NO_ROOM = "Gerade laden viele etwas hoch. Bitte versuchen Sie es in einer Minute noch einmal, oder senden Sie ohne Dateien ab."


class Places:
    """Places for large bodies; of one event loop."""

    def __init__(self, terms: Terms = TERMS, clock: Callable[[], float] = time.monotonic) -> None:
        self.terms, self.clock = terms, clock
        self._all = anyio.Semaphore(terms.places)
        self._each: dict[str, tuple[anyio.Semaphore, int]] = {}
        self._held = OrderedDict[str, deque[tuple[float, float]]]()

    @asynccontextmanager
    async def one(self, sender: str) -> AsyncGenerator[None, None]:
        """A place for one body of this sender. Raises ``UploadRefusedError``."""
        if self._used(sender) >= self.terms.share:
            raise UploadRefusedError(429, TOO_MUCH)
        fresh = anyio.Semaphore(self.terms.places_each), 0
        own, users = self._each.get(sender, fresh)
        self._each[sender] = own, users + 1
        try:
            async with AsyncExitStack() as stack:
                try:
                    with anyio.fail_after(self.terms.patience):
                        await stack.enter_async_context(own)
                        await stack.enter_async_context(self._all)
                except TimeoutError:
                    raise UploadRefusedError(503, NO_ROOM) from None
                since = self.clock()
                try:
                    yield
                finally:
                    self._note(sender, since)
        finally:
            own, users = self._each.pop(sender)
            if users > 1:
                self._each[sender] = own, users - 1

    def _used(self, sender: str) -> float:
        """Seconds of the last hour in which this sender held a place."""
        held, now = self._held.get(sender, deque()), self.clock()
        while held and held[0][0] <= now - HOUR:
            held.popleft()
        return sum(span for _, span in held)

    def _note(self, sender: str, since: float) -> None:
        now = self.clock()
        self._held.setdefault(sender, deque()).append((now, now - since))
        self._held.move_to_end(sender)
        if len(self._held) > KNOWN:
            self._held.popitem(last=False)


class Meter:
    """Says by when the next bytes of a body have to be there."""

    def __init__(self, terms: Terms, clock: Callable[[], float]) -> None:
        self._terms, self._clock = terms, clock
        self._since, self._size, self._most = clock(), 0, terms.small_time

    def grew(self, size: int) -> None:
        self._size += size

    def placed(self) -> None:
        """It is a large one now and has its place; the waiting for it does not count."""
        self._since, self._size, self._most = self._clock(), 0, self._terms.time

    def left(self) -> float:
        """Seconds."""
        terms = self._terms
        most = min(self._most, terms.grace + self._size / terms.rate)
        return max(0.0, self._since + most - self._clock())
