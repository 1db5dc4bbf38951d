"""Tells whoever started the reading that a page is done: the pool's sign of life and the people's progress bar.

Also which page is being read, so that the pool knows at which one a reader died, and which pages to leave out therefore.
"""

from collections.abc import Callable, Iterator, Mapping
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


_notebook: ContextVar[Callable[[int], None] | None] = ContextVar("notebook", default=None)
_left_out: ContextVar[Mapping[int, str]] = ContextVar("left_out", default={})  # noqa: B039 - never changed


def enter(number: int) -> str | None:
    """Page ``number`` is read from now on, 0: none. Gives the reason if the page must be left out."""
    notebook = _notebook.get()
    if notebook is not None:
        notebook(number)
    return _left_out.get().get(number)


@contextmanager
def noting(notebook: Callable[[int], None], left_out: Mapping[int, str]) -> Iterator[None]:
    """Calls ``notebook(number)`` for each page entered within the block; leaves out pages for their reasons."""
    tokens = _notebook.set(notebook), _left_out.set(left_out)
    try:
        notebook(0)
        yield
    finally:
        _notebook.reset(tokens[0])
        _left_out.reset(tokens[1])
