"""Giving an Anliegen to whom it belongs: the first time, from hand to hand inside a group, and on to another group.

„Nicht zuständig, gehört zu …“ is one deed: the new group's target counts from now on, the way and all that was said stay,
and what was decided wrongly is noted, so that it is learned from.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.actors import SHARED_CLASSES, Actor, ProtectionClass, Scope, Staff, System
from storage.clock import local_date
from storage.conflicts import ConflictError
from storage.organisation.queries import names
from workflows.kiss.anliegen.contributing import end_asking
from workflows.kiss.anliegen.conversation import leave_note
from workflows.kiss.anliegen.four_eyes import must_wait_for_nobody, take_back_waiting
from workflows.kiss.anliegen.groups import load_group, members
from workflows.kiss.anliegen.handing import give
from workflows.kiss.anliegen.holders import (
    Holder,
    confidential,
    holder_in,
    superior_or_coordination,
    with_sight,
)
from workflows.kiss.anliegen.locking import hold_family
from workflows.kiss.anliegen.merging import children
from workflows.kiss.anliegen.naming import is_named
from workflows.kiss.anliegen.progress import (
    journal,
    learn_later,
    move,
    note_step,
    set_clock,
    take_turn,
    target_of,
    wait_for_holder,
)
from workflows.kiss.anliegen.sight import enter_scope, load_for_work, scope_of
from workflows.kiss.anliegen.states import Deed, Kind, State
from workflows.kiss.anliegen.successors import complaint_text
from workflows.kiss.anliegen.tables import Anliegen, Topic
from workflows.kiss.anliegen.targets import Target, handed_over
from workflows.kiss.anliegen.topics import load_topic
from workflows.kiss.routing.tables import RoutingDecision

PASSED_ON = "Weitergegeben, damit es rechtzeitig bearbeitet wird."


@dataclass(frozen=True, slots=True)
class To:
    """Where it goes. No ``topic`` keeps the one it has."""

    group: UUID
    person: UUID | None = None
    topic: UUID | None = None


def assign(
    session: Session,
    actor: Actor,
    anliegen: UUID,
    revision: int,
    to: To,
    note: str = "",
    *,
    now: datetime,
) -> Holder:
    """Give it to a group, or to a person of it (or who stands in). Says who has it now and why.

    Raises ``ConflictError`` where somebody was faster, where it is done already, or where the person is not of the group;
    ``NotFoundError``, ``NotAllowedError``.
    """
    hold_family(session, anliegen)
    row = load_for_work(session, actor, anliegen)
    if row.kind == Kind.SUPERVISORY.value and to.person is None:
        raise ConflictError(
            "Eine Dienstaufsichtsbeschwerde geht an eine bestimmte Person. Bitte wählen Sie, wer sie bearbeitet."
        )
    holder = holder_in(session, to.group, to.person, now)
    if row.about_id is not None and holder.person == row.about_id:
        raise ConflictError(
            "Über die eigene Sache entscheidet niemand. Bitte wählen Sie jemand anderen."
        )
    if holder.person is not None and _seems_named(session, row, [holder.person]):
        raise ConflictError(
            "Diese Person scheint in der Beschwerde genannt zu sein. Bitte wählen Sie jemand anderen, oder sagen Sie, wen es betrifft."
        )
    if row.protection not in SHARED_CLASSES and (
        holder.person is None or holder.person != to.person
    ):
        why = "Ein geschütztes Anliegen geht an eine Person, die da ist und die Sie selbst wählen."
        raise ConflictError(" ".join((*holder.because, why)))
    topic = load_topic(session, to.topic, now) if to.topic else None
    if holder.group.id != row.group_id:
        must_wait_for_nobody(session, row)
    take_turn(session, row, revision)
    holder = hand_over(session, row, holder, topic, now, chosen=to.person)
    if note.strip():
        leave_note(session, actor, row, note, now)
    if isinstance(actor, Staff):
        _learn(session, row, now)
        learn_later(session, row, now)
    journal(session, actor, "assign", row, now, group=row.group_id, topic=row.topic_id)
    return holder


def who_could(session: Session, row: Anliegen, group: UUID, now: datetime) -> dict[UUID, str]:
    """The people of a group to whom it may be given, by name; never whom a complaint is about or seems to name.

    Nobody where the group has ended and none carries on for it.
    """
    day = local_date(now)
    try:
        belong = members(session, load_group(session, group, day), day)
    except ConflictError:
        return {}
    out = {row.about_id, *_seems_named(session, row, [each.id for each in belong])}
    return {each.id: each.name for each in belong if each.id not in out}


def _seems_named(session: Session, row: Anliegen, people: Collection[UUID]) -> set[UUID]:
    """Who of them a complaint may be about, as long as nobody has said whom it is about: the family name is enough."""
    if row.kind != Kind.SUPERVISORY.value or row.about_id is not None:
        return set()
    text = complaint_text(session, row)
    return {each for each, name in names(session, people).items() if is_named(name, text)}


def take_over(
    session: Session, actor: Staff, anliegen: UUID, revision: int, *, now: datetime
) -> None:
    """Take it up oneself: from now on this person has it, and works on it."""
    row = load_for_work(session, actor, anliegen)
    take_turn(session, row, revision)
    if row.person_id != actor.person:
        row.person_id, row.since_holder = actor.person, now
    move(session, row, Deed.TAKE_UP, now)
    journal(session, actor, "take_up", row, now)


def name_concerned(
    session: Session, actor: Actor, anliegen: UUID, revision: int, person: UUID, *, now: datetime
) -> Holder:
    """Say whom a complaint is about: it becomes one about a person, and goes to their superior alone.

    Who says so may lose sight of it with this deed.
    """
    hold_family(session, anliegen)
    row = alone(load_for_work(session, actor, anliegen))
    holder = superior_or_coordination(session, person, now)
    take_turn(session, row, revision)
    take_back_waiting(session, row, now)
    scope = confidential(holder.group)
    for each in (row, *children(session, row.id)):  # copies say the same words
        each.kind, each.about_id = Kind.SUPERVISORY.value, person
        give(session, each, holder, scope, now)
    set_clock(row, handed_over(timedelta(hours=holder.group.hours), State(row.state), now))
    end_asking(session, row, now)
    if State(row.state) in {State.ASSIGNED, State.ANSWERED, State.CLOSED}:
        note_step(session, row, Deed.ASSIGN.value, now)
        wait_for_holder(session, row, now)
    else:
        move(session, row, Deed.ASSIGN, now)
    journal(session, actor, "name_concerned", row, now)
    return holder


def protect(
    session: Session,
    actor: Actor,
    anliegen: UUID,
    revision: int,
    protection: ProtectionClass,
    *,
    now: datetime,
) -> None:
    """Put it into a protection class (social, tax, youth, personnel), or back to internal."""
    hold_family(session, anliegen)
    row = alone(load_for_work(session, actor, anliegen))
    if row.kind == Kind.SUPERVISORY.value and protection is not ProtectionClass.PERSONNEL:
        raise ConflictError("Eine Dienstaufsichtsbeschwerde bleibt vertraulich.")
    if protection not in SHARED_CLASSES and row.person_id is None:
        raise ConflictError(
            "Bitte weisen Sie das Anliegen erst einer Person zu. Geschützte Anliegen sieht nur, wer dafür freigeschaltet ist oder es bearbeitet."
        )
    take_turn(session, row, revision)
    for each in (row, *children(session, row.id)):
        enter_scope(each, Scope(row.office_id, protection))
        each.person_id = row.person_id
    row.changed_at = now
    if protection not in SHARED_CLASSES:  # other offices see it no more
        end_asking(session, row, now)
    if protection not in SHARED_CLASSES and State(row.state) is State.WAITS_OFFICE:
        move(session, row, Deed.HEAR, now)
    else:
        wait_for_holder(session, row, now)
    journal(session, actor, "protect", row, now, protection=protection.value)


def route_to(session: Session, row: Anliegen, to: To, now: datetime) -> Holder:
    """What the engine found: like ``assign``, for the row that is locked already."""
    holder = holder_in(session, to.group, to.person, now)
    row.revision += 1
    topic = load_topic(session, to.topic, now) if to.topic else None
    holder = hand_over(session, row, holder, topic, now)
    journal(
        session, System("kiss.route"), "assign", row, now, group=row.group_id, topic=row.topic_id
    )
    return holder


def pass_on(session: Session, row: Anliegen, holder: Holder, scope: Scope, now: datetime) -> None:
    """Give the locked row to somebody else for whom the same target counts, and say nothing of why it had to be."""
    row.revision += 1
    give(session, row, holder, scope, now)
    leave_note(session, System("kiss.relieve"), row, PASSED_ON, now)
    if State(row.state) is State.WAITS_OFFICE:
        row.changed_at = now
        note_step(session, row, Deed.ASSIGN.value, now)
        wait_for_holder(session, row, now)
    else:
        move(session, row, Deed.ASSIGN, now)
    journal(session, System("kiss.relieve"), "assign", row, now, group=row.group_id)


def hand_over(
    session: Session,
    row: Anliegen,
    holder: Holder,
    topic: Topic | None,
    now: datetime,
    *,
    chosen: UUID | None = None,
) -> Holder:
    """Put the locked row where it goes, with the target and the class that count there. Whom somebody has ``chosen`` keeps
    what is protected, cleared or not.
    """
    elsewhere = holder.group.id != row.group_id
    brought = _class_of(session, row, holder, topic) if elsewhere or topic is not None else None
    scope = Scope(holder.group.office_id, brought or scope_of(row).protection)
    if brought is not None and (holder.person is None or holder.person != chosen):
        holder = with_sight(session, holder, scope, now)
    if topic is not None:
        row.topic_id = topic.id
    state = State.ASSIGNED
    if elsewhere or topic is not None:
        counts = topic or _topic_of(session, row, holder)
        allowed = timedelta(hours=counts.hours if counts else holder.group.hours)
        before = target_of(row)
        set_clock(
            row,
            handed_over(allowed, State(row.state), now)
            if elsewhere
            else Target(allowed, before.used, before.since),
        )
    give(session, row, holder, scope, now)
    if brought is not None:  # copies say the same words, and other offices see it no more
        for each in children(session, row.id):
            give(session, each, holder, scope, now)
        end_asking(session, row, now)
    if row.state == state.value:
        row.changed_at = now
        note_step(session, row, Deed.ASSIGN.value, now)
        wait_for_holder(session, row, now)
    else:
        move(session, row, Deed.ASSIGN, now)
    return holder


def _class_of(
    session: Session, row: Anliegen, holder: Holder, topic: Topic | None
) -> ProtectionClass | None:
    """The class that topic or group bring along; ``None`` where neither does, or where it is a complaint about a person."""
    if row.kind == Kind.SUPERVISORY.value:
        return None
    counts = topic or _topic_of(session, row, holder)
    found = [
        ProtectionClass(each.protection) for each in (counts, holder.group) if each is not None
    ]
    return next((each for each in found if each not in SHARED_CLASSES), None)


def _topic_of(session: Session, row: Anliegen, holder: Holder) -> Topic | None:
    """The topic it has, as far as it is this group's: another group's target must not persist."""
    topic = session.get(Topic, row.topic_id) if row.topic_id else None
    return topic if topic is not None and topic.group_id == holder.group.id else None


def alone(row: Anliegen) -> Anliegen:
    """What is merged into another goes its way. Raises ``ConflictError``."""
    if row.merged_into_id is not None:
        raise ConflictError("Dieses Anliegen ist zusammengeführt. Bitte gehen Sie vom anderen aus.")
    return row


def _learn(session: Session, row: Anliegen, now: datetime) -> None:
    """A person put it where it belongs: the last decision knows the right answer now."""
    last = session.scalars(
        select(RoutingDecision)
        .where(RoutingDecision.anliegen_id == row.id)
        .order_by(RoutingDecision.id.desc())
        .limit(1)
    ).one_or_none()
    if last is not None:
        last.right_group_id, last.right_topic_id, last.corrected_at = (
            row.group_id,
            row.topic_id,
            now,
        )
