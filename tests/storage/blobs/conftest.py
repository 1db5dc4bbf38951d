"""A blob store on a temporary directory, with a clock the test turns."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.blobs.directory import Directory
from storage.blobs.keys import MasterKey
from storage.blobs.store import BlobStore


class Hands:
    """A clock whose hands the test turns."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def turn(self, by: timedelta) -> None:
        self.now += by


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def turn(hands: Hands) -> Callable[[timedelta], None]:
    """Lets time pass."""
    return hands.turn


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "blobs"


@pytest.fixture
def store(folder: Path, hands: Hands) -> BlobStore:
    return BlobStore(Directory(folder), MasterKey.generate(), hands)
