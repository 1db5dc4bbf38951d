"""The store that forgets: what it keeps, and the proof that nothing of it stays anywhere."""

import logging
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DatabaseError, OperationalError

from presence.availability.current import BusySpan, CurrentStore, Deed, current_store
from presence.availability.current_tables import tables_of
from presence.availability.facts import Manual
from presence.availability.kept_apart import warners
from presence.availability.levels import Level
from presence.availability.statuses import clear_status, set_status
from storage.actors import Staff
from storage.clock import new_id
from storage.house import House
from storage.privacy import register

HOUR = timedelta(hours=1)
MARK = "Zahnarzt-Geheimnis-4711"


def test_a_status_is_replaced_read_until_its_end_and_cleared(
    house: House, store: CurrentStore
) -> None:
    person, now = new_id(), house.clock()
    store.set_status(person, Manual(Level.URGENT, now + HOUR, now, "Sitzung", "Saal 1"))
    later = Manual(Level.LIMITED, now + 2 * HOUR, now, None, None)
    store.set_status(person, later)
    assert store.statuses([person, new_id()], now) == {person: later}
    assert store.statuses([person], now + 2 * HOUR) == {}
    assert store.clear_status(person)
    assert not store.clear_status(person)
    assert store.statuses([person], now) == {}


def test_the_version_grows_with_every_change_and_with_nothing_else(
    house: House, store: CurrentStore
) -> None:
    person, now = new_id(), house.clock()
    seen = [store.version()]
    for change in (
        lambda: store.set_status(person, Manual(Level.FULL, now + HOUR, now)),
        lambda: store.set_busy(person, [BusySpan(now, now + HOUR, "busy")]),
        store.touch,
        lambda: store.purge(now),
        lambda: store.forget(person),
    ):
        change()
        seen.append(store.version())
    assert seen == sorted(set(seen))
    store.statuses([person], now)
    store.clear_status(person)
    assert store.version() == seen[-1]


def test_busy_times_are_replaced_as_a_whole(house: House, store: CurrentStore) -> None:
    person, now = new_id(), house.clock()
    first, second = BusySpan(now, now + HOUR, "busy"), BusySpan(now, now + 2 * HOUR, "away")
    store.set_busy(person, [first, second])
    assert set(store.busy([person], now, now + HOUR)[person]) == {first, second}
    store.set_busy(person, [second])
    assert store.busy([person], now, now + HOUR) == {person: [second]}
    assert store.busy([person], now + 2 * HOUR, now + 9 * HOUR) == {}


def test_the_night_forgets_what_is_over_and_keeps_the_rest(
    house: House, store: CurrentStore
) -> None:
    over, running, now = new_id(), new_id(), house.clock()
    store.set_status(over, Manual(Level.URGENT, now, now - HOUR))
    store.set_status(running, Manual(Level.URGENT, now + HOUR, now))
    store.set_busy(over, [BusySpan(now - HOUR, now, "busy"), BusySpan(now, now + HOUR, "busy")])
    told = [Deed(new_id(), now - timedelta(days=days)) for days in (1, 30)]
    for deed in told:
        store.set_status(running, Manual(Level.URGENT, now + HOUR, now), by=deed)
    assert store.purge(now) == {"Status": 1, "Kalenderzeiten": 1, "Hinweise": 1}
    assert store.deeds(running) == told[:1]
    assert set(store.statuses([over, running], now - HOUR)) == {running}
    assert store.busy([over], now - HOUR, now + HOUR) == {over: [BusySpan(now, now + HOUR, "busy")]}


def test_several_processes_share_it(house: House, store: CurrentStore) -> None:
    person, now = new_id(), house.clock()
    store.set_status(person, Manual(Level.URGENT, now + HOUR, now))
    other = CurrentStore(store._engine.url.render_as_string(hide_password=False))
    assert person in other.statuses([person], now)
    other.clear_status(person)
    assert store.statuses([person], now) == {}
    other.close()


