"""What no log tells: Steckbriefe of how people talk to each other, and „Das nervt“, which anybody may say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, true
from sqlalchemy.orm import Session

from storage.actors import Actor, Role, Staff
from storage.clock import new_id
from storage.conflicts import ConflictError, NotFoundError
from storage.journal.entries import record
from storage.rights import NotAllowedError, Verb, require
from storage.tasks.list import finish_task, finish_tasks, open_task
from storage.tasks.tables import Task
from workflows.kiss.evaluation.sight import offices_seen, require_sight
from workflows.kiss.evaluation.tables import Annoyance, CommunicationProfile

KEPT = timedelta(days=365)
LONGEST = 4_000


@dataclass(frozen=True, slots=True)
class ProfileForm:
    """A Kommunikations-Steckbrief as it is typed in."""

    title: str
    office: UUID
    occasion: str
    participants: str
    channel: str
    responsibility: str
    double_work: str = ""
    better: str = ""
    per_month: int | None = None


def describe(
    session: Session, actor: Staff, form: ProfileForm, *, now: datetime
) -> CommunicationProfile:
    """Write down how a process of one's own office is talked about. Lotsen and heads do, each for their office."""
    _require_office(actor, form.office)
    row = CommunicationProfile(
        id=new_id(), revision=1, author_id=actor.person, made_at=now, changed_at=now, ended_at=None,
        **_values(form),
    )  # fmt: skip
    session.add(row)
    session.flush()
    _note(session, actor, "profile", row.id, now)
    return row


def redescribe(
    session: Session,
    actor: Staff,
    profile: UUID,
    revision: int,
    form: ProfileForm,
    *,
    now: datetime,
) -> None:
    """Put it right."""
    row = _profile(session, actor, profile, revision)
    _require_office(actor, form.office)
    for name, value in _values(form).items():
        setattr(row, name, value)
    row.changed_at, row.revision = now, row.revision + 1
    _note(session, actor, "profile", row.id, now)


def end_profile(
    session: Session, actor: Staff, profile: UUID, revision: int, *, now: datetime
) -> None:
    """It is not like that any more."""
    row = _profile(session, actor, profile, revision)
    row.ended_at, row.revision = now, row.revision + 1
    _note(session, actor, "profile.end", row.id, now)


def profiles(session: Session, actor: Staff) -> Sequence[CommunicationProfile]:
    """All that count, by title."""
    require_sight(actor)
    return session.scalars(
        select(CommunicationProfile)
        .where(CommunicationProfile.ended_at.is_(None))
        .order_by(CommunicationProfile.title)
    ).all()


def complain(
    session: Session,
    actor: Staff,
    text: str,
    *,
    office: UUID | None = None,
    topic: UUID | None = None,
    named: bool = True,
    now: datetime,
) -> Annoyance:
    """„Das nervt“: everybody who works here may say so. Without a name nobody can find out whose it was, us included.

    With a topic it stands beside the proposals about it.
    """
    require(actor, Verb.ANLIEGEN_OPEN)
    said = text.strip()[:LONGEST]
    if not said:
        raise ConflictError("Bitte schreiben Sie, was nervt.")
    row = Annoyance(
        id=new_id(), revision=1, text=said, office_id=office, topic_id=topic,
        reporter_id=actor.person if named else None, caretaker_id=None, state="open", answer=None,
        at=now, done_at=None,
    )  # fmt: skip
    session.add(row)
    session.flush()
    open_task(
        session, key=_key(row.id), kind="kiss.annoyance", title="Jemand schreibt: Das nervt",
        link="/das-nervt", object_kind="kiss.annoyance", object_id=row.id, role=Role.FEEDBACK, now=now,
    )  # fmt: skip
    return row  # no journal entry: its moment and actor would name who did not want to be named


def annoyances(session: Session, actor: Staff) -> Sequence[Annoyance]:
    """One's own, and for Lotsen, heads and the coordination those of their offices or all."""
    query = select(Annoyance).order_by(Annoyance.state == "done", Annoyance.id.desc())
    return session.scalars(query.where(_in_sight(actor))).all()


def open_by_topic(session: Session, actor: Staff) -> dict[UUID, int]:
    """How many of those in sight are not done yet, by topic."""
    counted = (
        select(Annoyance.topic_id, func.count())
        .where(_in_sight(actor), Annoyance.topic_id.is_not(None), Annoyance.state != "done")
        .group_by(Annoyance.topic_id)
    )
    return {topic: count for topic, count in session.execute(counted) if topic is not None}


