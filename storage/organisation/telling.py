"""Who watches over personal data hears when a protection class is opened to somebody."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.actors import CLASS_NAMES, ProtectionClass, Role, Staff
from storage.clock import new_id
from storage.mail import send_later
from storage.organisation.queries import holders
from storage.organisation.tables import Office, Person

OPENED = """Guten Tag,

{by} hat am {day:%d.%m.%Y} {to} den Zugang zur Schutzklasse „{protection}“ im Amt {office} geöffnet.

Wenn Sie das nicht erwarten, fragen Sie bitte nach. Schließen kann den Zugang die Systemverwaltung auf der Seite „Personen“.
"""


def tell_of_opened_class(
    session: Session, actor: Staff, person: UUID, office: UUID, protection: ProtectionClass, day: date, now: datetime
) -> None:  # fmt: skip
    """A mail to each data protection officer, written with the deed itself."""
    text = OPENED.format(
        by=session.get_one(Person, actor.person).name,
        to=session.get_one(Person, person).name,
        office=session.get_one(Office, office).name,
        protection=CLASS_NAMES[protection],
        day=day,
    )
    found = select(Person.email).where(
        Person.id.in_(holders(Role.PRIVACY, None, day)), Person.email.is_not(None)
    )
    for address in session.scalars(found):
        subject, key = "Zugang zu geschützten Akten geöffnet", f"class.open:{new_id().hex}"
        send_later(session, str(address), subject, text, key, now=now)
