"""Reading people and what they are in: all of them for the sync, one for a sign-in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ldap3.utils.conv import escape_filter_chars

from config.settings import Settings
from presence.directory.connection import Conversation
from presence.directory.entries import Entry, read_entry
from presence.directory.groups import groups_by_member
from presence.directory.kinds import ACTIVE_DIRECTORY, AD, IN_CHAIN, OPENLDAP, Kind, fitted
from presence.directory.names import normal
from presence.logins import same_login

CASELESS = "caseIgnoreIA5Match"
"""Logins are the same in capitals, though memberUid is compared with case (RFC 2307, 2.2); a server that does not know
the rule finds nothing by it (RFC 4511, 4.5.1.7.7).
"""
DEEPEST = 20
"""Steps up from a person through nested groups at sign-in, each one search."""
LOGIN_MARK = "login:"
"""Before members that a group names by login only (memberUid, RFC 2307)."""
NOTHING = "1.1"
"""No attributes at all (RFC 4511, 4.5.1.8)."""


@dataclass(frozen=True, slots=True)
class Server:
    """What the directory says of itself. ``identity`` and ``usn``: whose count of changes it is, and how far."""

    kind: Kind
    identity: str = ""
    usn: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A group with its direct members in comparable spelling (empty on Active Directory, which is asked instead)."""

    dn: str
    members: tuple[str, ...]
    changed: str


def recognise(conversation: Conversation, settings: Settings) -> Server:
    """Which kind of directory this is, by its root entry unless a setting says so."""
    root = (
        conversation.read("", ["supportedCapabilities", "highestCommittedUSN", "dsServiceName"])
        or {}
    )
    active = ACTIVE_DIRECTORY in root.get("supportedcapabilities", ())
    if settings.ldap_kind == "openldap" or (settings.ldap_kind == "auto" and not active):
        return Server(fitted(OPENLDAP, settings))
    usn, service = (
        b"".join(root.get(name, [])).decode() for name in ("highestcommittedusn", "dsservicename")
    )
    invocation = (conversation.read(service, ["invocationId"]) or {}) if service else {}
    restored = b"".join(invocation.get("invocationid", [])).hex()
    return Server(fitted(AD, settings), f"{service}/{restored}", usn)


def read_people(
    conversation: Conversation, settings: Settings, kind: Kind, now: datetime, since: str = ""
) -> Iterator[Entry]:
    """All people, or those changed at or after ``since``. Raises ``IncompleteError``."""
    wanted = f"(&{kind.people}({kind.changed}>={since}))" if since else kind.people
    for dn, attributes in conversation.pages(settings.ldap_base, wanted, kind.attributes):
        yield read_entry(kind, dn, attributes, now)


def read_groups(conversation: Conversation, settings: Settings, kind: Kind) -> list[Group]:
    """All groups. Raises ``IncompleteError``."""
    names = [*kind.members, kind.changed]
    found = conversation.pages(group_base(settings), kind.groups, names)
    return [_group(kind, dn, attributes) for dn, attributes in found]


def people_by_group(
    conversation: Conversation,
    settings: Settings,
    kind: Kind,
    wanted: Mapping[str, str],
    groups: Sequence[Group],
) -> dict[str, set[str]]:
    """Which of the wanted groups (by comparable spelling) each person is in, nested ones included.

    People are named by their comparable distinguished name or ``login:NAME``.
    """
    if kind.name != "ad":
        return groups_by_member(wanted, {normal(group.dn): group.members for group in groups})
    held: dict[str, set[str]] = {}
    for key, name in wanted.items():
        inside = f"(&{kind.people}(memberOf:{IN_CHAIN}:={escape_filter_chars(name)}))"
        for dn, _ in conversation.pages(settings.ldap_base, inside, [NOTHING]):
            held.setdefault(normal(dn), set()).add(key)
    return held


def held_by(entry: Entry, held: Mapping[str, set[str]]) -> frozenset[str]:
    """The groups of one person out of ``people_by_group``."""
    by_name = held.get(normal(entry.dn), set())
    return frozenset(by_name | held.get(LOGIN_MARK + entry.login, set()))


def find_person(
    conversation: Conversation, settings: Settings, kind: Kind, login: str, now: datetime
) -> Entry | None:
    """The one person who signs in with this name; ``None`` where there is none, or more than one."""
    safe = escape_filter_chars(login)
    named = f"({kind.login}={safe})"
    if kind.name == "ad" and "@" in login:
        named = f"(|{named}(userPrincipalName={safe}))"
    found = conversation.search(
        settings.ldap_base, f"(&{kind.people}{named})", kind.attributes, most=2
    )
    return read_entry(kind, *found[0], now) if len(found) == 1 else None


def groups_of(
    conversation: Conversation, settings: Settings, kind: Kind, entry: Entry
) -> frozenset[str]:
    """All groups of one person, nested ones included, in comparable spelling."""
    base, dn = group_base(settings), escape_filter_chars(entry.dn)
    if kind.name == "ad":
        wanted = f"(&{kind.groups}(member:{IN_CHAIN}:={dn}))"
        return frozenset(normal(name) for name, _ in conversation.pages(base, wanted, [NOTHING]))
    login = escape_filter_chars(entry.login)
    by_login = f"(&(objectClass=posixGroup)(memberUid:{CASELESS}:={login}))"
    found = {normal(name): name for name, _ in conversation.pages(base, by_login, [NOTHING])}
    asked = [dn, *(escape_filter_chars(name) for name in found.values())]
    conditions = [f"(memberUid={login})"]
    for _ in range(DEEPEST):
        conditions += [f"({name}={each})" for each in asked for name in kind.members[:2]]
        wanted = f"(&{kind.groups}(|{''.join(conditions)}))"
        names = {normal(name): name for name, _ in conversation.pages(base, wanted, [NOTHING])}
        asked = [escape_filter_chars(name) for key, name in names.items() if key not in found]
        found |= names
        conditions = []
        if not asked:
            break
    return frozenset(found)


def unseen_groups(
    conversation: Conversation, settings: Settings, kind: Kind, wanted: Mapping[str, str]
) -> frozenset[str]:
    """Those of the wanted groups (name by comparable spelling) that lie nowhere the groups are read, or are hidden."""
    below = normal(group_base(settings))
    return frozenset(
        key
        for key, name in wanted.items()
        if not (key == below or key.endswith("," + below))
        or not conversation.has(name, kind.groups)
    )


def group_base(settings: Settings) -> str:
    return settings.ldap_group_base or settings.ldap_base


def wanted_found(wanted: Mapping[str, str], groups: Sequence[Group]) -> dict[str, bool]:
    """Whether each wanted group is among those that were read, by its name as written in the mapping."""
    there = {normal(group.dn) for group in groups}
    return {name: key in there for key, name in wanted.items()}


def _group(kind: Kind, dn: str, attributes: Mapping[str, Sequence[bytes]]) -> Group:
    members: list[str] = []
    for name in kind.members:
        values = (value.decode(errors="replace") for value in attributes.get(name.lower(), ()))
        if name == "memberUid":
            members += [LOGIN_MARK + same_login(value) for value in values]
        else:
            members += [normal(value) for value in values]
    changed = b"".join(attributes.get(kind.changed.lower(), [b""])[:1]).decode()
    return Group(dn, tuple(members), changed)
