"""The screens connected to this process, for page scripts (see ``door``): Streamlit hands them nothing."""

from uuid import UUID

from presence.monitor.hub import Hub

_OPEN: list[Hub] = []


def open_screens(hub: Hub) -> None:
    """Name the fan-out of this process."""
    _OPEN[:] = [hub]


def connections() -> dict[UUID, int]:
    """How many connections each screen has with this process."""
    return _OPEN[0].connected() if _OPEN else {}
