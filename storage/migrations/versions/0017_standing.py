"""Evaluations as they stand, what became of proposals, and the index that finds ways by group"""

import sqlalchemy as sa
from alembic import op

from storage.migrations.column_types import json, moment

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kiss_evaluation",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("offices", json(), nullable=True),
        sa.Column("asked_at", moment(), nullable=False),
        sa.Column("done_at", moment(), nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiss_evaluation")),
        sa.UniqueConstraint("key", name=op.f("uq_kiss_evaluation_key")),
    )
    op.add_column("kiss_proposal", sa.Column("groups", json(), nullable=True))
    op.add_column("kiss_proposal", sa.Column("follow_up", sa.String(), nullable=True))
    op.add_column("kiss_proposal", sa.Column("followed_at", moment(), nullable=True))
    op.create_index(op.f("ix_anliegen_step_group_id"), "anliegen_step", ["group_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_anliegen_step_group_id"), "anliegen_step")
    for column in ("followed_at", "follow_up", "groups"):
        op.drop_column("kiss_proposal", column)
    op.drop_table("kiss_evaluation")
