"""Rights: ``may(actor, verb, object)`` is pure and denies by default.

Each verb names one rule below. A rule sees the actor and the object's scope (office and protection class), never
the database: verbs load what a rule needs first. Pages may ask too, to leave out what would be refused anyway.
"""

from collections.abc import Callable, Iterable
from enum import StrEnum
from uuid import UUID

from storage.actors import (
    SEALED,
    Actor,
    Citizen,
    Device,
    ProtectionClass,
    Role,
    Scope,
    Staff,
    System,
)


class NotAllowedError(Exception):
    """The actor may not do this. The message is for people and says nothing about what exists."""

    def __init__(self, message: str = "Dafür fehlt Ihnen die Berechtigung.") -> None:
        super().__init__(message)


class Verb(StrEnum):
    """What can be done, by room. The value is what the journal shows."""

    DOCUMENT_RECEIVE = "document.receive"
    DOCUMENT_EDIT = "document.edit"
    DOCUMENT_FILE = "document.file"
    DOCUMENT_RETRY = "document.retry"
    DOCUMENT_FORWARD = "document.forward"
    ADDRESSEE_NAME = "addressee.name"
    AKTE_OPEN = "akte.open"
    AKTE_EDIT = "akte.edit"
    AKTE_CLOSE = "akte.close"
    AKTE_HOLD = "akte.hold"
    AKTENPLAN_CHANGE = "aktenplan.change"
    SCHEDULE_SEE = "schedule.see"
    SCHEDULE_CHANGE = "schedule.change"
    SYSTEM_SEE = "system.see"
    KEY_ROTATE = "key.rotate"
    PEOPLE_CHANGE = "people.change"
    JOURNAL_VERIFY = "journal.verify"
    JOURNAL_PROVE = "journal.prove"
    AGREEMENT_RECORD = "agreement.record"
    AVAILABILITY_SEE = "availability.see"
    AVAILABILITY_OPEN = "availability.open"
    ABSENCE_ENTER = "absence.enter"
    PEOPLE_SEE = "people.see"
    PERSON_TASKS = "person.tasks"
    GROUP_CHANGE = "group.change"
    LAUFZETTEL_OPEN = "laufzettel.open"
    LAUFZETTEL_TEMPLATE = "laufzettel.template"
    SPACE_BOOK = "space.book"
    SPACE_CHANGE = "space.change"
    BOOKING_DECIDE = "booking.decide"
    MONITOR_CHANGE = "monitor.change"
    MONITOR_SHOW = "monitor.show"
    ANLIEGEN_OPEN = "anliegen.open"
    RESPONSIBILITY_CHANGE = "responsibility.change"
    EVALUATION_SEE = "evaluation.see"
    EVALUATION_DECIDE = "evaluation.decide"


def sees(actor: Actor, scope: Scope) -> bool:
    """Whether the actor may see objects of this scope.

    Open: all staff. Internal: the office's members and the registry that keeps its files. Unfiled: the inbox
    office's members and its registry. Unopened: the addressed office alone, or the people named for the rule alone
    where it is for persons. All other classes: only people to whom this very scope was opened by name; neither heads
    nor admins come with it.
    """
    if isinstance(actor, System):
        return True
    if not isinstance(actor, Staff):
        return False
    if scope.sealed_for is not None:
        return scope.sealed_for in actor.entrusted
    member, registry = actor.works_in(scope.office), actor.has(Role.REGISTRY, scope.office)
    by_office = {
        ProtectionClass.OPEN: True,
        ProtectionClass.INTERNAL: member or registry or scope in actor.classes,
        ProtectionClass.UNFILED: member or registry,
        ProtectionClass.UNOPENED: member,
    }
    return by_office.get(scope.protection, scope in actor.classes)


def tokens(actor: Actor, offices: Iterable[UUID]) -> frozenset[str]:
    """The access tokens of everything the actor sees, for the full-text index and for lists."""
    found = {
        scope.token
        for office in offices
        for protection in ProtectionClass
        if sees(actor, scope := Scope(office, protection))
    }
    if isinstance(actor, Staff):
        found.update(f"{SEALED}{rule}" for rule in actor.entrusted)
    return frozenset(found)


Rule = Callable[[Actor, Scope | None], bool]


def _with_role(*roles: Role) -> Rule:
    """One of the roles, held where the object belongs; for the house as a whole, held in the whole house."""

    def rule(actor: Actor, scope: Scope | None) -> bool:
        if isinstance(actor, System):
            return True
        where = {None, scope.office} if scope else {None}
        return isinstance(actor, Staff) and any(
            grant.role in roles and grant.office in where for grant in actor.grants
        )

    return rule


def _works_with(actor: Actor, scope: Scope | None) -> bool:
    """In sight, and a member of the office that holds it (or the registry)."""
    if isinstance(actor, System):
        return True
    return (
        scope is not None
        and isinstance(actor, Staff)
        and sees(actor, scope)
        and (
            actor.works_in(scope.office)
            or actor.has(Role.REGISTRY, scope.office)
            or scope in actor.classes
            or scope.sealed_for is not None
        )
    )


