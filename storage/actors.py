"""Who acts. Every verb takes an actor first; the journal knows each only by an opaque id."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What somebody does in the house (contracts.md, System). ``STAFF`` is implied by a membership."""

    STAFF = "staff"
    REGISTRY = "registry"
    HEAD = "head"
    FEEDBACK = "feedback"
    LOTSE = "lotse"
    STRATEGY = "strategy"
    PERSONNEL = "personnel"
    TRAINER = "trainer"
    ARCHIVIST = "archivist"
    CASH = "cash"
    PRIVACY = "privacy"
    COUNCIL = "council"
    ADMIN = "admin"


ROLE_NAMES: dict[Role, str] = {
    Role.STAFF: "Sachbearbeitung",
    Role.REGISTRY: "Poststelle und Registratur",
    Role.HEAD: "Leitung",
    Role.FEEDBACK: "Koordination Feedback",
    Role.LOTSE: "Digitallotse",
    Role.STRATEGY: "Stabsstelle Strategie",
    Role.PERSONNEL: "Personal",
    Role.TRAINER: "Fortbildung",
    Role.ARCHIVIST: "Stadtarchiv",
    Role.CASH: "Kasse",
    Role.PRIVACY: "Datenschutz",
    Role.COUNCIL: "Personalrat",
    Role.ADMIN: "Systemverwaltung",
}


class ProtectionClass(StrEnum):
    """Who may see a document at all. Nothing crosses a class: no hit, snippet, duplicate or suggestion."""

    OPEN = "open"
    INTERNAL = "internal"
    PERSONNEL = "personnel"
    SOCIAL = "social"
    TAX = "tax"
    YOUTH = "youth"
    UNFILED = "unfiled"
    UNOPENED = "unopened"


CLASS_NAMES: dict[ProtectionClass, str] = {
    ProtectionClass.OPEN: "offen",
    ProtectionClass.INTERNAL: "intern",
    ProtectionClass.PERSONNEL: "Personaldaten",
    ProtectionClass.SOCIAL: "Sozialdaten (§ 35 SGB I)",
    ProtectionClass.TAX: "Steuergeheimnis (§ 30 AO)",
    ProtectionClass.YOUTH: "Jugendhilfe",
    ProtectionClass.UNFILED: "noch nicht abgelegt",
    ProtectionClass.UNOPENED: "ungeöffnet weitergeleitet",
}

TOKEN_CODES: dict[ProtectionClass, str] = {
    ProtectionClass.OPEN: "op",
    ProtectionClass.INTERNAL: "in",
    ProtectionClass.PERSONNEL: "pe",
    ProtectionClass.SOCIAL: "so",
    ProtectionClass.TAX: "ta",
    ProtectionClass.YOUTH: "yo",
    ProtectionClass.UNFILED: "uf",
    ProtectionClass.UNOPENED: "uo",
}

FILING_CLASSES = tuple(
    protection
    for protection in ProtectionClass
    if protection not in {ProtectionClass.UNFILED, ProtectionClass.UNOPENED}
)
"""The classes an Akte can have; the other two are states on the way there."""

SHARED_CLASSES = frozenset({ProtectionClass.OPEN, ProtectionClass.INTERNAL})
"""Classes whose filed texts may train the shared model; each other class has a model of its own."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held in one office, or in the whole house where ``office`` is ``None``."""

    role: Role
    office: UUID | None = None


STANDING_IN = frozenset(
    {
        Role.HEAD,
        Role.REGISTRY,
        Role.LOTSE,
        Role.STRATEGY,
        Role.TRAINER,
        Role.ARCHIVIST,
        Role.CASH,
    }
)
"""Roles whose tasks go to the substitute of somebody absent. The others (personnel, staff council, data protection,
complaints, administration) are entrusted to people by name: their tasks wait for another who holds the role.
"""


@dataclass(frozen=True, slots=True)
class Proxy:
    """What an absent person does, for whom somebody stands in."""

    person: UUID
    grant: Grant


SEALED = "zzur"
"""How the token of sealed post begins that is for people named for its rule, wherever it lies."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an object belongs: the office that holds it, and its protection class.

    ``sealed_for``: unopened post under this rule (key, letters and digits) is open to the people named for the rule
    alone, not to the office it lies with.
    """

    office: UUID
    protection: ProtectionClass
    sealed_for: str | None = None

    @property
    def token(self) -> str:
        """The access token of this scope, as it stands in the full-text index (letters and digits only)."""
        if self.sealed_for is not None:
            return f"{SEALED}{self.sealed_for}"
        return f"zz{TOKEN_CODES[self.protection]}{self.office.hex[-12:]}"


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of staff with everything rights depend on, loaded anew for each request."""

    person: UUID
    name: str
    memberships: frozenset[UUID] = frozenset()
    grants: frozenset[Grant] = frozenset()
    classes: frozenset[Scope] = frozenset()
    """The protected scopes that were opened to this person by name."""
    stands_in_for: frozenset[UUID] = frozenset()
    """Absent people whose tasks go to this one today, also along a chain of substitutes. No rights come with it."""
    proxies: frozenset[Proxy] = frozenset()
    """Their roles of ``STANDING_IN``: tasks of these go to this one, too, and may be done."""
    entrusted: frozenset[str] = frozenset()
    """Rules of unopened post for which this person is named as addressee. No substitute comes with it."""

    @property
    def journal_id(self) -> str:
        return f"person:{self.person.hex}"

    def has(self, role: Role, office: UUID | None = None) -> bool:
        """Whether the role is held in ``office`` (a role held in the whole house counts everywhere)."""
        return any(
            grant.role is role
            and (grant.office is None or office is None or grant.office == office)
            for grant in self.grants
        )

    def acts_for(self, role: Role, office: UUID | None) -> UUID | None:
        """The absent person for whom this one does what waits for the role in ``office`` (of the house: ``None``)."""
        wanted = (Grant(role), Grant(role, office))
        if self.grants.intersection(wanted):
            return None
        return min((each.person for each in self.proxies if each.grant in wanted), default=None)

    def works_in(self, office: UUID) -> bool:
        return office in self.memberships


@dataclass(frozen=True, slots=True)
class Citizen:
    """Somebody who came with a signed link; ``link`` is the link's opaque id."""

    link: UUID

    @property
    def journal_id(self) -> str:
        return f"link:{self.link.hex}"


@dataclass(frozen=True, slots=True)
class Device:
    """A wall monitor or scanner with a device token."""

    token: UUID

    @property
    def journal_id(self) -> str:
        return f"device:{self.token.hex}"


@dataclass(frozen=True, slots=True)
class System:
    """The house itself, in a flow or a command without a person (``name`` says which)."""

    name: str

    @property
    def journal_id(self) -> str:
        return f"system:{self.name}"


Actor = Staff | Citizen | Device | System
