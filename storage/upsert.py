"""INSERT ... ON CONFLICT: of several who write the same row at once, one inserts and the others find or renew it."""

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from storage.schema import Table


def insert_into(session: Session, table: type[Table]) -> postgresql.Insert | sqlite.Insert:
    """The INSERT of the session's dialect, which has the ``on_conflict_...`` clauses."""
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(table) if on_postgresql else sqlite.insert(table)