def _receives(actor: Actor, scope: Scope | None) -> bool:
    """Post is put into the inbox of one's own office; the registry serves every inbox."""
    if isinstance(actor, System):
        return True
    return (
        scope is not None
        and isinstance(actor, Staff)
        and (actor.works_in(scope.office) or actor.has(Role.REGISTRY, scope.office))
    )


def _member(actor: Actor, scope: Scope | None) -> bool:
    """Works in the office itself; no role replaces that (who is where concerns colleagues alone)."""
    if isinstance(actor, System):
        return True
    return scope is not None and isinstance(actor, Staff) and actor.works_in(scope.office)


def _books(actor: Actor, scope: Scope | None) -> bool:
    """A space open to all staff, or kept for the people of the office that looks after it."""
    if isinstance(actor, System):
        return True
    return (
        scope is not None
        and isinstance(actor, Staff)
        and (scope.protection is ProtectionClass.OPEN or actor.works_in(scope.office))
    )


def _device(actor: Actor, _scope: Scope | None) -> bool:
    """A screen shows what it was set up for; which that is stands with the screen, not in the request."""
    return isinstance(actor, Device | System)


def _any_staff(actor: Actor, _scope: Scope | None) -> bool:
    """Whoever works in an office of the house."""
    return isinstance(actor, System) or (isinstance(actor, Staff) and bool(actor.memberships))


def _comes_in(actor: Actor, scope: Scope | None) -> bool:
    """Whoever works here, and everybody from outside: nobody needs a right to come with something."""
    return isinstance(actor, Citizen) or _any_staff(actor, scope)


def _holds(actor: Actor, scope: Scope | None) -> bool:
    """Registry and archive stop the disposal of what they may see."""
    if isinstance(actor, System):
        return True
    return (
        scope is not None
        and isinstance(actor, Staff)
        and sees(actor, scope)
        and (actor.has(Role.REGISTRY, scope.office) or actor.has(Role.ARCHIVIST, scope.office))
    )


RULES: dict[Verb, Rule] = {
    Verb.DOCUMENT_RECEIVE: _receives,
    Verb.DOCUMENT_EDIT: _works_with,
    Verb.DOCUMENT_FILE: _works_with,
    Verb.DOCUMENT_RETRY: _works_with,
    Verb.DOCUMENT_FORWARD: _works_with,
    Verb.ADDRESSEE_NAME: _with_role(Role.PRIVACY, Role.ADMIN),
    Verb.AKTE_OPEN: _works_with,
    Verb.AKTE_EDIT: _works_with,
    Verb.AKTE_CLOSE: _works_with,
    Verb.AKTE_HOLD: _holds,
    Verb.AKTENPLAN_CHANGE: _with_role(Role.REGISTRY),
    Verb.SCHEDULE_SEE: _with_role(Role.ADMIN),
    Verb.SCHEDULE_CHANGE: _with_role(Role.ADMIN),
    Verb.SYSTEM_SEE: _with_role(Role.ADMIN),
    Verb.KEY_ROTATE: _with_role(Role.ADMIN),
    Verb.PEOPLE_CHANGE: _with_role(Role.ADMIN),
    Verb.JOURNAL_VERIFY: _with_role(Role.ADMIN, Role.PRIVACY, Role.ARCHIVIST),
    Verb.JOURNAL_PROVE: _with_role(Role.ADMIN, Role.PRIVACY, Role.ARCHIVIST, Role.REGISTRY),
    Verb.AGREEMENT_RECORD: _with_role(Role.ADMIN, Role.COUNCIL),
    Verb.AVAILABILITY_SEE: _member,
    Verb.AVAILABILITY_OPEN: _with_role(Role.HEAD),
    Verb.ABSENCE_ENTER: _with_role(Role.HEAD, Role.PERSONNEL),
    Verb.PEOPLE_SEE: _any_staff,
    Verb.PERSON_TASKS: _with_role(Role.HEAD),
    Verb.GROUP_CHANGE: _with_role(Role.HEAD, Role.STRATEGY, Role.ADMIN),
    Verb.LAUFZETTEL_OPEN: _with_role(Role.HEAD, Role.PERSONNEL),
    Verb.LAUFZETTEL_TEMPLATE: _with_role(Role.PERSONNEL),
    Verb.SPACE_BOOK: _books,
    Verb.SPACE_CHANGE: _with_role(Role.HEAD, Role.ADMIN),
    Verb.BOOKING_DECIDE: _member,
    Verb.MONITOR_CHANGE: _with_role(Role.HEAD, Role.ADMIN),
    Verb.MONITOR_SHOW: _device,
    Verb.ANLIEGEN_OPEN: _comes_in,
    Verb.RESPONSIBILITY_CHANGE: _with_role(Role.FEEDBACK),
    Verb.EVALUATION_SEE: _with_role(Role.FEEDBACK, Role.STRATEGY),
    Verb.EVALUATION_DECIDE: _with_role(Role.FEEDBACK),
}


def may(actor: Actor, verb: Verb, scope: Scope | None = None) -> bool:
    """Whether the actor may do this to an object of this scope (``None``: to the house as a whole)."""
    rule = RULES.get(verb)
    return rule is not None and rule(actor, scope)


def require(actor: Actor, verb: Verb, scope: Scope | None = None) -> None:
    """Raise ``NotAllowedError`` unless the actor may. The first line of every verb."""
    if not may(actor, verb, scope):
        raise NotAllowedError
