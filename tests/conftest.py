"""Databases for all tests: SQLite in a temporary folder, and one PostgreSQL cluster per test session."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import create_engine, text

from storage.database import Database

settings.register_profile(
    "house",
    deadline=None,  # a busy machine is no fault of the code
    derandomize="CI" in os.environ,  # what lands is judged by the same examples as before it
)
settings.load_profile("house")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Files made for a test hold the time they were made at: a name of their bytes would be another in each worker."""
    return argname if isinstance(val, bytes) or (isinstance(val, str) and len(val) > 80) else None


@pytest.hookimpl(tryfirst=True)  # before the marks are chosen from
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each file is one worker's, in its order: what its tests share they share alike on every machine.

    Chromium comes last, for Playwright leaves an event loop running in its worker, where no other can be started; of its
    files the longest first, so that no worker is left alone at the end.
    """
    files = Counter(_file(item) for item in items)
    for item in items:
        if {"furnished", "server"} <= set(getattr(item, "fixturenames", ())):
            item.add_marker("process")
        item.add_marker(pytest.mark.xdist_group(_file(item)))
    items.sort(key=lambda item: (_walks(item), -files[_file(item)] if _walks(item) else 0))


def _walks(item: pytest.Item) -> bool:
    return "chromium" in getattr(item, "fixturenames", ())


def _file(item: pytest.Item) -> str:
    name = item.path.relative_to(Path(__file__).parent).as_posix()
    return f"{name} in Chromium" if _walks(item) else name


def _postgres_programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.fail("PostgreSQL is missing; `make test` installs it")
    return found[-1].parent


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _as_postgres(*command: str) -> list[str]:
    """PostgreSQL refuses to run as root; anybody else runs it themselves."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else list(command)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL of our own on a free port; yields the URL up to the database name."""
    programs, port = _postgres_programs(), _free_port()
    folder = Path(tempfile.mkdtemp(prefix="rathaus-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    data = folder / "data"
    subprocess.run(
        _as_postgres(
            str(programs / "initdb"),
            "-D",
            str(data),
            "-U",
            "rathaus",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "-N",
        ),
        check=True,
        capture_output=True,
        cwd="/",
    )
    server = subprocess.Popen(
        _as_postgres(
            str(programs / "postgres"),
            "-D",
            str(data),
            "-p",
            str(port),
            "-k",
            str(folder),
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "shared_buffers=256MB",
            "-c",
            "max_connections=200",
            "-c",
            "full_page_writes=off",
            "-c",
            "synchronous_commit=off",
            "-c",
            "fsync=off",
        ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
    )
    base = f"postgresql+psycopg://rathaus@127.0.0.1:{port}/"
    try:
        _wait_until_ready(base + "postgres", server)
        yield base
    finally:
        server.terminate()
        server.wait(120)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_ready(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while True:
        engine = create_engine(url)
        try:
            with engine.connect():
                return
        except Exception:
            if time.monotonic() > deadline or server.poll() is not None:
                raise
            time.sleep(0.05)  # polling with a deadline
        finally:
            engine.dispose()


@contextmanager
def _postgres_database(server: str, template: str = "template1") -> Iterator[str]:
    """The name of a new database, dropped afterwards."""
    name = f"t{uuid.uuid4().hex}"
    admin = create_engine(server + "postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    try:
        yield name
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of an empty database, dropped afterwards."""
    with _postgres_database(postgres_server) as name:
        yield postgres_server + name


def _make_tables(url: str) -> None:
    from storage.all_tables import create_all

    database = Database(url)
    create_all(database.engine)
    database.close()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    """The name of a database with all tables, made once: each test gets a copy."""
    with _postgres_database(postgres_server) as name:
        _make_tables(postgres_server + name)
        yield name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as a file."""
    file = tmp_path_factory.mktemp("vorlage") / "rathaus.sqlite"
    _make_tables(f"sqlite:///{file}")
    return file


@pytest.fixture
def sqlite_database(tmp_path: Path, sqlite_template: Path) -> Iterator[Database]:
    file = shutil.copy(sqlite_template, tmp_path / "rathaus.sqlite")
    database = Database(f"sqlite:///{file}")
    yield database
    database.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty database with all tables, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_database")
        return
    server = request.getfixturevalue("postgres_server")
    with _postgres_database(server, request.getfixturevalue("postgres_template")) as name:
        made = Database(server + name)
        yield made
        made.close()
