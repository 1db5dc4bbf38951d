"""Desks and rooms that are out of order for some days, and floors that are given up"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("floor", sa.Column("valid_to", sa.Date(), nullable=True))
    op.add_column(
        "space",
        sa.Column(
            "closures",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
            server_default="[]",
        ),
    )


def downgrade() -> None:
    op.drop_column("space", "closures")
    op.drop_column("floor", "valid_to")
