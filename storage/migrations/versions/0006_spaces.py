"""Buildings, floors with plans, desks and rooms, their bookings, fees and calendar addresses"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "building",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_building")),
        sa.UniqueConstraint("key", name=op.f("uq_building_key")),
    )

    op.create_table(
        "floor",
        sa.Column("building_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("width", sa.Double(), nullable=False),
        sa.Column("height", sa.Double(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["building_id"], ["building.id"], name=op.f("fk_floor_building_id_building")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_floor")),
        sa.UniqueConstraint("building_id", "level", name=op.f("uq_floor_building_id_level")),
    )

    op.create_table(
        "space",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("floor_id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column(
            "equipment",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column(
            "hours",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("on_holidays", sa.Boolean(), nullable=False),
        sa.Column("rules", sa.String(), nullable=False),
        sa.Column("bookers", sa.String(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("notice_days", sa.Integer(), nullable=True),
        sa.Column("longest_minutes", sa.Integer(), nullable=True),
        sa.Column("ahead_days", sa.Integer(), nullable=False),
        sa.Column("check_in_minutes", sa.Integer(), nullable=True),
        sa.Column("video", sa.Boolean(), nullable=False),
        sa.Column("x", sa.Double(), nullable=False),
        sa.Column("y", sa.Double(), nullable=False),
        sa.Column("width", sa.Double(), nullable=False),
        sa.Column("height", sa.Double(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["floor_id"], ["floor.id"], name=op.f("fk_space_floor_id_floor")),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_space_office_id_office")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_space")),
        sa.UniqueConstraint("key", name=op.f("uq_space_key")),
    )
    op.create_index(op.f("ix_space_floor_id"), "space", ["floor_id"], unique=False)
    op.create_table(
        "space_fee",
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("per_hour", sa.Integer(), nullable=False),
        sa.Column("per_day", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["space_id"], ["space.id"], name=op.f("fk_space_fee_space_id_space")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_space_fee")),
        sa.UniqueConstraint(
            "space_id", "party", "valid_from", name=op.f("uq_space_fee_space_id_party_valid_from")
        ),
    )

    op.create_table(
        "booking_series",
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column(
            "rule",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_booking_series_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["space_id"], ["space.id"], name=op.f("fk_booking_series_space_id_space")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_series")),
    )

    op.create_table(
        "booking",
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("whole_day", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("holder_name", sa.String(), nullable=True),
        sa.Column("holder_mail", sa.String(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("message", sa.String(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("fee", sa.Integer(), nullable=False),
        sa.Column("checked_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("series_id", sa.Uuid(), nullable=True),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_booking_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["series_id"], ["booking_series.id"], name=op.f("fk_booking_series_id_booking_series")
        ),
        sa.ForeignKeyConstraint(["space_id"], ["space.id"], name=op.f("fk_booking_space_id_space")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
        sa.UniqueConstraint("key", name=op.f("uq_booking_key")),
    )
    op.create_index(
        op.f("ix_booking_person_id_ends"), "booking", ["person_id", "ends"], unique=False
    )
    op.create_index(op.f("ix_booking_series_id"), "booking", ["series_id"], unique=False)
    op.create_index(op.f("ix_booking_space_id_ends"), "booking", ["space_id", "ends"], unique=False)
    op.create_index(op.f("ix_booking_state_ends"), "booking", ["state", "ends"], unique=False)
    op.create_table(
        "booking_slot",
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("slot", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("desk_person", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["booking_id"],
            ["booking.id"],
            name=op.f("fk_booking_slot_booking_id_booking"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["desk_person"], ["person.id"], name=op.f("fk_booking_slot_desk_person_person")
        ),
        sa.ForeignKeyConstraint(
            ["space_id"], ["space.id"], name=op.f("fk_booking_slot_space_id_space")
        ),
        sa.PrimaryKeyConstraint("space_id", "slot", name=op.f("pk_booking_slot")),
        sa.UniqueConstraint("desk_person", "slot", name=op.f("uq_booking_slot_desk_person_slot")),
    )
    op.create_index(
        op.f("ix_booking_slot_booking_id"), "booking_slot", ["booking_id"], unique=False
    )
    op.create_table(
        "booking_feed",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("space_id", sa.Uuid(), nullable=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_booking_feed_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["space_id"], ["space.id"], name=op.f("fk_booking_feed_space_id_space")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_booking_feed_token_hash")),
    )
    op.create_index(op.f("ix_booking_feed_person_id"), "booking_feed", ["person_id"], unique=False)


def downgrade() -> None:
    for table in (
        "booking_feed",
        "booking_slot",
        "booking",
        "booking_series",
        "space_fee",
        "space",
        "floor",
        "building",
    ):
        op.drop_table(table)
