"""What is written down of an Anliegen for its Akte, in words: from the rows to ``talk_file.Talk``."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.clock import local
from storage.organisation.queries import names
from storage.organisation.tables import Office
from workflows.kiss.anliegen.links import blotted
from workflows.kiss.anliegen.opening import CHANNEL_NAMES, Channel
from workflows.kiss.anliegen.progress import reference
from workflows.kiss.anliegen.queries import Whole
from workflows.kiss.anliegen.states import KIND_NAMES, STATE_NAMES, Kind, State
from workflows.kiss.anliegen.tables import Group, Message, Step, Topic
from workflows.kiss.talk_file import Spoken, Talk

_KINDS = {"incoming": "schrieb", "answer": "antwortete", "question": "fragte", "note": "notierte"}


def talk_of(session: Session, found: Whole, *, notes: bool) -> Talk:
    """All that was said and decided; what the house noted for itself only with ``notes``, unsent answers never."""
    row = found.row
    groups = {each.id: each.name for each in session.scalars(select(Group))}
    said = [
        each
        for each in found.messages
        if each.state in {"sent", "received"} and (notes or each.kind != "note")
    ]
    people = names(session, _people_of(found))
    steps = session.scalars(select(Step).where(Step.anliegen_id == row.id).order_by(Step.id)).all()
    return Talk(
        f"Anliegen {reference(row)}: {row.title}",
        _facts(session, found, groups),
        [_spoken(each, found, people) for each in said],
        [
            Spoken(
                f"{_moment(each.asked_at)}: {groups[each.group_id]} wurde gefragt",
                f"{each.question}\n{'Antwort: ' + each.answer if each.answer else 'Ohne Antwort.'}",
            )
            for each in found.contributions
        ],
        [
            (_moment(each.at), groups[each.group_id], " ".join(each.because))
            for each in found.decisions
        ],
        [
            (_moment(step.at), STATE_NAMES[State(step.state)], groups[step.group_id])
            for step in steps
        ],
    )


def _people_of(found: Whole) -> set[UUID]:
    named = {each.author_id for each in found.messages} | {found.row.person_id}
    return {each for each in named if each}


def _facts(session: Session, found: Whole, groups: dict[UUID, str]) -> dict[str, str]:
    row, contact = found.row, found.contact
    topic = session.get(Topic, row.topic_id) if row.topic_id else None
    office = session.get_one(Office, row.office_id)
    facts = {
        "Eingang": f"{_moment(row.received_at)}, {CHANNEL_NAMES[Channel(row.channel)]}",
        "Art": KIND_NAMES[Kind(row.kind)],
        "Thema": topic.title if topic else "",
        "Ort": row.place or "",
        "Von": ", ".join(
            each for each in (contact.name, contact.mail, contact.phone) if each
        ) if contact else "ohne Namen",
        "Bearbeitet von": f"{groups[row.group_id]} ({office.name})",
        "Geschlossen": _moment(row.closed_at) if row.closed_at else "",
    }  # fmt: skip
    return {name: value for name, value in facts.items() if value}


def _spoken(message: Message, found: Whole, people: dict[UUID, str]) -> Spoken:
    contact = found.contact
    if message.author_id is not None:
        who = people.get(message.author_id, "Das Haus")
    elif message.kind == "incoming":
        known = contact.name if contact is not None else None
        who = message.sender or known or "Bürgerin oder Bürger"
    else:
        who = "Das Haus"
    heading = f"{_moment(message.sent_at or message.at)}: {who} {_KINDS[message.kind]}"
    return Spoken(
        heading, blotted(message.text), [file.name for file in found.files.get(message.id, ())]
    )


def _moment(at: datetime) -> str:
    return f"{local(at):%d.%m.%Y, %H:%M} Uhr"
