"""The watched folder: scanners and other programs drop files, the house takes them in.

A file is taken once it has stopped growing: same size and time of change for two seconds, and nobody has it open
for writing; where that can't be seen (a network drive, somebody else's file), for ten seconds. It is deleted only after
its document has committed; a crash between the two finds the document there and deletes then.
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
from workflows.eakte.writers import has_writer, writers_are_seen

LOOK_EVERY = 1.0
SETTLED_AFTER = 2.0
"""Seconds a file must have kept its size and time of change, where nobody has it open for writing."""
SETTLED_UNSEEN = 10.0
"""The same where the file system does not tell who writes."""
IGNORED = (".part", ".tmp", ".crdownload", "~")

log = logging.getLogger("rathaus.watching")


@dataclass
class Watcher:
    """Looks into ``settings.inbox_folder`` every second, on a thread of its own.

    A sub-folder with an office's key is that office's inbox (``eingang/baurecht/...``); its name, and that of deeper
    ones, also decides what is forwarded unopened.
    """

    house: House
    _seen: dict[Path, tuple[int, int, int]] = field(default_factory=dict)
    _kept: dict[Path, tuple[int, int]] = field(default_factory=dict)
    """Files that were taken in and could not be deleted, as they were then."""
    _sees_writers: bool | None = None
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
        kept: dict[Path, tuple[int, int]] = {}
        for path in sorted(self.house.settings.inbox_folder.rglob("*")):
            state = self._state(path)
            if state is None:
                continue
            if self._kept.get(path) == state:
                if not self._delete(path):
                    kept[path] = state
                continue
            size, changed, looks = *state, 0
            before = self._seen.get(path)
            if before is not None and before[:2] == state:
                looks = before[2] + 1
            present[path] = (size, changed, looks)
            if self._has_settled(path, looks * LOOK_EVERY) and self._take_in(path, state):
                present.pop(path)
                taken += 1
                if not self._delete(path):
                    kept[path] = state
                    log.warning("a file in the watched folder was taken in and can't be deleted")
        self._seen, self._kept = present, kept
        return taken

    def _has_settled(self, path: Path, seconds: float) -> bool:
        if seconds < SETTLED_AFTER:
            return False
        if self._sees_writers is None:
            self._sees_writers = writers_are_seen(self.house.settings.inbox_folder)
        writer = has_writer(path) if self._sees_writers else None
        return seconds >= SETTLED_UNSEEN if writer is None else not writer

    def _delete(self, path: Path) -> bool:
        try:
            path.unlink(missing_ok=True)
        except OSError:  # a share that is read-only for us
            return False
        return True

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
            office = office or office_by_key(session, self.house.settings.post_office, day)
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
        except Exception:  # one bad file must not keep the others waiting
            log.exception("a file in the watched folder could not be taken in")
            return False
        if (
            self._state(path) != state
        ):  # it grew while it was read: the copy is a torso, the whole comes next
            log.info("document %s changed while it was taken in", receipt.document)
            return False
        return True
