"""Fixtures: a small town hall on either database, with real readers."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ocr.isolation import ReaderPool
from ocr.limits import Limits
from storage.database import Database
from tests.workflows.eakte.town import Clock, Town, found_town, make_house


@pytest.fixture(scope="session")
def readers() -> Iterator[ReaderPool]:
    with ReaderPool(1, Limits(seconds=60, patience=30), warm=("ocr.understanding",)) as pool:
        yield pool


@pytest.fixture
def make_town(tmp_path: Path, readers: ReaderPool) -> Callable[[Database], Town]:
    def make(database: Database) -> Town:
        clock = Clock()
        house = make_house(
            database.engine.url.render_as_string(hide_password=False), tmp_path, clock
        )
        house.__dict__["database"] = database
        return found_town(database, house, clock, readers)

    return make


@pytest.fixture
def town(sqlite_database: Database, make_town: Callable[[Database], Town]) -> Town:
    """On SQLite: for everything that does not depend on the database."""
    return make_town(sqlite_database)


@pytest.fixture
def any_town(database: Database, make_town: Callable[[Database], Town]) -> Town:
    """Once on each database."""
    return make_town(database)
