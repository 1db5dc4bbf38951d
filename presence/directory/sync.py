"""The sync: reads the directory first as a whole, decides, and only then writes.

A full sync sees who is missing. A delta sync reads what has changed since the last one and turns into a full one
where groups or their mapping changed, or another server answers than the one that counts the changes.
"""

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from presence.directory import guard
from presence.directory.applying import apply, fingerprint
from presence.directory.connection import Conversation, connect
from presence.directory.entries import Entry
from presence.directory.errors import AwayError, DirectoryError, IncompleteError
from presence.directory.mapping import GroupMapping, Rights, load_mapping, rights_of
from presence.directory.plan import Conflict, Plan, Wanted, make_plan, office_conflicts
from presence.directory.queries import (
    LDAP,
    given,
    known_facts,
    known_people,
    newcomers,
    office_book,
    residents,
)
from presence.directory.reading import (
    Group,
    Server,
    groups_of,
    held_by,
    people_by_group,
    read_groups,
    read_people,
    recognise,
    wanted_found,
)
from presence.directory.state import Position, finish, start, still_at_work
from storage.actors import Actor
from storage.clock import local_date
from storage.house import House
from storage.rights import Verb, require

OVERLAP = timedelta(minutes=5)
"""Read again in a delta: replicas lag, and clocks differ."""
OVERLAP_USN = 500
SINGLY = 20
"""Up to so many changed people are asked for their groups one by one."""


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What a sync did (contracts.md, presence). ``refused`` says in German why nothing was changed."""

    seen: int = 0
    created: int = 0
    updated: int = 0
    disabled: int = 0
    unchanged: int = 0
    seconds: float = 0.0
    refused: str | None = None
    conflicts: int = 0
    complete: bool = True

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything read from the directory. ``complete``: all people, not only the changed ones."""

    complete: bool
    position: Position
    entries: Sequence[Entry]
    groups: Mapping[str, frozenset[str]]
    """By key of the entry: its groups in comparable spelling."""


def synchronise(
    house: House, actor: Actor, *, full: bool = True, force: bool = False
) -> SyncResult:
    """Take people and rights over from the directory. ``force``: even where suspiciously much would be taken away.

    Raises ``DirectoryError`` for wrong settings and ``AwayError`` where no server answers; both leave a task for the
    administration as well, and nothing is changed.
    """
    require(actor, Verb.PEOPLE_CHANGE)
    began = time.monotonic()
    before = start(house)
    if before is None:
        return SyncResult(refused="Es läuft schon ein Abgleich.")
    result, position = SyncResult(refused="Der Abgleich wurde abgebrochen."), before
    conflicts: list[Conflict] = []
    try:
        mapping = load_mapping(house.settings.ldap_mapping)
        reading = read(house, mapping, before, full=full, force=force)
        result, conflicts = _carry_out(house, actor, mapping, reading, force=force)
        position = before if result.refused else reading.position
    except IncompleteError as error:
        result = SyncResult(refused=str(error))
    except (AwayError, DirectoryError) as error:
        result = SyncResult(refused=str(error))
        raise
    finally:
        result = replace(result, seconds=round(time.monotonic() - began, 3))
        finish(house, actor, result.as_json(), conflicts, position)
    return result


def read(
    house: House, mapping: GroupMapping, before: Position, *, full: bool, force: bool = False
) -> Reading:
    """Read everything, or what has changed since ``before``. Raises what a conversation raises.

    Without ``force`` also ``IncompleteError`` where groups of the mapping are not to be seen: nobody is in them then,
    so everybody would lose what they give.
    """
    settings, now = house.settings, house.clock()
    with connect(settings) as conversation:
        server = recognise(conversation, settings)
        groups = read_groups(conversation, settings, server.kind)
        gone = [name for name, there in wanted_found(mapping.groups, groups).items() if not there]
        if gone and not force:
            raise IncompleteError(guard.groups_gone(gone))
        position = Position(server.identity, server.usn, _hash_of(groups, mapping))
        since = "" if full else _since(before, position)
        entries = list(read_people(conversation, settings, server.kind, now, since))
        held = _groups_of_all(conversation, house, server, mapping, groups, entries, bool(since))
    if server.kind.name != "ad":
        position = replace(position, changed=_latest(entries, before.changed))
    return Reading(not since, position, entries, held)


