"""A calendar's address: public, https, and fetched without being led astray."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from presence.availability.calendar.fetching import Link, checked_address, fetch, is_public
from presence.availability.calendar.isolation import read_file, read_link
from presence.availability.calendar.reading import CalendarError

WINDOW = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 4, tzinfo=UTC)
CALENDAR = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Geheim\r\n"
    b"DTSTART:20260302T070000Z\r\nDTEND:20260302T090000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("2a01:4f8::1", True),
        ("::ffff:8.8.8.8", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("2002:a00:1::", False),
        ("fec0::1", False),
        ("::10.0.0.1", False),
        ("2001::1", False),
        ("2001:db8::1", False),
        ("3fff::1", False),
        ("100::1", False),
        ("5f00::1", False),
        ("ff02::1", False),
        ("192.0.0.8", False),
        ("192.0.0.170", False),
        ("192.88.99.1", False),
        ("198.18.0.1", False),
        ("203.0.113.7", False),
        ("255.255.255.255", False),
        ("kein", False),
    ],
)
def test_which_addresses_are_public(address: str, *, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    "url",
    ["", "http://kalender.example/a.ics", "file:///etc/passwd", "https://", "https://u:p@host/x",
     "gopher://x", "https://[kaputt", "https://host:port/"],
)  # fmt: skip
def test_only_whole_https_addresses(url: str) -> None:
    with pytest.raises(CalendarError, match="https://"):
        checked_address(url)


class _Answers(BaseHTTPRequestHandler):
    seen: list[tuple[str, str, str | None]] = []  # noqa: RUF012 - emptied by the fixture

    def _answer(self) -> None:
        self.seen.append((self.command, self.path, self.headers.get("Authorization")))
        if self.path == "/weiter":
            self.send_response(302)
            self.send_header("Location", "/kalender.ics")
        elif self.path == "/nach-innen":
            self.send_response(302)
            self.send_header("Location", "https://127.0.0.1:1/kalender.ics")
        elif self.path == "/kreis":
            self.send_response(302)
            self.send_header("Location", "/kreis")
        elif self.path == "/verboten":
            self.send_response(401)
        elif self.path == "/endlos":
            self.send_response(200)
            self.end_headers()
            try:
                for _ in range(200):
                    self.wfile.write(bytes(1024 * 1024))
            except OSError:
                return
        else:
            self.send_response(200)
            self.send_header("Content-Length", str(len(CALENDAR)))
            self.end_headers()
            self.wfile.write(CALENDAR)
            return
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_REPORT = _answer  # noqa: N815 - the server's own names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


@pytest.fixture
def server(certificate: Path) -> Iterator[str]:
    """A calendar server with TLS on this machine."""
    _Answers.seen = []
    made = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    made.socket = context.wrap_socket(made.socket, server_side=True)
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield f"https://localhost:{made.server_address[1]}"
    made.shutdown()
    made.server_close()
    thread.join()


@pytest.fixture
def get(server: str, certificate: Path) -> Callable[..., bytes]:
    trust = ssl.create_default_context(cafile=str(certificate))

    def ask(path: str, kind: str = "ics", *, inside: bool = True) -> bytes:
        hosts = frozenset({"localhost"}) if inside else frozenset[str]()
        return fetch(Link(kind, server + path, "anna", "pw"), *WINDOW, hosts, trust)

    return ask


def test_a_calendar_is_fetched_also_after_a_redirect(get: Callable[..., bytes]) -> None:
    assert get("/kalender.ics") == CALENDAR
    assert get("/weiter") == CALENDAR
    assert get("/dav/", "caldav") == CALENDAR
    assert [method for method, *_ in _Answers.seen] == ["GET", "GET", "GET", "REPORT"]
    assert all(credentials for *_, credentials in _Answers.seen)


@pytest.mark.parametrize(
    ("path", "inside", "words"),
    [
        ("/kalender.ics", False, "internen Netz"),
        ("/nach-innen", True, "internen Netz"),  # a redirect is checked like the first address
        ("/kreis", True, "zu oft"),
        ("/verboten", True, "lehnt die Anmeldung ab"),
        ("/endlos", True, "größer als 10 MB"),
    ],
)
def test_what_must_not_be(
    get: Callable[..., bytes], path: str, *, inside: bool, words: str
) -> None:
    with pytest.raises(CalendarError, match=words):
        get(path, inside=inside)


def test_where_the_first_address_does_not_answer_the_next_one_does(
    get: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name with several addresses, as DNS gives them; only the second has a server."""

    def resolved(_name: str, port: int, **_kind: object) -> list[tuple[Any, ...]]:
        stream = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*stream, (address, port)) for address in ("127.0.0.2", "127.0.0.1")]

    given = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, port, *more, **kind: (
            resolved(host, port) if host == "localhost" else given(host, port, *more, **kind)
        ),
    )
    assert get("/kalender.ics") == CALENDAR


def test_a_wrong_certificate_and_a_silent_server(server: str) -> None:
    with pytest.raises(CalendarError, match="Zertifikat"):
        fetch(Link("ics", server + "/x"), *WINDOW, frozenset({"localhost"}))
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        with pytest.raises(CalendarError, match="nicht erreichbar"):
            fetch(Link("ics", f"https://localhost:{port}/"), *WINDOW, frozenset({"localhost"}))


def test_the_process_that_reads_is_limited_and_says_what_happened(
    server: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    busy = read_link(Link("ics", server + "/a"), *WINDOW, frozenset({"localhost"}))
    assert [(one.hour, other.hour, status) for one, other, status in busy.rows()] == [
        (7, 9, "busy")
    ]
    with pytest.raises(CalendarError, match="keine Kalenderdatei"):
        read_file(b"nichts", *WINDOW)
    with pytest.raises(CalendarError, match="internen Netz"):
        read_link(Link("ics", server + "/a"), *WINDOW)
