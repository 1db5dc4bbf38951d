"""One connected screen: a slot for the one thing it has to be told next."""

import asyncio
from collections.abc import Callable

from presence.monitor.queries import Standing


class Screen:
    """Belongs to the event loop. What was not sent yet is replaced by what is newer: each message tells everything."""

    __slots__ = ("_last", "_pending", "_wake", "left", "standing")

    def __init__(self, standing: Standing, left: Callable[["Screen"], None]) -> None:
        self.standing = standing
        self.left = left
        self._pending: bytes | None = None
        self._last = False
        self._wake = asyncio.Event()

    @property
    def over(self) -> bool:
        """Nothing comes after what is pending."""
        return self._last

    def tell(self, message: bytes) -> None:
        if not self._last:
            self._pending = message
            self._wake.set()

    def pulse(self, message: bytes) -> None:
        """Only where nothing better waits."""
        if self._pending is None:
            self.tell(message)

    def end(self, message: bytes | None = None) -> None:
        """Tell a last thing, or nothing more at all."""
        if not self._last:
            self._last = True
            self._pending = message
            self._wake.set()

    async def next(self) -> bytes | None:
        """What to send now; ``None`` when it is over."""
        await self._wake.wait()
        message, self._pending = self._pending, None
        if not self._last:
            self._wake.clear()
        return message
