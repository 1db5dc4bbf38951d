"""Which addresses are ours: the hosts we answer for, and the one Origin that may send us something."""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from config.settings import Settings

LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Addresses:
    """``hosts`` in lower case without port. Without a set address (``base_url``) IP addresses are ours, too:
    they can't be rebound by somebody else's name server.
    """

    hosts: frozenset[str]
    any_ip: bool
    secure: bool
    origin: str | None
    """The one Origin staff come from; ``None``: the one that fits the request's Host."""

    def host_is_ours(self, host: str) -> bool:
        """Whether a Host header names us."""
        name = _hostname(host)
        if name is None:
            return False
        return name in self.hosts or (self.any_ip and _is_ip(name))

    def origin_is_ours(self, origin: str | None, host: str) -> bool:
        """Whether an Origin header is ours. A missing one is not."""
        if not origin:
            return False
        if self.origin is not None:
            return origin.lower() == self.origin
        return origin.lower() == f"http://{host.lower()}" and self.host_is_ours(host)


def addresses(settings: Settings) -> Addresses:
    """Ours by the settings. ``base_url`` fixes host and Origin; without it, this machine's own names."""
    if settings.base_url:
        parts = urlsplit(settings.base_url)
        own = f"{parts.scheme}://{parts.netloc}".lower()
        return Addresses(
            frozenset({(parts.hostname or "").lower()}), False, parts.scheme == "https", own
        )
    names = {*LOOPBACK, settings.host.lower(), socket.gethostname().lower()}
    return Addresses(frozenset(names), True, False, None)


def _hostname(host: str) -> str | None:
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port
    except ValueError:
        return None
    if parts.path or parts.query or parts.fragment or parts.username is not None:
        return None
    return (parts.hostname or "").lower().rstrip(".") or None


def _is_ip(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
