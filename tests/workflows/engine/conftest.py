"""A house with all tables for the engine's tests, and one Prefect server per test session."""

import asyncio
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Settings
from storage.database import Database
from storage.house import House
from workflows.engine.flows import warm_up
from workflows.engine.server import PrefectServer


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    """On SQLite and on PostgreSQL, with the real clock."""
    return _house(database, tmp_path)


@pytest.fixture
def sqlite_house(sqlite_database: Database, tmp_path: Path) -> House:
    return _house(sqlite_database, tmp_path)


def _house(database: Database, folder: Path) -> House:
    url = database.engine.url.render_as_string(hide_password=False)
    made = House(Settings(data_dir=folder, database_url=url))
    made.__dict__["database"] = database  # the fixture's own, closed by it
    return made


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """Our own Prefect server (about 20 s to its first answer), shared by all tests of the session."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = PrefectServer(Settings(data_dir=tmp_path_factory.mktemp("prefect"), engine_port=port))
    before = dict(os.environ)
    server.start()
    try:
        asyncio.run(_until_it_answers(server))
        warm_up()
        yield server
    finally:
        server.stop()
        os.environ.clear()
        os.environ.update(before)


async def _until_it_answers(server: PrefectServer) -> None:
    watching = asyncio.create_task(server.watch())
    await asyncio.wait_for(server.answered.wait(), 600)
    watching.cancel()
