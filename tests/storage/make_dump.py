"""Keeps a release: fills a small house with invented data through its verbs and packs it for the upgrade tests.

Run once per release, from a checkout of it, for each database (an empty one):

    python -m tests.storage.make_dump tests/storage/dumps/0.1.0-sqlite.tar.gz
    python -m tests.storage.make_dump tests/storage/dumps/0.1.0-postgresql.tar.gz --database postgresql+psycopg://…

The archive holds ``dump.sql`` (plain SQL) and what belongs to it in the data folder: the key, the journal's signed
head, the encrypted files.
"""

import argparse
import io
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import make_url, select

from config.settings import Settings
from presence.sign_in import Token, sign_in
from storage.actors import ProtectionClass, Role, System
from storage.clock import local_date
from storage.house import House
from storage.jobs import runs
from storage.journal.anchor import Anchor
from storage.journal.sealer import seal
from storage.mail import MAIL, send_later
from storage.migration import upgrade
from storage.organisation.operations import grant_role, open_class, withdraw_role
from storage.organisation.queries import load_staff, person_by_login
from storage.processes import beat, this_process
from storage.schedules import pause, register
from storage.tasks.drafts import save_draft
from tests.intranet.house import ACTOR, BILL, PASSWORD, furnish, office, pdf, plan
from workflows.eakte.akten import close_akte, hold_akte, open_akte, open_vorgang
from workflows.eakte.filing import file_document, link_documents
from workflows.eakte.receiving import Incoming, receive
from workflows.eakte.tables import Document, PlanEntry
from workflows.eakte.unfiled import forward_document
from workflows.eakte.versions import add_version
from workflows.eakte.work import job_kinds, reader_pool, schedules
from workflows.engine.once import drain_once

BEGAN = datetime(2026, 2, 2, 8, 0, tzinfo=UTC)
KEPT = ("keys", "journal", "blobs")
LETTERS = {
    "laerm.txt": "Betreff: Beschwerde über Lärm\n\nDie Ruhestörung am Hafenweg nimmt kein Ende.",
    "laerm2.txt": "Betreff: Noch eine Beschwerde\n\nDer Lärm der Drosselgasse stört nachts.",
    "warte.txt": "Betreff: Dieser Brief liegt noch ungelesen da.",
}


class Clock:
    """A second passes at every look, so that the same dump could be made on any day."""

    def __init__(self) -> None:
        self.now = BEGAN

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def fill(house: House) -> None:
    """A few weeks of a small town hall; something in every table that a release of this age knows."""
    upgrade(house.database)
    furnish(house, create=False)
    plan(house)
    clock = house.clock
    with house.database.read() as session:
        ordnung, post = office(session, "ordnungsamt"), office(session, "poststelle")
        today = local_date(clock())
        anna_id, paula_id = (
            row.id
            for login in ("anna.beispiel", "paula.post")
            if (row := person_by_login(session, login, today))
        )
        anna = load_staff(session, anna_id, today)
        entries = {row.number: row.id for row in session.scalars(select(PlanEntry))}
    assert anna is not None
    with house.database.write() as session:
        open_class(session, ACTOR, anna.person, ordnung, ProtectionClass.SOCIAL, now=clock())
        grant_role(session, ACTOR, paula_id, Role.LOTSE, post, now=clock())
        withdraw_role(session, ACTOR, paula_id, Role.LOTSE, post, now=clock())
        save_draft(session, anna.person, "notiz", {"text": "Rückruf Hafenweg"}, clock())
        register(session, schedules(), clock())
        pause(session, ACTOR, "eakte.pruefung", clock())
        beat(session, this_process("engine", clock()), clock(), "stopped")
        run = runs.begin(session, "schedule", "journal.pruefung", "vm/1/1", clock())
        runs.finish(session, run, "done", clock(), seconds=1.0, counts={"eintraege": 3})
        send_later(
            session, key="gruss", to="a@stadt.example", subject="Gruß", text="Hallo", now=clock()
        )
    assert isinstance(sign_in(house, "anna.beispiel", PASSWORD, "127.0.0.1"), Token)
    sign_in(house, "anna.beispiel", "falsch", "127.0.0.1")
    took = {
        name: receive(house, System("test"), Incoming(name, content, ordnung)).document
        for name, content in (
            ("rechnung.pdf", pdf(BILL)),
            ("rechnung2.pdf", pdf(BILL.replace("2026-117", "2026-118"))),
            ("kaputt.pdf", b"%PDF-1.7 kaputt"),
            *((name, text.encode()) for name, text in LETTERS.items() if name != "warte.txt"),
        )
    }
    receive(
        house, System("test"), Incoming("persoenlich.txt", b"Vertraulich", ordnung, unopened=True)
    )
    with reader_pool(house.settings) as pool:
        drain_once(house, job_kinds(house, pool))

        def found(name: str) -> Document:
            with house.database.read() as session:
                return session.get_one(Document, took[name])

        with house.database.write() as session:
            akte = open_akte(
                session, anna, plan_entry=entries["C1.01"], title="Rechnungen 2026", now=clock()
            )
            first = open_vorgang(session, anna, akte.id, "Absperrgitter", now=clock())
            closed = open_akte(
                session, anna, plan_entry=entries["C1.01"], title="Alte Rechnungen", now=clock()
            )
            second = open_vorgang(session, anna, closed.id, "Zäune", now=clock())
        for name, vorgang in (("rechnung.pdf", first), ("rechnung2.pdf", second)):
            with house.database.write() as session:
                row = found(name)
                file_document(session, anna, row.id, row.revision, vorgang.id, now=clock())
        with house.database.write() as session:
            bill, other = found("rechnung.pdf"), found("rechnung2.pdf")
            link_documents(session, anna, bill.id, other.id, "see_also", now=clock())
            row = found("laerm2.txt")
            forward_document(session, anna, row.id, row.revision, post, now=clock())
        with house.database.write() as session:
            hold_akte(
                session, ACTOR, akte.id, akte.revision, hold=True, reason="Klage", now=clock()
            )
            close_akte(session, anna, closed.id, closed.revision, now=clock())
        row = found("rechnung.pdf")
        add_version(house, anna, row.id, row.revision, "r2.pdf", pdf(BILL + "\nBezahlt"), "bezahlt")
        house.clock = lambda: clock() + timedelta(minutes=30)  # training waits a while
        drain_once(house, [MAIL, *job_kinds(house, pool)])
    receive(house, System("test"), Incoming("warte.txt", LETTERS["warte.txt"].encode(), ordnung))
    while seal(house.database, Anchor.from_settings(house.settings), house.clock):
        pass


