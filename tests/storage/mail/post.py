"""What tests of mails write, send and find."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any
from uuid import UUID

from sqlalchemy import select

from storage.house import House
from storage.jobs.tables import Job
from storage.mail import (
    MAIL,
    Attachment,
    send_later,
)
from workflows.engine.once import drain_once

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CALENDAR = Attachment(
    "termin.ics", "text/calendar; method=REQUEST", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
)


def write(house: House, key: str = "k1", **more: Any) -> UUID:
    values = {"to": "erika@stadt.example", "subject": "Schöne Grüße", "text": "Äöü ß „x“\n"}
    with house.database.write() as session:
        return send_later(session, key=key, now=NOON, **{**values, **more})


def send(house: House) -> int:
    before = done(house)
    drain_once(house, [MAIL])
    return done(house) - before


def done(house: House) -> int:
    with house.database.read() as session:
        return len(session.scalars(select(Job.id).where(Job.state == "done")).all())


def files(house: House) -> list[EmailMessage]:
    found = sorted((house.settings.data_dir / "mail").glob("*"))
    assert all(path.suffix == ".eml" for path in found), "no half-written files"
    return [read(path.read_bytes()) for path in found]


def read(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def job(house: House) -> Job:
    with house.database.read() as session:
        return session.scalars(select(Job)).one()
