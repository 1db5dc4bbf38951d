"""``check-directory``: walks the way of a sign-in and of a sync step by step and says where it ends, and why."""

import socket
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ldap3 import Connection

from presence.directory.connection import Address, Conversation, hang_up, open_connection
from presence.directory.entries import Entry
from presence.directory.errors import AwayError, DirectoryError, IncompleteError
from presence.directory.kinds import Kind
from presence.directory.mapping import GroupMapping, load_mapping
from presence.directory.queries import office_book
from presence.directory.reading import (
    group_base,
    people_by_group,
    read_groups,
    read_people,
    recognise,
    wanted_found,
)
from presence.directory.tls_check import TlsError, verified
from storage.clock import local_date
from storage.house import House

NAMED = 5


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what was tried, whether it went well (``None``: not tried, or only to be noted), and what was found, in
    German.
    """

    title: str
    ok: bool | None
    text: str


class _StepFailedError(Exception):
    pass


def check(house: House) -> Iterator[Step]:
    """All steps, as they are done; what can't be tried after a failure is left out."""
    began = time.monotonic()
    settings = house.settings
    try:
        mapping = load_mapping(settings.ldap_mapping)
    except DirectoryError as error:
        yield Step("Einstellungen", False, str(error))
        return
    if not settings.ldap_servers or not settings.ldap_base:
        yield Step(
            "Einstellungen",
            False,
            "Es fehlt RATHAUS_LDAP_SERVERS oder RATHAUS_LDAP_BASE: wo das Verzeichnis ist und wo darin die Personen stehen.",
        )
        return
    yield Step(
        "Einstellungen", True, f"{len(settings.ldap_servers)} Server, Basis „{settings.ldap_base}“"
    )
    asked = False
    for text in settings.ldap_servers:
        connection: Connection | None = None
        for step, opened in _reach(house, Address.of(text)):
            connection = opened
            yield step
        if connection is None:
            continue
        try:
            if not asked:
                asked = True
                conversation = Conversation(connection, settings, Address.of(text))
                yield from _search(house, conversation, mapping)
        finally:
            hang_up(connection)
    if not asked:
        yield Step("Suche", None, "Nicht geprüft, weil kein Server erreichbar ist.")
    yield Step("Dauer", True, f"{time.monotonic() - began:.1f} s".replace(".", ","))


def _reach(house: House, address: Address) -> Iterator[tuple[Step, Connection | None]]:
    """Name, port, certificate, service account of one server; with the last step its connection."""
    settings = house.settings
    steps: list[tuple[str, Callable[[], str]]] = [
        ("Name auflösen", lambda: _resolved(address)),
        ("Port erreichen", lambda: _reached(house, address)),
    ]
    if address.ldaps:
        steps.append(("TLS (ldaps)", lambda: verified(settings, address)))
    elif settings.ldap_starttls:
        steps.append(("TLS (StartTLS)", lambda: verified(settings, address)))
    for title, attempt in steps:
        step = _try(f"{title}: {address.host}:{address.port}", attempt)
        yield step, None
        if not step.ok:
            return
    title = f"Dienstkonto anmelden: {address.host}:{address.port}"
    try:
        connection = open_connection(settings, address)
    except (AwayError, DirectoryError) as error:
        yield Step(title, False, str(error)), None
        return
    yield Step(title, True, settings.ldap_bind_dn or "ohne Anmeldung (anonym)"), connection


def _search(house: House, conversation: Conversation, mapping: GroupMapping) -> Iterator[Step]:
    settings = house.settings
    try:
        server = recognise(conversation, settings)
        kinds = {"openldap": "OpenLDAP (oder verwandt)", "ad": "Active Directory"}
        yield Step("Art des Verzeichnisses", True, kinds[server.kind.name])
        for title, base in {
            "Suchbasis": settings.ldap_base,
            "Basis der Gruppen": group_base(settings),
        }.items():
            there = conversation.read(base, ["objectClass"]) is not None
            text = f"„{base}“" + (
                "" if there else " gibt es nicht, oder das Dienstkonto darf sie nicht sehen."
            )
            yield Step(title, there, text)
            if not there:
                return
        entries = list(read_people(conversation, settings, server.kind, house.clock()))
        yield _found(server.kind, entries)
        if not entries:
            return
        yield from _attributes(house, server.kind, entries)
        yield from _groups(house, conversation, server.kind, mapping)
    except (IncompleteError, AwayError, DirectoryError) as error:
        yield Step("Suche", False, str(error))


