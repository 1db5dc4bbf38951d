"""Outgoing mail: written with the deed, sent once, to a file or by a real SMTP server; nothing is smuggled in."""

import contextlib
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from config.settings import Settings
from storage.database import Database
from storage.house import House
from storage.jobs.tables import Job, Mail, MailAttachment
from storage.mail import (
    MAIL,
    Attachment,
    Conversation,
    MailRefusedError,
    compose,
    forget_sent,
    send_later,
    sendable,
)
from workflows.engine.once import drain_once

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CALENDAR = Attachment(
    "termin.ics", "text/calendar; method=REQUEST", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture
def house(sqlite_database: Database, tmp_path: Path) -> House:
    settings = Settings(
        data_dir=tmp_path, database_url=sqlite_database.engine.url.render_as_string()
    )
    return House(settings, clock=lambda: NOON)


def write(house: House, key: str = "k1", **more: Any) -> UUID:
    values = {"to": "erika@stadt.example", "subject": "Schöne Grüße", "text": "Äöü ß „x“\n"}
    with house.database.write() as session:
        return send_later(session, key=key, now=NOON, **{**values, **more})


def send(house: House) -> int:
    before = _done(house)
    drain_once(house, [MAIL])
    return _done(house) - before


def _done(house: House) -> int:
    with house.database.read() as session:
        return len(session.scalars(select(Job.id).where(Job.state == "done")).all())


def files(house: House) -> list[EmailMessage]:
    found = sorted((house.settings.data_dir / "mail").glob("*"))
    assert all(path.suffix == ".eml" for path in found), "no half-written files"
    return [_read(path.read_bytes()) for path in found]


def _read(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def job(house: House) -> Job:
    with house.database.read() as session:
        return session.scalars(select(Job)).one()


def test_without_a_server_a_mail_becomes_one_file(house: House) -> None:
    mail = write(house, reply_to="amt@stadt.example", attachments=[CALENDAR])
    assert write(house) == mail, "the same key is the same mail"
    assert send(house) == 1
    assert send(house) == 0
    [message] = files(house)
    assert message["Subject"] == "Schöne Grüße"
    assert message["To"] == "erika@stadt.example"
    assert message["Reply-To"] == "amt@stadt.example"
    assert message["Date"] == "Mon, 02 Mar 2026 13:00:00 +0100"
    assert message["Auto-Submitted"] == "auto-generated"
    body = message.get_body()
    assert body is not None
    assert body.get_content().splitlines() == ["Äöü ß „x“"]
    [part] = message.iter_attachments()
    assert part.get_filename() == "termin.ics"
    assert part.get_content_type() == "text/calendar"
    assert part.get_param("method") == "REQUEST"
    assert part.get_payload(decode=True) == CALENDAR.content
    with house.database.read() as session:
        assert session.get_one(Mail, mail).sent_at == NOON


def test_a_mail_whose_deed_rolls_back_is_never_sent(house: House) -> None:
    with contextlib.suppress(ZeroDivisionError), house.database.write() as session:
        send_later(session, "a@stadt.example", "x", "x", "k")
        _ = 1 / 0
    assert send(house) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"to": "a@x.example\nBcc: b@x.example"},
        {"to": "a@x.example, b@x.example"},
        {"to": "Erika <a@x.example>"},
        {"to": "niemand"},
        {"to": "=?utf-8?q?a=40evil.example=2C_b?=@x.example"},
        {"to": "=?utf-8?q?opfer=40evil.example=2C?=@x.example"},
        {"reply_to": "=?utf-8?b?YSxi?=@x.example"},
        {"to": "ü@x.example"},
        {"to": "a..b@x.example"},
        {"to": ".a@x.example"},
        {"to": "a@x..example"},
        {"to": "a@-x.example"},
        {"to": "a@=?utf-8?q?x?="},
        {"to": "a@ü_ü.example"},
        {"to": "a" * 65 + "@x.example"},
        {"to": "a@" + "ü" * 80 + ".example"},
        {"subject": "Hallo\u2028Bcc: b@x.example"},
        {"subject": "Hallo\x85Bcc: b@x.example"},
        {"subject": "\ud800"},
        {"reply_to": "a@x.example\r\nX: y"},
        {"subject": "Hallo\r\nBcc: b@x.example"},
        {"subject": "Hallo\nBcc: b@x.example"},
        {"subject": "Hallo\x00"},
        {"attachments": [Attachment("a\r\nX: y.pdf", "application/pdf", b"")]},
        {"attachments": [Attachment("a.pdf", "application/pdf\r\nX: y", b"")]},
    ],
)
def test_smuggled_headers_are_refused(house: House, wrong: dict[str, Any]) -> None:
    with pytest.raises(MailRefusedError):
        write(house, **wrong)
    assert send(house) == 0


