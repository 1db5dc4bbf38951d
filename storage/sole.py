"""What may be there only once on a machine: the supervisor of a data directory, and who listens at a port."""

import errno
import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.conflicts import ConflictError
from storage.os_errors import reason

PORTS = 1 << 16


class TakenError(ConflictError):
    """Somebody else has it already. The message says who, or what to do."""


@contextmanager
def sole_supervisor(lock_file: Path) -> Iterator[None]:
    """Hold the data directory for this process; the kernel gives it back however the process ends.

    Raises ``TakenError`` where another one holds it, or the file can't be written.
    """
    try:
        held = lock_file.open("a+", encoding="ascii")
    except OSError as error:
        raise TakenError(f"{lock_file} lässt sich nicht beschreiben: {reason(error)}.") from error
    with held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            held.seek(0)
            raise TakenError(
                f"Mit dem Datenordner {lock_file.parent} läuft schon ein Rathauswerk"
                f" (Prozess {held.read().strip() or 'unbekannt'}). Bitte beenden Sie es zuerst."
            ) from error
        held.truncate(0)
        held.write(f"{os.getpid()}\n")
        held.flush()
        yield


def require_free_port(host: str, port: int, setting: str) -> None:
    """Raises ``TakenError`` where somebody listens at the port or we may not; ``setting`` names what to change."""
    why = _why_not(host, port)
    if why is not None:
        raise TakenError(
            f"Port {port} auf {host} lässt sich nicht öffnen: {why}."
            f" Bitte wählen Sie mit {setting} einen anderen."
        )


def _why_not(host: str, port: int) -> str | None:
    if not 0 < port < PORTS:
        return "diese Nummer gibt es nicht"
    try:
        for family, kind, protocol, _, address in socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        ):
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
                probe.listen(1)
    except socket.gaierror:
        return "den Rechner gibt es nicht"
    except OSError as error:
        # Anything else is an address family this machine lacks, perhaps: the server itself will tell.
        return reason(error) if error.errno in {errno.EADDRINUSE, errno.EACCES} else None
    return None
