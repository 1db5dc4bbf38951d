"""Post addressed to a person that nobody takes over: no substitute may open it, so it is told to the Poststelle."""

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.availability.week import free_day
from storage.actors import Role
from storage.clock import local_date
from storage.jobs.handlers import JobContext
from storage.organisation.queries import has_role_holder
from storage.organisation.tables import Office
from storage.tasks.list import open_task
from workflows.eakte.addressees import ask_for_addressee, unnamed
from workflows.eakte.outcomes import HOUSE
from workflows.eakte.sight import in_sight
from workflows.eakte.tables import Document
from workflows.eakte.unopened import PERSONAL, TICKED, waiting_key

PATIENCE = 2
"""Working days that a personal letter may wait for the head before somebody asks."""
LONGEST = 400


def escalate(context: JobContext) -> Mapping[str, int]:
    """Say which personal letters have waited too long; each once, until it is taken over."""
    now = context.house.clock()
    today = local_date(now)
    with context.house.database.write() as session:
        rows = session.execute(
            select(Document, Office)
            .join(Office, Office.id == Document.office_id)
            .where(
                in_sight(session, HOUSE),
                Document.state == "unopened",
                Document.unopened_rule.in_({PERSONAL, TICKED}),
            )
        ).all()
        late = [
            (document, office)
            for document, office in rows
            if _working_days(local_date(document.received_at), today) > PATIENCE
        ]
        for document, office in late:
            open_task(
                session,
                key=waiting_key(document.id),
                kind="unopened.late",
                title=f"Eine ungeöffnete Sendung im Amt „{office.short}“ wartet zu lange auf die Leitung: bitte klären",
                link="/posteingang",
                object_kind="document",
                object_id=document.id,
                now=now,
                office=office.id,
                role=_whom(session, office, today),
            )
        missing = unnamed(session, now)
        for rule in missing:
            ask_for_addressee(session, rule.key, now)
    return {"gemeldet": len(late), "ohne Empfänger": len(missing)}


def _whom(session: Session, office: Office, today: date) -> Role:
    held = has_role_holder(session, Role.REGISTRY, office.id, today)
    return Role.REGISTRY if held else Role.ADMIN


def _working_days(since: date, today: date) -> int:
    """Working days from the day after ``since`` up to today."""
    days = (
        since + timedelta(days=each) for each in range(1, min((today - since).days, LONGEST) + 1)
    )
    return sum(day.weekday() < 5 and not free_day(day) for day in days)
