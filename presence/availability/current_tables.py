"""The tables of the store that forgets (``presence.availability.current``); they have no revision and no backup."""

from sqlalchemy import BigInteger, Column, Integer, MetaData, String, Table, Uuid

from storage.privacy import privacy
from storage.schema import UtcDateTime

FLUECHTIG = "fluechtig"
"""The schema on PostgreSQL."""

_METADATA = MetaData()

STATUS = Table(
    "current_status",
    _METADATA,
    Column("person", Uuid(), primary_key=True),
    Column("level", Integer(), nullable=False),
    Column("starts", UtcDateTime(), nullable=False),
    Column("until", UtcDateTime(), nullable=False),
    Column("message", String()),
    Column("place", String()),
    info=privacy(
        "Selbst gesetzter Status",
        "person",
        "bis zu seinem Ende, höchstens bis Mitternacht",
        "erase",
    ),
)
BUSY = Table(
    "current_busy",
    _METADATA,
    Column("person", Uuid(), primary_key=True),
    Column("starts", UtcDateTime(), primary_key=True),
    Column("status", String(), primary_key=True),
    Column("ends", UtcDateTime(), nullable=False),
    info=privacy(
        "Frei- und Belegt-Zeiten des selbst verbundenen Kalenders",
        "person",
        "bis zur nächsten Abfrage, Vergangenes bis zur Nacht",
        "erase",
    ),
)
NOTICE = Table(
    "current_notice",
    _METADATA,
    Column("person", Uuid(), primary_key=True),
    Column("by", Uuid(), primary_key=True),
    Column("at", UtcDateTime(), nullable=False),
    info=privacy(
        "Hinweis an die Person, dass jemand anderes ihren Status gesetzt hat",
        "person",
        "bis er gelesen ist, höchstens 30 Tage",
        "erase",
    ),
)
COUNTER = Table(
    "current_version",
    _METADATA,
    Column("version", BigInteger(), nullable=False),
    info=privacy("Zähler der Änderungen, ohne Personenbezug", None, "dauerhaft", "keep"),
)


def tables_of() -> MetaData:
    """All of them, also for the register of processing."""
    return _METADATA
