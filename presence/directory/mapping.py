"""Which group of the directory gives which role and office. Pure but for reading the file."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from presence.directory.errors import DirectoryError
from presence.directory.names import normal
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
    """What the directory gives somebody here; ``unknown`` are names of offices that don't exist in the house."""

    grants: frozenset[Grant] = frozenset()
    offices: frozenset[UUID] = frozenset()
    unknown: frozenset[str] = field(default=frozenset(), compare=False)


def load_mapping(path: Path | None) -> GroupMapping:
    """The mapping from a YAML or JSON file; an empty one without a file. Raises ``DirectoryError``."""
    if path is None:
        return GroupMapping()
    try:
        mapping = GroupMapping.model_validate(yaml.safe_load(path.read_text("utf-8")) or {})
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
    offices: Mapping[str, UUID],
) -> Rights:
    """What somebody in these groups (comparable spelling) holds. ``offices``: by every name they go by, lower case."""
    unknown: set[str] = set()

    def found(name: str) -> frozenset[UUID]:
        known = offices.get(name.casefold())
        if known is None:
            unknown.add(name)
        return frozenset({known} if known else ())

    named = [rule.office for rule in mapping.offices if normal(rule.group) in groups]
    works_in = frozenset().union(*map(found, [*named, *([office] if office else [])]))
    grants: set[Grant] = set()
    for rule in mapping.roles:
        if normal(rule.group) not in groups or rule.role is Role.STAFF:
            continue
        if rule.office:
            grants |= {Grant(rule.role, where) for where in found(rule.office)}
        elif rule.role in WHOLE_HOUSE:
            grants.add(Grant(rule.role))
        else:
            grants |= {Grant(rule.role, where) for where in works_in}
    return Rights(frozenset(grants), works_in, frozenset(unknown))
