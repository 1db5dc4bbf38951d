"""Who has an Anliegen changes: group, person and scope together, and with them what waited for those who had it before."""

from datetime import datetime

from sqlalchemy.orm import Session

from storage.actors import Scope
from storage.tasks.list import finish_task
from workflows.kiss.anliegen.four_eyes import ask_second_there
from workflows.kiss.anliegen.holders import Holder
from workflows.kiss.anliegen.progress import late_key
from workflows.kiss.anliegen.sight import enter_scope
from workflows.kiss.anliegen.tables import Anliegen


def give(session: Session, row: Anliegen, holder: Holder, scope: Scope, now: datetime) -> None:
    """Put it with the holder. The lateness of another group ends with it: its head has nothing to do about it any more."""
    if (row.group_id, row.person_id) != (holder.group.id, holder.person):
        row.since_holder = now
    moved = row.group_id != holder.group.id or row.office_id != scope.office
    row.group_id, row.person_id = holder.group.id, holder.person
    enter_scope(row, scope)
    if moved:
        finish_task(session, late_key(row.id), now)
        ask_second_there(session, row, now)
