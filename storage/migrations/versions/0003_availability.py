"""Availability: absences, Dienstvereinbarungen, working hours, delegates, calendars"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _person(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], ["person.id"], name=op.f(f"fk_{table}_{column}_person")
    )


def upgrade() -> None:
    op.create_table(
        "absence",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("substitute_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        _person("absence", "person_id"),
        _person("absence", "substitute_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index("ix_absence_ends", "absence", ["ends"])
    op.create_index("ix_absence_person_id_ends", "absence", ["person_id", "ends"])
    op.create_index("ix_absence_substitute_id_ends", "absence", ["substitute_id", "ends"])
    op.create_table(
        "agreement",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("file_number", sa.String(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_council", sa.Boolean(), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        _person("agreement", "recorded_by"),
        _person("agreement", "confirmed_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint("key", "file_number", name=op.f("uq_agreement_key_file_number")),
    )
    op.create_table(
        "working_week",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column(
            "hours",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        _person("working_week", "person_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_working_week")),
        sa.UniqueConstraint(
            "person_id", "valid_from", name=op.f("uq_working_week_person_id_valid_from")
        ),
    )
    op.create_table(
        "availability_profile",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("substitute_id", sa.Uuid(), nullable=True),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        _person("availability_profile", "person_id"),
        _person("availability_profile", "substitute_id"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_availability_profile")),
    )
    op.create_table(
        "status_delegate",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("delegate_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        _person("status_delegate", "person_id"),
        _person("status_delegate", "delegate_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_delegate")),
        sa.UniqueConstraint(
            "person_id", "delegate_id", name=op.f("uq_status_delegate_person_id_delegate_id")
        ),
    )
    op.create_index("ix_status_delegate_delegate_id", "status_delegate", ["delegate_id"])
    op.create_table(
        "office_visibility",
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("whole_house", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_office_visibility_office_id_office")
        ),
        sa.PrimaryKeyConstraint("office_id", name=op.f("pk_office_visibility")),
    )
    op.create_table(
        "calendar_link",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        _person("calendar_link", "person_id"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_calendar_link")),
    )


def downgrade() -> None:
    for table in (
        "calendar_link",
        "office_visibility",
        "status_delegate",
        "availability_profile",
        "working_week",
        "agreement",
        "absence",
    ):
        op.drop_table(table)
