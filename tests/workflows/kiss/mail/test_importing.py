"""A real mail server: each mail is taken in once, whatever breaks off, and leaves only when it is safe here."""

import imaplib
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bench.dovecot import PASSWORD, Running, running
from config.settings import Settings
from storage.clock import utc_now
from storage.database import Database
from storage.house import House
from storage.jobs.handlers import JobContext, PermanentError
from storage.jobs.tables import Job
from storage.processes import status
from tests.workflows.kiss.conftest import City
from tests.workflows.kiss.mail.conftest import (
    FROM,
    everything,
    letter,
    mark,
    name_mailboxes,
    on_server,
    said,
)
from workflows.kiss.anliegen.tables import Anliegen, Message
from workflows.kiss.mail import parsing
from workflows.kiss.mail.fetching import fetch_mail, warners
from workflows.kiss.mail.quarantine import discard, quarantined
from workflows.kiss.mail.retrying import retry
from workflows.kiss.mail.tables import MailboxState, MailItem


@contextmanager
def looking_into(server: Running, box: str, folder: str = "INBOX") -> Iterator[imaplib.IMAP4_SSL]:
    context = ssl.create_default_context(cafile=server.authority.file)
    client = imaplib.IMAP4_SSL("localhost", server.imaps, ssl_context=context)
    client.authenticate("PLAIN", lambda _: f"\0{box}\0{PASSWORD}".encode())
    client.select(folder)
    yield client
    client.logout()


def count(server: Running, box: str, what: str = "ALL", folder: str = "INBOX") -> int:
    with looking_into(server, box, folder) as client:
        _, (found,) = client.search(None, what)
        return len(found.split())


@pytest.mark.parametrize("done", [None, "Erledigt"])
def test_mails_are_taken_in_once_and_put_away(
    city: City, dovecot: Running, box: str, tmp_path: Path, done: str | None
) -> None:
    name_mailboxes(city.house, tmp_path, [on_server(dovecot, box, done=done)])
    for number in range(3):
        dovecot.deliver(
            box, letter(f"Meldung {number}", number=number + 1).as_bytes(), "e@example.org"
        )
    assert fetch_mail(JobContext(city.house)) == {"neue Anliegen": 3}
    assert fetch_mail(JobContext(city.house)) == {}
    assert [row.number for row in everything(city)] == [1, 2, 3]
    assert count(dovecot, box, "UNSEEN") == 0
    assert count(dovecot, box) == (0 if done else 3)
    assert done is None or count(dovecot, box, folder=done) == 3
    dovecot.deliver(box, letter("Die vierte", number=4).as_bytes(), "e@example.org")
    assert fetch_mail(JobContext(city.house)) == {"neue Anliegen": 1}


def test_one_mail_in_two_mailboxes_is_one_anliegen(
    city: City, dovecot: Running, box: str, tmp_path: Path
) -> None:
    other = f"box{(int(box[3:]) + 30) % 60}"
    name_mailboxes(city.house, tmp_path, [on_server(dovecot, box), on_server(dovecot, other)])
    for each in (box, other):
        dovecot.deliver(each, letter().as_bytes(), "e@example.org")
    assert fetch_mail(JobContext(city.house)) == {"neue Anliegen": 1}
    with city.house.database.read() as session:
        [item] = session.scalars(select(MailItem)).all()
    assert item.mailboxes == [box, other]


def test_a_server_that_counts_anew_doubles_nothing(
    city: City, dovecot: Running, box: str, tmp_path: Path
) -> None:
    name_mailboxes(city.house, tmp_path, [on_server(dovecot, box)])
    dovecot.deliver(box, letter().as_bytes(), "e@example.org")
    fetch_mail(JobContext(city.house))
    with city.house.database.write() as session:  # as if the folder had been made anew
        state = session.get_one(MailboxState, box)
        assert (state.last_uid, state.failed_since) == (1, None)
        state.uidvalidity, state.last_uid = 1, 999
    dovecot.deliver(box, letter("Neu", number=2).as_bytes(), "e@example.org")
    assert fetch_mail(JobContext(city.house)) == {"neue Anliegen": 1}
    assert len(everything(city)) == 2


def test_what_was_taken_in_but_not_put_away_is_put_away_later(
    city: City, dovecot: Running, box: str, tmp_path: Path
) -> None:
    name_mailboxes(city.house, tmp_path, [on_server(dovecot, box)])
    dovecot.deliver(box, letter().as_bytes(), "e@example.org")
    fetch_mail(JobContext(city.house))
    with looking_into(dovecot, box) as client:
        client.store("1", "-FLAGS", r"\Seen")
    assert fetch_mail(JobContext(city.house)) == {}
    assert count(dovecot, box, "UNSEEN") == 0
    assert len(everything(city)) == 1


