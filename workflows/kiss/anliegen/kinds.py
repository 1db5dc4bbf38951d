"""What kind of Anliegen it is can be put right: what people tick and what machines suspect is often something else.

A complaint about a person is that until whoever has it says it is none, with the reason: then it takes the usual way.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from storage.actors import Actor, ProtectionClass, Scope, Staff
from storage.clock import local_date
from storage.conflicts import ConflictError
from storage.jobs.queue import enqueue
from storage.rights import NotAllowedError
from workflows.kiss.anliegen.assigning import alone, hand_over
from workflows.kiss.anliegen.conversation import leave_note, said
from workflows.kiss.anliegen.four_eyes import must_wait_for_nobody
from workflows.kiss.anliegen.groups import coordination_group, load_group
from workflows.kiss.anliegen.handing import give
from workflows.kiss.anliegen.holders import Holder
from workflows.kiss.anliegen.locking import hold_family
from workflows.kiss.anliegen.merging import children
from workflows.kiss.anliegen.opening import ROUTE, Channel
from workflows.kiss.anliegen.progress import enter_state, journal, set_clock, take_turn
from workflows.kiss.anliegen.sight import enter_scope, load_for_work
from workflows.kiss.anliegen.states import OPEN_STATES, Deed, Kind, State
from workflows.kiss.anliegen.tables import Anliegen, Topic
from workflows.kiss.anliegen.targets import handed_over

INSIDE = frozenset({Channel.INTERNAL, Channel.EAKTE})
"""What came by these may be an internal Anliegen; a citizen's is none."""


def kinds_for(row: Anliegen) -> list[Kind]:
    """What it may be called; a complaint about a person is made by saying whom it is about (``name_concerned``)."""
    inside = Channel(row.channel) in INSIDE
    return [
        each
        for each in Kind
        if each is not Kind.SUPERVISORY and (each is not Kind.INTERNAL or inside)
    ]


def change_kind(
    session: Session,
    actor: Actor,
    anliegen: UUID,
    revision: int,
    kind: Kind,
    reason: str = "",
    *,
    now: datetime,
) -> None:
    """Call it what it is. What was a complaint about a person and is none leaves that protection: it needs a reason, and is
    routed like anything that comes in; a topic that brings a class of its own keeps it protected.

    Raises ``ConflictError``, ``NotFoundError``, ``NotAllowedError`` for who does not have the complaint.
    """
    hold_family(session, anliegen)
    row = load_for_work(session, actor, anliegen)
    was = Kind(row.kind)
    if kind is was:
        return
    if kind not in kinds_for(row):
        raise ConflictError(
            "So kann dieses Anliegen nicht heißen. Geht es um eine Person, sagen Sie bitte, wen es betrifft."
        )
    if was is Kind.SUPERVISORY:
        _leave(session, actor, alone(row), revision, kind, reason, now)
    else:
        take_turn(session, row, revision)
        row.kind, row.changed_at = kind.value, now
    journal(session, actor, "change_kind", row, now, was=was.value, kind=kind.value)


def _leave(
    session: Session,
    actor: Actor,
    row: Anliegen,
    revision: int,
    kind: Kind,
    reason: str,
    now: datetime,
) -> None:
    if isinstance(actor, Staff) and row.person_id != actor.person:
        raise NotAllowedError(
            "Nur wer diese Beschwerde bearbeitet, kann sagen, dass es keine Dienstaufsichtsbeschwerde ist."
        )
    if State(row.state) not in OPEN_STATES:
        raise ConflictError(
            "Dieses Anliegen ist beantwortet oder geschlossen. Bitte öffnen Sie es erst wieder."
        )
    if not reason.strip():
        raise ConflictError("Bitte schreiben Sie, warum es keine Dienstaufsichtsbeschwerde ist.")
    must_wait_for_nobody(session, row)
    take_turn(session, row, revision)
    leave_note(session, actor, row, f"Keine Dienstaufsichtsbeschwerde: {said(reason)}", now)
    for each in (row, *children(session, row.id)):
        each.kind, each.about_id = kind.value, None
        enter_scope(each, Scope(row.office_id, ProtectionClass.INTERNAL))
    if not _by_topic(session, row, now):
        _anew(session, row, now)


def _by_topic(session: Session, row: Anliegen, now: datetime) -> bool:
    """To the group of the topic it has, with the class the two bring along."""
    topic = session.get(Topic, row.topic_id) if row.topic_id else None
    if topic is None:
        return False
    try:
        group = load_group(session, topic.group_id, local_date(now))
    except ConflictError:
        return False
    holder = hand_over(session, row, Holder(group, None), topic, now)
    scope = Scope(row.office_id, ProtectionClass(row.protection))
    for each in children(session, row.id):
        give(session, each, holder, scope, now)
    set_clock(row, handed_over(timedelta(hours=topic.hours), State(row.state), now))
    return True


def _anew(session: Session, row: Anliegen, now: datetime) -> None:
    """As if it came in just now: the coordination has it until the engine has found who is responsible."""
    group = coordination_group(session, local_date(now))
    scope = Scope(group.office_id, ProtectionClass.INTERNAL)
    for each in (row, *children(session, row.id)):
        give(session, each, Holder(group, None), scope, now)
    set_clock(row, handed_over(timedelta(hours=group.hours), State.NEW, now))
    enter_state(session, row, State.NEW, Deed.ASSIGN.value, now)
    enqueue(session, ROUTE, row.id.hex, again=True, now=now)
