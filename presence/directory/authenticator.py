"""Signing in with the directory: it knows the password, the house knows the person.

Local accounts stay for emergencies: always for people whom the directory does not know, for the others while no
server answers.
"""

import logging
import time
from uuid import UUID

from presence.authenticators import LocalAccounts, SourceAwayError
from presence.directory.applying import apply, fingerprint
from presence.directory.connection import connect
from presence.directory.entries import Entry, same_login
from presence.directory.errors import DirectoryError, IncompleteError
from presence.directory.mapping import GroupMapping, Rights, load_mapping, rights_of
from presence.directory.plan import Wanted, make_plan
from presence.directory.queries import (
    LDAP,
    is_active,
    known_people,
    offices_by_name,
    residents,
)
from presence.directory.reading import find_person, groups_of, recognise
from presence.directory.state import report_conflicts
from presence.tables import Account
from storage.actors import System
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

    def authenticate(self, login: str, password: str) -> UUID | None:
        """The person's id, or ``None``. Raises ``SourceAwayError``."""
        began = time.monotonic()
        login = same_login(login)
        person = self._check(login, password) if password and "\0" not in login + password else None
        if person is None:
            time.sleep(max(0.0, began + REFUSED_AFTER - time.monotonic()))
        return person

    def _check(self, login: str, password: str) -> UUID | None:
        account, vouched_for = self._known(login)
        if account is not None and (account.disabled or not vouched_for):
            return self._local.authenticate(login, password)
        try:
            return self._ask(login, password)
        except (SourceAwayError, DirectoryError, IncompleteError) as error:
            log.warning("the directory could not be asked: %s", error)
            if account is not None:
                return self._local.authenticate(login, password)
            raise SourceAwayError from error

    def _known(self, login: str) -> tuple[Account | None, bool]:
        """The local account of this login, and whether the directory knows the person.

        A local account that is locked in the house locks the person out for every source.
        """
        with self._house.database.read() as session:
            person = person_by_login(session, login, local_date(self._house.clock()))
            if person is None:
                return None, False
            return session.get(Account, person.id), is_active(session, person.id)

    def _ask(self, login: str, password: str) -> UUID | None:
        settings = self._house.settings
        mapping = load_mapping(settings.ldap_mapping)
        with connect(settings) as conversation:
            kind = recognise(conversation, settings).kind
            entry = find_person(conversation, settings, kind, login, self._house.clock())
            if entry is None or entry.locked or entry.lacks:
                return None
            if not conversation.accepts(entry.dn, password):
                return None
            groups: frozenset[str] = frozenset()
            if mapping.groups:
                conversation.as_service()
                groups = groups_of(conversation, settings, kind, entry)
        return self._take_in(entry, groups, mapping)

    def _take_in(self, entry: Entry, groups: frozenset[str], mapping: GroupMapping) -> UUID | None:
        """The person of this entry, with today's facts and rights; entered where the sync has not met them yet."""
        house, today = self._house, local_date(self._house.clock())
        with house.database.read() as session:
            offices = offices_by_name(session, today)
            known = known_people(session, LDAP, entry=(entry.key, entry.login, entry.number))
            there = residents(session, today, {entry.login, *(each.login for each in known)})
        rights: dict[str, Rights] = {entry.key: rights_of(groups, entry.office, mapping, offices)}
        wanted = Wanted(entry, fingerprint(entry, rights[entry.key]))
        plan = make_plan([wanted], known, there, complete=False)
        applied = apply(house, ACTOR, plan, rights, LDAP)
        conflicts = [*plan.conflicts, *applied.conflicts]
        if conflicts:
            report_conflicts(house, conflicts)
        with house.database.read() as session:
            found = known_people(session, LDAP, entry=(entry.key, "", None))
        return next((each.person for each in found if each.key == entry.key and each.active), None)
