"""From an entry's attributes to what the house wants to know of a person. Pure; takes whatever a directory may hold."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from presence.directory.kinds import Kind
from presence.logins import alike, same_login

Attributes = Mapping[str, Sequence[bytes]]
"""Values by the attribute's name in lower case, as servers spell names differently."""

DISABLED = 0x2
"""ADS_UF_ACCOUNTDISABLE in ``userAccountControl`` (MS-ADTS 2.2.16)."""
NEVER = (0, 0x7FFF_FFFF_FFFF_FFFF)
"""``accountExpires`` of an account without end (MS-ADTS 2.2.17 et seq.: ticks of 100 ns since 1601)."""
FOR_GOOD = "000001010000Z"
"""``pwdAccountLockedTime`` of an account an administrator has locked; any other moment is a lock-out that ends by itself
(draft-behera-ldap-password-policy-10, 5.3.3).
"""
_TICKS = datetime(1601, 1, 1, tzinfo=UTC)
LONGEST = 200
BINARY_KEY = 16


@dataclass(frozen=True, slots=True)
class Entry:
    """A person as the directory has them. ``login`` is in lower case; ``changed`` as the directory counts changes.

    ``key``, ``login`` or ``name`` is empty where the entry lacks it. ``office`` is the office's name as written there.
    """

    dn: str
    key: str
    login: str
    name: str
    title: str | None = None
    email: str | None = None
    phone: str | None = None
    room: str | None = None
    number: str | None = None
    office: str | None = None
    locked: bool = False
    changed: str = ""
    aliases: tuple[str, ...] = ()
    """Everything they may sign in with: all values of the login's attribute, and userPrincipalName."""

    def is_called(self, login: str) -> bool:
        """Whether this is one of the entry's names, in whatever spelling directories take for the same."""
        return alike(login) in {alike(name) for name in (self.login, *self.aliases) if name}

    @property
    def facts(self) -> dict[str, str | None]:
        """What is taken over into the house's own table of people."""
        return {
            "name": self.name,
            "title": self.title,
            "email": self.email,
            "phone": self.phone,
            "room": self.room,
        }

    @property
    def lacks(self) -> list[str]:
        """What is missing without which the entry can't be a person here, in German."""
        wanted = (
            ("Kennung", self.key),
            ("Anmeldename", self.login),
            ("Name", self.name),
        )
        return [what for what, value in wanted if not value]


def read_entry(kind: Kind, dn: str, attributes: Attributes, now: datetime) -> Entry:
    """The person in an entry."""

    def first(*names: str) -> str | None:
        for name in names:
            values = attributes.get(name.lower())
            if values and (text := _text(values)):
                return text
        return None

    given, family = first("givenName"), first("sn")
    name = f"{given} {family}" if given and family else first("displayName", "cn") or family
    return Entry(
        dn=dn,
        key=_key(attributes.get(kind.key.lower(), ())),
        login=same_login(first(kind.login) or ""),
        name=(name or "")[:LONGEST],
        title=first("personalTitle"),
        email=first(*kind.email),
        phone=first(*kind.phone),
        room=first(*kind.room),
        number=first(*kind.number),
        office=first(kind.office),
        locked=first("pwdAccountLockedTime") == FOR_GOOD
        or _is_locked(first("userAccountControl"), first("accountExpires"), now),
        changed=first(kind.changed) or "",
        aliases=tuple(
            _clean(value)
            for name in (kind.login, "userPrincipalName")
            for value in attributes.get(name.lower(), ())
        ),
    )


def _text(values: Sequence[bytes]) -> str | None:
    """One value as text. Of several the same one each time, though servers keep them in no order."""
    if len(values) == 1:
        return _clean(values[0]) or None
    return min((text for value in values if (text := _clean(value))), default=None)


def _clean(value: bytes) -> str:
    """Composed letters; emoji and their joiners stay, control signs and doubled blanks go."""
    try:
        text = value.decode()
    except UnicodeDecodeError:
        text = value.decode("latin-1")
    if text.isascii() and text.isprintable():
        return " ".join(text.split())[:LONGEST]
    text = unicodedata.normalize("NFC", text)
    text = "".join(
        " " if unicodedata.category(sign) in {"Cc", "Zl", "Zp"} else sign for sign in text
    )
    return " ".join(text.split())[:LONGEST]


def _key(values: Sequence[bytes]) -> str:
    """The lasting id as text: entryUUID is text already (RFC 4530), objectGUID is 16 octets, the first parts reversed."""
    if not values:
        return ""
    value = values[0]
    return str(UUID(bytes_le=value)) if len(value) == BINARY_KEY else _clean(value).lower()


def _is_locked(control: str | None, expires: str | None, now: datetime) -> bool:
    """Locked by an administrator or past its end, as Active Directory says it."""
    if control and control.lstrip("-").isdigit() and int(control) & DISABLED:
        return True
    if not expires or not expires.lstrip("-").isdigit() or int(expires) in NEVER:
        return False
    try:
        return now >= _TICKS + timedelta(microseconds=int(expires) // 10)
    except OverflowError:
        return False
