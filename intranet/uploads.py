"""Files on their way in. Streamlit would keep every uploaded file in memory until the page is closed; here they wait
on disk, in a folder of this process alone, until a page has taken them in.
"""

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
    """The folder. ``room``: bytes all waiting files together may have."""

    folder: Path
    room: int
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
        path.parent.mkdir(mode=0o700, exist_ok=True)
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

    def _path(self, session: str, file: str) -> Path:
        if not _NAME.fullmatch(session) or not _NAME.fullmatch(file):
            raise ValueError("not a name of ours")
        return self.folder / session / file


_OPEN: list[Spool] = []


def open_spool(parent: Path, room: int) -> Spool:
    """The spool of this process, for the pages, which Streamlit hands nothing."""
    spool = Spool(Path(mkdtemp(prefix="hochgeladen-", dir=parent)), room)
    _OPEN[:] = [spool]
    return spool


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
