"""Virus scan by clamd where one is configured (INSTREAM of the clamd protocol)."""

import socket
import struct
from pathlib import Path

from config.settings import Settings

CHUNK = 1 << 16
TIMEOUT = 60.0


class VirusFoundError(Exception):
    """The scanner knows this file as harmful; the message names what it found."""


def scan(settings: Settings, path: Path) -> None:
    """Pass the file through clamd. Raises ``VirusFoundError``, or ``OSError`` where clamd is away."""
    if settings.clamd_socket is None:
        return
    with socket.socket(socket.AF_UNIX) as clamd, path.open("rb") as source:
        clamd.settimeout(TIMEOUT)
        clamd.connect(str(settings.clamd_socket))
        clamd.sendall(b"zINSTREAM\0")
        while part := source.read(CHUNK):
            clamd.sendall(struct.pack("!I", len(part)) + part)
        clamd.sendall(struct.pack("!I", 0))
        answer = clamd.recv(4096).rstrip(b"\0").decode("utf-8", "replace")
    if answer.endswith("FOUND"):
        name = answer.removeprefix("stream: ").removesuffix(" FOUND")
        raise VirusFoundError(f"Die Virenprüfung hat etwas gefunden: {name}.")
    if not answer.endswith("OK"):
        raise OSError(f"clamd: {answer}")