@pytest.mark.parametrize(
    ("to", "sent"),
    [
        ("erika@müller.example", "erika@xn--mller-kva.example"),
        ("erika@Straße.example", "erika@xn--strae-oqa.example"),
        ("o'brien+post@Stadt.example", "o'brien+post@Stadt.example"),
        ("root@localhost", "root@localhost"),
    ],
)
def test_domains_with_umlauts_go_out_as_servers_know_them(house: House, to: str, sent: str) -> None:
    write(house, to=to)
    assert send(house) == 1
    [message] = files(house)
    assert message["To"] == sent
    assert len(message["To"].addresses) == 1


@given(st.from_regex(r"[!-~]{1,30}@[a-z0-9.=?-]{1,20}", fullmatch=True))
def test_an_accepted_address_is_one_recipient(address: str) -> None:
    try:
        accepted = sendable(address)
    except MailRefusedError:
        return
    mail = Mail(key="k", recipient=accepted, subject="S", text="T", created_at=NOON)
    message = _read(compose(mail, [], "rathaus@stadt.example").as_bytes())
    assert [each.addr_spec for each in message["To"].addresses] == [accepted]


def test_a_no_break_space_is_no_smuggling(house: House) -> None:
    subject = "Frist\u00a0läuft: 14\u202fTage, Silben\u00adtrennung 😀"
    write(house, subject=subject)
    send(house)
    [message] = files(house)
    assert message["Subject"] == subject


@settings(max_examples=60, deadline=None)
@given(
    subject=st.text(max_size=200), text=st.text(max_size=400), name=st.text(min_size=1, max_size=60)
)
def test_any_words_arrive_as_written_or_are_refused(subject: str, text: str, name: str) -> None:
    if not (subject + name).isprintable():
        return
    try:
        (subject + text + name).encode()
    except UnicodeEncodeError:  # lone surrogates are no text
        return
    mail = Mail(key="k", recipient="a@x.example", subject=subject, text=text, created_at=NOON)
    attachment = MailAttachment(position=0, name=name, media_type="text/plain", content=b"\x00\xff")
    message = _read(compose(mail, [attachment], "rathaus@stadt.example").as_bytes())
    assert len(message.keys()) == len(set(message.keys()))
    assert message["To"] == "a@x.example"
    assert next(iter(message.iter_attachments())).get_payload(decode=True) == b"\x00\xff"


@dataclass
class Server:
    """A real SMTP server; ``answer`` is what it says to a mail."""

    answer: str = "250 OK"
    received: list[EmailMessage] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.answer.startswith("250"):
            self.received.append(_read(envelope.content))
            self.encrypted.append(session.ssl is not None)
            self.senders.append(envelope.mail_from)
        return self.answer


Connect = Callable[..., House]


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def connect(house: House, server: Server) -> Iterator[Connect]:
    """Start the server and give a house that uses it."""
    with contextlib.ExitStack() as stack:

        def start(*, starttls: bool = False, password: str | None = None, **options: Any) -> House:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            controller = Controller(server, hostname="127.0.0.1", port=port, **options)
            controller.start()
            stack.callback(controller.stop)
            house.settings = house.settings.model_copy(
                update={
                    "smtp_host": "localhost",
                    "smtp_port": port,
                    "smtp_starttls": starttls,
                    "smtp_user": password and "rathaus",
                    "smtp_password": password,
                }
            )
            return house

        yield start


def test_a_server_gets_each_mail_once(connect: Connect, server: Server) -> None:
    house = connect()
    write(house, attachments=[CALENDAR])
    write(house, "k2", to="karl@stadt.example")
    assert send(house) == 2
    assert send(house) == 0
    assert {message["To"] for message in server.received} == {
        "erika@stadt.example",
        "karl@stadt.example",
    }
    assert len({message["Message-ID"] for message in server.received}) == 2
    assert not list(house.settings.data_dir.glob("mail/*"))


