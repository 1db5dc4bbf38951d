"""What the pages of Anliegen show: the list in words, and one Anliegen with all that was said and decided about it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from intranet import words
from storage.actors import CLASS_NAMES, ProtectionClass, Staff
from storage.clock import LOCAL, local, local_date
from storage.organisation.queries import names
from storage.organisation.tables import Office
from workflows.kiss.anliegen.assigning import who_could
from workflows.kiss.anliegen.audience import audience
from workflows.kiss.anliegen.groups import groups
from workflows.kiss.anliegen.links import blotted
from workflows.kiss.anliegen.opening import CHANNEL_NAMES, Channel
from workflows.kiss.anliegen.progress import reference
from workflows.kiss.anliegen.queries import (
    PAGE,
    Key,
    Wanted,
    Whole,
    anliegen_list,
    most_urgent,
    news_of,
    whole,
)
from workflows.kiss.anliegen.requesting import requests
from workflows.kiss.anliegen.sight import in_sight, is_asked, works_on
from workflows.kiss.anliegen.silence import asked_since
from workflows.kiss.anliegen.states import KIND_NAMES, STATE_NAMES, Kind, State
from workflows.kiss.anliegen.tables import Anliegen, Group, Message, Step, Topic
from workflows.kiss.anliegen.templates import templates_for
from workflows.kiss.anliegen.topics import topics

MINE, OFFICE, WEEK, OPEN, ASKED, DONE = "mine", "office", "week", "open", "asked", "done"
FILTERS = {
    MINE: "Meine",
    OFFICE: "Mein Amt",
    WEEK: "Diese Woche fällig",
    OPEN: "Alle offenen",
    ASKED: "Von mir gestellt",
    DONE: "Erledigt",
}
ENDED = frozenset({State.ANSWERED, State.CLOSED})


@dataclass(frozen=True, slots=True)
class Line:
    """An Anliegen in the list."""

    id: UUID
    reference: str
    title: str
    kind: str
    topic: str
    holder: str
    state: str
    due: str
    late: bool
    news: bool
    """Something came that nobody has looked at."""


@dataclass(frozen=True, slots=True)
class Lines:
    """A page of the list; ``after`` is where the next one begins, if there is more."""

    lines: Sequence[Line]
    after: Key | None


@dataclass(frozen=True, slots=True)
class Said:
    """Something that was said: by whom, when, to whom, and what came with it."""

    id: UUID
    who: str
    when: str
    kind: str
    text: str
    waits: bool
    own: bool
    revision: int
    stranger: bool
    files: Sequence[tuple[UUID, str, str]]
    foreign: bool
    """Documents from outside are among the files; pictures are harmless enough."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Another group that was asked for its part."""

    id: UUID
    revision: int
    group: str
    question: str
    answer: str | None
    mine: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision about who is responsible, as it can be read."""

    when: str
    to: str
    how: str
    because: Sequence[str]
    otherwise: Sequence[str]
    suggestions: Sequence[tuple[UUID, UUID | None, str]]


@dataclass(frozen=True, slots=True)
class View:
    """One Anliegen; ``works``: the person may do something about it."""

    all: Whole
    row: Anliegen
    reference: str
    facts: Sequence[tuple[str, str]]
    said: Sequence[Said]
    asked: Sequence[Asked]
    decided: Sequence[Decided]
    way: Sequence[tuple[str, str, str]]
    alike: Sequence[tuple[UUID, str, str, State]]
    merged: Sequence[tuple[UUID, str]]
    works: bool
    seen: int
    """The revision the person has looked at; ``row.revision`` may be newer by the time they click."""
    groups: dict[UUID, str]
    people: dict[UUID, str]
    topics: dict[UUID, str]
    templates: Sequence[tuple[str, str]]
    goes_to: Sequence[str]
    """Who gets the answer: a name, an address, or a colleague; nobody twice."""
    news: bool
    asked_since: datetime | None
    """Since when the citizen is asked and says nothing."""


_DECISIONS = {
    "rule": "nach Regel",
    "model": "nach dem Textmodell",
    "coordinator": "an die Koordination",
}
_DEEDS = {
    "open": "eingegangen", "assign": "zugewiesen", "take_up": "aufgenommen", "ask_citizen": "Rückfrage",
    "ask_office": "Beitrag erbeten", "answer": "beantwortet", "hear": "Antwort eingegangen",
    "close": "geschlossen", "reopen": "wieder geöffnet", "merge": "zusammengeführt", "unmerge": "getrennt",
}  # fmt: skip


def lines(
    session: Session,
    staff: Staff,
    chosen: str,
    text: str,
    now: datetime,
    after: Key | None = None,
    limit: int = PAGE,
) -> Lines:
    """A page of the list behind a filter, ``after`` the last one of the page before."""
    wanted = _wanted(chosen, text, now)
    before = after[1] if after else None
    if chosen == ASKED:
        found = requests(session, staff, before=before, limit=limit + 1)
    elif chosen == DONE:
        found = anliegen_list(session, staff, wanted, before=before, limit=limit + 1)
    else:
        found = most_urgent(session, staff, wanted, after=after, limit=limit + 1)
    rows = found[:limit]
    own = chosen == ASKED  # who asked sees which group has it, not who of it
    people = {} if own else names(session, {row.person_id for row in rows if row.person_id})
    news = frozenset() if own else news_of(session, [row.id for row in rows])
    called = {row.id: row.name for row in session.scalars(select(Group))}
    titles = {row.id: row.title for row in session.scalars(select(Topic))}
    shown = [
        Line(
            row.id, reference(row), row.title, KIND_NAMES[Kind(row.kind)],
            titles.get(row.topic_id, "") if row.topic_id else "",
            people.get(row.person_id, called[row.group_id]) if row.person_id else called[row.group_id],
            STATE_NAMES[State(row.state)], words.due(row.due_at, now) if row.due_at else "",
            row.due_at is not None and row.due_at < now, row.id in news,
        )
        for row in rows
    ]  # fmt: skip
    more = len(found) > limit
    return Lines(shown, (rows[-1].due_at, rows[-1].id) if more else None)


def _wanted(chosen: str, text: str, now: datetime) -> Wanted:
    if chosen == MINE:
        return Wanted(mine=True, words=text)
    if chosen == OFFICE:
        return Wanted(ours=True, words=text)
    if chosen == WEEK:
        return Wanted(ours=True, led=True, words=text, late_by=_end_of_week(now))
    if chosen == DONE:
        return Wanted(states=ENDED, words=text)
    return Wanted(words=text)


def _end_of_week(now: datetime) -> datetime:
    """The Monday after, on the town hall's clock: what is late already belongs to this week as well."""
    monday = local_date(now) + timedelta(days=7 - local_date(now).weekday())
    return datetime.combine(monday, time(), LOCAL)


