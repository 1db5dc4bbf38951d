"""To whom a mail was written, and into which protection class a topic's or a group's Anliegen come"""

import sqlalchemy as sa
from alembic import op

from storage.migrations.column_types import json

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("anliegen_message", sa.Column("recipients", json(), nullable=True))
    op.add_column("anliegen_message", sa.Column("addressed", sa.String(), nullable=True))
    for table in ("kiss_topic", "kiss_group"):
        op.add_column(
            table,
            sa.Column("protection", sa.String(), nullable=False, server_default="internal"),
        )


def downgrade() -> None:
    for table in ("kiss_group", "kiss_topic"):
        op.drop_column(table, "protection")
    op.drop_column("anliegen_message", "addressed")
    op.drop_column("anliegen_message", "recipients")
