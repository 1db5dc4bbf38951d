"""Fetching somebody's calendar: an address they gave, so the house must not be led into its own network by it.

Every address, also after a redirect, is resolved here, checked, and connected to by the very number that was checked
(a name that answers differently the second time gains nothing). Only HTTPS, few redirects, a bounded size and time.
"""

import base64
import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from urllib.parse import SplitResult, urljoin, urlsplit

from presence.availability.calendar.reading import LARGEST, CalendarError

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 20.0
REDIRECTS = 3
CHUNK = 64 * 1024
MOST_ADDRESSES = 4
"""Addresses of one name that are tried, one after the other."""
_SPECIAL_4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
            "224.0.0.0/4", "240.0.0.0/4",
        ),
    )
)  # fmt: skip
"""IANA IPv4 Special-Purpose Address Registry (RFC 6890), and multicast; also what Python counts as global."""
_UNICAST_6 = ipaddress.IPv6Network("2000::/3")
"""All that is given out to the internet (IANA IPv6 Global Unicast Address Assignments)."""
_SPECIAL_6 = tuple(
    map(
        ipaddress.IPv6Network,
        ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"),
    )
)
"""Within it: protocols and tunnels (Teredo, 6to4, ORCHID), documentation (IANA IPv6 Special-Purpose Address Registry)."""
_QUERY = (
    '<?xml version="1.0" encoding="utf-8"?><C:free-busy-query xmlns:C="urn:ietf:params:xml:ns:caldav">'
    '<C:time-range start="{begins:%Y%m%dT%H%M%SZ}" end="{ends:%Y%m%dT%H%M%SZ}"/></C:free-busy-query>'
)


@dataclass(frozen=True, slots=True)
class Link:
    """``kind`` is ``ics`` (a file) or ``caldav`` (RFC 4791, 7.10: a collection answers a free-busy query)."""

    kind: str
    url: str
    user: str | None = None
    password: str | None = None


def checked_address(url: str) -> SplitResult:
    """The parts of an address that may be asked. Raises ``CalendarError``."""
    try:
        parts = urlsplit(url.strip())
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    if parts.scheme == "webcal":
        parts = parts._replace(scheme="https")
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.password:
        raise CalendarError(
            "Bitte geben Sie eine vollständige Adresse an, die mit https:// beginnt, ohne Anmeldedaten darin."
        )
    return parts


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the internet at large: not to this machine, the house or a tunnel into it."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return not any(ip in net for net in _SPECIAL_4)
    if ip.ipv4_mapped is not None:
        return is_public(str(ip.ipv4_mapped))
    return ip in _UNICAST_6 and not any(ip in net for net in _SPECIAL_6)


def fetch(
    link: Link,
    begins: datetime,
    ends: datetime,
    hosts: frozenset[str] = frozenset(),
    context: ssl.SSLContext | None = None,
) -> bytes:
    """The calendar's bytes. ``hosts`` are names that may lie in the house's own network (a setting).

    Raises ``CalendarError`` in German, never with the address in it.
    """
    until = time.monotonic() + TOTAL_SECONDS
    parts = checked_address(link.url)
    origin = parts.netloc
    for _ in range(REDIRECTS + 1):
        connection = _Pinned(parts, hosts, context or ssl.create_default_context())
        try:
            response = _ask(
                connection, parts, link, begins, ends, credentials=parts.netloc == origin
            )
            if response.status in {301, 302, 303, 307, 308}:
                target = urljoin(parts.geturl(), response.getheader("Location", ""))
                parts = checked_address(target)
                continue
            return _body(response, until)
        except ssl.SSLError:
            raise CalendarError("Das Zertifikat des Kalenderservers ist nicht gültig.") from None
        except (OSError, http.client.HTTPException, UnicodeError):
            raise CalendarError("Der Kalenderserver ist nicht erreichbar.") from None
        finally:
            connection.close()
    raise CalendarError("Der Kalenderserver leitet zu oft weiter.")


class _Pinned(http.client.HTTPSConnection):
    """A connection to the address that was checked, under the name that was asked for."""

    def __init__(self, parts: SplitResult, hosts: frozenset[str], context: ssl.SSLContext) -> None:
        super().__init__(parts.hostname or "", parts.port or 443, timeout=CONNECT_SECONDS)
        self._allowed, self._tls = hosts, context

    def connect(self) -> None:
        found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        if self.host.lower() not in self._allowed and not all(
            is_public(str(address[0])) for *_, address in found
        ):
            raise CalendarError(
                "Diese Adresse liegt im internen Netz. Bitte wenden Sie sich an die Systemverwaltung."
            )
        plain = _first_that_answers(dict.fromkeys(str(each[4][0]) for each in found), self.port)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)


def _first_that_answers(addresses: Iterable[str], port: int) -> socket.socket:
    """A connection to one of them, in the resolver's order. Raises ``OSError`` where none answers."""
    failed: OSError | None = None
    for address in islice(addresses, MOST_ADDRESSES):
        try:
            return socket.create_connection((address, port), CONNECT_SECONDS)
        except OSError as error:
            failed = error
    raise failed or OSError("no address")


def _ask(
    connection: _Pinned,
    parts: SplitResult,
    link: Link,
    begins: datetime,
    ends: datetime,
    *,
    credentials: bool,
) -> http.client.HTTPResponse:
    headers = {
        "Accept": "text/calendar",
        "Accept-Encoding": "identity",
        "User-Agent": "Rathauswerk",
    }
    if link.user and credentials:  # never to another server than the one they are meant for
        pair = f"{link.user}:{link.password or ''}".encode()
        headers["Authorization"] = "Basic " + base64.b64encode(pair).decode()
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if link.kind == "caldav":
        body = _QUERY.format(begins=begins.astimezone(UTC), ends=ends.astimezone(UTC))
        headers |= {"Depth": "1", "Content-Type": "application/xml; charset=utf-8"}
        connection.request("REPORT", path, body, headers)
    else:
        connection.request("GET", path, headers=headers)
    return connection.getresponse()


def _body(response: http.client.HTTPResponse, until: float) -> bytes:
    if response.status in {401, 403}:
        raise CalendarError(
            "Der Kalenderserver lehnt die Anmeldung ab. Bitte prüfen Sie die Angaben."
        )
    if response.status in {404, 410}:
        raise CalendarError("Unter dieser Adresse gibt es keinen Kalender (mehr).")
    if response.status != 200:
        raise CalendarError(f"Der Kalenderserver antwortet mit einem Fehler ({response.status}).")
    parts, size = [], 0
    while part := response.read(CHUNK):
        size += len(part)
        if size > LARGEST:
            raise CalendarError(f"Der Kalender ist größer als {LARGEST // 2**20} MB.")
        if time.monotonic() > until:
            raise CalendarError("Der Kalenderserver antwortet zu langsam.")
        parts.append(part)
    return b"".join(parts)
