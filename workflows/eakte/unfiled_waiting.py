"""Post that lies in an inbox for weeks, read or in quarantine: its office is told, once, with a number."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from storage.actors import ProtectionClass
from storage.jobs.handlers import JobContext
from storage.organisation.queries import office_ids
from storage.tasks.list import finish_tasks, open_task
from workflows.eakte.outcomes import HOUSE
from workflows.eakte.sight import in_sight
from workflows.eakte.tables import Document

PATIENCE = timedelta(days=30)


def escalate_unfiled(context: JobContext) -> Mapping[str, int]:
    """Tell each office how much of its post has waited too long, until none has; nothing of the post is named."""
    now = context.house.clock()
    with context.house.database.write() as session:
        waiting = select(Document.office_id, func.count()).where(
            in_sight(session, HOUSE),
            Document.state.in_({"ready", "quarantined"}),
            Document.protection == ProtectionClass.UNFILED.value,
            Document.received_at < now - PATIENCE,
        )
        late = {row[0]: row[1] for row in session.execute(waiting.group_by(Document.office_id))}
        for office, number in late.items():
            post = "1 Sendung liegt" if number == 1 else f"{number} Sendungen liegen"
            open_task(
                session,
                key=_key(office),
                kind="unfiled.late",
                title=f"{post} seit mehr als {PATIENCE.days} Tagen im Posteingang: bitte ablegen, weiterleiten oder verwerfen",
                link="/posteingang",
                object_kind="document",
                object_id=office,
                now=now,
                office=office,
            )
        finish_tasks(session, [_key(each) for each in office_ids(session) if each not in late], now)
    return {"gemeldete Ämter": len(late), "Sendungen": sum(late.values())}


def _key(office: UUID) -> str:
    return f"unfiled.late:{office.hex}"
