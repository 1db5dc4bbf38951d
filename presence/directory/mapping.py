"""Which group of the directory gives which role and office. Pure but for reading the file."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from presence.directory.errors import DirectoryError
from presence.directory.names import normal
from presence.directory.offices import OfficeBook
from storage.actors import ROLE_NAMES, Grant, Role
from storage.organisation.operations import HOUSE_ROLES, WHOLE_HOUSE


class RoleRule(BaseModel):
    """Members of ``group`` hold ``role``: in ``office`` where one is named; else in the whole house, or, for roles
    that are held in single offices, in the person's own ones.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    group: str
    role: Role
    office: str | None = None


class OfficeRule(BaseModel):
    """Members of ``group`` work in ``office`` (key, number, short or full name)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    group: str
    office: str


class GroupMapping(BaseModel):
    """The whole file. A group is named by its distinguished name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    roles: tuple[RoleRule, ...] = ()
    offices: tuple[OfficeRule, ...] = ()

    @property
    def groups(self) -> dict[str, str]:
        """The groups that matter: each in comparable spelling, with its name as it was written."""
        names = [rule.group for rule in self.roles] + [rule.group for rule in self.offices]
        return {normal(name): name for name in names}

    @property
    def named_offices(self) -> set[str]:
        return {rule.office for rule in self.offices} | {
            rule.office for rule in self.roles if rule.office
        }


@dataclass(frozen=True, slots=True)
class Rights:
    """What the directory gives somebody here.

    What it gave before and does not give now is withdrawn, unless it can't be told: ``lasting`` roles and, with
    ``offices_last``, memberships stay as they are. ``unknown`` are names of offices that don't exist in the house,
    ``closed`` those of closed offices in which a role is no longer held.
    """

    grants: frozenset[Grant] = frozenset()
    offices: frozenset[UUID] = frozenset()
    lasting: frozenset[Role] = frozenset()
    offices_last: bool = False
    unknown: frozenset[str] = field(default=frozenset(), compare=False)
    closed: frozenset[str] = field(default=frozenset(), compare=False)


def _read(text: str) -> Any:
    """JSON as JSON: YAML would read its escapes of emoji as halves of letters."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return yaml.safe_load(text)


def load_mapping(path: Path | None) -> GroupMapping:
    """The mapping from a YAML or JSON file; an empty one without a file. Raises ``DirectoryError``."""
    if path is None:
        return GroupMapping()
    try:
        mapping = GroupMapping.model_validate(_read(path.read_text("utf-8")) or {})
    except OSError as error:
        raise DirectoryError(
            f"Die Zuordnung der Gruppen ({path}) ist nicht lesbar: {error.strerror}."
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise DirectoryError(
            f"Die Zuordnung der Gruppen ({path}) ist kein YAML oder JSON."
        ) from None
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise DirectoryError(
            f"Die Zuordnung der Gruppen ({path}) ist an der Stelle „{where}“ falsch: erwartet werden "
            "„roles“ mit group, role und office sowie „offices“ mit group und office."
        ) from None
    for rule in mapping.roles:
        if rule.role is Role.COUNCIL:
            raise DirectoryError(
                f"Die Zuordnung der Gruppen ({path}) gibt „{ROLE_NAMES[rule.role]}“. Diese Rolle kommt nie aus dem "
                "Verzeichnis, weil die Systemverwaltung seine Gruppen führt; bitte vergeben Sie sie unter „Personen "
                "und Rechte“."
            )
        if rule.office and rule.role in HOUSE_ROLES:
            raise DirectoryError(
                f"Die Zuordnung der Gruppen ({path}) gibt „{ROLE_NAMES[rule.role]}“ in einem Amt; "
                "diese Rolle gilt nur im ganzen Haus. Bitte dort „office“ weglassen."
            )
    return mapping


def rights_of(
    groups: Collection[str],
    office: str | None,
    mapping: GroupMapping,
    offices: OfficeBook,
    unseen: Collection[str] = (),
) -> Rights:
    """What somebody in these groups (comparable spelling) holds. ``unseen``: groups the directory does not show now.

    Who works in a closed office works in the one that carries on; who holds roles there is for people to decide.
    """
    reader = _Reader(offices)
    inside = [rule.office for rule in mapping.offices if normal(rule.group) in groups]
    inside += [office] if office else []
    works_in = reader.offices(inside)
    offices_last = bool(reader.unknown) or any(
        normal(rule.group) in unseen for rule in mapping.offices
    )
    grants: set[Grant] = set()
    lasting: set[Role] = set()
    for rule in mapping.roles:
        group = normal(rule.group)
        if group in unseen:
            lasting.add(rule.role)
        if group not in groups or rule.role is Role.STAFF:
            continue
        if rule.role in WHOLE_HOUSE and not rule.office:
            grants.add(Grant(rule.role))
            continue
        named = [rule.office] if rule.office else inside
        grants |= {Grant(rule.role, where) for where in reader.offices_open(named)}
        can_tell = offices.find(rule.office) is not None if rule.office else not offices_last
        if not can_tell:
            lasting.add(rule.role)
    return Rights(
        frozenset(grants),
        works_in,
        frozenset(lasting),
        offices_last,
        frozenset(reader.unknown),
        frozenset(reader.closed),
    )


class _Reader:
    """Finds offices, and notes what could not be found."""

    def __init__(self, book: OfficeBook) -> None:
        self._book = book
        self.unknown: set[str] = set()
        self.closed: set[str] = set()

    def offices(self, names: Iterable[str]) -> frozenset[UUID]:
        """The offices of these names, or who carries on for them."""
        found = set()
        for name in names:
            office = self._book.find(name)
            if office is None:
                self.unknown.add(name)
            else:
                found.add(office)
        return frozenset(found)

    def offices_open(self, names: Iterable[str]) -> frozenset[UUID]:
        """Only those that are still open."""
        names = list(names)
        closed = {name for name in names if self._book.has_closed(name)}
        self.closed |= closed
        return self.offices(name for name in names if name not in closed)
