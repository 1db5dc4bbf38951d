"""Who sees a document where it is to lie, and whether that opens it to people it was kept from."""

from uuid import UUID

from sqlalchemy.orm import Session

from storage.actors import CLASS_NAMES, SHARED_CLASSES, Actor, ProtectionClass, Scope
from storage.organisation.tables import Office
from workflows.eakte.akten_queries import visible_akte, vorgang_place
from workflows.eakte.sight import scope_of
from workflows.eakte.tables import PlanEntry


def opens(before: Scope, after: Scope) -> bool:
    """Whether moving from one scope to the other takes protection away: out of a protected class, or from internal to
    open. Each protected scope is open to other people, so leaving it always counts.
    """
    if before.protection not in SHARED_CLASSES:
        return before != after
    return after.protection is ProtectionClass.OPEN and before.protection is not after.protection


def who_sees(session: Session, scope: Scope) -> str:
    """Who may see what lies in the scope, in words that follow „sehen es dann“."""
    if scope.protection is ProtectionClass.OPEN:
        return "alle Beschäftigten der Stadt"
    office = session.get(Office, scope.office)
    name = office.name if office else "dieses Amts"
    if scope.protection is ProtectionClass.INTERNAL:
        return f"alle im Amt „{name}“ und die Registratur"
    return f"alle, die für „{CLASS_NAMES[scope.protection]}“ im Amt „{name}“ benannt sind"


def scope_of_place(
    session: Session, actor: Actor, *, vorgang: UUID | None, akte: UUID | None, entry: UUID | None
) -> Scope | None:
    """The scope of a place a document is to be moved to; ``None`` where the Aktenplan names no office for it.

    Raises ``NotFoundError`` outside the actor's sight.
    """
    if vorgang is not None:
        return scope_of(vorgang_place(session, actor, vorgang)[0])
    if akte is not None:
        return scope_of(visible_akte(session, actor, akte))
    planned = session.get(PlanEntry, entry) if entry is not None else None
    if planned is None or planned.office_id is None:
        return None
    return Scope(planned.office_id, ProtectionClass(planned.protection))