def sqlite_text(file: Path) -> str:
    """Plain SQL. An FTS5 table can't be read row by row: it is made anew, and the tables it lies in are filled."""
    with sqlite3.connect(file) as connection:
        kinds = {row[1]: row[2] for row in connection.execute("PRAGMA main.table_list")}
        made = connection.execute(
            "SELECT name, type, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type = 'index', rowid"
        ).fetchall()
        lines = ["PRAGMA foreign_keys = OFF;", "BEGIN;"]
        lines += [f"{sql};" for name, _, sql in made if _is_ours(name, kinds)]
        for name, kind in kinds.items():
            if kind == "virtual" or name in {"sqlite_schema", "sqlite_temp_schema"}:
                continue
            lines.append(f'DELETE FROM "{name}";')
            columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{name}")')]
            quoted = " || ',' || ".join(f'quote("{column}")' for column in columns)
            for (values,) in connection.execute(f'SELECT {quoted} FROM "{name}"'):
                lines.append(f'INSERT INTO "{name}" VALUES ({values});')
        return "\n".join([*lines, "COMMIT;", ""])


def _is_ours(name: str, kinds: dict[str, str]) -> bool:
    return kinds.get(name) != "shadow" and not name.startswith("sqlite_")


def postgresql_text(url: str) -> str:
    """Only what any server understands: no settings of this one, no commands of its shell."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    program = max(Path("/usr/lib/postgresql").glob("*/bin/pg_dump"))
    options = ("--inserts", "--no-owner", "--no-privileges", "--exclude-schema=pg_catalog")
    done = subprocess.run([program, *options, plain], check=True, capture_output=True, text=True)
    return "".join(f"{line}\n" for line in _statements(done.stdout))


def _statements(dump: str) -> Iterator[str]:
    for line in dump.splitlines():
        if not line.startswith(("--", "\\", "SET ", "SELECT pg_catalog.set_config")):
            yield line


def pack(archive: Path, sql: str, data: Path) -> None:
    with tarfile.open(archive, "w:gz", compresslevel=9) as out:
        info, content = tarfile.TarInfo("dump.sql"), sql.encode()
        info.size = len(content)
        out.addfile(info, io.BytesIO(content))
        for name in KEPT:
            out.add(data / name, name, filter=_nobodys)


def _nobodys(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    return info


def make(archive: Path, url: str | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        house = House(Settings(data_dir=data, database_url=url, _env_file=None), Clock())
        fill(house)
        house.close()
        sql = postgresql_text(url) if url else sqlite_text(data / "rathaus.sqlite")
        pack(archive, sql, data)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Keep this release for the upgrade tests")
    parser.add_argument("archive", type=Path)
    parser.add_argument("--database", help="an empty PostgreSQL database; SQLite without it")
    given = parser.parse_args()
    make(given.archive, given.database)
    sys.stdout.write(f"{given.archive}: {given.archive.stat().st_size} bytes\n")
