"""A real Active Directory domain controller: Samba, with its LDAP service alone, on a loopback address of its own."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.slapd import Authority

REALM = "AD.AHLENFURT.EXAMPLE"
BASE = "DC=ad,DC=ahlenfurt,DC=example"
ADMINISTRATOR = "administrator@ad.ahlenfurt.example"
PASSWORD = "Salz-Turm-Eiche-42"
NAME = "DC1"

CONFIGURATION = """[global]
netbios name = {name}
realm = {realm}
workgroup = AHLENFURT
server role = active directory domain controller
server services = ldap
interfaces = {address}/8
bind interfaces only = yes
private dir = {folder}/p/private
lock directory = {folder}/p
state directory = {folder}/p/state
cache directory = {folder}/p/cache
pid directory = {folder}/p
ncalrpc dir = {folder}/p/ncalrpc
binddns dir = {folder}/p/bind-dns
log file = {folder}/p/log
tls certfile = {certificate}
tls keyfile = {key}
tls cafile = {authority}
"""


@dataclass(frozen=True)
class Controller:
    """A domain controller at work. Samba's LDAP ports are fixed, so it has an address instead."""

    address: str
    authority: Authority

    @property
    def ldaps(self) -> str:
        return f"ldaps://{self.address}"


@contextmanager
def running(folder: Path) -> Iterator[Controller]:
    """Found the domain, start the controller, and stop it (by its own process id) afterwards."""
    subprocess.run(
        [
            "samba-tool",
            "domain",
            "provision",
            f"--realm={REALM}",
            "--domain=AHLENFURT",
            f"--host-name={NAME}",
            "--server-role=dc",
            f"--adminpass={PASSWORD}",
            f"--targetdir={folder / 'p'}",
            "--dns-backend=NONE",
        ],
        check=True,
        capture_output=True,
    )
    number = os.getpid()
    address = f"127.{64 + number % 64}.{number // 64 % 256}.{1 + number // 16384 % 250}"
    authority = Authority(folder)
    certificate, key = authority.issue("dc", [address, "dc1.ad.ahlenfurt.example"])
    key.chmod(0o600)
    configuration = folder / "run.conf"
    configuration.write_text(
        CONFIGURATION.format(
            name=NAME,
            realm=REALM,
            address=address,
            folder=folder,
            certificate=certificate,
            key=key,
            authority=authority.file,
        )
    )
    with (folder / "out").open("wb") as out:
        server = subprocess.Popen(
            ["samba", "-s", configuration, "-i", "--debug-stdout", "-M", "single"],
            stdin=subprocess.PIPE,  # it ends when its standard input does
            stdout=out,
            stderr=out,
        )
    try:
        _wait_for(address, server, folder / "out")
        yield Controller(address, authority)
    finally:
        server.terminate()
        server.wait(120)
        assert server.stdin
        server.stdin.close()


def _wait_for(address: str, server: subprocess.Popen[bytes], out: Path) -> None:
    deadline = time.monotonic() + 120
    while True:
        try:
            socket.create_connection((address, 636), 1).close()
        except OSError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(out.read_text()) from None
            time.sleep(0.05)  # polling with a deadline
        else:
            return
