"""Sign-ins in a log that forgets, and notices of absences that somebody else changed"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "absence_notice",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["person.id"], name=op.f("fk_absence_notice_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_absence_notice_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence_notice")),
        sa.UniqueConstraint("person_id", "by_id", name=op.f("uq_absence_notice_person_id_by_id")),
    )
    op.create_table(
        "sign_in",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_sign_in_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
    )
    op.create_index(op.f("ix_sign_in_at"), "sign_in", ["at"], unique=False)
    op.create_index(op.f("ix_sign_in_person_id_at"), "sign_in", ["person_id", "at"], unique=False)


def downgrade() -> None:
    op.drop_table("sign_in")
    op.drop_table("absence_notice")
