"""How often one address may ask: counted in memory, for reading costs little and nothing is to be remembered."""

import threading
from collections import OrderedDict, deque
from datetime import datetime, timedelta

MOST, SPAN = 60, timedelta(minutes=1)
KNOWN = 10_000
"""Addresses remembered; the ones silent longest are forgotten first."""


class Pace:
    """At most ``MOST`` within ``SPAN`` from one source."""

    def __init__(self, most: int = MOST) -> None:
        self._most, self._asked = most, OrderedDict[str, deque[datetime]]()
        self._lock = threading.Lock()

    def admits(self, source: str, now: datetime) -> bool:
        with self._lock:
            asked = self._asked.setdefault(source, deque())
            self._asked.move_to_end(source)
            while asked and asked[0] <= now - SPAN:
                asked.popleft()
            if len(self._asked) > KNOWN:
                self._asked.popitem(last=False)
            if len(asked) >= self._most:
                return False
            asked.append(now)
            return True
