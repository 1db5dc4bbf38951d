"""Mails that belong to a conversation, and how far mailboxes were read"""

import sqlalchemy as sa
from alembic import op

from storage.migrations.column_types import json

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mail", sa.Column("sender", sa.String(), nullable=True))
    op.add_column("mail", sa.Column("message_id", sa.String(), nullable=True))
    op.add_column("mail", sa.Column("in_reply_to", sa.String(), nullable=True))
    op.add_column("mail", sa.Column("thread", sa.String(), nullable=True))
    op.add_column(
        "mail", sa.Column("automatic", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    op.create_index(
        op.f("ix_mail_recipient_created_at"), "mail", ["recipient", "created_at"], unique=False
    )
    op.create_table(
        "kiss_mailbox",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=True),
        sa.Column("last_uid", sa.BigInteger(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_kiss_mailbox")),
    )
    op.create_table(
        "kiss_mail",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("mailboxes", json(), nullable=False),
        sa.Column("fate", sa.String(), nullable=False),
        sa.Column("anliegen_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("original", sa.String(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "fate in ('opened','heard','noted','ignored','handed_over','quarantined','discarded')",
            name=op.f("ck_kiss_mail_fate"),
        ),
        sa.ForeignKeyConstraint(
            ["anliegen_id"], ["anliegen.id"], name=op.f("fk_kiss_mail_anliegen_id_anliegen")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiss_mail")),
        sa.UniqueConstraint("key", name=op.f("uq_kiss_mail_key")),
    )
    op.create_index(op.f("ix_kiss_mail_anliegen_id"), "kiss_mail", ["anliegen_id"], unique=False)
    op.create_index(op.f("ix_kiss_mail_at"), "kiss_mail", ["at"], unique=False)
    op.create_index(op.f("ix_kiss_mail_fate_id"), "kiss_mail", ["fate", "id"], unique=False)


def downgrade() -> None:
    op.drop_table("kiss_mail")
    op.drop_table("kiss_mailbox")
    op.drop_index(op.f("ix_mail_recipient_created_at"), "mail")
    for column in ("automatic", "thread", "in_reply_to", "message_id", "sender"):
        op.drop_column("mail", column)
