"""Tells whoever started the reading that a page is done: the pool's sign of life and the people's progress bar."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_listener: ContextVar[Callable[[int, int], None] | None] = ContextVar("listener", default=None)


def report(done: int, total: int) -> None:
    """``done`` of ``total`` pages or members are read."""
    listener = _listener.get()
    if listener is not None:
        listener(done, total)


@contextmanager
def listening(listener: Callable[[int, int], None]) -> Iterator[None]:
    """Calls ``listener(done, total)`` for everything reported within the block."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
