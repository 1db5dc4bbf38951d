"""Somebody may let the whole house know when they are back; nobody does before saying so"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "availability_profile",
        sa.Column("tells_return", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    op.drop_column("availability_profile", "tells_return")
