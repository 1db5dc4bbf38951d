"""The one order in which a deed locks several Anliegen: by their ids. Two deeds on merged ones never wait for each other.

Which belong together can change until they are locked, so it is asked once more then; what was locked in vain is given
back, since holding it and waiting for another would be an order of its own.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from workflows.kiss.anliegen.tables import Anliegen


def hold_family(session: Session, anliegen: UUID) -> None:
    """Lock it with the one it was merged into, or with those that were merged into it. Says nothing about sight."""
    hold_families(session, [anliegen])


def hold_families(session: Session, ids: Collection[UUID]) -> None:
    """The same for several at once, before the first deed on any: locked one after the other they would be in no order."""
    if not ids or session.get_bind().dialect.name == "sqlite":
        return  # whoever writes is alone
    while True:
        wanted = _family(session, ids)
        attempt = session.begin_nested()
        _lock(session, wanted)
        if _family(session, ids) == wanted:
            attempt.commit()
            return
        attempt.rollback()


def _family(session: Session, ids: Collection[UUID]) -> frozenset[UUID]:
    rows = session.execute(
        select(Anliegen.id, Anliegen.merged_into_id).where(
            or_(Anliegen.id.in_(ids), Anliegen.merged_into_id.in_(ids))
        )
    )
    found = {each for row in rows for each in row if each is not None}
    return frozenset(found)


def _lock(session: Session, ids: Collection[UUID]) -> None:
    wanted = select(Anliegen.id).where(Anliegen.id.in_(ids)).order_by(Anliegen.id)
    session.execute(wanted.with_for_update()).all()
