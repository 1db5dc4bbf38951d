"""From pattern to change: proposals are worked out, Digitallotsen comment and accompany, the coordination decides."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.actors import Actor, Role, Staff, System
from storage.clock import new_id
from storage.conflicts import ConflictError, NotFoundError
from storage.journal.entries import record
from storage.rights import NotAllowedError, Verb, require
from storage.tasks.list import finish_task, open_task
from storage.upsert import insert_into
from workflows.kiss.anliegen.states import Kind
from workflows.kiss.anliegen.tables import Group, Topic
from workflows.kiss.evaluation.follow_up import FollowUp, follow_up
from workflows.kiss.evaluation.own_log import load_ways, townhall
from workflows.kiss.evaluation.proposals import findings, proposed, told
from workflows.kiss.evaluation.replay import RuleChange
from workflows.kiss.evaluation.shielding import LEAST
from workflows.kiss.evaluation.tables import Proposal, ProposalVoice
from workflows.kiss.routing.responsibility import RuleForm, TopicForm, add_rule, change_topic

QUARTER = timedelta(days=92)


def work_out(session: Session, actor: Actor, *, now: datetime) -> int:
    """Work out what would have helped in the last quarter. The same change is proposed once. Returns how many are new."""
    require(actor, Verb.EVALUATION_DECIDE)
    begins = now - QUARTER
    ways, hall = load_ways(session, begins, now), townhall(session, now)
    small = {group for group, people in (hall.people or {}).items() if people < LEAST}
    made = 0
    for found in findings(ways, small=small):
        if found.proposal is None:
            continue
        change, effect = found.proposal.change, found.proposal.effect
        key = ":".join((change.group, change.topic or "", change.word or ""))
        row = session.execute(
            insert_into(session, Proposal)
            .values(
                id=new_id(), revision=1, key=key, pattern=told(found.pattern, hall.names),
                text=proposed(found.proposal, hall.names), change=asdict(change), effect=asdict(effect),
                begins=begins, ends=now, state="open", made_at=now,
            )
            .on_conflict_do_nothing(index_elements=["key"])
            .returning(Proposal.id)
        ).scalar()  # fmt: skip
        if row is not None:
            made += 1
            _wait(session, row, now)
    return made


def speak(
    session: Session, actor: Staff, proposal: UUID, vote: int, comment: str, *, now: datetime
) -> None:
    """A Digitallotse (or the coordination) says yes, no, or only something. Changing one's mind is fine."""
    row = load_proposal(session, actor, proposal)
    if row.state != "open":
        raise ConflictError("Über diesen Vorschlag ist schon entschieden.")
    if not -1 <= vote <= 1:
        raise ConflictError("Bitte wählen Sie dafür, dagegen oder enthalten.")
    renewed = {"vote": vote, "comment": comment.strip()[:2000] or None, "at": now}
    session.execute(
        insert_into(session, ProposalVoice)
        .values(id=new_id(), proposal_id=row.id, person_id=actor.person, **renewed)
        .on_conflict_do_update(index_elements=["proposal_id", "person_id"], set_=renewed)
    )
    _note(session, actor, "speak", row, now)


def accompany(
    session: Session, actor: Staff, proposal: UUID, revision: int, *, now: datetime
) -> None:
    """A Digitallotse sees to it: talks to the groups, follows it up. No mail and no Anliegen come with it."""
    row = load_proposal(session, actor, proposal)
    if not any(grant.role in {Role.LOTSE, Role.FEEDBACK} for grant in actor.grants):
        raise NotAllowedError("Begleiten können Digitallotsinnen und Digitallotsen.")
    _same(row, revision)
    row.companion_id = None if row.companion_id == actor.person else actor.person
    row.revision += 1
    _note(session, actor, "accompany", row, now)


def accept(
    session: Session, actor: Staff, proposal: UUID, revision: int, reason: str, *, now: datetime
) -> None:
    """From today on it is done like that: the rule is made, or the topic goes to the other group."""
    require(actor, Verb.EVALUATION_DECIDE)
    row = _undecided(session, actor, proposal, revision)
    change = change_of(row)
    group = session.get_one(Group, UUID(change.group))
    topic = session.get(Topic, UUID(change.topic)) if change.topic else None
    if change.word is not None:
        made = add_rule(
            session, actor,
            RuleForm(
                f"„{change.word}“ an {group.name}", group.office_id, group.id,
                topic=topic.id if topic else None, conditions={"words": [change.word]}, reason=row.text,
            ),
            now=now,
        )  # fmt: skip
        row.rule_id = made.id
    elif topic is not None:
        form = TopicForm(
            topic.title, group.id, Kind(topic.kind), topic.hours, topic.description, topic.keywords,
            topic.four_eyes, topic.public,
        )  # fmt: skip
        change_topic(session, actor, topic.id, topic.revision, form, now=now)
    _decide(session, actor, row, "accepted", reason, now)


