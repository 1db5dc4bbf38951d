"""The routing book as it stands in the database, and an Anliegen as rules see it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.mailboxes import Mailbox, MailboxesError, read_mailboxes
from config.seeds import load_city
from storage.conflicts import ConflictError
from storage.house import House
from storage.organisation.queries import successions, valid_on
from storage.organisation.tables import Office
from workflows.kiss.anliegen.tables import Anliegen, Group, KnownPlace, Message, Topic
from workflows.kiss.routing.book import GroupView, RoutingBook, TopicView, Voice
from workflows.kiss.routing.rules import Conditions, RuleView
from workflows.kiss.routing.rules import Message as Said
from workflows.kiss.routing.tables import RoutingModel, RoutingRule
from workflows.kiss.routing.understanding import Gazetteer, understood

SHARED = "shared"


def load_book(session: Session, day: date, voice: Voice | None = None) -> RoutingBook:
    """All that routing knows on a day; groups of closed offices are no more."""
    closed = successions(session, day)
    offices = {row.id: row for row in session.scalars(select(Office))}
    groups = {
        str(row.id): GroupView(
            id=str(row.id),
            name=row.name,
            office=offices[row.office_id].key,
            office_name=offices[row.office_id].short,
            general=row.general,
            valid_from=row.valid_from,
            valid_to=row.valid_to if row.office_id not in closed else day,
        )
        for row in session.scalars(select(Group).order_by(Group.id))
    }  # fmt: skip
    heirs = _heirs(session, closed)
    topics = {
        str(row.id): TopicView(
            str(row.id),
            row.key,
            row.title,
            heirs.get(row.group_id, str(row.group_id)),
            row.valid_from,
            row.valid_to,
        )
        for row in session.scalars(select(Topic).order_by(Topic.id))
    }
    coordination = session.scalars(
        select(Group.id).where(Group.coordination, valid_on(Group, day)).order_by(Group.id)
    ).first()
    return RoutingBook(
        groups=groups,
        rules=[
            _view(row, offices, heirs)
            for row in session.scalars(select(RoutingRule).where(valid_on(RoutingRule, day)))
        ],
        topics=topics,
        voice=voice,
        coordination=str(coordination) if coordination else None,
        gazetteer=load_gazetteer(session, day),
    )


def load_voice(session: Session, group: str = SHARED) -> tuple[Voice | None, str | None]:
    """The text model that was learned, with its name, or nothing. It is unpacked once per process and version."""
    named = session.execute(
        select(RoutingModel.id, RoutingModel.version).where(RoutingModel.group == group)
    ).one_or_none()
    if named is None:
        return None, None
    known = _unpacked.get(group)
    if known is None or known[0] != named.id:
        from workflows.kiss.routing.text_model import TextModel
        from workflows.kiss.routing.voices import ModelVoice

        content = session.get_one(RoutingModel, named.id).content
        known = _unpacked[group] = (named.id, ModelVoice(TextModel.from_bytes(content)))
    return known[1], f"{group}:{named.version}"


_unpacked: dict[str, tuple[UUID, Voice]] = {}


def mailboxes_of(house: House) -> tuple[Mailbox, ...]:
    """Raises ``ConflictError`` where their file can't be used."""
    try:
        return read_mailboxes(house.settings.mailboxes)
    except MailboxesError as error:
        raise ConflictError(str(error)) from None


def as_message(session: Session, row: Anliegen, known: Gazetteer) -> Said:
    """What rules look at: what the citizen wrote, and what was chosen in the form."""
    first = first_message(session, row.id)
    topic = session.get(Topic, row.topic_id) if row.topic_id else None
    found = understood(
        first.text, first.subject or "", first.recipients or (), known, first.addressed
    )
    named = known.districts(row.place or "")
    return replace(
        found,
        topic=topic.key if topic else None,
        districts=tuple(dict.fromkeys((*named, *found.districts))),
        latitude=row.latitude,
        longitude=row.longitude,
    )


def first_message(session: Session, anliegen: UUID) -> Message:
    """What it began with."""
    return session.scalars(
        select(Message)
        .where(Message.anliegen_id == anliegen, Message.kind == "incoming")
        .order_by(Message.id)
        .limit(1)
    ).one()


def load_gazetteer(session: Session, day: date) -> Gazetteer:
    """Offices and places of the day, by the names people write."""
    known = {
        row.key: (row.name, f"{row.short}amt", row.short)
        for row in session.scalars(select(Office).where(valid_on(Office, day)))
    }
    places: dict[str, str] = {}
    for row in session.scalars(select(KnownPlace).where(valid_on(KnownPlace, day))):
        places[row.name] = row.district
        places.setdefault(row.district, row.district)
    return Gazetteer(known, places, load_city().aktenzeichen.pattern)


def _heirs(session: Session, closed: Mapping[UUID, UUID]) -> dict[UUID, str]:
    """For each group of a closed office the general group of the one that carries on."""
    found = session.execute(select(Group.office_id, Group.id).where(Group.general))
    general = {office: group for office, group in found}  # noqa: C416 - rows are no pairs to mypy
    rows = session.execute(
        select(Group.id, Group.office_id).where(Group.office_id.in_(sorted(closed)))
    )
    return {
        group: str(general[closed[office]]) for group, office in rows if closed[office] in general
    }


def _view(row: RoutingRule, offices: Mapping[UUID, Office], heirs: Mapping[UUID, str]) -> RuleView:
    return RuleView(
        str(row.id), row.title, offices[row.owner_id].short, row.valid_from, row.valid_to, row.position,
        Conditions.from_json(row.conditions), heirs.get(row.group_id, str(row.group_id)), str(row.topic_id) if row.topic_id else None,
    )  # fmt: skip
