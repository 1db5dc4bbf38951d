"""Whom an answer reaches: who came with the Anliegen, and who came with those merged into it."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from storage.organisation.queries import names
from workflows.kiss.anliegen.opening import Channel
from workflows.kiss.anliegen.tables import Anliegen, Contact


def audience(session: Session, row: Anliegen) -> list[str]:
    """Everybody once, in words for who answers; who left no address finds it on their status page and is not among them."""
    rows = session.execute(
        select(Anliegen, Contact)
        .outerjoin(Contact, Contact.id == Anliegen.contact_id)
        .where(or_(Anliegen.id == row.id, Anliegen.merged_into_id == row.id))
        .order_by(Anliegen.id)
    ).all()
    colleagues = names(
        session,
        {
            each.opened_by
            for each, _ in rows
            if each.opened_by and each.channel == Channel.INTERNAL.value
        },
    )
    found: dict[str, str] = {}
    for each, known in rows:
        contact: Contact | None = known
        if contact is not None and contact.mail:
            called = f"{contact.name}, {contact.mail}" if contact.name else contact.mail
            found.setdefault(contact.mail.casefold(), called)
        elif each.opened_by in colleagues:
            found.setdefault(each.opened_by.hex, colleagues[each.opened_by])
    return list(found.values())
