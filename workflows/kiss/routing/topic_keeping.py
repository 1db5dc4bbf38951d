"""Topics: made, changed and ended by the coordination."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.actors import Actor, ProtectionClass
from storage.clock import local_date, new_id
from storage.conflicts import ConflictError
from storage.rights import Verb, require
from workflows.kiss.anliegen.groups import load_group
from workflows.kiss.anliegen.states import Kind
from workflows.kiss.anliegen.tables import Topic
from workflows.kiss.routing.classes import check_public, class_of
from workflows.kiss.routing.responsibility import as_seen, called, check_hours, check_key, note


@dataclass(frozen=True, slots=True)
class TopicForm:
    """A topic as it is typed in."""

    title: str
    group: UUID
    kind: Kind
    hours: int
    description: str = ""
    keywords: Sequence[str] = ()
    four_eyes: bool = False
    public: bool = False
    protection: ProtectionClass | None = None
    """The class its Anliegen come into; ``None`` leaves it as it is."""


def add_topic(session: Session, actor: Actor, key: str, form: TopicForm, *, now: datetime) -> Topic:
    """A topic from today on."""
    require(actor, Verb.RESPONSIBILITY_CHANGE)
    check_key(key)
    check_hours(form.hours)
    load_group(session, form.group, local_date(now))
    if session.scalar(select(Topic.id).where(Topic.key == key)):
        raise ConflictError(f"Ein Thema mit dem Kürzel „{key}“ gibt es schon.")
    row = Topic(
        id=new_id(), revision=1, key=key, title=called(form.title), description=form.description.strip(),
        group_id=form.group, kind=form.kind.value, keywords=list(form.keywords), hours=form.hours,
        four_eyes=form.four_eyes, public=form.public, valid_from=local_date(now), valid_to=None,
        protection=class_of(form.protection, ProtectionClass.INTERNAL.value),
    )  # fmt: skip
    check_public(row)
    session.add(row)
    session.flush()
    note(session, actor, "topic", row.id, now)
    return row


def change_topic(
    session: Session, actor: Actor, topic: UUID, revision: int, form: TopicForm, *, now: datetime
) -> None:
    """What counts for what comes in from now on; the clocks of what is open go on as they were set."""
    require(actor, Verb.RESPONSIBILITY_CHANGE)
    check_hours(form.hours)
    load_group(session, form.group, local_date(now))
    row = as_seen(session, Topic, topic, revision, "Dieses Thema gibt es nicht.")
    row.title, row.description, row.group_id = (
        called(form.title),
        form.description.strip(),
        form.group,
    )
    row.kind, row.keywords, row.hours = form.kind.value, list(form.keywords), form.hours
    row.four_eyes, row.public = form.four_eyes, form.public
    row.protection = class_of(form.protection, row.protection)
    check_public(row)
    row.revision += 1
    note(session, actor, "topic", row.id, now)


def end_topic(session: Session, actor: Actor, topic: UUID, revision: int, *, now: datetime) -> None:
    """From today on it is offered no more; what has it keeps it."""
    require(actor, Verb.RESPONSIBILITY_CHANGE)
    row = as_seen(session, Topic, topic, revision, "Dieses Thema gibt es nicht.")
    row.valid_to, row.revision = local_date(now), row.revision + 1
    note(session, actor, "topic.end", row.id, now)
