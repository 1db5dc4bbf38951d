"""From pattern to change: proposals are worked out, Digitallotsen comment and accompany, the coordination decides."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage.actors import Actor, Role, Staff
from storage.clock import new_id
from storage.conflicts import ConflictError, NotFoundError
from storage.journal.entries import record
from storage.rights import NotAllowedError, Verb, require
from storage.tasks.list import finish_task, open_task
from storage.upsert import insert_into
from workflows.kiss.anliegen.states import Kind
from workflows.kiss.anliegen.tables import Group, Topic
from workflows.kiss.evaluation.by_book import ByBook
from workflows.kiss.evaluation.follow_up import FollowUp, follow_up
from workflows.kiss.evaluation.follow_up import told as compared
from workflows.kiss.evaluation.own_log import Period, load_ways, townhall
from workflows.kiss.evaluation.proposals import findings, proposed, told
from workflows.kiss.evaluation.replay import Effect, RuleChange
from workflows.kiss.evaluation.sight import groups_seen, require_sight
from workflows.kiss.evaluation.tables import Proposal, ProposalVoice
from workflows.kiss.routing.rule_keeping import RuleForm, add_rule
from workflows.kiss.routing.topic_keeping import TopicForm, change_topic

QUARTER = timedelta(days=92)
FOLLOWED = timedelta(days=730)
KEPT = timedelta(days=5 * 365)


@dataclass(frozen=True, slots=True)
class FoundChange:
    """A proposal before it is kept. ``groups``: ids of those it speaks of; ``topic``: what its pattern is about."""

    change: RuleChange
    effect: Effect
    pattern: str
    text: str
    groups: tuple[str, ...]
    begins: datetime
    ends: datetime
    topic: str | None = None

    @property
    def key(self) -> str:
        return ":".join((self.change.group, self.change.topic or "", self.change.word or ""))


def work_out(session: Session, actor: Actor, *, now: datetime) -> int:
    """Work out what would have helped in the last quarter. The same change is proposed once. Returns how many are new."""
    require(actor, Verb.EVALUATION_DECIDE)
    return keep_found(session, find_changes(session, now), now)


def find_changes(session: Session, now: datetime) -> list[FoundChange]:
    """What would have helped in the last quarter, by the whole rule book. Reads only."""
    begins = now - QUARTER
    ways = load_ways(session, Period(begins, now), with_words=True)
    hall = townhall(session, now)
    return [
        FoundChange(
            found.proposal.change, found.proposal.effect, told(found.pattern, hall.names),
            proposed(found.proposal, hall.names),
            tuple(sorted({found.proposal.change.group, *found.pattern.path})), begins, now,
            found.pattern.topic,
        )
        for found in findings(ways, small=hall.small, moving=ByBook(session, ways, now))
        if found.proposal is not None
    ]  # fmt: skip


def keep_found(session: Session, found: Sequence[FoundChange], now: datetime) -> int:
    """Keep what was not proposed before, and let the coordination know. What is still open gets today's figures.

    Returns how many are new.
    """
    made = 0
    for each in found:
        figures = {
            "pattern": each.pattern, "text": each.text, "effect": asdict(each.effect), "groups": list(each.groups),
            "begins": each.begins, "ends": each.ends, "topic_id": UUID(each.topic) if each.topic else None,
        }  # fmt: skip
        row = session.execute(
            insert_into(session, Proposal)
            .values(
                id=new_id(), revision=1, key=each.key, change=asdict(each.change), state="open", made_at=now, **figures
            )
            .on_conflict_do_nothing(index_elements=["key"])
            .returning(Proposal.id)
        ).scalar()  # fmt: skip
        if row is None:
            _renew(session, each.key, figures)
        else:
            made += 1
            _wait(session, row, now)
    return made


def _renew(session: Session, key: str, figures: Mapping[str, Any]) -> None:
    """Whoever decides at this moment on other figures is asked to look again."""
    row = session.scalars(
        select(Proposal).where(Proposal.key == key, Proposal.state == "open").with_for_update()
    ).one_or_none()
    if row is None:
        return
    row.revision += row.text != figures["text"] or row.effect != figures["effect"]
    for name, value in figures.items():
        setattr(row, name, value)


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
    if change.word is not None and change.topic is not None:
        raise ConflictError(
            "Dieser Vorschlag wurde anders berechnet, als eine Regel gelten würde. Bitte lehnen Sie ihn ab und suchen Sie neu."
        )
    if change.word is not None:
        made = add_rule(
            session, actor,
            RuleForm(
                f"„{change.word}“ an {group.name}", group.office_id, group.id,
                conditions={"words": [change.word]}, reason=row.text,
            ),
            now=now,
        )  # fmt: skip
        row.rule_id = made.id
    elif change.topic is not None:
        topic = session.get_one(Topic, UUID(change.topic))
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
    """Those that speak of a group in sight, the open ones first, the newest first."""
    require_sight(actor)
    rows = session.scalars(
        select(Proposal).order_by(Proposal.state != "open", Proposal.id.desc())
    ).all()
    seen = groups_seen(session, actor)
    return [row for row in rows if seen is None or not seen.isdisjoint(_groups(row))]


def voices(session: Session, ids: Collection[UUID]) -> dict[UUID, list[ProposalVoice]]:
    """What was said to each of these proposals, the earliest first."""
    found: dict[UUID, list[ProposalVoice]] = {}
    for row in session.scalars(
        select(ProposalVoice).where(ProposalVoice.proposal_id.in_(ids)).order_by(ProposalVoice.at)
    ):
        found.setdefault(row.proposal_id, []).append(row)
    return found


def effect_since(session: Session, row: Proposal, now: datetime) -> FollowUp | None:
    """What became of it: the same kind of cases as long before the decision as have passed since."""
    if row.state != "accepted" or row.decided_at is None:
        return None
    change = change_of(row)
    since, words = max(now - row.decided_at, timedelta(days=1)), change.word is not None
    earlier = Period(row.decided_at - max(since, QUARTER), row.decided_at)
    before = load_ways(session, earlier, with_words=words)
    after = load_ways(session, Period(row.decided_at, now), with_words=words)
    return follow_up(before, after, change)


def follow_all(session: Session, now: datetime) -> dict[UUID, str]:
    """What became of each change of the last two years, in a sentence. Reads only."""
    rows = session.scalars(
        select(Proposal).where(Proposal.state == "accepted", Proposal.decided_at > now - FOLLOWED)
    ).all()
    found = {row.id: effect_since(session, row, now) for row in rows}
    return {row: compared(result) for row, result in found.items() if result is not None}


def keep_effects(session: Session, found: Mapping[UUID, str], now: datetime) -> None:
    """Write down beside each proposal what became of it."""
    for proposal, sentence in found.items():
        row = session.get(Proposal, proposal, with_for_update=True)
        if row is not None:
            row.follow_up, row.followed_at = sentence, now


def forget_proposals(session: Session, now: datetime) -> int:
    """Delete what was decided five years ago, and what was said to it. Returns how many."""
    old = select(Proposal.id).where(Proposal.decided_at < now - KEPT)
    session.execute(delete(ProposalVoice).where(ProposalVoice.proposal_id.in_(old)))
    gone = session.scalars(
        delete(Proposal).where(Proposal.decided_at < now - KEPT).returning(Proposal.id)
    ).all()
    return len(gone)


def change_of(row: Proposal) -> RuleChange:
    return RuleChange(**row.change)


def load_proposal(session: Session, actor: Actor, proposal: UUID) -> Proposal:
    """The proposal, locked. Raises ``NotFoundError`` or ``NotAllowedError``."""
    require_sight(actor)
    row = session.get(Proposal, proposal, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError("Diesen Vorschlag gibt es nicht mehr.")
    seen = groups_seen(session, actor)
    if seen is not None and seen.isdisjoint(_groups(row)):
        raise NotAllowedError
    return row


def _groups(row: Proposal) -> set[UUID]:
    return {UUID(each) for each in (row.change["group"], *(row.groups or ()))}


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
