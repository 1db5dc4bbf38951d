"""Texts to begin answers with: for one topic, one office or all; kept by the coordination and by who answers.

Who belongs to the group of a topic keeps that topic's texts, whoever works in an office that office's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from storage.actors import Actor, Staff
from storage.clock import local, local_date, new_id
from storage.conflicts import ConflictError, NotFoundError
from storage.organisation.queries import valid_on
from storage.organisation.tables import Office
from storage.rights import NotAllowedError, Verb, may
from workflows.kiss.anliegen.placeholders import filled, problem_of
from workflows.kiss.anliegen.progress import reference
from workflows.kiss.anliegen.sight import own_groups
from workflows.kiss.anliegen.tables import Anliegen, AnswerTemplate, Group, Topic
from workflows.kiss.anliegen.topics import load_topic
from workflows.kiss.routing.responsibility import note

LONGEST_TITLE, LONGEST = 80, 5_000


@dataclass(frozen=True, slots=True)
class TemplateForm:
    """A text as it is typed in: for a topic, an office, both, or (neither) all."""

    title: str
    text: str
    topic: UUID | None = None
    office: UUID | None = None


@dataclass(frozen=True, slots=True)
class Keeper:
    """Whose texts somebody may write and end: all, or those for some topics and offices."""

    everything: bool
    topics: frozenset[UUID] = frozenset()
    offices: frozenset[UUID] = frozenset()

    def may_keep(self, topic: UUID | None, office: UUID | None) -> bool:
        """Whether those for this topic and office are among them."""
        return self.everything or (
            office in self.offices if topic is None else topic in self.topics
        )


def keeper(session: Session, actor: Actor) -> Keeper:
    """What the actor may keep."""
    if may(actor, Verb.RESPONSIBILITY_CHANGE):
        return Keeper(everything=True)
    if not isinstance(actor, Staff):
        return Keeper(everything=False)
    of_office = and_(Group.general, Group.office_id.in_(sorted(actor.memberships)))
    theirs = (
        select(Topic.id)
        .join(Group, Group.id == Topic.group_id)
        .where(or_(Group.id.in_(own_groups(actor)), of_office))
    )
    return Keeper(
        everything=False, topics=frozenset(session.scalars(theirs)), offices=actor.memberships
    )


def add_template(
    session: Session, actor: Actor, form: TemplateForm, *, now: datetime
) -> AnswerTemplate:
    """From today on it is offered. Raises ``ConflictError`` for unknown placeholders, ``NotAllowedError``."""
    form = _checked(session, actor, form, now)
    row = AnswerTemplate(
        id=new_id(), revision=1, title=form.title, text=form.text, topic_id=form.topic,
        office_id=form.office, valid_from=local_date(now), valid_to=None,
    )  # fmt: skip
    session.add(row)
    session.flush()
    note(session, actor, "template", row.id, now)
    return row


def change_template(
    session: Session, actor: Actor, template: UUID, revision: int, form: TemplateForm, *, now: datetime
) -> None:  # fmt: skip
    """Other words or another topic; whoever keeps the old one must be allowed the new one as well."""
    row = _load(session, actor, template, revision, now)
    form = _checked(session, actor, form, now)
    row.title, row.text, row.topic_id, row.office_id = (
        form.title,
        form.text,
        form.topic,
        form.office,
    )
    row.revision += 1
    note(session, actor, "template", row.id, now)


def end_template(
    session: Session, actor: Actor, template: UUID, revision: int, *, now: datetime
) -> None:
    """From today on it is offered no more."""
    row = _load(session, actor, template, revision, now)
    row.valid_to, row.revision = local_date(now), row.revision + 1
    note(session, actor, "template.end", row.id, now)


def templates(session: Session, now: datetime) -> Sequence[AnswerTemplate]:
    """All texts of the day by title."""
    return session.scalars(
        select(AnswerTemplate)
        .where(valid_on(AnswerTemplate, local_date(now)))
        .order_by(AnswerTemplate.title, AnswerTemplate.id)
    ).all()


def templates_for(session: Session, row: Anliegen, now: datetime) -> list[tuple[str, str]]:
    """Title and text, with the Anliegen's own words filled in; those of its topic and office first."""
    fitting = session.scalars(
        select(AnswerTemplate)
        .where(
            valid_on(AnswerTemplate, local_date(now)),
            or_(AnswerTemplate.topic_id.is_(None), AnswerTemplate.topic_id == row.topic_id),
            or_(AnswerTemplate.office_id.is_(None), AnswerTemplate.office_id == row.office_id),
        )
        .order_by(
            AnswerTemplate.topic_id.is_(None), AnswerTemplate.office_id.is_(None), AnswerTemplate.title
        )
    ).all()  # fmt: skip
    values = _values(session, row)
    return [(each.title, filled(each.text, values)) for each in fitting]


def _values(session: Session, row: Anliegen) -> dict[str, str]:
    topic = session.get(Topic, row.topic_id) if row.topic_id else None
    return {
        "nummer": reference(row),
        "thema": topic.title if topic else "",
        "ort": row.place or "",
        "eingang": f"{local(row.received_at):%d.%m.%Y}",
        "frist": f"{local(row.due_at):%d.%m.%Y}" if row.due_at else "",
        "amt": session.get_one(Office, row.office_id).name,
        "gruppe": session.get_one(Group, row.group_id).name,
    }


def _checked(session: Session, actor: Actor, form: TemplateForm, now: datetime) -> TemplateForm:
    title, text = " ".join(form.title.split()), form.text.strip()
    if not title or not text:
        raise ConflictError("Bitte geben Sie dem Textbaustein einen Namen und einen Text.")
    if len(title) > LONGEST_TITLE or len(text) > LONGEST:
        raise ConflictError(
            f"Der Name darf höchstens {LONGEST_TITLE}, der Text höchstens {LONGEST} Zeichen haben."
        )
    problem = problem_of(text)
    if problem:
        raise ConflictError(problem)
    if form.topic is not None:
        load_topic(session, form.topic, now)
    _require(session, actor, form.topic, form.office)
    return TemplateForm(title, text, form.topic, form.office)


def _load(
    session: Session, actor: Actor, template: UUID, revision: int, now: datetime
) -> AnswerTemplate:
    row = session.get(AnswerTemplate, template, with_for_update=True, populate_existing=True)
    if row is None or (row.valid_to is not None and row.valid_to <= local_date(now)):
        raise NotFoundError("Diesen Textbaustein gibt es nicht mehr.")
    _require(session, actor, row.topic_id, row.office_id)
    if row.revision != revision:
        raise ConflictError(
            "Jemand anders hat den Textbaustein gerade geändert. Bitte laden Sie die Seite neu."
        )
    return row


def _require(session: Session, actor: Actor, topic: UUID | None, office: UUID | None) -> None:
    if not keeper(session, actor).may_keep(topic, office):
        raise NotAllowedError(
            "Textbausteine für alle pflegt die Koordination. Bitte wählen Sie ein Thema Ihrer Gruppe oder Ihr Amt."
        )
