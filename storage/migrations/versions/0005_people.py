"""What people do and can, working groups, and the Laufzettel of those who come and go"""

import sqlalchemy as sa
from alembic import op

from storage.migrations.column_types import json

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "laufzettel_template",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("steps", json(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_laufzettel_template")),
        sa.UniqueConstraint(
            "kind", "valid_from", name=op.f("uq_laufzettel_template_kind_valid_from")
        ),
    )
    op.create_table(
        "laufzettel",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("successor_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_laufzettel_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_laufzettel_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["successor_id"], ["person.id"], name=op.f("fk_laufzettel_successor_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_laufzettel")),
        sa.UniqueConstraint(
            "person_id", "kind", "day", name=op.f("uq_laufzettel_person_id_kind_day")
        ),
    )
    op.create_table(
        "person_photo",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("picture", sa.LargeBinary(), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_photo_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_photo")),
    )
    op.create_table(
        "person_profile",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("tasks", json(), nullable=False),
        sa.Column("languages", json(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_profile_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_profile")),
    )
    op.create_table(
        "person_skill",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("skill", sa.String(), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_skill_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_skill")),
        sa.UniqueConstraint("person_id", "skill", name=op.f("uq_person_skill_person_id_skill")),
    )
    op.create_table(
        "working_group",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_working_group_office_id_office")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_working_group")),
        sa.UniqueConstraint("name", name=op.f("uq_working_group_name")),
    )
    op.create_table(
        "laufzettel_step",
        sa.Column("laufzettel_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=True),
        sa.Column("office_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("done_by", sa.Uuid(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["done_by"], ["person.id"], name=op.f("fk_laufzettel_step_done_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["laufzettel_id"],
            ["laufzettel.id"],
            name=op.f("fk_laufzettel_step_laufzettel_id_laufzettel"),
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_laufzettel_step_office_id_office")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_laufzettel_step")),
        sa.UniqueConstraint(
            "laufzettel_id", "key", name=op.f("uq_laufzettel_step_laufzettel_id_key")
        ),
    )
    op.create_table(
        "working_group_member",
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["working_group.id"],
            name=op.f("fk_working_group_member_group_id_working_group"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_working_group_member_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_working_group_member")),
    )
    op.create_index(
        op.f("ix_working_group_member_group_id_person_id"),
        "working_group_member",
        ["group_id", "person_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_working_group_member_person_id"),
        "working_group_member",
        ["person_id"],
        unique=False,
    )
    if op.get_bind().dialect.name == "sqlite":
        # Alembic would copy the table, which others refer to; SQLite itself can add such a column.
        op.execute("ALTER TABLE office ADD COLUMN department VARCHAR")
    else:
        op.add_column("office", sa.Column("department", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("office", "department")
    for table in (
        "working_group_member", "laufzettel_step", "working_group", "person_skill", "person_profile",
        "person_photo", "laufzettel", "laufzettel_template",
    ):  # fmt: skip
        op.drop_table(table)
