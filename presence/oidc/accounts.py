"""Who of the house somebody is whom the provider has vouched for.

The first time by login name, afterwards by the provider's own id alone: a login name may be given to somebody else.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.directory.conflicts import PROVIDER_CONFLICT, report_conflicts, settle
from presence.directory.plan import Conflict
from presence.directory.queries import residents
from presence.directory.tables import DirectoryIdentity
from presence.logins import alike, same_login
from presence.oidc.provider import Proven
from presence.tables import Account
from storage.clock import local_date, new_id
from storage.house import House
from storage.journal.entries import record
from storage.organisation.queries import load_staff
from storage.organisation.tables import Person
from storage.upsert import insert_into


def person_of(house: House, proven: Proven) -> UUID | None:
    """The person who may sign in, or ``None``: unknown here, left, locked, or somebody else's name."""
    source = house.settings.oidc_issuer
    today = local_date(house.clock())
    with house.database.write() as session:
        conflict = None
        identity = _identity(session, source, proven)
        if identity is None:
            conflict = _link(session, house, source, proven)
            identity = _identity(session, source, proven)
        person = identity.person_id if identity is not None and identity.active else None
        if person is not None:
            account = session.get(Account, person)
            locked = account is not None and account.disabled
            if locked or load_staff(session, person, today) is None:
                person = None
    if conflict is not None:
        report_conflicts(house, [conflict], PROVIDER_CONFLICT)
    return person


def unclear(login: str) -> str:
    """What a conflict about this login is told by."""
    return f"oidc:{login}"


def _identity(session: Session, source: str, proven: Proven) -> DirectoryIdentity | None:
    return session.scalars(
        select(DirectoryIdentity).where(
            DirectoryIdentity.source == source, DirectoryIdentity.key == proven.subject
        )
    ).one_or_none()


def _link(session: Session, house: House, source: str, proven: Proven) -> Conflict | None:
    """Tie the provider's id to the person of this login, whose name has to fit as well; else say what is unclear.

    Of several who try at once one after the other gets the person, and each finds what the one before did.
    """
    now = house.clock()
    login = same_login(proven.login)
    found = residents(session, local_date(now), {login}).get(login)
    if found is None or not found.works:
        return None
    session.get(Person, found.person, with_for_update=True)
    held = session.scalars(
        select(DirectoryIdentity.key).where(
            DirectoryIdentity.source == source, DirectoryIdentity.person_id == found.person
        )
    ).first()
    if held == proven.subject:
        return None
    if held is not None or alike(found.name) != alike(
        proven.name
    ):  # they would inherit what somebody else was given
        return Conflict(
            unclear(login),
            f"„{proven.name or login}“ meldet sich beim Anmeldedienst als „{login}“ an; "
            f"so heißt hier schon „{found.name}“. Bitte klären, wer das ist.",
        )
    linked = session.scalar(
        insert_into(session, DirectoryIdentity)
        .values(
            id=new_id(),
            source=source,
            key=proven.subject,
            person_id=found.person,
            active=True,
            number=None,
            fingerprint="",
            changed_at=now,
        )
        .on_conflict_do_nothing(index_elements=["source", "key"])
        .returning(DirectoryIdentity.id)
    )
    if linked is not None:
        settle(session, unclear(login), PROVIDER_CONFLICT, now)
        record(
            session,
            actor="system:oidc",
            verb="identity.link",
            object_kind="person",
            object_id=found.person,
            at=now,
        )
    return None
