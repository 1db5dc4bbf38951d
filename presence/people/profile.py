"""What people tell about themselves: tasks (also their head), languages, skills and picture of their own will."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Session

from presence.availability.rights import require_own
from presence.people.tables import PersonPhoto, PersonProfile, PersonSkill
from storage.actors import Actor, ProtectionClass, Scope, Staff, System
from storage.clock import local_date, new_id
from storage.conflicts import ConflictError
from storage.journal.entries import record
from storage.one_line import one_line
from storage.organisation.queries import valid_on
from storage.organisation.tables import Membership, Person
from storage.rights import NotAllowedError, Verb, may
from storage.upsert import insert_into

MOST, LONGEST = 30, 80
LEFT_SHOWN = "Das Profil wurde inzwischen geändert. Bitte sehen Sie es sich noch einmal an."


def may_edit_tasks(session: Session, actor: Actor, person: UUID, now: datetime) -> bool:
    """Oneself, and who heads one of the person's offices: tasks are given, not only told."""
    if isinstance(actor, System) or (isinstance(actor, Staff) and actor.person == person):
        return True
    offices = session.scalars(
        select(Membership.office_id).where(
            Membership.person_id == person, valid_on(Membership, local_date(now))
        )
    )
    return any(
        may(actor, Verb.PERSON_TASKS, Scope(office, ProtectionClass.INTERNAL)) for office in offices
    )


def set_tasks(
    session: Session,
    actor: Actor,
    person: UUID,
    tasks: Iterable[str],
    revision: int,
    *,
    now: datetime,
) -> None:
    """What somebody is responsible for, in short texts; ``revision`` is the profile's as it was shown (0: none)."""
    if not may_edit_tasks(session, actor, person, now):
        raise NotAllowedError("Aufgaben ändern nur die Person selbst und ihre Leitung.")
    _renew(session, person, revision, tasks=texts(tasks, "Aufgabe"))
    record(
        session,
        actor=actor.journal_id,
        verb="person.tasks",
        object_kind="person",
        object_id=person,
        at=now,
    )


def set_languages(
    session: Session, actor: Actor, person: UUID, languages: Iterable[str], revision: int
) -> None:
    """Which languages one speaks, where one wants to tell."""
    require_own(actor, person)
    _renew(session, person, revision, languages=texts(languages, "Sprache"))


def offer_skills(
    session: Session, actor: Actor, person: UUID, skills: Iterable[str], *, now: datetime
) -> None:
    """Exactly these skills may be found from now on; what is left out is forgotten.

    Only oneself: nobody else can consent (GDPR Art. 7). The journal takes none of it.
    """
    require_own(actor, person)
    wanted = texts(skills, "Fähigkeit")
    held = set(session.scalars(select(PersonSkill.skill).where(PersonSkill.person_id == person)))
    session.execute(
        delete(PersonSkill).where(PersonSkill.person_id == person, PersonSkill.skill.not_in(wanted))
    )
    for skill in wanted:
        if skill not in held:
            session.execute(
                insert_into(session, PersonSkill)
                .values(id=new_id(), person_id=person, skill=skill, consented_at=now)
                .on_conflict_do_nothing()
            )


def set_photo(
    session: Session, actor: Actor, person: UUID, picture: bytes, *, now: datetime
) -> None:
    """Show a picture of oneself to colleagues. ``picture`` comes from ``portrait.redraw``, never from outside."""
    require_own(actor, person)
    renewed = {"picture": picture, "consented_at": now}
    session.execute(
        insert_into(session, PersonPhoto)
        .values(person_id=person, revision=1, **renewed)
        .on_conflict_do_update(
            index_elements=["person_id"], set_={**renewed, "revision": PersonPhoto.revision + 1}
        )
    )


def remove_photo(session: Session, actor: Actor, person: UUID) -> None:
    """Take the picture back; twice is fine."""
    require_own(actor, person)
    session.execute(delete(PersonPhoto).where(PersonPhoto.person_id == person))


def forget_leavers(session: Session, now: datetime) -> int:
    """Profiles, skills and pictures of who no longer works here (nightly). Returns how many rows went."""
    today = local_date(now)
    gone = select(Person.id).where(Person.valid_to <= today)
    count = 0
    for table in (PersonProfile, PersonSkill, PersonPhoto):
        result: CursorResult[tuple[()]] = session.execute(  # type: ignore[assignment]
            delete(table).where(table.person_id.in_(gone))
        )
        count += result.rowcount
    return count


def texts(told: Iterable[str], what: str) -> list[str]:
    """Short texts without repetition, in the order told. Raises ``ConflictError`` for too many or too long ones."""
    found = list(dict.fromkeys(line for each in told if (line := one_line(each))))
    if len(found) > MOST:
        raise ConflictError(f"Bitte beschränken Sie sich auf {MOST} Einträge.")
    for each in found:
        if len(each) > LONGEST:
            raise ConflictError(f"Eine {what} darf höchstens {LONGEST} Zeichen lang sein.")
    return found


def _renew(session: Session, person: UUID, revision: int, **facts: list[str]) -> None:
    row = session.get(PersonProfile, person, with_for_update=True, populate_existing=True)
    if (row.revision if row else 0) != revision:
        raise ConflictError(LEFT_SHOWN)
    if row is None:
        made = session.scalars(
            insert_into(session, PersonProfile)
            .values(person_id=person, revision=1, **{"tasks": [], "languages": [], **facts})
            .on_conflict_do_nothing()
            .returning(PersonProfile.person_id)
        ).all()
        if not made:
            raise ConflictError(LEFT_SHOWN)
        return
    for name, value in facts.items():
        setattr(row, name, value)
    row.revision += 1