def _in_sight(actor: Staff) -> ColumnElement[bool]:
    offices = offices_seen(actor)
    if offices is None:
        return true()
    return (Annoyance.reporter_id == actor.person) | Annoyance.office_id.in_(sorted(offices))


def take_care(
    session: Session,
    actor: Staff,
    annoyance: UUID,
    revision: int,
    answer: str,
    *,
    done: bool,
    now: datetime,
) -> None:
    """A Lotse or the coordination sees to it, and says what comes of it."""
    row = session.get(Annoyance, annoyance, with_for_update=True, populate_existing=True)
    if row is None or row not in annoyances(session, actor):
        raise NotFoundError("Diese Meldung gibt es nicht, oder Sie dürfen sie nicht sehen.")
    if not any(grant.role in {Role.LOTSE, Role.FEEDBACK} for grant in actor.grants):
        raise NotAllowedError
    if row.revision != revision:
        raise ConflictError(
            "Jemand anders hat das gerade geändert. Bitte sehen Sie es sich noch einmal an."
        )
    row.caretaker_id, row.answer = actor.person, answer.strip()[:LONGEST] or None
    row.state, row.done_at = ("done", now) if done else ("taken", None)
    row.revision += 1
    finish_task(session, _key(row.id), now)
    _tell(session, actor, row, now)
    _note(session, actor, "annoyance", row.id, now)


def unread(session: Session, actor: Staff) -> list[str]:
    """Keys of the tasks that tell somebody what came of what annoyed them."""
    rows = session.scalars(
        select(Annoyance.id).where(
            Annoyance.reporter_id == actor.person, Annoyance.answer.is_not(None)
        )
    )
    keys = [_told(row) for row in rows]
    return list(session.scalars(select(Task.key).where(Task.key.in_(keys), Task.done_at.is_(None))))


def have_read(session: Session, actor: Staff, *, now: datetime) -> None:
    """They have seen it now."""
    finish_tasks(session, unread(session, actor), now)


def forget_annoyances(session: Session, now: datetime) -> int:
    """Delete what was settled a year ago. Returns how many."""
    gone = session.scalars(
        delete(Annoyance).where(Annoyance.done_at < now - KEPT).returning(Annoyance.id)
    ).all()
    return len(gone)


def _profile(session: Session, actor: Staff, profile: UUID, revision: int) -> CommunicationProfile:
    require_sight(actor)
    row = session.get(CommunicationProfile, profile, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError("Diesen Steckbrief gibt es nicht mehr.")
    _require_office(actor, row.office_id)
    if row.revision != revision:
        raise ConflictError("Jemand anders hat diesen Steckbrief gerade geändert.")
    return row


def _require_office(actor: Staff, office: UUID) -> None:
    """One's own office; the coordination and the Stabsstelle write about all."""
    if require_sight(actor) is not None and not actor.works_in(office):
        raise NotAllowedError("Steckbriefe schreiben Sie für Ihr eigenes Amt.")


def _values(form: ProfileForm) -> dict[str, object]:
    texts = {
        "title": form.title, "occasion": form.occasion, "participants": form.participants,
        "channel": form.channel, "responsibility": form.responsibility,
    }  # fmt: skip
    if not all(value.strip() for value in texts.values()):
        raise ConflictError(
            "Bitte füllen Sie Titel, Anlass, Beteiligte, Kanal und Zuständigkeit aus."
        )
    texts |= {"double_work": form.double_work, "better": form.better}
    return {
        **{name: value.strip()[:LONGEST] for name, value in texts.items()},
        "office_id": form.office,
        "per_month": form.per_month,
    }


def _tell(session: Session, actor: Staff, row: Annoyance, now: datetime) -> None:
    """Who said so with their name learns what comes of it; who answers themselves knows."""
    if row.reporter_id is None or row.reporter_id == actor.person or row.answer is None:
        return
    open_task(
        session, key=_told(row.id), kind="kiss.annoyance.answer", title="Antwort auf Ihr „Das nervt“",
        link="/das-nervt", object_kind="kiss.annoyance", object_id=row.id, person=row.reporter_id, now=now,
    )  # fmt: skip


def _key(annoyance: UUID) -> str:
    return f"kiss.annoyance:{annoyance.hex}"


def _told(annoyance: UUID) -> str:
    return f"kiss.annoyance.answer:{annoyance.hex}"


def _note(session: Session, actor: Actor, what: str, subject: UUID, now: datetime) -> None:
    record(
        session, actor=actor.journal_id, verb=f"evaluation.{what}", object_kind="evaluation",
        object_id=subject, at=now,
    )  # fmt: skip
