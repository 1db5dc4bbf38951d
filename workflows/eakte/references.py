"""Serial numbers for Aktenzeichen; how one is written is the city's rule (``config.seeds.City.aktenzeichen_of``)."""

from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from workflows.eakte.tables import ReferenceCounter


def next_serial(session: Session, plan_entry: UUID, year: int) -> int:
    """Take the next number of the entry and year. Two takers never get the same one."""
    mine = (ReferenceCounter.plan_entry_id == plan_entry) & (ReferenceCounter.year == year)
    step = update(ReferenceCounter).where(mine).values(last=ReferenceCounter.last + 1)
    taken = session.scalar(step.returning(ReferenceCounter.last))
    if taken is not None:
        return int(taken)
    try:
        with session.begin_nested():
            session.execute(
                insert(ReferenceCounter).values(plan_entry_id=plan_entry, year=year, last=1)
            )
    except IntegrityError:
        taken = session.execute(step.returning(ReferenceCounter.last)).scalar_one()
        return int(taken)
    return 1
