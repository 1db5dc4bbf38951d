"""What citizens send without an account: attempts at forms, sendings to be confirmed, requests for rooms"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from storage.migrations.column_types import moment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "form_attempt",
        sa.Column("sender_key", sa.String(), nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_attempt")),
    )
    op.create_index(op.f("ix_form_attempt_at"), "form_attempt", ["at"], unique=False)
    op.create_index(
        op.f("ix_form_attempt_sender_key_at"), "form_attempt", ["sender_key", "at"], unique=False
    )
    op.create_table(
        "submission",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column(
            "content",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("mail", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("expires_at", moment(), nullable=False),
        sa.Column("result_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("key", name=op.f("uq_submission_key")),
    )
    op.create_index(op.f("ix_submission_expires_at"), "submission", ["expires_at"], unique=False)
    op.create_table(
        "room_request",
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("club", sa.String(), nullable=True),
        sa.Column("mail", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("link_revision", sa.Integer(), nullable=False),
        sa.Column("series", sa.String(), nullable=True),
        sa.Column("offer_space_id", sa.Uuid(), nullable=True),
        sa.Column("offer_starts", moment(), nullable=True),
        sa.Column("offer_ends", moment(), nullable=True),
        sa.Column("offer_until", moment(), nullable=True),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["offer_space_id"], ["space.id"], name=op.f("fk_room_request_offer_space_id_space")
        ),
        sa.ForeignKeyConstraint(
            ["space_id"], ["space.id"], name=op.f("fk_room_request_space_id_space")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_request")),
    )
    op.create_index(op.f("ix_room_request_space_id"), "room_request", ["space_id"], unique=False)
    op.create_table(
        "room_request_booking",
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_id"],
            ["booking.id"],
            name=op.f("fk_room_request_booking_booking_id_booking"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["room_request.id"],
            name=op.f("fk_room_request_booking_request_id_room_request"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("pk_room_request_booking")),
    )
    op.create_index(
        op.f("ix_room_request_booking_request_id"),
        "room_request_booking",
        ["request_id"],
        unique=False,
    )


def downgrade() -> None:
    for table in ("room_request_booking", "room_request", "submission", "form_attempt"):
        op.drop_table(table)