def test_a_broken_file_is_begun_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "fluechtig" / "anwesenheit.sqlite"
    file.parent.mkdir()
    file.write_bytes(b"keine Datenbank" * 1000)
    store = CurrentStore(f"sqlite:///{file}")
    assert store.version() == 0
    assert "begun anew" in caplog.text


def test_a_file_that_breaks_later_is_begun_anew_at_the_next_use(tmp_path: Path) -> None:
    file = tmp_path / "fluechtig" / "anwesenheit.sqlite"
    store = CurrentStore(f"sqlite:///{file}")
    store.touch()
    content = file.read_bytes()
    file.write_bytes(b"Unsinn" * (len(content) // 6))
    with pytest.raises(DatabaseError):
        store.version()
    assert store.version() == 0


def test_a_store_that_is_busy_is_not_taken_for_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("presence.availability.current_engine.BUSY_TIMEOUT_MS", 50)
    file = tmp_path / "fluechtig" / "anwesenheit.sqlite"
    CurrentStore(f"sqlite:///{file}").touch()
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(OperationalError):
            CurrentStore(f"sqlite:///{file}").version()
        other.execute("ROLLBACK")
    assert CurrentStore(f"sqlite:///{file}").version() == 1


def test_a_file_that_vanishes_under_us_is_made_again(house: House, tmp_path: Path) -> None:
    file = tmp_path / "anderswo" / "fluechtig" / "anwesenheit.sqlite"
    store = CurrentStore(f"sqlite:///{file}")
    assert store.version() == 0
    file.unlink()
    assert store.version() == 0


def _holding(folder: Path, mark: str) -> set[str]:
    """Names of the files below ``folder`` whose raw bytes hold the mark."""
    found = set()
    for path in folder.rglob("*"):
        if path.is_file():
            try:
                content = path.read_bytes()
            except OSError:
                continue  # a temporary file of the server that is gone already
            if mark.encode() in content:
                found.add(path.name)
    return found


def _stations(house: House, staff: Callable[[str], Staff], people: dict[str, UUID]) -> None:
    """A day of statuses: set, changed, longer, shorter, cleared, for several people, by themselves and others."""
    now = house.clock()
    for round_ in range(6):
        for login in ("anna", "ben", "carla"):
            set_status(
                house,
                staff(login),
                people[login],
                Level.URGENT,
                until=now + HOUR,
                message=f"{MARK} " + "x" * (round_ * 17),
                place=f"{MARK} Ort",
            )
        clear_status(house, staff("ben"), people["ben"])
    clear_status(house, staff("anna"), people["anna"])


def _journal(house: House) -> list[str]:
    with house.database.read() as session:
        return list(
            session.scalars(
                text("SELECT verb FROM journal_pending UNION ALL SELECT verb FROM journal_entry")
            )
        )


def test_nothing_stays_anywhere(
    house: House,
    store: CurrentStore,
    staff: Callable[[str], Staff],
    people: dict[str, UUID],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Raw bytes of every file of the installation, before and after the night; journal and logs as well."""
    caplog.set_level(logging.DEBUG)
    before = _journal(house)
    _stations(house, staff, people)
    on_sqlite = house.database.dialect == "sqlite"
    assert len(store.statuses(list(people.values()), house.clock())) == 1  # Carla's
    if on_sqlite:
        assert _holding(tmp_path, MARK) == {"anwesenheit.sqlite"}
    clear_status(house, staff("carla"), people["carla"])
    if on_sqlite:  # at once, before any night
        assert _holding(tmp_path, MARK) == set()
    store.purge(house.clock())
    assert _holding(tmp_path, MARK) == set()
    if not on_sqlite:
        assert _holding(_server_folder(house), MARK) == set()
    assert _journal(house) == before
    assert MARK not in caplog.text


def _server_folder(house: House) -> Path:
    """PostgreSQL's own files, all of it written out."""
    with house.database.engine.connect() as connection:
        plain = connection.execution_options(isolation_level="AUTOCOMMIT")
        plain.execute(text("CHECKPOINT"))
        return Path(str(plain.execute(text("SHOW data_directory")).scalar()))


def test_backups_leave_it_out(
    house: House,
    store: CurrentStore,
    staff: Callable[[str], Staff],
    people: dict[str, UUID],
    tmp_path: Path,
) -> None:
    """SQLite: a folder tagged as a cache. PostgreSQL: not in the write-ahead log, and a schema that dumps leave out."""
    _stations(house, staff, people)
    if house.database.dialect == "sqlite":
        archive = tmp_path.parent / f"{tmp_path.name}.tar"
        subprocess.run(
            ["tar", "--exclude-caches-all", "-cf", archive, "-C", tmp_path, "."], check=True
        )
        listed = subprocess.run(["tar", "-tf", archive], capture_output=True, text=True, check=True)
        assert "anwesenheit" not in listed.stdout
        assert "rathaus.sqlite" in listed.stdout
        return
    assert _holding(_server_folder(house) / "pg_wal", MARK) == set()
    with house.database.engine.connect() as connection:
        kinds = connection.execute(
            text(
                "SELECT DISTINCT relpersistence FROM pg_class JOIN pg_namespace n"
                " ON n.oid = relnamespace WHERE n.nspname = 'fluechtig'"
            )
        ).scalars()
        assert set(kinds) == {"u"}
    url = house.database.engine.url.set(drivername="postgresql")
    command = ["--exclude-schema=fluechtig", url.render_as_string(hide_password=False)]
    program = max(Path("/usr/lib/postgresql").glob("*/bin/pg_dump"))
    dump = subprocess.run([program, *command], capture_output=True, text=True, check=True).stdout
    assert "journal_entry" in dump
    assert MARK not in dump
    assert "current_status" not in dump


def test_with_a_database_of_its_own_a_plain_dump_of_the_main_one_leaves_it_out(
    house: House, staff: Callable[[str], Staff], people: dict[str, UUID]
) -> None:
    """And what was in the main one before goes."""
    if house.database.dialect == "sqlite":
        return  # it is in a file of its own there
    main = house.database.engine.url
    session_now = house.clock()
    _stations(house, staff, people)
    with house.database.read() as session:
        (warner,) = warners(house.settings)
        assert "RATHAUS_CURRENT_URL" in warner(session, session_now)[0]
    apart = main.set(database=f"{main.database}_fluechtig")
    admin = create_engine(main.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{apart.database}"'))
    house.settings.current_url = apart.render_as_string(hide_password=False)
    try:
        _stations(house, staff, people)
        url = main.set(drivername="postgresql").render_as_string(hide_password=False)
        program = max(Path("/usr/lib/postgresql").glob("*/bin/pg_dump"))
        dump = subprocess.run([program, url], capture_output=True, text=True, check=True).stdout
        assert "journal_entry" in dump
        assert MARK not in dump
        assert "current_status" not in dump
        with house.database.read() as session:
            assert warners(house.settings)[0](session, session_now) == []
    finally:
        current_store(house).close()
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{apart.database}" WITH (FORCE)'))
        admin.dispose()


def test_errors_never_show_what_was_set(house: House, store: CurrentStore) -> None:
    store.touch()
    now = house.clock()
    broken = Manual(Level.URGENT, now + HOUR, now, MARK, {MARK: 1})  # type: ignore[arg-type]
    with pytest.raises(Exception) as caught:  # noqa: PT011 - which one depends on the database
        store.set_status(new_id(), broken)
    assert MARK not in str(caught.value)


def test_one_store_per_house(house: House, store: CurrentStore) -> None:
    assert current_store(house) is store


def test_every_table_of_the_store_says_whom_it_concerns() -> None:
    lines = register(tables_of())
    assert {line.table for line in lines} == {
        "current_busy",
        "current_notice",
        "current_status",
        "current_version",
    }
