"""Begegnungszonen: rooms whose bookings come with a video room. Which room that is, video says through this port."""

from datetime import datetime
from functools import cached_property
from typing import Protocol
from uuid import UUID

from config.settings import Settings
from presence.citizens.links import KEY_NAME
from presence.keys import keyed_hash, load_key

ROOM = "{raum}"
"""Where an address of the setting takes the room's name."""
FORMER_KEY = "videoraum"


class VideoRooms(Protocol):
    """What the video room of the house offers (``rathaus.py`` wires it)."""

    def link_for(self, booking: UUID, title: str, starts: datetime, ends: datetime) -> str | None:
        """The address of a booking's video room, the same at every call; ``None`` while there is none."""


class RoomsElsewhere:
    """Rooms of a video system the city runs beside this one: ``RATHAUS_VIDEO_ADDRESS`` with each booking's own name.

    The name can't be guessed from the booking, which calendar files tell.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @cached_property
    def _key(self) -> bytes:
        """The one that the citizens' pages have as well, which show the link too; where links were given before they
        did, the one those were made with.
        """
        former = self._settings.in_data("keys", f"{FORMER_KEY}.key")
        return load_key(self._settings, FORMER_KEY if former.exists() else KEY_NAME)

    def link_for(self, booking: UUID, *_about: object) -> str | None:
        """As the port says; this system makes a room when somebody comes, and asks neither what for nor when."""
        address = self._settings.video_address
        name = keyed_hash(self._key, "booking", booking.hex)[:32]
        return address.replace(ROOM, name) if address else None


_WIRED: list[VideoRooms] = []


def wire(rooms: VideoRooms | None) -> None:
    """Name who gives video rooms in this process; ``None``: nobody."""
    _WIRED[:] = [rooms] if rooms is not None else []


def video_link(booking: UUID, title: str, starts: datetime, ends: datetime) -> str | None:
    """The link, or ``None`` where no video room is wired: then none is shown."""
    return _WIRED[0].link_for(booking, title, starts, ends) if _WIRED else None
