"""Signing in with the directory: it knows the password, the house knows the person.

Local accounts stay for emergencies: always for people whom the directory does not know, for the others while no
server answers.
"""

import logging
import time
from dataclasses import replace
from uuid import UUID

from presence.authenticators import Admits, LocalAccounts, Proof, SourceAwayError
from presence.directory.applying import apply, fingerprint
from presence.directory.conflicts import report_conflicts
from presence.directory.connection import Conversation, connect
from presence.directory.entries import Entry
from presence.directory.errors import (
    AwayError,
    BrokenOffError,
    DirectoryError,
    IncompleteError,
)
from presence.directory.kinds import Kind
from presence.directory.mapping import GroupMapping, Rights, load_mapping, rights_of
from presence.directory.plan import Wanted, make_plan, office_conflicts
from presence.directory.queries import (
    LDAP,
    given,
    is_active,
    known_facts,
    known_people,
    newcomers,
    office_book,
    residents,
    was_refused,
)
from presence.directory.reading import find_person, groups_of, recognise, unseen_groups
from presence.logins import same_login
from presence.tables import Account
from storage.actors import Role, System
from storage.clock import local_date
from storage.house import House
from storage.organisation.queries import person_by_login

REFUSED_AFTER = 0.25
"""Seconds that every "no" takes: an unknown name is answered no faster than a wrong password."""
ACTOR = System("directory")

log = logging.getLogger(__name__)


class DirectoryAccounts:
    """Passwords of the directory, with local accounts beside it."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._local = LocalAccounts(house)

    def authenticate(self, login: str, password: str, admits: Admits, /) -> Proof | None:
        """Who it is, or ``None``. Raises ``SourceAwayError``."""
        began = time.monotonic()
        login = same_login(login)
        sayable = password and "\0" not in login + password
        proof = self._check(login, password, admits) if sayable else None
        if proof is None:
            time.sleep(max(0.0, began + REFUSED_AFTER - time.monotonic()))
        return proof

    def _check(self, login: str, password: str, admits: Admits) -> Proof | None:
        known, account, vouched_for = self._known(login)
        if account is not None and (account.disabled or not vouched_for):
            return self._local.authenticate(login, password, admits)
        try:
            person = self._ask(login, password, admits)
        except (SourceAwayError, DirectoryError, IncompleteError) as error:
            log.warning("the directory could not be asked: %s", error)
            if account is not None:
                return self._local.authenticate(login, password, admits)
            raise SourceAwayError from error
        if person is None or (person != known and self._is_locked(person)):
            return None
        return Proof(person, "ldap")

    def _known(self, login: str) -> tuple[UUID | None, Account | None, bool]:
        """The person of this login, their local account, and whether the directory knows them.

        A local account that is locked in the house locks the person out for every source.
        """
        with self._house.database.read() as session:
            person = person_by_login(session, login, local_date(self._house.clock()))
            if person is None:
                return None, None, False
            account = session.get(Account, person.id)
            return person.id, account, is_active(session, person.id)

    def _is_locked(self, person: UUID) -> bool:
        """The same for who came by another name than their login here."""
        with self._house.database.read() as session:
            account = session.get(Account, person)
        return account is not None and account.disabled

    def _ask(self, login: str, password: str, admits: Admits) -> UUID | None:
        """Who it is, or ``None``. Where a server breaks off, the next one is asked, once.

        Not where it did so while it looked at the password: a wrong one would count twice with servers that share their
        count, and lock the account the sooner.
        """
        said: list[bool] = []
        try:
            return self._ask_once(login, password, admits, said)
        except (AwayError, BrokenOffError):
            if said or len(self._house.settings.ldap_servers) < 2:
                raise
        return self._ask_once(login, password, admits, said)

    def _ask_once(self, login: str, password: str, admits: Admits, said: list[bool]) -> UUID | None:
        """``said`` is not empty while a server has the password and has not taken it."""
        settings = self._house.settings
        mapping = load_mapping(settings.ldap_mapping)
        with connect(settings) as conversation:
            kind = recognise(conversation, settings).kind
            entry = find_person(conversation, settings, kind, login, self._house.clock())
            if entry is None or entry.locked or entry.lacks:
                return None
            # The directory may find one entry by many spellings; each must count for the same brake.
            if not entry.is_called(login) or not admits(entry.login, sent_on=True):
                return None
            said.append(True)
            if not conversation.accepts(entry.dn, password):
                return None
            said.clear()
            groups: frozenset[str] = frozenset()
            if mapping.groups:
                conversation.as_service()
                groups = groups_of(conversation, settings, kind, entry)
            rights = self._rights(conversation, kind, entry, groups, mapping)
        return self._take_in(entry, rights)

    def _rights(
        self,
        conversation: Conversation,
        kind: Kind,
        entry: Entry,
        groups: frozenset[str],
        mapping: GroupMapping,
    ) -> Rights:
        """What the entry gives today; what comes of groups that are not to be seen now is left as it is.

        Nothing at all is taken away while the last sync was refused: what it did not do at once for all must not
        happen to one after the other.
        """
        settings, today = self._house.settings, local_date(self._house.clock())
        with self._house.database.read() as session:
            offices = office_book(session, today)
            held = given(session, today, entry.key)
        rights = rights_of(groups, entry.office, mapping, offices)
        if not any(each.shrinks_with(rights) for each in held.values()):
            return rights
        if self._sync_was_refused():
            return replace(rights, offices_last=True, lasting=frozenset(Role))
        elsewhere = {key: name for key, name in mapping.groups.items() if key not in groups}
        unseen = unseen_groups(conversation, settings, kind, elsewhere)
        return rights_of(groups, entry.office, mapping, offices, unseen)

    def _sync_was_refused(self) -> bool:
        with self._house.database.read() as session:
            return was_refused(session)

    def _take_in(self, entry: Entry, held: Rights) -> UUID | None:
        """The person of this entry, with today's facts and rights; entered where the sync has not met them yet."""
        house, today = self._house, local_date(self._house.clock())
        with house.database.read() as session:
            known = known_people(session, LDAP, entry=(entry.key, entry.login, entry.number))
            there = residents(session, today, {entry.login, *(each.login for each in known)})
            expected = newcomers(session, today)
            same = next((each.person for each in known if each.key == entry.key), None)
            facts = known_facts(session, same).get(same, {}) if same else {}
        # What an entry lacks may only be hidden for now; the sync, which sees all of them, takes it away.
        entry = replace(
            entry,
            title=entry.title or facts.get("title"),
            email=entry.email or facts.get("email"),
            phone=entry.phone or facts.get("phone"),
            room=entry.room or facts.get("room"),
        )
        rights = {entry.key: held}
        wanted = Wanted(entry, fingerprint(entry, held))
        plan = make_plan(
            [wanted], known, there, complete=False, newcomers=expected,
            offices={entry.key: held.offices},
        )  # fmt: skip
        applied = apply(house, ACTOR, plan, rights, LDAP)
        report_conflicts(
            house, [*plan.conflicts, *office_conflicts(rights.values()), *applied.conflicts]
        )
        with house.database.read() as session:
            found = known_people(session, LDAP, entry=(entry.key, "", None))
        return next((each.person for each in found if each.key == entry.key and each.active), None)