def load(session: Session, staff: Staff, anliegen: UUID, now: datetime) -> View:
    """Raises ``NotFoundError`` outside the person's sight."""
    found = whole(session, staff, anliegen)
    row = found.row
    people = names(session, _people_of(found))
    called = {group.id: group.name for group in session.scalars(select(Group))}
    titles = {topic.id: topic.title for topic in topics(session, now)}
    return View(
        all=found,
        row=row,
        reference=reference(row),
        facts=_facts(session, found, people, called, now),
        said=[_said(each, found, staff, people) for each in found.messages],
        asked=[
            Asked(
                each.id, each.revision, called[each.group_id], each.question, each.answer,
                each.answered_at is None and is_asked(session, staff, each),
            )
            for each in found.contributions
        ],
        decided=_decided(found, called, titles),
        way=_way(session, row, called),
        alike=[
            (other.id, f"{reference(other)}: {other.title}", words.percent(like.score), State(other.state))
            for like, other in found.alike
        ],
        merged=_merged(session, staff, row),
        works=works_on(session, staff, row),
        seen=row.revision,
        groups={group.id: group.name for group in groups(session, local_date(now))},
        people=who_could(session, row, row.group_id, now),
        topics=titles,
        templates=templates_for(session, row, now),
        goes_to=audience(session, row),
        news=bool(news_of(session, [row.id])),
        asked_since=asked_since(session, row),
    )  # fmt: skip


def _people_of(found: Whole) -> set[UUID]:
    row = found.row
    ids = {row.person_id, row.opened_by, row.about_id}
    for message in found.messages:
        ids |= {message.author_id, message.released_by}
    for asked in found.contributions:
        ids |= {asked.asked_by, asked.answered_by}
    return {each for each in ids if each}