@pytest.mark.parametrize(
    ("answer", "state", "reason"),
    [
        ("451 try later", "waiting", "Der Mailserver weist die E-Mail ab (Antwort 451)."),
        (
            "554 no erika@stadt.example",
            "failed",
            "Der Mailserver weist die E-Mail ab (Antwort 554).",
        ),
    ],
)
def test_the_servers_no_is_final_or_not(
    connect: Connect, server: Server, answer: str, state: str, reason: str
) -> None:
    house = connect()
    server.answer = answer
    write(house)
    assert send(house) == 0
    assert (job(house).state, job(house).reason) == (state, reason)


def test_a_server_that_is_away_is_tried_again(house: House) -> None:
    house.settings = house.settings.model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": 9})
    write(house)
    send(house)
    assert job(house).state == "waiting"
    assert (job(house).reason or "").startswith("Der Mailserver ist nicht erreichbar")
    assert job(house).run_after == NOON + timedelta(seconds=5)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Key and self-signed certificate for localhost in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def _tls(certificate: Path) -> dict[str, Any]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return {"tls_context": context, "require_starttls": True}


def test_encryption_and_sign_in_reach_the_right_server(
    connect: Connect, server: Server, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def authenticate(
        _server: Any, _session: Any, _envelope: Any, _how: str, data: Any
    ) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"rathaus", b"geheim"))

    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    house = connect(
        starttls=True, password="geheim", authenticator=authenticate, **_tls(certificate)
    )
    write(house)
    assert send(house) == 1
    assert server.encrypted == [True]


def test_a_certificate_nobody_vouches_for_gets_no_mail(
    connect: Connect, server: Server, certificate: Path
) -> None:
    house = connect(starttls=True, **_tls(certificate))
    write(house)
    assert send(house) == 0
    assert server.received == []
    assert (job(house).reason or "").startswith(
        "Die verschlüsselte Verbindung zum Mailserver kam nicht"
    )


def test_sent_mail_is_forgotten_in_time(house: House) -> None:
    write(house, attachments=[CALENDAR])
    send(house)
    write(house, "unsent")
    with house.database.write() as session:
        assert forget_sent(session, NOON + timedelta(days=29)) == 0
        assert forget_sent(session, NOON + timedelta(days=31)) == 1
        assert session.scalars(select(MailAttachment)).all() == []
        assert [mail.key for mail in session.scalars(select(Mail))] == ["unsent"]
        assert forget_sent(session, NOON + timedelta(days=90)) == 0
        assert forget_sent(session, NOON + timedelta(days=91)) == 1


def test_a_mail_in_a_conversation_names_what_it_answers(house: House) -> None:
    ids = [f"<{'lang' * 15}.{number}@sehr-langer-name.example>" for number in range(60)]
    conversation = Conversation("post@stadt.example", "<eigene@stadt.example>", ids[-1], ids)
    write(house, subject="Termin", conversation=conversation, automatic=False)
    send(house)
    [message] = files(house)
    assert message["From"] == "post@stadt.example"
    assert message["Message-ID"] == "<eigene@stadt.example>"
    assert message["In-Reply-To"] == ids[-1]
    assert message["References"].split() == [ids[0], *ids[-20:]]
    assert "Auto-Submitted" not in message
    [path] = (house.settings.data_dir / "mail").glob("*")
    assert max(map(len, path.read_bytes().splitlines())) < 998, "RFC 5322, 2.1.1"
    assert b"=?utf-8?" not in path.read_bytes(), "Message-IDs are never encoded"


@pytest.mark.parametrize("wrong", ["<a@b>\r\nBcc: x@y", "keine", "<a b@c>", "<@>", "<ä@x>", ""])
def test_message_ids_of_strangers_smuggle_nothing_in(house: House, wrong: str) -> None:
    write(house, conversation=Conversation(in_reply_to=wrong, earlier=[wrong, "<gut@x.example>"]))
    send(house)
    [message] = files(house)
    assert "In-Reply-To" not in message
    assert message["References"] == "<gut@x.example>"
    assert message["Auto-Submitted"] == "auto-generated"


def test_a_notice_that_answers_says_so(house: House) -> None:
    write(house, conversation=Conversation(in_reply_to="<gut@x.example>"))
    send(house)
    assert files(house)[0]["Auto-Submitted"] == "auto-replied"


def test_what_cannot_be_delivered_comes_back_where_replies_go(
    connect: Connect, server: Server
) -> None:
    house = connect()
    write(house, reply_to="post+1@stadt.example", conversation=Conversation("post@stadt.example"))
    write(house, "k2")
    send(house)
    assert sorted(server.senders) == ["post+1@stadt.example", house.settings.mail_from]
