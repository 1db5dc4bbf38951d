"""Reading accounts. Who may see them is decided by the verb ``people.change`` before these are asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.directory.tables import DirectoryIdentity
from presence.tables import Account
from storage.actors import Actor
from storage.organisation.queries import people
from storage.rights import Verb, require


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A line in the administration's list of people.

    ``account``: none, open, first (initial password), disabled, or directory (no local one, another system vouches).
    """

    person: UUID
    login: str
    name: str
    office: UUID | None
    office_name: str
    account: str


def people_with_accounts(session: Session, actor: Actor, day: date) -> Sequence[PersonLine]:
    """Everybody of the day with the state of their account, by name."""
    require(actor, Verb.PEOPLE_CHANGE)
    accounts = {row.person_id: row for row in session.scalars(select(Account))}
    vouched_for = set(
        session.scalars(select(DirectoryIdentity.person_id).where(DirectoryIdentity.active))
    )

    def state(person: UUID) -> str:
        account = accounts.get(person)
        if account is None:
            return "directory" if person in vouched_for else "none"
        if account.disabled:
            return "disabled"
        return "first" if account.must_change else "open"

    return [
        PersonLine(
            person.id,
            person.login,
            person.name,
            office.id if office else None,
            office.short if office else "",
            state(person.id),
        )
        for person, office in people(session, day)
    ]