def _groups_of_all(
    conversation: Conversation,
    house: House,
    server: Server,
    mapping: GroupMapping,
    groups: Sequence[Group],
    entries: Sequence[Entry],
    few: bool,
) -> dict[str, frozenset[str]]:
    settings, kind = house.settings, server.kind
    if not mapping.groups:
        return {}
    if few and kind.name == "ad" and len(entries) <= SINGLY:
        return {each.key: groups_of(conversation, settings, kind, each) for each in entries}
    held = people_by_group(conversation, settings, kind, mapping.groups, groups)
    return {each.key: held_by(each, held) for each in entries}


def _carry_out(
    house: House, actor: Actor, mapping: GroupMapping, reading: Reading, *, force: bool
) -> tuple[SyncResult, list[Conflict]]:
    today = local_date(house.clock())
    with house.database.read() as session:
        offices = office_book(session, today)
        known = known_people(session, LDAP)
        everybody = residents(session, today)
        expected = newcomers(session, today)
    # Most people are in the same few offices and groups, so the same rights are worked out once.
    given_by = cache(lambda groups, office: rights_of(groups, office, mapping, offices))
    rights = {
        entry.key: given_by(reading.groups.get(entry.key, frozenset()), entry.office)
        for entry in reading.entries
    }
    wanted = [Wanted(entry, fingerprint(entry, rights[entry.key])) for entry in reading.entries]
    percent = 0 if force else house.settings.ldap_minimum_percent
    plan = make_plan(
        wanted, known, everybody, complete=reading.complete, minimum_percent=percent,
        newcomers=expected, offices={key: each.offices for key, each in rights.items()},
    )  # fmt: skip
    seen = len(reading.entries)
    refused = plan.refused or _losses(house, plan, rights, percent)
    if refused:
        return SyncResult(seen=seen, refused=refused), []
    applied = apply(house, actor, plan, rights, LDAP, between=lambda: still_at_work(house))
    conflicts = [*plan.conflicts, *office_conflicts(rights.values()), *applied.conflicts]
    result = SyncResult(
        seen=seen,
        unchanged=plan.unchanged,
        conflicts=len(conflicts),
        complete=reading.complete,
        created=applied.done.get("created", 0),
        updated=applied.done.get("updated", 0),
        disabled=applied.done.get("disabled", 0),
    )
    return result, conflicts


def _losses(house: House, plan: Plan, rights: Mapping[str, Rights], percent: int) -> str | None:
    """Why so much is not withdrawn at once; asked only where somebody known has changed."""
    changed = [(before.person, each.entry) for each, before in plan.update]
    changed += [(person, each.entry) for each, person, _ in plan.link]
    if not changed or not percent:
        return None
    with house.database.read() as session:
        held = given(session, local_date(house.clock()))
        facts = known_facts(session)
    changes = [(person, rights[entry.key]) for person, entry in changed]
    coming = [(person, entry.facts) for person, entry in changed]
    return guard.too_many_lose(changes, held, percent) or guard.too_many_forget(
        coming, facts, percent
    )


def _hash_of(groups: Sequence[Group], mapping: GroupMapping) -> str:
    """Changes with every group, and with the file that says what groups give."""
    each_group = sorted((group.dn, group.changed, sorted(group.members)) for group in groups)
    text = json.dumps([each_group, mapping.model_dump(mode="json")])
    return hashlib.blake2b(text.encode(errors="replace"), digest_size=16).hexdigest()


def _since(before: Position, now: Position) -> str:
    """From which change on a delta reads; empty where only a full sync is safe."""
    if not before.changed or (before.server, before.groups) != (now.server, now.groups):
        return ""
    if now.changed:  # Active Directory counts
        return str(max(0, int(before.changed) - OVERLAP_USN))
    moment = _moment(before.changed)
    return f"{moment - OVERLAP:%Y%m%d%H%M%SZ}" if moment else ""


def _latest(entries: Sequence[Entry], before: str) -> str:
    return max([before, *(each.changed for each in entries)])


def _moment(text: str) -> datetime | None:
    """A generalized time (RFC 4517, 3.3.13) as OpenLDAP writes it, with or without fractions."""
    try:
        return datetime.strptime(text[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
