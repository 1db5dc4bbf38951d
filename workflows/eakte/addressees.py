"""Who is named to get unopened post of a rule. Where nobody is, nobody opens it, and the house is asked to name somebody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_OID, UUID, uuid5

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ocr.analysis.unopened import UnopenedRule, seed
from storage.actors import SEALED, Actor, Role, Staff, System
from storage.clock import local_date
from storage.conflicts import ConflictError, NotFoundError
from storage.journal.entries import record
from storage.organisation.queries import addressees, has_role_holder, names, office_by_key, valid_on
from storage.organisation.tables import Addressee, Person
from storage.rights import NotAllowedError, Verb, require
from storage.tasks.list import finish_task, finish_tasks, open_task
from workflows.eakte.sight import in_sight
from workflows.eakte.tables import Document

PAGE = "/empfaenger"
NOT_ONESELF = (
    "Sich selbst kann niemand als Empfänger benennen. Bitte lassen Sie das jemand anderen tun."
)
_HOUSE = System("addressees")


@dataclass(frozen=True, slots=True)
class Named:
    """A rule, who is named for it (id and name), else the office that gets its post, and how many letters wait for people."""

    rule: UnopenedRule
    people: tuple[tuple[UUID, str], ...]
    office: str | None
    waiting: int


def rules() -> list[UnopenedRule]:
    """The rules for which people can be named: all but that for the person on the envelope."""
    return [rule for rule in seed() if not rule.personal]


def listed(session: Session, actor: Actor, now: datetime) -> Sequence[Named]:
    """All rules with the people named for them today. Numbers only, nothing of the letters."""
    require(actor, Verb.ADDRESSEE_NAME)
    known = addressees(session, local_date(now))
    called = names(session, {each for people in known.values() for each in people})
    waiting = _waiting(session)
    return [
        Named(
            rule,
            tuple((each, called.get(each, "")) for each in known.get(rule.key, ())),
            _office_of(session, rule, now),
            waiting.get(rule.key, 0),
        )
        for rule in rules()
    ]


def _office_of(session: Session, rule: UnopenedRule, now: datetime) -> str | None:
    if rule.named or rule.forward_to is None:
        return None
    office = office_by_key(session, rule.forward_to, local_date(now))
    return office.name if office else None


def _waiting(session: Session) -> dict[str, int]:
    """How many sealed letters wait for people, by rule."""
    rows = session.execute(
        select(Document.access, func.count())
        .where(in_sight(session, _HOUSE), Document.state == "unopened")
        .where(Document.access.startswith(SEALED))
        .group_by(Document.access)
    )
    return {access.removeprefix(SEALED): number for access, number in rows}


def name_addressee(
    session: Session, actor: Actor, rule: str, person: UUID, *, now: datetime
) -> None:
    """From today on somebody gets the rule's unopened post and may open it, also what waits already.

    Twice is once. Raises ``NotAllowedError`` where somebody would name themselves.
    """
    require(actor, Verb.ADDRESSEE_NAME)
    if isinstance(actor, Staff) and actor.person == person:
        raise NotAllowedError(NOT_ONESELF)
    _known(rule)
    today = local_date(now)
    if (
        session.scalar(select(Person.id).where(Person.id == person, valid_on(Person, today)))
        is None
    ):
        raise NotFoundError("Diese Person gibt es nicht.")
    if not _held(session, rule, person, now):
        session.add(Addressee(rule=rule, person_id=person, valid_from=today, valid_to=None))
        _note(session, actor, Verb.ADDRESSEE_NAME.value, rule, person, now)
    finish_task(session, _missing(rule), now)
    for document in _letters(session, rule):
        tell_addressee(session, document, person, now)


def end_addressee(
    session: Session, actor: Actor, rule: str, person: UUID, *, now: datetime
) -> None:
    """From today on somebody neither gets nor opens the rule's post any more."""
    require(actor, Verb.ADDRESSEE_NAME)
    held = _held(session, rule, person, now)
    if not held:
        raise ConflictError("Diese Person ist dafür nicht benannt.")
    for row in held:
        row.valid_to = local_date(now)
    _note(session, actor, "addressee.end", rule, person, now)
    letters = _letters(session, rule)
    finish_tasks(session, [task_key(each, person) for each in letters], now)
    if letters:
        tell_addressees(session, letters[0], rule, now)


