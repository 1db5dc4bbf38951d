"""Who of the house somebody is whom the provider has vouched for.

The first time by login name, afterwards by the provider's own id alone: a login name may be given to somebody else.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from presence.directory.entries import same_login
from presence.directory.plan import Conflict
from presence.directory.queries import residents
from presence.directory.state import report_conflicts
from presence.directory.tables import DirectoryIdentity
from presence.oidc.provider import Proven
from presence.tables import Account
from storage.clock import local_date
from storage.house import House
from storage.journal.entries import record
from storage.organisation.queries import load_staff


def person_of(house: House, proven: Proven) -> UUID | None:
    """The person who may sign in, or ``None``: unknown here, left, locked, or somebody else's name."""
    source = house.settings.oidc_issuer
    today = local_date(house.clock())
    with house.database.write() as session:
        identity = session.scalars(
            select(DirectoryIdentity).where(
                DirectoryIdentity.source == source, DirectoryIdentity.key == proven.subject
            )
        ).one_or_none()
        if identity is not None:
            person = identity.person_id if identity.active else None
            conflict = None
        else:
            person, conflict = _link(session, house, source, proven)
        if person is not None:
            account = session.get(Account, person)
            locked = account is not None and account.disabled
            if locked or load_staff(session, person, today) is None:
                person = None
    if conflict is not None:
        report_conflicts(house, [conflict])
    return person


def _link(
    session: Session, house: House, source: str, proven: Proven
) -> tuple[UUID | None, Conflict | None]:
    """Tie the provider's id to the person of this login; an administrator's name has to fit as well."""
    now = house.clock()
    login = same_login(proven.login)
    found = residents(session, local_date(now), {login}).get(login)
    if found is None or not found.works:
        return None, None
    held = session.scalar(
        select(DirectoryIdentity.id).where(
            DirectoryIdentity.source == source, DirectoryIdentity.person_id == found.person
        )
    )
    same_name = found.name.casefold().split() == proven.name.casefold().split()
    if held is not None or not same_name:  # they would inherit what somebody else was given
        return None, Conflict(
            f"oidc:{login}",
            f"„{proven.name or login}“ meldet sich beim Anmeldedienst als „{login}“ an; "
            f"so heißt hier schon „{found.name}“. Bitte klären, wer das ist.",
        )
    session.add(
        DirectoryIdentity(
            source=source,
            key=proven.subject,
            person_id=found.person,
            active=True,
            number=None,
            fingerprint="",
            changed_at=now,
        )
    )
    record(
        session,
        actor="system:oidc",
        verb="identity.link",
        object_kind="person",
        object_id=found.person,
        at=now,
    )
    return found.person, None
