"""A house that writes mails."""

from pathlib import Path

import pytest

from config.settings import Settings
from storage.database import Database
from storage.house import House
from tests.storage.mail.post import NOON


@pytest.fixture
def house(sqlite_database: Database, tmp_path: Path) -> House:
    settings = Settings(
        data_dir=tmp_path, database_url=sqlite_database.engine.url.render_as_string()
    )
    return House(settings, clock=lambda: NOON)
