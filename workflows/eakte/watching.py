"""The watched folder: scanners and other programs drop files, the house takes them in.

A file is taken once it has stopped growing: same size and time of change in two looks, and not open for writing.
It is deleted only after its document has committed; a crash between the two finds the document there and deletes then.
"""

import contextlib
import logging
import threading
from dataclasses import dataclass, field
from pathlib import Path

from storage.actors import System
from storage.blobs.errors import BlobStoreError
from storage.clock import local_date
from storage.database import StorageBusyError
from storage.house import House
from storage.organisation.queries import office_by_key
from workflows.eakte.receiving import Incoming, receive

LOOK_EVERY = 1.0
SETTLED_AFTER = 2.0
"""Seconds a file must have kept its size and time of change."""
IGNORED = (".part", ".tmp", ".crdownload", "~")
DEFAULT_INBOX = "poststelle"

log = logging.getLogger("rathaus.watching")


@dataclass
class Watcher:
    """Looks into ``settings.inbox_folder`` every second, on a thread of its own.

    A sub-folder with an office's key is that office's inbox (``eingang/baurecht/...``); its name, and that of deeper
    ones, also decides what is forwarded unopened.
    """

    house: House
    _seen: dict[Path, tuple[int, int, int]] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        self.house.settings.inbox_folder.mkdir(parents=True, exist_ok=True)
        self._thread = threading.Thread(target=self._run, name="watched-folder", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(10)

    def _run(self) -> None:
        while not self._stop.wait(LOOK_EVERY):
            try:
                self.look()
            except Exception:  # a bad moment must not end the watch
                log.exception("looking into the watched folder failed")

    def look(self) -> int:
        """One look: take in what has settled. Returns how many files were taken in."""
        taken = 0
        present: dict[Path, tuple[int, int, int]] = {}
        for path in sorted(self.house.settings.inbox_folder.rglob("*")):
            state = self._state(path)
            if state is None:
                continue
            size, changed, looks = *state, 0
            before = self._seen.get(path)
            if before is not None and before[:2] == state:
                looks = before[2] + 1
            present[path] = (size, changed, looks)
            if looks * LOOK_EVERY >= SETTLED_AFTER and self._take_in(path, state):
                present.pop(path)
                taken += 1
        self._seen = present
        return taken

    def _state(self, path: Path) -> tuple[int, int] | None:
        if path.name.startswith(".") or path.name.endswith(IGNORED):
            return None
        with contextlib.suppress(OSError):
            if path.is_symlink() or not path.is_file():
                return None
            status = path.stat()
            return status.st_size, status.st_mtime_ns
        return None

    def _take_in(self, path: Path, state: tuple[int, int]) -> bool:
        folder = path.parent.relative_to(self.house.settings.inbox_folder)
        with self.house.database.read() as session:
            day = local_date(self.house.clock())
            office = office_by_key(session, folder.parts[0], day) if folder.parts else None
            office = office or office_by_key(session, DEFAULT_INBOX, day)
        if office is None:
            return False
        incoming = Incoming(
            path.name, path, office.id, source="folder", folder="/".join(folder.parts) or None
        )
        try:
            receipt = receive(self.house, System("folder"), incoming)
        except (BlobStoreError, StorageBusyError, OSError) as error:
            log.warning("a file in the watched folder could not be taken in: %s", error)
            return False
        if (
            self._state(path) != state
        ):  # it grew while it was read: the copy is a torso, the whole comes next
            log.info("document %s changed while it was taken in", receipt.document)
            return False
        path.unlink(missing_ok=True)
        return True