def test_a_report_to_the_reporting_office_is_gone_from_the_mailbox(
    city: City, dovecot: Running, box: str, tmp_path: Path
) -> None:
    name_mailboxes(city.house, tmp_path, [on_server(dovecot, box, done="Erledigt")])
    mail = letter("Es geht um Bestechung.", "Meldung nach dem HinSchG").as_bytes()
    dovecot.deliver(box, mail, "zeugin@example.org")
    assert fetch_mail(JobContext(city.house)) == {"ungeöffnet weitergeleitet": 1}
    assert (count(dovecot, box), count(dovecot, box, folder="Erledigt")) == (0, 0)
    kept = [
        path
        for path in dovecot.folder.rglob("*")
        if path.is_file() and b"Bestechung" in path.read_bytes()
    ]
    assert kept == []


def test_a_mail_nobody_can_read_is_kept_and_waits(
    city: City, dovecot: Running, box: str, tmp_path: Path
) -> None:
    name_mailboxes(city.house, tmp_path, [on_server(dovecot, box)])
    with looking_into(dovecot, box) as client:
        client.append("INBOX", "", "", b"%PDF-1.7 das ist keine E-Mail")  # type: ignore[arg-type]
    dovecot.deliver(box, letter().as_bytes(), "e@example.org")
    assert fetch_mail(JobContext(city.house)) == {"neue Anliegen": 1, "nicht lesbar": 1}
    house, kora = city.house, city.staff("kora")
    with house.database.read() as session:
        [item] = quarantined(session, kora)
        assert item.original is not None
        assert house.blobs.read(item.original).startswith(b"%PDF-1.7")
        said_at_status = [
            each for one in warners(house.settings) for each in one(session, city.clock())
        ]
    assert said_at_status == [
        "Eine E-Mail konnte nicht gelesen werden. Die Koordination entscheidet, was damit geschieht."
    ]
    with pytest.raises(Exception, match="keine E-Mail"):
        retry(house, kora, item.id)
    house.database.run(
        lambda session: discard(session, kora, house.blobs, item.id, "Werbung", city.clock())
    )
    with house.database.read() as session:
        assert quarantined(session, kora) == []


def test_what_can_be_read_after_all_is_taken_in(
    city: City, dovecot: Running, box: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name_mailboxes(city.house, tmp_path, [on_server(dovecot, box)])
    dovecot.deliver(box, letter("x" * 5000).as_bytes(), "e@example.org")
    for name in ("workflows.kiss.mail.importing.LIMITS",):
        monkeypatch.setattr(name, replace(parsing.LIMITS, size=4000))
    assert fetch_mail(JobContext(city.house)) == {"nicht lesbar": 1}
    monkeypatch.undo()
    kora = city.staff("kora")
    with city.house.database.read() as session:
        [item] = quarantined(session, kora)
    assert (item.sender, item.subject) == (FROM, "Schlagloch")
    retry(city.house, kora, item.id)
    [row] = everything(city)
    assert said(city, row.id)[0].text == "x" * 5000
    with city.house.database.read() as session:
        assert quarantined(session, kora) == []


def test_one_too_large_for_the_reporting_office_stays_closed(
    city: City, tmp_path: Path, dovecot: Running, box: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name_mailboxes(city.house, tmp_path, [on_server(dovecot, box)])
    report = letter("x" * 5000, "Hinweisgebermeldung")
    dovecot.deliver(box, report.as_bytes(), "e@example.org")
    monkeypatch.setattr("workflows.kiss.mail.importing.LIMITS", replace(parsing.LIMITS, size=4000))
    assert fetch_mail(JobContext(city.house)) == {"ungeöffnet weitergeleitet": 1}
    with city.house.database.read() as session:
        assert quarantined(session, city.staff("kora")) == []
        [row] = session.scalars(select(MailItem))
    assert (row.sender, row.subject, row.original) == (None, None, None)


def test_a_server_away_is_waited_for_and_told_of(city: City, tmp_path: Path) -> None:
    with running(["info"]) as server:
        name_mailboxes(city.house, tmp_path, [on_server(server, "info")])
        server.deliver("info", letter().as_bytes(), "e@example.org")
        server.stop()
        begins = city.clock()
        for _ in range(3):
            assert fetch_mail(JobContext(city.house)) == {}
            city.clock.forward(minutes=20)
        warnings = status(city.house.database, city.clock(), warners(city.house.settings))[
            "warnings"
        ]
        assert (
            "Das Postfach „info“ wird seit 02.03.2026 09:00 Uhr nicht gelesen:"
            " Der Mailserver ist nicht erreichbar: dort hört niemand zu."
        ) in warnings
        assert begins < city.clock()
        server.start()
        assert fetch_mail(JobContext(city.house)) == {"neue Anliegen": 1}
        with city.house.database.read() as session:
            assert [
                each for one in warners(city.house.settings) for each in one(session, city.clock())
            ] == []


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"password": "falsch"}, "weist Benutzer oder Kennwort ab"),
        ({"folder": "Gibt/es/nicht"}, "lässt sich nicht öffnen"),
        ({"ca_file": None}, "Zertifikat des Mailservers wird nicht anerkannt"),
    ],
)
def test_why_a_mailbox_is_not_read_is_said(
    city: City, dovecot: Running, box: str, tmp_path: Path, wrong: dict[str, str], words: str
) -> None:
    name_mailboxes(city.house, tmp_path, [on_server(dovecot, box, **wrong)])
    fetch_mail(JobContext(city.house))
    with city.house.database.read() as session:
        assert words in (session.get_one(MailboxState, box).reason or "")


