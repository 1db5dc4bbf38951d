"""Accounts, sessions and failed sign-ins."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.organisation.shut_out import told_by
from storage.privacy import privacy
from storage.schema import Table, WithId, WithRevision


class Account(WithRevision, Table):
    """A local account: the right to sign in as a person, proved by a password."""

    __tablename__ = "account"
    __table_args__ = {  # noqa: RUF012 - SQLAlchemy's own form
        "info": privacy(
            "Anmeldung der Beschäftigten",
            "person_id",
            "bis zum Ausscheiden, gelöscht in der Nacht danach",
            "erase",
        )
    }

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    password_hash: Mapped[str]
    must_change: Mapped[bool]
    disabled: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime]


def _disabled(session: Session, people: Collection[UUID]) -> Collection[UUID]:
    wanted = select(Account.person_id).where(Account.person_id.in_(people), Account.disabled)
    return session.scalars(wanted).all()


told_by(_disabled)


class WebSession(Table):
    """Somebody is signed in. Only the token's SHA-256 is kept: who reads the table can't sign in with it."""

    __tablename__ = "web_session"
    __table_args__ = (
        Index(None, "person_id"),
        Index(None, "expires_at"),
        {
            "info": privacy(
                "Angemeldete Geräte",
                "person_id",
                "bis zur Abmeldung, sonst nachts gelöscht, wenn sie abgelaufen ist",
                "erase",
            )
        },
    )

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    device: Mapped[str]
    """Browser and system in words ("Firefox unter Linux"), for the person's own list of sessions."""
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    idle_minutes: Mapped[int]
    source: Mapped[str] = mapped_column(default="local", server_default="local")
    """Where the person proved who they are: ``local``, ``ldap`` or ``oidc``."""


class SignIn(WithId, Table):
    """Somebody signed in; kept apart from the journal, because it forgets (``presence.sign_in_log``)."""

    __tablename__ = "sign_in"
    __table_args__ = (
        Index(None, "person_id", "at"),
        Index(None, "at"),
        {
            "info": privacy(
                "Anmeldungen, um Missbrauch eines Kontos zu erkennen und aufzuklären",
                "person_id",
                "90 Tage",
                "erase",
            )
        },
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    device: Mapped[str]
    """Browser and system in words."""
    source: Mapped[str]
    """``local``, ``ldap`` or ``oidc``."""


class SignInAttempt(WithId, Table):
    """A sign-in that failed, or is being checked; names and addresses only as keyed hashes."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (
        Index(None, "account_key", "at"),
        Index(None, "address_key", "at"),
        {
            "info": privacy(
                "Schutz vor dem Erraten von Passwörtern",
                None,
                "einen Tag, dann nachts gelöscht",
                "erase",
            )
        },
    )

    account_key: Mapped[str]
    address_key: Mapped[str]
    at: Mapped[datetime]
