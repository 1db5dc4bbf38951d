"""A mailbox of 10,000 mails becomes Anliegen, each once, against a program that fetches, parses and keeps them as files.

Dovecot, the reader process and the database's disk share the two cores with the import.
"""

import imaplib
import os
import ssl
import tempfile
import time
from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime
from pathlib import Path

from sqlalchemy import func, select

from bench.dovecot import PASSWORD, Running, running
from bench.figures import Figure
from config.settings import Settings
from storage.actors import System
from storage.all_tables import create_all
from storage.clock import new_id, utc_now
from storage.house import House
from storage.jobs.handlers import JobContext
from storage.organisation.operations import add_office
from workflows.kiss.anliegen.tables import Anliegen, Group, Message
from workflows.kiss.mail.fetching import fetch_mail
from workflows.kiss.mail.tables import MailItem

MAILS = int(os.environ.get("BENCH_MAILS", "10000"))
LEAST = 100.0
REPORTS = (
    "In der {street} {number} ist ein tiefes Schlagloch. Gestern ist dort ein Kind mit dem Rad gestürzt.",
    "Die Laterne vor dem Haus {street} {number} ist seit Tagen dunkel. Bitte lassen Sie das reparieren.",
    "Am Glascontainer in der {street} liegen seit Wochen Säcke und ein alter Kühlschrank.",
    "Ich warte seit {number} Tagen auf meinen Personalausweis und erreiche telefonisch niemanden.",
    "Der Spielplatz an der {street} ist schön geworden. Vielen Dank an alle, die daran gearbeitet haben.",
)
STREETS = ("Lindenstraße", "Gartenweg", "Am Mühlbach", "Hafenallee", "Schulgasse")


def mail(number: int) -> bytes:
    """An invented report; every tenth with a picture, every twentieth in HTML, every fiftieth from a machine."""
    street = STREETS[number % len(STREETS)]
    text = REPORTS[number % len(REPORTS)].format(street=street, number=number % 97 + 1)
    message = EmailMessage()
    message["From"] = f"Person {number} <person{number}@example.org>"
    message["To"] = "info@stadt.example"
    message["Subject"] = f"{street}: Meldung {number}"
    message["Date"] = format_datetime(utc_now())
    message["Message-ID"] = f"<bench.{number}@example.org>"
    if number % 50 == 49:
        message["Auto-Submitted"] = "auto-generated"
    body = f"Guten Tag,\n\n{text}\n\nMit freundlichen Grüßen\nPerson {number}\n"
    message.set_content(body * (1 + number % 4))
    if number % 20 == 0:
        message.add_alternative(f"<p>Guten Tag,</p><p>{text}</p>", subtype="html")
    if number % 10 == 0:
        picture = b"\xff\xd8\xff\xe0" + os.urandom(30_000)
        message.add_attachment(picture, maintype="image", subtype="jpeg", filename="foto.jpg")
    return message.as_bytes()


def house_with_mailbox(folder: Path, server: Running) -> House:
    """A house with a coordination and one mailbox."""
    (folder / "postfaecher.yaml").write_text(
        f"mailboxes:\n- {{name: info, address: info@stadt.example, host: localhost, port: {server.imaps},"
        f" ca_file: {server.authority.file}, user: info, password: '{PASSWORD}', done: Erledigt}}\n",
        "utf-8",
    )
    house = House(
        Settings(data_dir=folder / "daten", mailboxes=folder / "postfaecher.yaml", _env_file=None)
    )
    house.make_data_dir()
    create_all(house.database.engine)
    with house.database.write() as session:
        office = add_office(
            session, System("bench"), key="hauptamt", number="10", name="Hauptamt", short="Hauptamt",
            valid_from=date(2020, 1, 1), now=house.clock(),
        )  # fmt: skip
        session.add(
            Group(
                id=new_id(), revision=1, key="koordination", name="Koordination", office_id=office.id,
                general=True, coordination=True, spreads=False, hours=40,
                valid_from=date(2020, 1, 1), valid_to=None,
            )
        )  # fmt: skip
    return house


def _reference(server: Running, folder: Path, mailbox: str) -> float:
    """Mails per second of the simplest program: fetched one by one, parsed, kept as a durable file."""
    kept = folder / "dateien"
    kept.mkdir(exist_ok=True)
    context = ssl.create_default_context(cafile=server.authority.file)
    client = imaplib.IMAP4_SSL("localhost", server.imaps, ssl_context=context)
    client.authenticate("PLAIN", lambda _: f"\0info\0{PASSWORD}".encode())
    client.select(mailbox, readonly=True)
    _, (found,) = client.search(None, "ALL")
    uids = found.split()[:500]
    begin = time.perf_counter()
    for uid in uids:
        _, [(_, data), *_] = client.fetch(uid.decode(), "(BODY.PEEK[])")
        body = message_from_bytes(data, policy=default).get_body(("plain", "html"))
        assert body is not None
        assert body.get_content()
        with (kept / uid.decode()).open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    seconds = time.perf_counter() - begin
    client.logout()
    return len(uids) / seconds


def measure() -> list[Figure]:
    """One import of the whole mailbox, and a second look that finds nothing new."""
    with tempfile.TemporaryDirectory(prefix="rathaus-bench-") as name:
        folder = Path(name)
        with running(["info"]) as server:
            server.fill("info", [mail(number) for number in range(MAILS)])
            before = _reference(server, folder, "INBOX")
            house = house_with_mailbox(folder, server)
            begin, used = time.perf_counter(), time.process_time()
            counts = fetch_mail(JobContext(house))
            seconds, used = time.perf_counter() - begin, time.process_time() - used
            reference = (before + _reference(server, folder, "Erledigt")) / 2
            again = fetch_mail(JobContext(house))
            whole = _is_whole(house, counts, again)
            house.close()
    rate = MAILS / seconds
    print(f"  import: {seconds:.0f} s, own processor time {used:.0f} s ({MAILS / used:.0f}/s)")
    return [
        Figure(
            f"Postfach mit {MAILS} E-Mails einlesen", rate, "E-Mails/s", reference,
            "abholen, lesen und als Datei sichern, E-Mails/s", f"mindestens {LEAST:.0f}/s, keine verloren oder doppelt",
            whole and rate >= LEAST,
        )
    ]  # fmt: skip


def _is_whole(house: House, counts: object, again: object) -> bool:
    machines = MAILS // 50
    with house.database.read() as session:
        anliegen = session.scalar(select(func.count()).select_from(Anliegen))
        messages = session.scalar(select(func.count(func.distinct(Message.message_id))))
        items = session.scalar(select(func.count()).select_from(MailItem))
    expected = {"neue Anliegen": MAILS - machines} | ({"übergangen": machines} if machines else {})
    return (anliegen, messages, items, counts, again) == (
        MAILS - machines, MAILS - machines, MAILS, expected, {},
    )  # fmt: skip
