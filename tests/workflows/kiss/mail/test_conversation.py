"""The whole way: a citizen's program, SMTP, a mail server, the house, and back; and with machines on the other side."""

import contextlib
import imaplib
import smtplib
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from bench.dovecot import PASSWORD, Post, Running, running
from storage.jobs.handlers import JobContext
from storage.mail import MAIL
from tests.workflows.kiss.anliegen.test_life import deed
from tests.workflows.kiss.conftest import City
from tests.workflows.kiss.mail.conftest import (
    everything,
    letter,
    name_mailboxes,
    on_server,
    said,
)
from workflows.engine.once import drain_once
from workflows.kiss.anliegen.answering import answer
from workflows.kiss.anliegen.assigning import To, assign
from workflows.kiss.mail.fetching import fetch_mail
from workflows.kiss.mail.telling import TELLING

VACATION = 'require ["vacation"]; vacation :days 1 :addresses ["erika@example.org"] "Ich bin bis Montag im Urlaub.";'


@dataclass
class World:
    """The house, its mailbox, Erika's mailbox, and the post between them."""

    city: City
    dovecot: Running
    post: Post

    def send(self, mail: EmailMessage) -> None:
        with smtplib.SMTP("127.0.0.1", self.dovecot.submission) as server:
            server.send_message(mail)

    def house_works(self) -> dict[str, int]:
        """The engine fetches, writes and sends."""
        counts = fetch_mail(JobContext(self.city.house))
        drain_once(self.city.house, [TELLING, MAIL])
        return dict(counts)

    def erikas(self, at_least: int) -> list[EmailMessage]:
        """What lies in her mailbox, once so many are there."""
        context = ssl.create_default_context(cafile=self.dovecot.authority.file)
        deadline = time.monotonic() + 120
        while True:
            client = imaplib.IMAP4_SSL("localhost", self.dovecot.imaps, ssl_context=context)
            client.authenticate("PLAIN", lambda _: f"\0erika\0{PASSWORD}".encode())
            client.select("INBOX")
            _, (found,) = client.search(None, "ALL")
            mails = []
            for each in found.split():
                _, [(_, data), *_] = client.fetch(each.decode(), "(BODY.PEEK[])")  # type: ignore[misc]
                mails.append(message_from_bytes(data, policy=default))
            client.logout()
            if len(mails) >= at_least or time.monotonic() > deadline:
                return [each for each in mails if isinstance(each, EmailMessage)]
            time.sleep(0.05)  # polling with a deadline


@pytest.fixture
def world(city: City, tmp_path: Path) -> Iterator[World]:
    with running(["feedback", "erika"]) as dovecot, contextlib.ExitStack() as stack:
        post = Post(dovecot, {"feedback@stadt.example": "feedback", "erika@example.org": "erika"})
        controller = Controller(post, hostname="127.0.0.1", port=dovecot.submission)
        controller.start()
        stack.callback(controller.stop)
        name_mailboxes(
            city.house, tmp_path, [on_server(dovecot, "feedback", done="Erledigt", plus=True)]
        )
        city.house.settings = city.house.settings.model_copy(
            update={
                "smtp_host": "127.0.0.1",
                "smtp_port": dovecot.submission,
                "smtp_starttls": False,
            }
        )
        yield World(city, dovecot, post)


def reply_to(mail: EmailMessage, text: str, **headers: str) -> EmailMessage:
    """As a citizen's program answers."""
    message = letter(text, f"AW: {mail['Subject']}", number=hash(text) % 10**9)
    del message["To"]
    message["To"] = mail["Reply-To"] or mail["From"]
    message["In-Reply-To"] = mail["Message-ID"]
    message["References"] = f"{mail['References'] or ''} {mail['Message-ID']}".strip()
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    return message


