"""The people finder and a person's page, as they are drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from config.rooms import Room
from intranet import html
from intranet.levels import level
from presence.availability import week
from presence.availability.current import current_store
from presence.availability.queries import may_see_office
from presence.availability.tables import WorkingWeek
from presence.people import phones
from presence.people.profile import may_edit_tasks
from presence.people.queries import PersonCard, PersonSheet, find_people, sheet, working_groups
from storage.actors import Staff
from storage.clock import WEEKDAYS, local_date
from storage.house import House
from storage.organisation.queries import names, offices
from storage.organisation.tables import Absence

DAYS = tuple(day[:2] for day in WEEKDAYS)


@dataclass(frozen=True, slots=True)
class Filters:
    """Offices and groups to choose from, by id."""

    offices: dict[UUID, str]
    groups: dict[UUID, str]


@dataclass(frozen=True, slots=True)
class PersonView:
    """``hours`` in words, or None where they are not for this visitor; ``stands_in_for`` are names."""

    sheet: PersonSheet
    hours: Sequence[str] | None
    stands_in_for: Sequence[str]
    own: bool
    may_edit_tasks: bool
    status_shown: bool


def filters(session: Session, day: date) -> Filters:
    return Filters(
        {row.id: row.name for row in offices(session, day)},
        {row.id: row.name for row in working_groups(session, day)},
    )


def found(
    house: House,
    session: Session,
    staff: Staff,
    typed: str,
    *,
    office: UUID | None = None,
    group: UUID | None = None,
    limit: int = 20,
) -> list[PersonCard]:
    """Who fits, with their availability where that room is on."""
    store = current_store(house) if house.settings.is_on(Room.AVAILABILITY) else None
    return find_people(
        session,
        store,
        staff,
        typed,
        house.clock(),
        offices=[office] if office else (),
        groups=[group] if group else (),
        limit=limit,
    )


def load(house: House, session: Session, staff: Staff, person: UUID) -> PersonView:
    """Raises ``NotFoundError``."""
    now = house.clock()
    today = local_date(now)
    shown = house.settings.is_on(Room.AVAILABILITY)
    page = sheet(session, current_store(house) if shown else None, staff, person, now)
    own = staff.person == person
    visible = own or any(may_see_office(session, staff, office) for office, _ in page.offices)
    represented = session.scalars(
        select(Absence.person_id).where(
            Absence.substitute_id == person, Absence.starts <= now, Absence.ends > now
        )
    ).all()
    return PersonView(
        page,
        _hours(session, person, today) if visible and shown else None,
        sorted(names(session, represented).values()) if shown else (),
        own,
        may_edit_tasks(session, staff, person, now),
        shown,
    )


def _hours(session: Session, person: UUID, day: date) -> list[str]:
    row = session.scalars(
        select(WorkingWeek).where(
            WorkingWeek.person_id == person,
            and_(
                WorkingWeek.valid_from <= day,
                or_(WorkingWeek.valid_to.is_(None), WorkingWeek.valid_to > day),
            ),
        )
    ).first()
    return in_words(week.loaded(row.hours)) if row else []


def in_words(hours: Sequence[week.Hours]) -> list[str]:
    """As in "Mo–Do 8:00–16:30", "Fr 8:00–12:00 (Homeoffice)"; neighbouring days alike are drawn together."""
    by_day = {day: [each for each in hours if each.weekday == day] for day in range(7)}
    told = [(day, ", ".join(_span(each) for each in spans)) for day, spans in by_day.items()]
    lines: list[tuple[int, int, str]] = []
    for day, text in told:
        if not text:
            continue
        if lines and lines[-1][1] == day - 1 and lines[-1][2] == text:
            lines[-1] = (lines[-1][0], day, text)
        else:
            lines.append((day, day, text))
    return [
        f"{DAYS[first]} {text}" if first == last else f"{DAYS[first]}–{DAYS[last]} {text}"
        for first, last, text in lines
    ]


def _span(hours: week.Hours) -> str:
    times = "–".join(f"{each // 60}:{each % 60:02d}" for each in (hours.begins, hours.ends))
    return f"{times} ({hours.place})" if hours.place else times


def calling(number: str | None) -> html.Cell:
    """The number as a link that calls it (RFC 3966)."""
    if not number:
        return ""
    return html.Safe(f'<a href="tel:{phones.dialled(number)}">{html.text(number)}</a>')


def writing(address: str | None) -> html.Cell:
    """The address as a link that writes to it."""
    if not address:
        return ""
    return html.Safe(f'<a href="mailto:{quote(address, safe="@+")}">{html.text(address)}</a>')


def badge() -> str:
    return '<span class="zustand lotse"><span aria-hidden="true">★</span> Digitallotse</span>'


def cards_html(cards: Sequence[PersonCard], *, status: bool, why: bool) -> str:
    """The people as a list of cards: name, badge, level, substitute, and why they were found."""
    return f'<ul class="leute">{"".join(_card(each, status, why) for each in cards)}</ul>'


def _card(card: PersonCard, status: bool, why: bool) -> str:
    name = html.page_link(f"/person?id={card.person}", card.name).html
    lotse = f" {badge()}" if card.lotse else ""
    about = " · ".join(html.text(each) for each in (card.title, card.office) if each)
    reach = [
        html.text(each)
        for each in (
            calling(card.phone),
            f"Raum {card.room}" if card.room else "",
            writing(card.email),
        )
        if each
    ]
    lines = [f'<span class="leise">{about}</span>', " · ".join(reach)]
    if status:
        answer = card.availability
        said = level(answer.level).html if answer.source != "unknown" else ""
        stands_in = f"Vertretung: {html.text(card.substitute)}" if card.substitute else ""
        lines.append(" · ".join(each for each in (said, stands_in) if each))
    if why and card.because:
        lines.append(f'<span class="leise">passt: {html.text(", ".join(card.because))}</span>')
    rest = "".join(f"<br>{line}" for line in lines if line)
    return f"<li><strong>{name}</strong>{lotse}{rest}</li>"
