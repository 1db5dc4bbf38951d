"""The fan-out: one watcher per web process works out each board once and tells all screens that show it.

It looks at the counter of the current store some twenty times a second, and only while a screen is connected. Each
message carries the whole board, so a screen that comes back, or was slow, needs only the newest one; a screen holds one
message at most, and all that show the same share its bytes.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from uuid import UUID

from presence.monitor.looking import Lookout, Sight
from presence.monitor.messages import (
    AWAY,
    again_event,
    board_event,
    content,
    end_event,
    pulse_event,
)
from presence.monitor.queries import Standing
from presence.monitor.screens import Screen
from presence.monitor.snapshot import Snapshot
from presence.monitor.subjects import Spec, Theme
from storage.house import House

LOOK_EVERY = 0.05
PULSE_EVERY = 5.0
AFTER_TROUBLE = 1.0
PATIENT = 3.0
"""Seconds without an answer from the database after which screens say so instead of showing what was."""
MOST_PER_DEVICE = 5
"""Connections of one screen; the oldest has to go. More than one means that somebody else has its token, too."""
NEW_LINK = "Für diesen Monitor wurde ein neuer Link ausgestellt."
REMOVED = "Diesen Monitor gibt es nicht mehr."

log = logging.getLogger(__name__)
Shown = tuple[Spec, Theme]


class Hub:
    """All screens connected to this process. Its methods belong to the event loop, unless they say otherwise."""

    def __init__(self, house: House, version: str = "") -> None:
        self._house, self._version = house, version
        self._lookout = Lookout(house)
        self._screens: dict[UUID, list[Screen]] = {}
        self._told: dict[Shown, str] = {}
        self._seen: Snapshot | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="monitor")
        self._watching: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._hurry = asyncio.Event()
        self._well_at = monotonic()
        self._silent = self._closed = False

    def join(self, standing: Standing) -> Screen:
        """A screen connects. It is told the whole board at once, or as soon as it is worked out."""
        screen = Screen(standing, self._leave)
        if self._closed:
            screen.end(again_event())
            return screen
        own = self._screens.setdefault(standing.device.token, [])
        own.append(screen)
        while len(own) > MOST_PER_DEVICE:
            own.pop(0).end()
        if self._watching is None or self._watching.done():
            self._loop = asyncio.get_running_loop()
            self._lookout, self._well_at = Lookout(self._house), monotonic()
            self._watching = asyncio.create_task(self._watch())
        elif self._silent:
            screen.tell(self._event(AWAY))
        elif told := self._told.get(_shown(standing)):
            screen.tell(self._event(told))
        self._hurry.set()
        return screen

    def connected(self) -> dict[UUID, int]:
        """How many connections each screen has. Any thread may ask."""
        return {device: len(screens) for device, screens in list(self._screens.items())}

    def close(self) -> None:
        """The server ends: all streams do, at once. Any thread, and a signal handler, may call it; twice is once."""
        self._closed = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end_all)
        self._thread.shutdown(wait=False)

    def _end_all(self) -> None:
        for screen in self._all():
            screen.end(again_event())
        self._hurry.set()

    def _leave(self, screen: Screen) -> None:
        device = screen.standing.device.token
        own = self._screens.get(device, [])
        if screen in own:
            own.remove(screen)
        if not own:
            self._screens.pop(device, None)

    def _all(self) -> list[Screen]:
        return [screen for own in self._screens.values() for screen in own]

    async def _watch(self) -> None:
        """Until nobody is connected, or the server ends."""
        pulse_at = monotonic() + PULSE_EVERY
        while self._screens and not self._closed:
            self._hurry.clear()
            well = await self._once()
            if monotonic() >= pulse_at:
                pulse_at = monotonic() + PULSE_EVERY
                if not self._silent:
                    self._to_all(pulse_event(self._house.clock()), Screen.pulse)
            await self._rest(LOOK_EVERY if well else AFTER_TROUBLE)
        self._seen, self._silent = None, False  # nobody looks: nothing of it is kept
        self._told.clear()

    async def _rest(self, seconds: float) -> None:
        """A new screen shortens it: it waits for its first board. Not so after trouble."""
        if seconds > LOOK_EVERY:
            await asyncio.sleep(seconds)
            return
        try:
            async with asyncio.timeout(seconds):
                await self._hurry.wait()
        except TimeoutError:
            pass

    async def _once(self) -> bool:
        asked = list(self._screens)
        specs = frozenset(screen.standing.spec for screen in self._all())
        look = asyncio.get_running_loop().run_in_executor
        try:
            sight = await look(self._thread, self._lookout.look, asked, specs)
        except Exception as error:  # noqa: BLE001 - whatever it is, screens must not show what may be wrong
            self._trouble(error)
            return False
        self._well_at = monotonic()
        if sight.seen is not None:
            self._seen = sight.seen
        back, self._silent = self._silent, False
        self._admit(sight, asked)
        if sight.seen is not None or back or sight.standing is not None:
            self._spread(again=back)
        return True

    def _trouble(self, error: Exception) -> None:
        """The kind of error only: its text could hold what a log must not know."""
        if not self._silent:
            log.warning("monitors can't be told anything just now: %s", type(error).__name__)
        if not self._silent and monotonic() - self._well_at >= PATIENT:
            self._silent = True
            self._told.clear()
            self._to_all(self._event(AWAY), Screen.tell)

    def _admit(self, sight: Sight, asked: Sequence[UUID]) -> None:
        """Send those away whose time is over, and take over what was changed about the others.

        Whoever came during the look was not asked for, and was checked when it came.
        """
        if sight.standing is None:
            return
        for screen in [each for device in asked for each in self._screens.get(device, ())]:
            before, now = screen.standing, sight.standing.get(screen.standing.device.token)
            if now is None or now.ended or now.token_hash != before.token_hash:
                reason = REMOVED if now is None else now.ended or NEW_LINK
                screen.end(end_event(reason))
                self._leave(screen)
            else:
                screen.standing = now

    def _spread(self, *, again: bool) -> None:
        """Tell each screen its board where that changed, or where it has none yet."""
        if self._seen is None:
            return
        groups: dict[Shown, list[Screen]] = {}
        for screen in self._all():
            groups.setdefault(_shown(screen.standing), []).append(screen)
        known = self._seen.boards
        for shown, screens in groups.items():
            if self._seen.allowed and shown[0] not in known:
                continue  # joined during the look; the next one has it
            told = content(*shown, self._seen)
            if again or self._told.get(shown) != told:
                self._told[shown] = told
                message = self._event(told)
                for screen in screens:
                    screen.tell(message)
        for shown in self._told.keys() - groups.keys():
            del self._told[shown]

    def _to_all(self, message: bytes, how: Callable[[Screen, bytes], None]) -> None:
        for screen in self._all():
            how(screen, message)

    def _event(self, told: str) -> bytes:
        return board_event(told, self._version, self._house.clock())


def _shown(standing: Standing) -> Shown:
    return standing.spec, standing.theme