def test_a_conversation(world: World) -> None:
    city = world.city
    world.send(letter("Vor dem Haus Lindenweg 4 ist ein Schlagloch."))
    assert world.house_works() == {"neue Anliegen": 1}
    [row] = everything(city)
    [receipt] = world.erikas(1)
    assert receipt["In-Reply-To"] == "<1@example.org>"

    deed(city, assign, "kora", row.id, To(city.groups["tiefbau"], topic=city.topics["strasse"]))
    deed(city, answer, "tim", row.id, "Guten Tag,\n\nwir haben es gefüllt.\n")
    world.house_works()
    _, reply = world.erikas(2)
    assert "wir haben es gefüllt" in str(reply.get_content())
    assert city.row(row.id).state == "answered"

    world.send(reply_to(reply, "Danke, aber es ist wieder da."))
    assert world.house_works() == {"Antworten": 1}
    assert city.row(row.id).state == "reopened"
    assert [each.text for each in said(city, row.id)] == [
        "Vor dem Haus Lindenweg 4 ist ein Schlagloch.",
        "Danke, aber es ist wieder da.",
    ]
    assert len(everything(city)) == 1
    assert world.post.outside == []


def test_a_stranger_answers_a_citizens_mail(world: World) -> None:
    city = world.city
    world.send(letter())
    world.house_works()
    [row] = everything(city)
    deed(city, assign, "kora", row.id, To(city.groups["tiefbau"]))
    deed(city, answer, "tim", row.id, "Wo genau?", asks=True)
    world.house_works()
    question = world.erikas(2)[-1]
    forwarded = reply_to(question, "Ist erledigt, gez. der Nachbar")
    forwarded.replace_header("From", "nachbar@example.net")
    world.send(forwarded)
    assert world.house_works() == {"Antworten": 1}
    assert city.row(row.id).state == "waits_citizen"
    assert [each.trusted for each in said(city, row.id)] == [True, False]


def test_somebody_on_holiday_does_not_play_ping_pong(world: World) -> None:
    world.dovecot.filter("erika", VACATION)
    world.send(letter())
    world.house_works()
    [row] = everything(world.city)
    deed(world.city, assign, "kora", row.id, To(world.city.groups["tiefbau"]))
    deed(world.city, answer, "tim", row.id, "Erledigt.")
    for _ in range(5):
        world.house_works()
    assert world.post.number == 4, "her mail, receipt, answer, and one notice of holidays"
    assert world.city.row(row.id).state == "answered"
    [note] = said(world.city, row.id, "note")
    assert "Ich bin bis Montag im Urlaub." in note.text


class Rude(Post):
    """Answers everything at once, hides that it is a machine, and forgets what it answers."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        answered = await super().handle_DATA(server, session, envelope)
        if any(recipient == "erika@example.org" for recipient in envelope.rcpt_tos):
            mail = letter(
                f"Wir bearbeiten Ihre Anfrage {self.number}.", "Ticket", number=self.number + 100
            )
            self.dovecot.deliver("feedback", mail.as_bytes(), "erika@example.org")
        return answered


def test_a_machine_that_hides_ends_at_the_limit(world: World) -> None:
    world.post.__class__ = Rude
    world.send(letter())
    for _ in range(12):
        world.house_works()
    limit = world.city.house.settings.notices_per_day
    assert len(world.erikas(limit)) == limit
    assert len(everything(world.city)) == limit + 1, "and none of what it wrote is lost"


def test_smtp_away_for_an_hour_catches_up(world: World) -> None:
    from storage.mail import warn_unsent

    city = world.city
    working = city.house.settings
    city.house.settings = working.model_copy(update={"smtp_port": 9})
    world.send(letter())
    world.house_works()
    city.clock.forward(minutes=60)
    with city.house.database.read() as session:
        [warning] = warn_unsent(session, city.clock())
    assert warning.startswith(
        "Eine E-Mail wartet seit 02.03.2026 09:00 Uhr auf den Versand: Der Mailserver ist nicht"
    )
    city.house.settings = working
    world.house_works()
    assert len(world.erikas(1)) == 1
    with city.house.database.read() as session:
        assert warn_unsent(session, city.clock()) == []
