"""Files on their way in. Streamlit would keep every uploaded file in memory until the page is closed; here they wait
on disk, in a folder of this process alone, until a page has taken them in.
"""

import fcntl
import os
import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from threading import Lock
from typing import Any, BinaryIO

from storage.conflicts import ConflictError

_NAME = re.compile(r"[\w-]{1,64}")


@dataclass(slots=True)
class Spool:
    """The folder. ``room``: bytes all waiting files together may have; ``held``: what says that we are alive."""

    folder: Path
    room: int
    held: int | None = None
    _sizes: dict[tuple[str, str], int] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def reserve(self, session: str, file: str, size: int) -> bool:
        """Whether there is room for a file of this size; then it is kept for it."""
        with self._lock:
            if sum(self._sizes.values()) + size > self.room:
                return False
            self._sizes[session, file] = size
        return True

    def put(self, session: str, file: str, source: BinaryIO) -> None:
        """Keep a file's content."""
        path = self._path(session, file)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("wb") as target:
            shutil.copyfileobj(source, target)

    def find(self, session: str, file: str) -> Path | None:
        """Where the content waits."""
        path = self._path(session, file)
        return path if path.is_file() else None

    def drop(self, session: str, file: str) -> None:
        """Let a file go; one that is not there is no matter."""
        self._path(session, file).unlink(missing_ok=True)
        with self._lock:
            self._sizes.pop((session, file), None)

    def sweep(self, is_open: Callable[[str], bool]) -> None:
        """Let go what belongs to pages that were closed."""
        with self._lock:
            left = [key for key in self._sizes if not is_open(key[0])]
        for session, file in left:
            self.drop(session, file)

    def close(self) -> None:
        """At the end of the process nothing waits any more."""
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.held is not None:
            os.close(self.held)
            self.held = None

    def _path(self, session: str, file: str) -> Path:
        if not _NAME.fullmatch(session) or not _NAME.fullmatch(file):
            raise ValueError("not a name of ours")
        return self.folder / session / file


_OPEN: list[Spool] = []


def open_spool(parent: Path, room: int) -> Spool:
    """The spool of this process, for the pages, which Streamlit hands nothing. What a killed process left is removed."""
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    opening = _lock(parent, wait=True)  # nobody takes a folder for left that was made a moment ago
    try:
        for left in parent.iterdir():
            if (found := _lock(left)) is not None:
                shutil.rmtree(left, ignore_errors=True)
                os.close(found)
        folder = Path(mkdtemp(dir=parent))
        spool = Spool(folder, room, _lock(folder))
    finally:
        if opening is not None:
            os.close(opening)
    _OPEN[:] = [spool]
    return spool


def _lock(folder: Path, *, wait: bool = False) -> int | None:
    """Hold a folder until its descriptor is closed, or the process ends; None where somebody else does."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def content_of(file: Any) -> Path | bytes:
    """The content of a file which ``st.file_uploader`` gave: where it waits, or the bytes where it came another way.

    Raises ``ConflictError`` where it is gone (the connection was cut while it waited): it is not an empty file.
    """
    context = _context()
    if not _OPEN or context is None:
        content: bytes = file.getvalue()
        return content
    found = _OPEN[0].find(context.session_id, file.file_id)
    if found is None:
        raise ConflictError(
            "Die Verbindung war unterbrochen. Bitte laden Sie die Datei noch einmal hoch."
        )
    return found


def let_go(files: Iterable[Any]) -> None:
    """The files were taken in (or refused); nothing of them waits any more."""
    context = _context()
    for file in files:
        if _OPEN and context:
            _OPEN[0].drop(context.session_id, file.file_id)


def _context() -> Any:
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    return get_script_run_ctx()
