"""What has to be told to open streams when the server is asked to end: it waits for them, and they would never end."""

from collections.abc import Callable

_AT_FAREWELL: list[Callable[[], None]] = []


def at_farewell(deed: Callable[[], None]) -> None:
    """Call it once the server is asked to end, from a signal handler: it must be quick and wait for nothing."""
    _AT_FAREWELL.append(deed)


def say_farewell() -> None:
    for deed in _AT_FAREWELL:
        deed()
