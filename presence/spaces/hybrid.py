"""Begegnungszonen: rooms whose bookings come with a video room. Which room that is, video says through this port."""

from datetime import datetime
from typing import Protocol
from uuid import UUID


class VideoRooms(Protocol):
    """What the video room of the house offers (``rathaus.py`` wires it)."""

    def link_for(self, booking: UUID, title: str, starts: datetime, ends: datetime) -> str | None:
        """The address of a booking's video room, the same at every call; ``None`` while there is none."""


_WIRED: list[VideoRooms] = []


def wire(rooms: VideoRooms | None) -> None:
    """Name who gives video rooms in this process; ``None``: nobody."""
    _WIRED[:] = [rooms] if rooms is not None else []


def video_link(booking: UUID, title: str, starts: datetime, ends: datetime) -> str | None:
    """The link, or ``None`` where no video room is wired: then none is shown."""
    return _WIRED[0].link_for(booking, title, starts, ends) if _WIRED else None
