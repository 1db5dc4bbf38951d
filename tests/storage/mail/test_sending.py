"""Mails by a real SMTP server: each once, encrypted, and tried again where that may help."""

import contextlib
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from storage.house import House
from storage.mail import (
    Conversation,
)
from tests.storage.mail.post import CALENDAR, NOON, job, read, send, write


@dataclass
class Server:
    """A real SMTP server; ``answer`` is what it says to a mail."""

    answer: str = "250 OK"
    received: list[EmailMessage] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.answer.startswith("250"):
            self.received.append(read(envelope.content))
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


def test_what_cannot_be_delivered_comes_back_where_replies_go(
    connect: Connect, server: Server
) -> None:
    house = connect()
    write(house, reply_to="post+1@stadt.example", conversation=Conversation("post@stadt.example"))
    write(house, "k2")
    send(house)
    assert sorted(server.senders) == ["post+1@stadt.example", house.settings.mail_from]
