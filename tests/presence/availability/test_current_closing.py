"""A house that is closed leaves no connection to PostgreSQL behind, neither its own nor the current store's."""

import time
from pathlib import Path

import pytest
from sqlalchemy import text

from config.settings import Settings
from presence.availability.current import current_store
from storage.database import Database
from storage.house import House

OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
WITHIN = 120.0


@pytest.mark.postgres
def test_the_store_ends_with_its_house(postgres_url: str, tmp_path: Path) -> None:
    house = House(Settings(data_dir=tmp_path, database_url=postgres_url, _env_file=None))
    watcher = Database(postgres_url)
    for _ in range(2):  # a closed house may be used again, and is closed again
        current_store(house).touch()
        current_store(house).touch()
        with watcher.read() as session:
            assert session.scalar(OTHERS)
        house.close()
        deadline = time.monotonic() + WITHIN
        while True:  # the server takes a moment to see them go
            with watcher.read() as session:
                if not session.scalar(OTHERS):
                    break
            assert time.monotonic() < deadline
    watcher.close()
