"""A journal with an anchor in a temporary directory."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from config.settings import Settings
from storage.database import Database
from storage.journal import record
from storage.journal.anchor import Anchor
from storage.journal.sealer import seal

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "daten")


@pytest.fixture
def anchor(settings: Settings) -> Anchor:
    return Anchor.from_settings(settings)


@pytest.fixture
def fill(anchor: Anchor) -> Callable[..., list[UUID]]:
    """Records some entries and seals them."""

    def fill(database: Database, count: int) -> list[UUID]:
        with database.write() as session:
            ids = [
                record(
                    session,
                    actor="person:1",
                    verb="document.file",
                    object_kind="document",
                    object_id=f"d{i}",
                    details={"sha256": f"{i:064x}", "title": f"Straße {i}"},
                    at=NOW,
                )
                for i in range(count)
            ]
        seal(database, anchor, lambda: NOW)
        return ids

    return fill