def _known(rule: str) -> None:
    if rule not in {each.key for each in rules()}:
        raise NotFoundError("Diese Art von Sendungen gibt es nicht.")


def _held(session: Session, rule: str, person: UUID, now: datetime) -> Sequence[Addressee]:
    return session.scalars(
        select(Addressee).where(
            Addressee.rule == rule,
            Addressee.person_id == person,
            valid_on(Addressee, local_date(now)),
        )
    ).all()


def _letters(session: Session, rule: str) -> Sequence[Document]:
    return session.scalars(
        select(Document).where(
            in_sight(session, _HOUSE),
            Document.state == "unopened",
            Document.access == f"{SEALED}{rule}",
        )
    ).all()


def task_key(document: Document, person: UUID) -> str:
    return f"unopened:{document.id.hex}:{person.hex}"


def task_keys(session: Session, document: Document) -> list[str]:
    """Of the tasks by which people named for its rule, now or once, have heard of a letter."""
    wanted = select(Addressee.person_id).where(Addressee.rule == document.unopened_rule)
    return [task_key(document, each) for each in set(session.scalars(wanted))]


def tell_addressees(session: Session, document: Document, rule: str, now: datetime) -> None:
    """Let the letter wait for everybody named for its rule; where nobody is, ask for somebody."""
    people = addressees(session, local_date(now)).get(rule, [])
    for person in people:
        tell_addressee(session, document, person, now)
    if not people:
        ask_for_addressee(session, rule, now)


def tell_addressee(session: Session, document: Document, person: UUID, now: datetime) -> None:
    open_task(
        session,
        key=task_key(document, person),
        kind="unopened",
        title="Ungeöffnete Sendung liegt für Sie bereit",
        link=f"/dokument?id={document.id}",
        object_kind="document",
        object_id=document.id,
        now=now,
        person=person,
    )


def ask_for_addressee(session: Session, rule: str, now: datetime) -> None:
    """One task per rule for the data protection officers, else the administration; nothing of any letter stands there."""
    officers = has_role_holder(session, Role.PRIVACY, None, local_date(now))
    title = next((each.title for each in seed() if each.key == rule), rule)
    open_task(
        session,
        key=_missing(rule),
        kind="addressee.missing",
        title=f"Ungeöffnete Post „{title}“ wartet, und niemand ist dafür benannt: Bitte Empfänger benennen",
        link=PAGE,
        object_kind="addressee",
        object_id=uuid5(NAMESPACE_OID, rule),
        now=now,
        role=Role.PRIVACY if officers else Role.ADMIN,
    )


def unnamed(session: Session, now: datetime) -> list[UnopenedRule]:
    """Rules whose letters wait although nobody is named who could open them."""
    waiting, named = _waiting(session), addressees(session, local_date(now))
    return [rule for rule in seed() if waiting.get(rule.key) and not named.get(rule.key)]


def warn_of_unnamed(session: Session, now: datetime) -> Sequence[str]:
    """What the status says of them."""
    return [
        f"Ungeöffnete Post „{rule.title}“ wartet, und niemand ist dafür benannt. Bitte auf der Seite „Empfänger"
        " ungeöffneter Post“ jemanden benennen."
        for rule in unnamed(session, now)
    ]


def _missing(rule: str) -> str:
    return f"addressee.missing:{rule}"


def _note(
    session: Session, actor: Actor, verb: str, rule: str, person: UUID, now: datetime
) -> None:
    record(
        session,
        actor=actor.journal_id,
        verb=verb,
        object_kind="person",
        object_id=person,
        details={"rule": rule},
        at=now,
    )
