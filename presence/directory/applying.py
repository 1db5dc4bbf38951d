"""Carrying out a plan: people, offices and roles as the directory has them. The same for a sync and for a sign-in."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import islice
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from presence.directory.entries import Entry
from presence.directory.mapping import Rights
from presence.directory.plan import Conflict, Known, Plan, Wanted
from presence.directory.tables import DirectoryIdentity
from presence.people.laufzettel import end_to_come
from presence.sessions import sign_out_everywhere
from storage.actors import Actor, Grant, ProtectionClass, Role
from storage.clock import local_date
from storage.conflicts import ConflictError
from storage.house import House
from storage.organisation.operations import add_person, close_class, grant_role, withdraw_role
from storage.organisation.queries import valid_on
from storage.organisation.staff_changes import (
    change_person,
    end_person,
    join_office,
    leave_office,
    rename_logins,
    return_person,
)
from storage.organisation.tables import DIRECTORY, HOUSE, ClassGrant, Membership, Person, RoleGrant
from storage.rights import Verb, require

CHUNK = 200
"""People per transaction: others write in between."""
FORGOTTEN_AFTER = timedelta(days=30)
"""Whoever comes back later than this gets nothing back that was given in the house."""

Deed = Callable[[Session], str | None]
"""Does one thing and says what it counts as (a key of the sync's result), or ``None``."""
GivenRow = TypeVar("GivenRow", Membership, RoleGrant)


@dataclass(frozen=True, slots=True)
class Applied:
    """What could not be done, and how many people were ``created``, ``updated`` and ``disabled``."""

    conflicts: list[Conflict]
    done: Mapping[str, int]


def fingerprint(entry: Entry, rights: Rights) -> str:
    """Hash of all that is taken over from the directory."""
    grants = sorted((grant.role.value, str(grant.office)) for grant in rights.grants)
    offices = sorted(str(office) for office in rights.offices)
    unsure = [rights.offices_last, *sorted(rights.lasting)]
    whole = [entry.login, entry.number, sorted(entry.facts.items()), grants, offices, unsure]
    text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
    return hashlib.blake2b(text.encode(errors="replace"), digest_size=16).hexdigest()


def apply(
    house: House,
    actor: Actor,
    plan: Plan,
    rights: Mapping[str, Rights],
    source: str,
    *,
    between: Callable[[], None] = lambda: None,
) -> "Applied":
    """Write what was planned; ``rights`` by key of the entry.

    ``between`` is called after each transaction. A second call with the same plan finds most of it done.
    """
    require(actor, Verb.PEOPLE_CHANGE)
    work = _Work(house, actor, source, rights)
    deeds: list[tuple[str, Deed]] = []
    if plan.aside or plan.renames:
        logins = {person: f"alt-{person.hex}" for person in plan.aside} | plan.renames
        deeds.append(("logins", partial(work.rename, logins=logins)))
    deeds += [(each.entry.login, partial(work.create, wanted=each)) for each in plan.create]
    deeds += [
        (each.entry.login, partial(work.link, wanted=each, person=person, before=before))
        for each, person, before in plan.link
    ]
    deeds += [
        (each.entry.login, partial(work.update, wanted=each, before=before))
        for each, before in plan.update
    ]
    deeds += [(each.login, partial(work.disable, known=each)) for each in plan.disable]
    waiting = iter(deeds)
    while chunk := list(islice(waiting, CHUNK)):
        _carry_out(house, chunk, work)
        between()
    return Applied(work.conflicts, work.done)


def _carry_out(house: House, deeds: Sequence[tuple[str, Deed]], work: "_Work") -> None:
    """All in one transaction; each alone where somebody wrote the same meanwhile."""
    before = list(work.conflicts)
    done: list[str | None] = []
    try:
        with house.database.write() as session:
            for about, deed in deeds:
                work.about = about
                done.append(deed(session))
        work.done.update(what for what in done if what)
    except (IntegrityError, ConflictError) as error:
        work.conflicts[:] = before
        if len(deeds) == 1:
            reason = str(error) if isinstance(error, ConflictError) else "Gleichzeitig geändert."
            work.conflict(f"„{deeds[0][0]}“ ist nicht abgeglichen: {reason}")
            return
        for each in deeds:
            _carry_out(house, [each], work)


class _Work:
    """The deeds of one run: each is called in a transaction of the house."""

    def __init__(
        self, house: House, actor: Actor, source: str, rights: Mapping[str, Rights]
    ) -> None:
        self._actor, self._source, self._rights = actor, source, rights
        self._now = house.clock()
        self._today = local_date(self._now)
        self.conflicts: list[Conflict] = []
        self.done: Counter[str] = Counter()
        self.about = ""

    def conflict(self, text: str) -> None:
        self.conflicts.append(Conflict(self.about, text))

    def rename(self, session: Session, logins: Mapping[UUID, str]) -> None:
        rename_logins(session, self._actor, logins, now=self._now)

    def create(self, session: Session, wanted: Wanted) -> str:
        entry = wanted.entry
        person = add_person(
            session,
            self._actor,
            login=entry.login,
            name=entry.name,
            office=None,
            title=entry.title,
            email=entry.email,
            phone=entry.phone,
            room=entry.room,
            valid_from=self._today,
            now=self._now,
            origin=self._source,
        )
        self._identify(session, wanted, person.id)
        self._give(session, person.id, self._rights[entry.key], fresh=True)
        return "created"

    def link(self, session: Session, wanted: Wanted, person: UUID, before: Known | None) -> str:
        """Somebody known belongs to this entry from now on; a former entry of theirs no longer counts."""
        row = session.get_one(DirectoryIdentity, before.identity) if before else None
        if row is None:
            self._return(session, person, None)
            self._identify(session, wanted, person)
        else:
            self._return(session, person, row)
            row.key = wanted.entry.key
            self._renew(row, wanted)
        if not self._take_over(session, wanted.entry, person) and row is not None:
            row.fingerprint = ""
        return "updated"

    def update(self, session: Session, wanted: Wanted, before: Known) -> str:
        row = session.get_one(DirectoryIdentity, before.identity)
        if not row.active:
            self._return(session, row.person_id, row)
        self._renew(row, wanted)
        if not self._take_over(session, wanted.entry, row.person_id):
            row.fingerprint = ""  # the next sync tries again
        return "updated"

    def disable(self, session: Session, known: Known) -> str | None:
        """Nobody signs in as this person any more; the person's traces stay, dated to their last day."""
        row = session.get_one(DirectoryIdentity, known.identity)
        try:
            end_person(session, self._actor, row.person_id, now=self._now)
        except ConflictError as error:
            self.conflict(f"„{known.name}“ fehlt im Verzeichnis, bleibt aber hier: {error}")
            return None
        sign_out_everywhere(session, row.person_id)
        row.active, row.fingerprint, row.changed_at = False, "", self._now
        self._give(session, row.person_id, Rights())
        return "disabled"

    def _identify(self, session: Session, wanted: Wanted, person: UUID) -> None:
        session.add(
            DirectoryIdentity(
                source=self._source,
                key=wanted.entry.key,
                person_id=person,
                active=True,
                number=wanted.entry.number,
                fingerprint=wanted.fingerprint,
                changed_at=self._now,
            )
        )
        session.flush()

    def _renew(self, row: DirectoryIdentity, wanted: Wanted) -> None:
        row.active, row.number = True, wanted.entry.number
        row.fingerprint, row.changed_at = wanted.fingerprint, self._now

    def _take_over(self, session: Session, entry: Entry, person: UUID) -> bool:
        """Facts, login and rights as the entry has them. Says whether all of it was possible."""
        change_person(session, self._actor, person, entry.facts, now=self._now)
        if session.get_one(Person, person).login != entry.login:
            rename_logins(session, self._actor, {person: entry.login}, now=self._now)
        return self._give(session, person, self._rights[entry.key])

    def _return(self, session: Session, person: UUID, row: DirectoryIdentity | None) -> None:
        """Back at work, until the last day that was entered; after a long time without what the house had given by
        hand.
        """
        until = end_to_come(session, person, self._today)
        if not return_person(session, self._actor, person, until=until, now=self._now):
            return
        if row is not None and self._now - row.changed_at <= FORGOTTEN_AFTER:
            return
        for grant in self._held(session, RoleGrant, person, HOUSE):
            withdraw_role(
                session, self._actor, person, Role(grant.role), grant.office_id, now=self._now
            )
        for opened in session.scalars(
            select(ClassGrant).where(
                ClassGrant.person_id == person, valid_on(ClassGrant, self._today)
            )
        ).all():
            protection = ProtectionClass(opened.protection)
            close_class(session, self._actor, person, opened.office_id, protection, now=self._now)

    def _give(self, session: Session, person: UUID, rights: Rights, *, fresh: bool = False) -> bool:
        """Make what the directory gives exactly this; what the house gave by hand stays as it is, and so does what
        the directory can't be asked about just now.

        ``fresh``: the person has only just been entered and holds nothing. Says whether nothing had to stay that was
        to be withdrawn.
        """
        whole = True
        grants = () if fresh else self._held(session, RoleGrant, person, DIRECTORY)
        memberships = () if fresh else self._held(session, Membership, person, DIRECTORY)
        held = {Grant(Role(row.role), row.office_id) for row in grants}
        at = {row.office_id for row in memberships}
        actor, now = self._actor, self._now
        for office in rights.offices - at:
            join_office(session, actor, person, office, now=now, origin=DIRECTORY)
        for office in () if rights.offices_last else at - rights.offices:
            leave_office(session, actor, person, office, now=now, origin=DIRECTORY)
        for grant in rights.grants - held:
            grant_role(session, actor, person, grant.role, grant.office, now=now, origin=DIRECTORY)
        for grant in held - rights.grants:
            if grant.role in rights.lasting:
                continue
            try:
                withdraw_role(
                    session, actor, person, grant.role, grant.office, now=now, origin=DIRECTORY
                )
            except ConflictError as error:
                self.conflict(f"Eine Rolle aus dem Verzeichnis bleibt: {error}")
                whole = False
        return whole

    def _held(
        self, session: Session, table: type[GivenRow], person: UUID, origin: str
    ) -> Sequence[GivenRow]:
        return session.scalars(
            select(table).where(
                table.person_id == person, table.origin == origin, valid_on(table, self._today)
            )
        ).all()
