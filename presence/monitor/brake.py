"""How often somebody may try: so many times a minute, by whatever names them. In memory, and bounded."""

import time
from collections import OrderedDict
from collections.abc import Callable

MOST_KEYS = 10_000


class Brake:
    """A bucket per key that fills with ``per_minute`` tries and holds as many."""

    def __init__(self, per_minute: int, seconds: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._most, self._seconds = per_minute / 60, float(per_minute), seconds
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, key: str) -> bool:
        """Whether one more try is left; looks only."""
        return self._left(key) >= 1

    def count(self, key: str) -> bool:
        """Take a try. False where none was left."""
        left = self._left(key)
        allowed = left >= 1
        self._buckets[key] = (left - 1 if allowed else left, self._seconds())
        self._buckets.move_to_end(key)
        while len(self._buckets) > MOST_KEYS:
            self._buckets.popitem(last=False)
        return allowed

    def _left(self, key: str) -> float:
        left, since = self._buckets.get(key, (self._most, self._seconds()))
        return min(self._most, left + (self._seconds() - since) * self._rate)
