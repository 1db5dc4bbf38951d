"""A real mail server for benchmarks and tests: Dovecot (IMAP, LMTP) in a temporary folder, and SMTP in front of it."""

import asyncio
import grp
import os
import pwd
import shutil
import smtplib
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.slapd import Authority, _wait_for, free_port

PROGRAM = Path("/usr/sbin/dovecot")
TRIES = 3
PASSWORD = "linde-brücke-17"
_CONFIGURATION = """base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
default_login_user = {login}
default_internal_user = {user}
default_internal_group = {group}
first_valid_uid = 1
mail_uid = {user}
mail_gid = {group}
mail_home = {folder}/mail/%u
mail_location = maildir:~/Maildir
mail_fsync = never
recipient_delimiter = +
lmtp_save_to_detail_mailbox = no
mail_plugins =
mail_max_userip_connections = 50
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
disable_plaintext_auth = no
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%n {folder}/users
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%n
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
protocol lmtp {{
  mail_plugins = sieve
}}
plugin {{
  sieve = file:{folder}/mail/%n/.dovecot.sieve
}}
submission_host = 127.0.0.1:{submission}
submission_ssl = no
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
"""


@dataclass
class Running:
    """A server at work; ``users`` are names of mailboxes. Stopping and starting again keeps ports and mails."""

    folder: Path
    authority: Authority
    imap: int
    imaps: int
    lmtp: int
    submission: int
    """Where mails go that filters of mailboxes write (Sieve's vacation); nobody listens until somebody does."""
    server: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def start(self) -> None:
        self.server = subprocess.Popen(
            [PROGRAM, "-F", "-c", self.folder / "dovecot.conf"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for port in (self.imap, self.lmtp):
            _wait_for(port, self.server)

    def stop(self) -> None:
        if self.server is not None:
            self.server.terminate()
            self.server.wait(20)
            self.server = None

    def deliver(self, recipient: str, mail: bytes, sender: str = "") -> None:
        """One mail by LMTP, as an MTA hands it over. ``sender`` is the envelope's; empty for bounces."""
        with smtplib.LMTP("127.0.0.1", self.lmtp) as lmtp:
            lmtp.sendmail(sender, [recipient], mail)

    def filter(self, user: str, script: str) -> None:
        """A Sieve script (RFC 5228) for a mailbox."""
        home = self.folder / "mail" / user
        home.mkdir(parents=True, exist_ok=True)
        (home / ".dovecot.sieve").write_text(script, "utf-8")
        _give(self.folder / "mail", *_account())

    def fill(self, user: str, mails: Sequence[bytes]) -> None:
        """Many mails at once, as files of the Maildir."""
        home = self.folder / "mail" / user / "Maildir"
        for part in ("cur", "new", "tmp"):
            (home / part).mkdir(parents=True, exist_ok=True)
        for number, mail in enumerate(mails):
            (home / "new" / f"{1_700_000_000 + number}.M{number}.bench").write_bytes(mail)
        _give(self.folder / "mail", *_account())


@contextmanager
def running(users: Sequence[str]) -> Iterator[Running]:
    """Start Dovecot with these mailboxes, and stop it (by its own process id) afterwards.

    Its folder lies below no other temporary one: it works under an account of its own, which must get there.
    """
    with TemporaryDirectory(prefix="rathaus-dovecot-") as name:
        running = _started(Path(name), users)
        try:
            yield running
        finally:
            running.stop()


def _started(folder: Path, users: Sequence[str]) -> Running:
    """Another program may take a port between our look and Dovecot's: then others are tried."""
    for attempt in range(TRIES):
        (folder / str(attempt)).mkdir()
        folder.chmod(0o711)
        running = _set_up(folder / str(attempt), users)
        try:
            running.start()
        except OSError:
            running.stop()
        else:
            return running
    raise RuntimeError((folder / str(TRIES - 1) / "dovecot.log").read_text("utf-8")[-2000:])


def _set_up(folder: Path, users: Sequence[str]) -> Running:
    authority = Authority(folder)
    certificate, key = authority.issue("dovecot")
    user, group = _account()
    running = Running(folder, authority, free_port(), free_port(), free_port(), free_port())
    (folder / "mail").mkdir()
    (folder / "users").write_text(
        "".join(f"{name}:{{PLAIN}}{PASSWORD}\n" for name in users), "utf-8"
    )
    (folder / "dovecot.conf").write_text(
        _CONFIGURATION.format(
            folder=folder, user=user, group=group, login=user, certificate=certificate, key=key,
            imap=running.imap, imaps=running.imaps, lmtp=running.lmtp, submission=running.submission,
        )
    )  # fmt: skip
    folder.chmod(0o711)
    _give(folder / "mail", user, group)
    _give(folder / "users", user, group)
    return running


def _account() -> tuple[str, str]:
    """Dovecot does not serve mails as root."""
    if os.geteuid() == 0:
        return "dovecot", "dovecot"
    me = pwd.getpwuid(os.geteuid())
    return me.pw_name, grp.getgrgid(me.pw_gid).gr_name


def _give(path: Path, user: str, group: str) -> None:
    if os.geteuid() != 0:
        return
    for each in (path, *path.rglob("*")):
        shutil.chown(each, user, group)


class Post:
    """An SMTP server (aiosmtpd's handler) that hands mails for known addresses to Dovecot and keeps all others."""

    def __init__(self, dovecot: Running, mailboxes: Mapping[str, str]) -> None:
        self.dovecot = dovecot
        self.mailboxes = mailboxes
        self.outside: list[tuple[str, bytes]] = []
        self.number = 0

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.number += 1
        for recipient in envelope.rcpt_tos:
            local_part, _, host = recipient.partition("@")
            plain = f"{local_part.partition('+')[0]}@{host}".lower()
            if plain in self.mailboxes:
                mailbox = self.mailboxes[plain]
                detail = local_part.partition("+")[2]
                await asyncio.to_thread(  # a filter may write to us before the delivery ends
                    self.dovecot.deliver,
                    f"{mailbox}+{detail}" if detail else mailbox,
                    envelope.content,
                    envelope.mail_from or "",
                )
            else:
                self.outside.append((recipient, envelope.content))
        return "250 OK"