def _facts(
    session: Session, found: Whole, people: dict[UUID, str], called: dict[UUID, str], now: datetime
) -> list[tuple[str, str]]:
    row, contact = found.row, found.contact
    office = session.get_one(Office, row.office_id)
    holder = f"{people[row.person_id]}, " if row.person_id in people else ""
    topic = session.get(Topic, row.topic_id) if row.topic_id else None
    facts = [
        ("Stand", STATE_NAMES[State(row.state)]),
        ("Liegt bei", holder + _group(called[row.group_id], office.short)),
        ("Seit", words.when(row.since_holder, now)),
        ("Frist", _due(row, now)),
        ("Art", KIND_NAMES[Kind(row.kind)]),
        ("Thema", topic.title if topic else "noch keines"),
        ("Eingang", f"{words.moment(row.received_at)}, {CHANNEL_NAMES[Channel(row.channel)]}"),
        ("Von", _contact(contact.name, contact.mail, contact.phone) if contact else "ohne Namen"),
    ]
    if row.place or row.latitude is not None:
        facts.append(("Ort", row.place or f"{row.latitude:.5f}, {row.longitude:.5f}"))
    if row.about_id in people:
        facts.append(("Betrifft", people[row.about_id]))
    if ProtectionClass(row.protection) is not ProtectionClass.INTERNAL:
        facts.append(("Schutzklasse", CLASS_NAMES[ProtectionClass(row.protection)]))
    if row.satisfaction:
        facts.append(("Zufriedenheit", f"{row.satisfaction} von 5"))
    return facts


def _group(name: str, office: str) -> str:
    """The general group of an office is called as the office is."""
    return name if name == office else f"{name} ({office})"


def _due(row: Anliegen, now: datetime) -> str:
    """How far off, and the hour; the day only where it can't be told from that."""
    if row.due_at is not None:
        there, far = local(row.due_at), words.due(row.due_at, now)
        days = (there.date() - local_date(now)).days
        exact = f"{there.hour}:{there.minute:02d} Uhr"
        return f"{far}, {exact}" if days >= -1 else f"{far}, {words.day(there.date())} {exact}"
    if State(row.state) is State.WAITS_CITIZEN:
        return "steht still, bis die Antwort kommt"
    return "erledigt"


def _contact(*parts: str | None) -> str:
    return ", ".join(part for part in parts if part)


def _said(message: Message, found: Whole, staff: Staff, people: dict[UUID, str]) -> Said:
    contact, files = found.contact, found.files.get(message.id, ())
    if message.kind == "incoming" and message.author_id is None:
        who = message.sender or (
            contact.name if contact and contact.name else "Bürgerin oder Bürger"
        )
    else:
        who = people.get(message.author_id, "das Haus") if message.author_id else "das Haus"
    kind = {
        "incoming": "hat geschrieben", "answer": "hat geantwortet", "question": "hat gefragt", "note": "Notiz",
    }[message.kind]  # fmt: skip
    if message.state == "waiting":
        kind = "hat eine Antwort geschrieben, die auf Freigabe wartet"
    elif message.state == "returned":
        kind = "hat eine Antwort geschrieben, die nicht freigegeben wurde"
    return Said(
        message.id, who, words.moment(message.sent_at or message.at), kind, blotted(message.text),
        message.state == "waiting", message.author_id == staff.person, message.revision,
        not message.trusted,
        [(file.id, file.name, words.size(file.size)) for file in files],
        message.kind == "incoming" and any(not file.media_type.startswith("image/") for file in files),
    )  # fmt: skip


def _decided(found: Whole, called: dict[UUID, str], titles: dict[UUID, str]) -> list[Decided]:
    made = []
    for each in found.decisions:
        options = [
            (
                UUID(option["group"]),
                UUID(option["topic"]) if option.get("topic") else None,
                _option(option, called, titles),
            )
            for option in each.suggestions
            if UUID(option["group"]) in called
        ]
        made.append(
            Decided(
                words.moment(each.at), called[each.group_id], _DECISIONS.get(each.decision, each.decision),
                each.because, each.otherwise, options,
            )
        )  # fmt: skip
    return made


def _option(option: dict[str, object], called: dict[UUID, str], titles: dict[UUID, str]) -> str:
    topic = titles.get(UUID(str(option["topic"]))) if option.get("topic") else None
    chance = words.percent(float(str(option["probability"])))
    return f"{called[UUID(str(option['group']))]}{f', {topic}' if topic else ''} ({chance})"


def _way(session: Session, row: Anliegen, called: dict[UUID, str]) -> list[tuple[str, str, str]]:
    steps = session.scalars(select(Step).where(Step.anliegen_id == row.id).order_by(Step.id))
    return [
        (words.moment(step.at), _DEEDS.get(step.deed, step.deed), called[step.group_id])
        for step in steps
    ]


def _merged(session: Session, staff: Staff, row: Anliegen) -> list[tuple[UUID, str]]:
    ids: Iterable[Anliegen] = session.scalars(
        select(Anliegen).where(
            (Anliegen.merged_into_id == row.id) | (Anliegen.id == row.merged_into_id),
            in_sight(session, staff),
        )
    )
    return [(each.id, f"{reference(each)}: {each.title}") for each in ids]
