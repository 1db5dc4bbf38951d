"""Offices get other names from a day on, and end with a successor"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SUCCESSOR = "fk_office_successor_id_office"


def upgrade() -> None:
    op.create_table(
        "office_name",
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("short", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_office_name_office_id_office")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_name")),
        sa.UniqueConstraint(
            "office_id", "valid_from", name=op.f("uq_office_name_office_id_valid_from")
        ),
    )
    if op.get_bind().dialect.name == "sqlite":
        # Alembic would copy the table, which others refer to; SQLite itself can add such a column.
        op.execute(
            f"ALTER TABLE office ADD COLUMN successor_id CHAR(32) CONSTRAINT {SUCCESSOR} REFERENCES office (id)"
        )
    else:
        op.add_column("office", sa.Column("successor_id", sa.Uuid(), nullable=True))
        op.create_foreign_key(SUCCESSOR, "office", "office", ["successor_id"], ["id"])


def downgrade() -> None:
    op.drop_column("office", "successor_id")
    op.drop_table("office_name")
