"""Finding who is responsible for what came in: the engine's job, with every reason kept beside the decision."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from storage.clock import local_date, new_id
from storage.conflicts import ConflictError
from storage.jobs.handlers import JobContext
from storage.jobs.queue import ClaimedJob, complete, enqueue
from workflows.kiss.anliegen.answering import tell_later
from workflows.kiss.anliegen.assigning import To, route_to
from workflows.kiss.anliegen.locking import hold_family
from workflows.kiss.anliegen.opening import Channel
from workflows.kiss.anliegen.states import State
from workflows.kiss.anliegen.tables import Anliegen
from workflows.kiss.routing.book import RoutingBook
from workflows.kiss.routing.deciding import Decision, decide
from workflows.kiss.routing.rules import Message
from workflows.kiss.routing.shelf import as_message, load_book, load_gazetteer, load_voice
from workflows.kiss.routing.tables import RoutingDecision

ALIKE = "kiss.alike"
_ANSWERED_ELSEWHERE = frozenset({Channel.MAIL, Channel.EAKTE})
"""Who writes a mail is told by the mailbox, which knows machines; who wrote a letter gets no mail."""


def find_responsible(context: JobContext, job: ClaimedJob) -> None:
    """Decide for one Anliegen and hand it over, unless a person was faster. Done once, in one transaction."""
    house = context.house
    anliegen, now = UUID(job.key), house.clock()
    day = local_date(now)
    with house.database.read() as session:
        row = session.get(Anliegen, anliegen)
        if row is not None:
            voice, model = load_voice(session)
            book = load_book(session, day, voice)
            message = as_message(session, row, load_gazetteer(session, day))
    if row is None:
        with house.database.write() as session:
            complete(session, job, now)
        return
    decision = decided(message, book, day)
    with house.database.write() as session:
        hold_family(session, anliegen)
        locked = session.get(Anliegen, anliegen, with_for_update=True)
        if locked is not None:
            if State(locked.state) is State.NEW:
                hand_over(session, locked, decision, model, now)
            if Channel(locked.channel) not in _ANSWERED_ELSEWHERE:
                tell_later(session, locked, "received", now, "once")
            enqueue(session, ALIKE, anliegen.hex, now=now)
        complete(session, job, now)
    context.info(f"Anliegen {anliegen.hex}: {decision.decision}")


def decided(message: Message, book: RoutingBook, day: date, *, explain: bool = True) -> Decision:
    """A rule first, then the topic that was chosen in the form, then the text model, then the coordination."""
    found = decide(message, book, day, explain=explain)
    if found.decision == "rule" or message.topic is None:
        return found
    topic = next((each for each in book.topics.values() if each.key == message.topic), None)
    group = book.open_group(topic.group, day) if topic and topic.holds_on(day) else None
    if topic is None or group is None:
        return found
    because = (
        f"Im Formular wurde das Thema „{topic.title}“ gewählt; dafür ist „{group.name}“ zuständig."
    )
    otherwise = "Ohne die Wahl des Themas hätte das Haus nach dem Text entschieden."
    return replace(
        found, decision="rule", group=group.id, office=group.office, topic=topic.id, probability=None,
        because=(because,), otherwise=(otherwise,),
    )  # fmt: skip


def hand_over(
    session: Session, row: Anliegen, decision: Decision, model: str | None, now: datetime
) -> None:
    """Give the locked row to whom the decision names, and keep every reason. ``model``: the text model that was asked."""
    group = UUID(decision.group) if decision.group else row.group_id
    topic = UUID(decision.topic) if decision.topic else None
    because = list(decision.because)
    if decision.decision == "coordinator" or (group == row.group_id and topic is None):
        group = row.group_id
    else:
        try:
            because += route_to(session, row, To(group, topic=topic), now).because
        except (
            ConflictError
        ) as error:  # the group ended this very moment: the coordination keeps it
            because.append(str(error))
            group = row.group_id
    session.add(
        RoutingDecision(
            id=new_id(), anliegen_id=row.id, at=now, decision=decision.decision,
            rule_id=UUID(decision.rule) if decision.rule else None, model=model, group_id=group,
            topic_id=topic, probability=decision.probability,
            suggestions=[each.as_json() for each in decision.suggestions], because=because,
            otherwise=list(decision.otherwise),
        )
    )  # fmt: skip
