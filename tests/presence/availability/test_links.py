"""Connecting one's own calendar: with consent and agreement, kept secret, fetched without being led astray."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from presence.availability.calendar.fetching import Link, checked_address, fetch, is_public
from presence.availability.calendar.isolation import read_file, read_link
from presence.availability.calendar.links import (
    connect_calendar,
    disconnect_calendar,
    own_link,
)
from presence.availability.calendar.reading import BusyTimes, CalendarError
from presence.availability.calendar.refreshing import forget_calendars, refresh
from presence.availability.current import BusySpan, CurrentStore, current_store
from storage.actors import Staff
from storage.agreements.operations import confirm_agreement, end_agreement, record_agreement
from storage.clock import local_date
from storage.conflicts import ConflictError
from storage.house import House
from storage.rights import NotAllowedError

WINDOW = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 4, tzinfo=UTC)
CALENDAR = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Geheim\r\n"
    b"DTSTART:20260302T070000Z\r\nDTEND:20260302T090000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
SECRET = "https://kalender.example/geheim-4711.ics"
Load = Callable[[str], Staff]
People = dict[str, UUID]


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


@pytest.fixture
def agreed(house: House, staff: Load) -> UUID:
    now = house.clock()
    with house.database.write() as session:
        row = record_agreement(
            session,
            staff("ada"),
            key="calendar",
            title="Kalender",
            file_number="DV 1",
            signed_on=local_date(now),
            valid_from=local_date(now),
            now=now,
        )
        confirm_agreement(session, staff("paul"), row.id, now=now)
    return row.id


def _connect(house: House, actor: Staff, person: UUID, *, consent: bool = True) -> None:
    with house.database.write() as session:
        connect_calendar(
            session,
            current_store(house),
            house.settings,
            actor,
            person,
            Link("ics", SECRET),
            consent=consent,
            now=house.clock(),
        )


def test_no_connection_without_agreement_or_consent(
    house: House, staff: Load, people: People
) -> None:
    with pytest.raises(ConflictError, match="Dienstvereinbarung"):
        _connect(house, staff("anna"), people["anna"])


@pytest.mark.usefixtures("agreed")
def test_consent_is_ones_own(house: House, staff: Load, people: People) -> None:
    with pytest.raises(ConflictError, match="bestätigen"):
        _connect(house, staff("anna"), people["anna"], consent=False)
    with pytest.raises(NotAllowedError):
        _connect(house, staff("dora"), people["anna"])


def test_a_calendar_is_asked_until_it_is_disconnected_or_the_agreement_ends(
    house: House,
    clock: object,
    store: CurrentStore,
    staff: Load,
    people: People,
    agreed: UUID,
) -> None:
    now, anna = house.clock(), people["anna"]
    _connect(house, staff("anna"), anna)
    asked: list[str] = []

    def read(link: Link, begins: datetime, ends: datetime, hosts: frozenset[str]) -> BusyTimes:
        asked.append(link.url)
        return BusyTimes({"busy": [(begins, begins + timedelta(hours=1))]})

    assert refresh(house, read) == {"Kalender": 1, "Fehler": 0}
    assert refresh(house, read) == {"Kalender": 0, "Fehler": 0}  # not due again
    assert asked == [SECRET]
    assert list(store.busy([anna], now, now + timedelta(hours=1))) == [anna]
    with house.database.write() as session:
        stored = own_link(session, staff("anna"), anna)
        assert stored is not None
        assert SECRET.encode() not in stored.secret
        assert stored.fetched_at == now
    assert forget_calendars(house) == 0
    with house.database.write() as session:
        end_agreement(
            session, staff("paul"), agreed, last_day=local_date(now) - timedelta(days=1), now=now
        )
    assert forget_calendars(house) == 1
    assert store.busy([anna], now, now + timedelta(hours=1)) == {}


def _disconnect(house: House, actor: Staff, person: UUID) -> None:
    with house.database.write() as session:
        disconnect_calendar(session, current_store(house), actor, person, now=house.clock())


def _known(house: House, store: CurrentStore, person: UUID) -> bool:
    return person in store.busy([person], house.clock(), house.clock() + timedelta(days=9))


def _hour(
    _link: Link, begins: datetime, _ends: datetime, _hosts: frozenset[str] = frozenset()
) -> BusyTimes:
    return BusyTimes({"busy": [(begins, begins + timedelta(hours=1))]})


@pytest.mark.usefixtures("agreed")
def test_who_disconnects_takes_the_busy_times_along(
    house: House, store: CurrentStore, staff: Load, people: People
) -> None:
    anna = people["anna"]
    _connect(house, staff("anna"), anna)
    refresh(house, _hour)
    assert _known(house, store, anna)
    with pytest.raises(NotAllowedError):
        _disconnect(house, staff("dora"), anna)
    for _ in range(2):
        _disconnect(house, staff("anna"), anna)
        assert not _known(house, store, anna)
    _connect(house, staff("anna"), anna)
    refresh(house, _hour)
    _connect(
        house, staff("anna"), anna
    )  # another calendar: what the first one said is no longer so
    assert not _known(house, store, anna)


@pytest.mark.usefixtures("agreed")
def test_a_fetch_under_way_brings_nothing_back(
    house: House, store: CurrentStore, staff: Load, people: People
) -> None:
    """Disconnected while the calendar is being read, and once more in the moment its result is written."""
    anna = people["anna"]

    def read(*asked: Any) -> BusyTimes:
        _disconnect(house, staff("anna"), anna)
        return _hour(*asked)

    _connect(house, staff("anna"), anna)
    refresh(house, read)
    assert not _known(house, store, anna)

    _connect(house, staff("anna"), anna)
    writing, leaving = (
        threading.Event(),
        threading.Thread(
            target=lambda: (writing.wait(20), _disconnect(house, staff("anna"), anna))
        ),
    )
    leaving.start()
    write = CurrentStore.set_busy

    def slow(self: CurrentStore, person: UUID, spans: Sequence[BusySpan]) -> None:
        if spans:  # between marking the link and writing what it gave
            writing.set()
            leaving.join(0.3)
        write(self, person, spans)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CurrentStore, "set_busy", slow)
        refresh(house, _hour)
    leaving.join(20)
    assert not leaving.is_alive()
    assert not _known(house, store, anna)


@pytest.mark.usefixtures("agreed")
def test_a_calendar_that_fails_keeps_what_was_known_and_tells_its_owner(
    house: House, store: CurrentStore, staff: Load, people: People
) -> None:
    _connect(house, staff("anna"), people["anna"])

    def read(link: Link, begins: datetime, ends: datetime, hosts: frozenset[str]) -> BusyTimes:
        raise CalendarError("Der Kalenderserver ist nicht erreichbar.")

    assert refresh(house, read) == {"Kalender": 0, "Fehler": 1}
    with house.database.read() as session:
        stored = own_link(session, staff("anna"), people["anna"])
    assert stored is not None
    assert stored.problem == "Der Kalenderserver ist nicht erreichbar."
