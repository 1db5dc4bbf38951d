"""People named for unopened post, whose letters leave their office's sight; since when something is thrown away"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_NAMED = ("hinweisgeber", "datenschutz", "gleichstellung", "schwerbehindertenvertretung", "betriebsarzt")  # fmt: skip
"""Rules whose post is for persons from this revision on, whichever office it lies with."""


def upgrade() -> None:
    op.create_table(
        "unopened_addressee",
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_unopened_addressee_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unopened_addressee")),
    )
    for column in ("person_id", "rule"):
        op.create_index(op.f(f"ix_unopened_addressee_{column}"), "unopened_addressee", [column])
    op.add_column("document", sa.Column("discarded_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_document_discarded_at"), "document", ["discarded_at"])
    document = sa.table(
        "document",
        sa.column("state", sa.String()),
        sa.column("protection", sa.String()),
        sa.column("unopened_rule", sa.String()),
        sa.column("access", sa.String()),
        sa.column("discarded_at", sa.DateTime(timezone=True)),
    )
    op.execute(  # their period begins with this revision: nobody noted when it did
        document.update()
        .where(document.c.state == "discarded")
        .values(discarded_at=sa.func.current_timestamp())
    )
    op.execute(
        document.update()
        .where(document.c.protection == "unopened", document.c.unopened_rule.in_(_NAMED))
        .values(access=sa.literal("zzur") + document.c.unopened_rule)
    )


def downgrade() -> None:
    """The letters stay with their people: what was shut is not opened to an office by going back."""
    op.drop_index(op.f("ix_document_discarded_at"), "document")
    op.drop_column("document", "discarded_at")
    op.drop_table("unopened_addressee")
