"""Blobs as files of one directory."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from storage.blobs.errors import BlobMissingError, explained
from storage.keyfiles import sync_folder

_STAGED = "staged"


class Directory:
    """``root/ab/cd/<sha256>``; files come to be by rename only, so that a name always means a whole blob."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._staged = root / _STAGED
        self._staged.mkdir(parents=True, exist_ok=True, mode=0o700)

    @contextmanager
    def stage(self) -> Iterator[BinaryIO]:
        """A temporary file on the blobs' own file system; gone afterwards unless it was published."""
        path = self._staged / secrets.token_hex(16)
        with explained():
            file = path.open("xb+")
            path.chmod(0o600)
        try:
            yield file
        finally:
            path.unlink(missing_ok=True)
            with suppress(OSError):  # on a full disk closing fails once more
                file.close()

    def publish(self, staged: BinaryIO, name: str) -> None:
        """Give a staged file its name, durably: file, rename, and the directories that hold the name."""
        target = self._path(name)
        with explained():
            staged.flush()
            os.fsync(staged.fileno())
            self._make_parents(target)
            Path(staged.name).rename(target)
            sync_folder(target.parent)

    def open(self, name: str) -> BinaryIO:
        try:
            return self._path(name).open("rb")
        except FileNotFoundError as error:
            raise BlobMissingError(name) from error

    def exists(self, name: str) -> bool:
        return self._path(name).exists()

    def delete(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def names(self) -> Iterator[tuple[str, datetime]]:
        """All blobs, with the moment each was written."""
        for path in self._root.glob("??/??/*"):
            with suppress(FileNotFoundError):  # swept meanwhile
                yield path.name, _written(path)

    def discard_staged(self, before: datetime) -> int:
        """Remove what writers that were killed left behind; how many files that were."""
        discarded = 0
        for path in self._staged.iterdir():
            with suppress(FileNotFoundError):  # published or discarded meanwhile
                if _written(path) < before:
                    path.unlink()
                    discarded += 1
        return discarded

    def _path(self, name: str) -> Path:
        return self._root / name[:2] / name[2:4] / name

    def _make_parents(self, target: Path) -> None:
        for folder in (target.parent.parent, target.parent):
            if not folder.exists():
                folder.mkdir(exist_ok=True, mode=0o700)
                sync_folder(folder.parent)


def _written(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
