"""Types of columns as revisions write them; what is released has used them, so they never change."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql


def moment() -> sa.DateTime:
    """A moment with its time zone."""
    return sa.DateTime(timezone=True)


def json() -> sa.types.TypeEngine[Any]:
    """JSON, on PostgreSQL as JSONB."""
    return sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