def test_one_mailbox_away_keeps_no_other_waiting(
    city: City, dovecot: Running, box: str, tmp_path: Path
) -> None:
    away = {"name": "weg", "address": "weg@stadt.example"}
    name_mailboxes(city.house, tmp_path, [away, on_server(dovecot, box)])
    dovecot.deliver(box, letter().as_bytes(), "e@example.org")
    assert fetch_mail(JobContext(city.house)) == {"neue Anliegen": 1}


def test_without_a_coordination_nothing_is_taken_and_nothing_lost(
    sqlite_database: Database, dovecot: Running, box: str, tmp_path: Path
) -> None:
    house = House(Settings(data_dir=tmp_path, _env_file=None), utc_now)
    house.__dict__["database"] = sqlite_database
    name_mailboxes(house, tmp_path, [on_server(dovecot, box)])
    dovecot.deliver(box, letter().as_bytes(), "e@example.org")
    with pytest.raises(PermanentError, match="Koordination"):
        fetch_mail(JobContext(house))
    assert count(dovecot, box, "UNSEEN") == 1


IMPORT = """
import sys
from pathlib import Path
from config.settings import Settings
from storage.house import House
from storage.jobs.handlers import JobContext
from workflows.kiss.mail.fetching import fetch_mail
data, mailboxes, url = sys.argv[1:]
house = House(Settings(data_dir=Path(data), mailboxes=Path(mailboxes), database_url=url, _env_file=None))
print("begun", flush=True)
fetch_mail(JobContext(house))
"""


def test_killed_again_and_again_it_loses_and_doubles_nothing(
    city: City, dovecot: Running, box: str, tmp_path: Path
) -> None:
    mails, kills = 200, 4
    name_mailboxes(city.house, tmp_path, [on_server(dovecot, box, done="Erledigt")])
    dovecot.fill(
        box,
        [
            letter(f"Meldung {n}", number=n + 1, sender=f"p{n}@example.org").as_bytes()
            for n in range(mails)
        ],
    )
    settings = city.house.settings
    url = city.house.database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", IMPORT, str(settings.data_dir), str(settings.mailboxes), url]

    def taken() -> int:
        with city.house.database.read() as session:
            return session.scalar(select(func.count()).select_from(Anliegen)) or 0

    for kill in range(kills):
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[4], env=dict(os.environ)
        )
        assert process.stdout is not None
        process.stdout.readline()
        deadline = time.monotonic() + 120
        while taken() <= kill * 25 and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.003 * (kill + 1))  # polling with a deadline
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    assert 0 < taken() < mails, "a control: the kills came in the middle"
    fetch_mail(JobContext(city.house))
    with city.house.database.read() as session:
        assert sorted(session.scalars(select(Message.message_id))) == sorted(
            f"<{n + 1}@example.org>" for n in range(mails)
        )
        jobs = dict(session.execute(select(Job.kind, func.count()).group_by(Job.kind)).all())  # type: ignore[arg-type]
    assert taken() == mails
    assert jobs == {"kiss.route": mails, "kiss.tell": mails}
    assert (count(dovecot, box), count(dovecot, box, folder="Erledigt")) == (0, mails)
    for row in everything(city)[:3]:
        assert mark(city, row.id)