def decline(
    session: Session, actor: Staff, proposal: UUID, revision: int, reason: str, *, now: datetime
) -> None:
    """It stays as it is; why, everybody can read."""
    require(actor, Verb.EVALUATION_DECIDE)
    row = _undecided(session, actor, proposal, revision)
    if not reason.strip():
        raise ConflictError("Bitte schreiben Sie, warum es bleiben soll, wie es ist.")
    _decide(session, actor, row, "declined", reason, now)


def proposals(session: Session, actor: Staff) -> Sequence[Proposal]:
    """All proposals, the open ones first, the newest first."""
    require_sight(actor)
    return session.scalars(
        select(Proposal).order_by(Proposal.state != "open", Proposal.id.desc())
    ).all()


def voices(session: Session, proposal: UUID) -> Sequence[ProposalVoice]:
    return session.scalars(
        select(ProposalVoice)
        .where(ProposalVoice.proposal_id == proposal)
        .order_by(ProposalVoice.at)
    ).all()


def effect_since(session: Session, row: Proposal, now: datetime) -> FollowUp | None:
    """What became of it: the same kind of cases as long before the decision as have passed since."""
    if row.state != "accepted" or row.decided_at is None:
        return None
    since = max(now - row.decided_at, timedelta(days=1))
    before = load_ways(session, row.decided_at - max(since, QUARTER), row.decided_at)
    after = load_ways(session, row.decided_at, now)
    return follow_up(before, after, change_of(row))


def change_of(row: Proposal) -> RuleChange:
    return RuleChange(**row.change)


def load_proposal(session: Session, actor: Actor, proposal: UUID) -> Proposal:
    """The proposal, locked. Raises ``NotFoundError`` or ``NotAllowedError``."""
    require_sight(actor)
    row = session.get(Proposal, proposal, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError("Diesen Vorschlag gibt es nicht mehr.")
    return row


def require_sight(actor: Actor) -> None:
    """Who may see evaluations: the coordination, Lotsen, heads and the Stabsstelle, each for their office or all."""
    if isinstance(actor, System):
        return
    roles = {Role.FEEDBACK, Role.LOTSE, Role.HEAD, Role.STRATEGY}
    if not (isinstance(actor, Staff) and any(grant.role in roles for grant in actor.grants)):
        raise NotAllowedError


def _undecided(session: Session, actor: Staff, proposal: UUID, revision: int) -> Proposal:
    row = load_proposal(session, actor, proposal)
    if row.state != "open":
        raise ConflictError("Über diesen Vorschlag ist schon entschieden.")
    _same(row, revision)
    return row


def _decide(
    session: Session, actor: Staff, row: Proposal, state: str, reason: str, now: datetime
) -> None:
    row.state, row.decided_by, row.decided_at = state, actor.person, now
    row.reason, row.revision = reason.strip() or None, row.revision + 1
    finish_task(session, _key(row.id), now)
    _note(session, actor, state, row, now)


def _wait(session: Session, proposal: UUID, now: datetime) -> None:
    open_task(
        session, key=_key(proposal), kind="kiss.proposal", title="Über einen Vorschlag zur Zuständigkeit entscheiden",
        link="/auswertung", object_kind="kiss.proposal", object_id=proposal, role=Role.FEEDBACK, now=now,
    )  # fmt: skip


def _key(proposal: UUID) -> str:
    return f"kiss.proposal:{proposal.hex}"


def _same(row: Proposal, revision: int) -> None:
    if row.revision != revision:
        raise ConflictError(
            "Jemand anders hat das gerade geändert. Bitte sehen Sie es sich noch einmal an."
        )


def _note(session: Session, actor: Staff, what: str, row: Proposal, now: datetime) -> None:
    record(
        session, actor=actor.journal_id, verb=f"proposal.{what}", object_kind="proposal",
        object_id=row.id, at=now,
    )  # fmt: skip
