"""The mailboxes from which Anliegen come in, as the file says that ``RATHAUS_MAILBOXES`` names."""

from collections import Counter
from collections.abc import Iterable
from ipaddress import ip_address
from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

PORTS = {"tls": 993, "starttls": 143, "none": 143}


class MailboxesError(Exception):
    """The file can't be used. The message is one German line that says why."""


class Mailbox(BaseModel):
    """One folder of one mailbox, read by IMAP (RFC 9051)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    """What it is called here; what was read already is kept under this name."""
    address: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    """Where people write to; replies go there again."""
    host: str
    port: int | None = Field(default=None, ge=1, le=65535)
    tls: Literal["tls", "starttls", "none"] = "tls"
    """``none`` only for a server on this machine: the password would be readable on the way."""
    ca_file: Path | None = None
    user: str
    password: str = Field(default="", repr=False)
    password_file: Path | None = None
    folder: str = "INBOX"
    done: str | None = None
    """Folder into which mails go once they are taken in; without it they stay and count as read."""
    office: str | None = None
    """Key of the office that is written to here; without it, the house."""
    plus: bool = False
    """Whether the server delivers ``name+anything@…`` here (RFC 5233): replies find back even without their references."""
    seconds: float = Field(default=30.0, gt=0, le=600)

    @model_validator(mode="after")
    def _only_here_in_the_open(self) -> Self:
        if self.tls == "none" and not _is_this_machine(self.host):
            raise ValueError("Ohne Verschlüsselung geht es nur zu einem Server auf diesem Rechner.")
        return self

    @property
    def secret(self) -> str:
        """Raises ``MailboxesError`` where the password's file can't be read."""
        if self.password_file is None:
            return self.password
        try:
            return self.password_file.read_text("utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError):
            raise MailboxesError(
                f"Das Kennwort für das Postfach „{self.name}“ lässt sich nicht lesen (password_file)."
            ) from None

    @property
    def at_port(self) -> int:
        return self.port or PORTS[self.tls]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    mailboxes: tuple[Mailbox, ...]


def read_mailboxes(path: Path | None) -> tuple[Mailbox, ...]:
    """The mailboxes of the file, none without one. Raises ``MailboxesError``."""
    if path is None:
        return ()
    try:
        found = _File.model_validate(yaml.safe_load(path.read_text("utf-8"))).mailboxes
    except (OSError, UnicodeDecodeError):
        raise MailboxesError(
            f"Die Datei {path} (RATHAUS_MAILBOXES) lässt sich nicht lesen."
        ) from None
    except yaml.YAMLError:
        raise MailboxesError(f"Die Datei {path} (RATHAUS_MAILBOXES) ist kein YAML.") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise MailboxesError(
            f"In {path} (RATHAUS_MAILBOXES) stimmt „{where}“ nicht: {_why(first['type'], first['msg'])}"
        ) from None
    twice = [name for name, number in Counter(each.name for each in found).items() if number > 1]
    if twice:
        raise MailboxesError(f"In {path} (RATHAUS_MAILBOXES) gibt es „{twice[0]}“ zweimal.")
    return found


def office_written_to(
    mailboxes: Iterable[Mailbox], recipients: Iterable[str], came_by: str | None = None
) -> str | None:
    """Key of the office whose mailbox (with anything behind a plus) is named first; else of the one the mail came by."""
    known = list(mailboxes)
    offices = {each.address.lower(): each.office for each in known if each.office}
    for recipient in recipients:
        name, _, host = recipient.lower().rpartition("@")
        office = offices.get(f"{name}@{host}") or offices.get(f"{name.partition('+')[0]}@{host}")
        if office is not None:
            return office
    return next((each.office for each in known if each.name == came_by), None)


def _why(kind: str, message: str) -> str:
    """Ours are German already; a value that doesn't fit may be a secret and is not repeated."""
    if kind == "value_error":
        return message.removeprefix("Value error, ")
    return {
        "missing": "Die Angabe fehlt.",
        "extra_forbidden": "Diese Angabe gibt es nicht.",
    }.get(kind, "Der Wert passt nicht.")


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