def _found(kind: Kind, entries: list[Entry]) -> Step:
    if not entries:
        return Step(
            "Filter", False, f"„{kind.people}“ findet niemanden. Bitte RATHAUS_LDAP_FILTER prüfen."
        )
    locked = sum(each.locked for each in entries)
    more = f", davon {locked} gesperrt" if locked else ""
    return Step("Filter", True, f"„{kind.people}“ findet {len(entries)} Personen{more}")


def _attributes(house: House, kind: Kind, entries: list[Entry]) -> Iterator[Step]:
    """What every person needs; what would be good to have is only counted."""
    count = len(entries)
    for title, attribute, missing in (
        ("Kennung", kind.key, [each for each in entries if not each.key]),
        ("Anmeldename", kind.login, [each for each in entries if not each.login]),
        (
            "Name",
            "givenName + sn, displayName oder cn",
            [each for each in entries if not each.name],
        ),
    ):
        named = ", ".join(each.dn for each in missing[:NAMED])
        text = (
            f"{attribute}: fehlt bei {len(missing)} ({named})"
            if missing
            else f"{attribute}: bei allen"
        )
        yield Step(f"Attribut {title}", not missing, text)
    logins = [each.login for each in entries if each.login]
    twice = (
        sorted({login for login in logins if logins.count(login) > 1})
        if len(set(logins)) < len(logins)
        else []
    )
    if twice:
        yield Step(
            "Anmeldenamen eindeutig", False, f"Mehrfach vergeben: {', '.join(twice[:NAMED])}"
        )
    parts = {
        "E-Mail": sum(bool(each.email) for each in entries),
        "Telefon": sum(bool(each.phone) for each in entries),
        "Raum": sum(bool(each.room) for each in entries),
    }
    yield Step(
        "Weitere Angaben",
        True,
        ", ".join(f"{name} bei {n} von {count}" for name, n in parts.items()),
    )
    names = {each.office for each in entries if each.office}
    unknown = _unknown(house, names)
    text = (
        f"{kind.office}: {len(names)} verschiedene, {len(names) - len(unknown)} davon hier bekannt"
    )
    if unknown:
        text += f"; unbekannt: {', '.join(unknown[:NAMED])}"
    yield Step(
        "Ämter", None if unknown else True, text
    )  # who is in none here is entered all the same


def _groups(
    house: House, conversation: Conversation, kind: Kind, mapping: GroupMapping
) -> Iterator[Step]:
    settings = house.settings
    if not mapping.groups:
        yield Step("Gruppen", None, "Es ist keine Zuordnung eingestellt (RATHAUS_LDAP_MAPPING).")
        return
    groups = read_groups(conversation, settings, kind)
    there = wanted_found(mapping.groups, groups)
    held = people_by_group(conversation, settings, kind, mapping.groups, groups)
    for key, name in mapping.groups.items():
        people = sum(key in each for each in held.values())
        text = (
            f"{people} Mitglieder, verschachtelte mitgezählt" if there[name] else "gibt es nicht."
        )
        yield Step(f"Gruppe {name}", there[name], text)
    unknown = _unknown(house, mapping.named_offices)
    if unknown:
        yield Step(
            "Ämter der Zuordnung", False, f"Hier gibt es nicht: {', '.join(unknown[:NAMED])}"
        )


def _unknown(house: House, names: Iterable[str]) -> list[str]:
    """The names of offices that mean none in the house."""
    with house.database.read() as session:
        book = office_book(session, local_date(house.clock()))
    return sorted(name for name in names if book.find(name) is None)


def _try(title: str, attempt: Callable[[], str]) -> Step:
    try:
        return Step(title, True, attempt())
    except (TlsError, DirectoryError, _StepFailedError) as error:
        return Step(title, False, str(error))
    except OSError as error:
        return Step(title, False, f"Die Verbindung ist abgebrochen ({error.strerror or error}).")


def _resolved(address: Address) -> str:
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except OSError:
        raise _StepFailedError(
            f"Den Rechner „{address.host}“ kennt der Namensdienst nicht. Bitte die Schreibweise prüfen."
        ) from None
    return ", ".join(sorted({str(each[4][0]) for each in found}))


def _reached(house: House, address: Address) -> str:
    seconds = house.settings.ldap_connect_seconds
    try:
        socket.create_connection((address.host, address.port), seconds).close()
    except TimeoutError:
        raise _StepFailedError(
            f"Keine Antwort binnen {seconds:g} s. Vielleicht hält eine Firewall Port {address.port} zu."
        ) from None
    except OSError as error:
        raise _StepFailedError(
            f"Port {address.port} nimmt keine Verbindung an ({error.strerror}). Läuft der Dienst dort?"
        ) from None
    return "offen"
