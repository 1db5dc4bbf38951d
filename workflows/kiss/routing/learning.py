"""The text model learns from where Anliegen went in the end: what people confirmed by answering, or put right.

Only what a citizen wrote is read, never a field that holds the answer. Open and internal Anliegen teach; protected ones
don't. What topics say of themselves is learned too; to begin with it is all there is.
"""

from collections.abc import Sequence

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from storage.actors import SHARED_CLASSES
from storage.clock import new_id
from storage.jobs.handlers import JobContext
from storage.jobs.queue import ClaimedJob
from workflows.kiss.anliegen.states import State
from workflows.kiss.anliegen.tables import Anliegen, Message, Topic
from workflows.kiss.routing.shelf import SHARED
from workflows.kiss.routing.tables import RoutingDecision, RoutingModel

MOST = 8_000
"""Anliegen a model is trained on: the newest ones."""
_SETTLED = (State.ANSWERED.value, State.CLOSED.value)
_SHARED = tuple(sorted(each.value for each in SHARED_CLASSES))


def train_routing(context: JobContext, job: ClaimedJob) -> None:
    """Train anew from everything that was settled or put right."""
    from workflows.kiss.routing.text_model import VERSION, train

    del job
    house = context.house
    with house.database.read() as session:
        texts, labels = examples(session)
    model = train(texts, labels)
    if model is None:
        context.info(f"{len(texts)} Beispiele: noch zu wenige für ein Modell")
        return
    now = house.clock()
    with house.database.write() as session:
        session.execute(delete(RoutingModel).where(RoutingModel.group == SHARED))
        session.add(
            RoutingModel(
                id=new_id(), group=SHARED, version=f"{VERSION}.{model.examples}", examples=model.examples,
                classes=len(model.labels), content=model.to_bytes(), trained_at=now,
            )
        )  # fmt: skip
    context.info(f"gelernt aus {model.examples} Anliegen in {len(model.labels)} Zielen")


def examples(session: Session) -> tuple[Sequence[str], Sequence[str]]:
    """Texts and where they belong: the topic, or the group where there is none."""
    corrected = select(RoutingDecision.anliegen_id).where(
        RoutingDecision.right_group_id.is_not(None)
    )
    rows = session.execute(
        select(Anliegen.id, Message.subject, Message.text, Anliegen.topic_id, Anliegen.group_id)
        .join(Message, Message.anliegen_id == Anliegen.id)
        .where(
            Message.kind == "incoming",
            Anliegen.protection.in_(_SHARED),
            Anliegen.merged_into_id.is_(None),
            or_(Anliegen.state.in_(_SETTLED), Anliegen.id.in_(corrected)),
        )
        .order_by(Anliegen.id.desc(), Message.id)
        .limit(MOST)
    )
    texts: dict[object, tuple[str, str]] = {}
    for anliegen, subject, text, topic, group in rows:
        texts.setdefault(anliegen, (f"{subject or ''}\n{text}".strip(), str(topic or group)))
    known = session.scalars(select(Topic).where(Topic.valid_to.is_(None)).order_by(Topic.id))
    found = [*texts.values(), *((_described(row), str(row.id)) for row in known)]
    return [text for text, _ in found], [label for _, label in found]


def _described(topic: Topic) -> str:
    """What a topic says of itself: all there is to begin with."""
    return f"{topic.title}\n{topic.description}\n{', '.join(topic.keywords)}"
