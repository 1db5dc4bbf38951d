"""Mails at the door: read by a real reader process, and, where a test asks for it, lying on a real mail server."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from bench.dovecot import PASSWORD, Running, running
from config.mailboxes import read_mailboxes
from ocr.isolation import ReaderPool
from storage.house import House
from storage.jobs.tables import Mail
from storage.mail import MAIL
from tests.workflows.kiss.conftest import City
from workflows.engine.once import drain_once
from workflows.kiss.anliegen.tables import Anliegen, Message
from workflows.kiss.mail.belonging import mark_of, marks_of
from workflows.kiss.mail.fates import Fate
from workflows.kiss.mail.fetching import inboxes_of
from workflows.kiss.mail.importing import Importer
from workflows.kiss.mail.parsing import LIMITS
from workflows.kiss.mail.settling import Desk, settle_all
from workflows.kiss.mail.telling import TELLING

FROM = "Erika Muster <erika@example.org>"
ADDRESS = "feedback@stadt.example"


def letter(
    text: str = "Vor dem Haus Lindenweg 4 ist ein Schlagloch.",
    subject: str = "Schlagloch",
    sender: str = FROM,
    number: int = 1,
    **headers: str,
) -> EmailMessage:
    """A mail as people's programs write it."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = ADDRESS
    message["Subject"] = subject
    message["Date"] = "Mon, 02 Mar 2026 08:30:00 +0100"
    message["Message-ID"] = f"<{number}@example.org>"
    message.set_content(text)
    for name, value in headers.items():
        del message[name.replace("_", "-")]
        message[name.replace("_", "-")] = value
    return message


@pytest.fixture(scope="session")
def pool() -> Iterator[ReaderPool]:
    with ReaderPool(1, LIMITS) as made:
        yield made


@pytest.fixture
def with_mailbox(city: City, tmp_path: Path) -> City:
    """The town hall with one mailbox in its settings; nobody listens at its port."""
    name_mailboxes(city.house, tmp_path, [{"name": "feedback", "address": ADDRESS, "plus": True}])
    return city


def name_mailboxes(house: House, folder: Path, mailboxes: list[dict[str, Any]]) -> None:
    import yaml

    usual = {
        "host": "127.0.0.1",
        "port": 9,
        "tls": "none",
        "user": "feedback",
        "password": PASSWORD,
    }
    path = folder / "postfaecher.yaml"
    path.write_text(yaml.safe_dump({"mailboxes": [usual | each for each in mailboxes]}), "utf-8")
    house.settings = house.settings.model_copy(update={"mailboxes": path})


TakeIn = Callable[..., list[Fate | None]]


@pytest.fixture
def take_in(with_mailbox: City, pool: ReaderPool) -> TakeIn:
    """Take mails in as the import does, without a server in front."""
    house = with_mailbox.house

    def take(*mails: EmailMessage | bytes, mailbox: str = "feedback") -> list[Fate | None]:
        contents = [each if isinstance(each, bytes) else each.as_bytes() for each in mails]
        inboxes = inboxes_of(read_mailboxes(house.settings.mailboxes))
        importer = Importer(house, pool, inboxes)
        with ExitStack() as stack:
            arrived = importer.prepare(stack, mailbox, list(enumerate(contents, 1)))
            desk = Desk(marks_of(house.settings), house.blobs, inboxes, house.clock())
            with house.database.write() as session:
                return settle_all(session, desk, arrived)

    return take


def everything(city: City) -> list[Anliegen]:
    with city.house.database.read() as session:
        return list(session.scalars(select(Anliegen).order_by(Anliegen.id)))


def said(city: City, anliegen: UUID, kind: str = "incoming") -> list[Message]:
    with city.house.database.read() as session:
        return list(
            session.scalars(
                select(Message)
                .where(Message.anliegen_id == anliegen, Message.kind == kind)
                .order_by(Message.id)
            )
        )


def mark(city: City, anliegen: UUID) -> str:
    return str(mark_of(marks_of(city.house.settings), city.row(anliegen)))


def written(city: City) -> list[Mail]:
    """The mails to citizens, composed by the engine."""
    drain_once(city.house, [TELLING])
    with city.house.database.read() as session:
        return list(session.scalars(select(Mail).order_by(Mail.created_at, Mail.id)))


def sent(city: City) -> list[EmailMessage]:
    """The same as they go out."""
    drain_once(city.house, [TELLING, MAIL])
    files = sorted((city.house.settings.data_dir / "mail").glob("*.eml"))
    found = [message_from_bytes(each.read_bytes(), policy=default) for each in files]
    return [each for each in found if isinstance(each, EmailMessage)]


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Running]:
    with running([f"box{n}" for n in range(60)]) as server:
        yield server


_boxes = iter(range(60))


@pytest.fixture
def box() -> str:
    """A mailbox nobody has used yet."""
    return f"box{next(_boxes)}"


def on_server(server: Running, user: str, **more: Any) -> dict[str, Any]:
    """Settings of a mailbox on the real server."""
    return {
        "name": user, "address": f"{user}@stadt.example", "host": "localhost", "port": server.imap,
        "tls": "starttls", "ca_file": str(server.authority.file), "user": user, "password": PASSWORD,
        **more,
    }  # fmt: skip
