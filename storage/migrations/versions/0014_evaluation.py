"""Evaluation of Anliegen: proposals with their voices, Steckbriefe, what annoys people"""

import sqlalchemy as sa
from alembic import op

from storage.migrations.column_types import json, moment

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kiss_profile",
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("occasion", sa.String(), nullable=False),
        sa.Column("participants", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("responsibility", sa.String(), nullable=False),
        sa.Column("double_work", sa.String(), nullable=False),
        sa.Column("better", sa.String(), nullable=False),
        sa.Column("per_month", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("made_at", moment(), nullable=False),
        sa.Column("changed_at", moment(), nullable=False),
        sa.Column("ended_at", moment(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_kiss_profile_author_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_kiss_profile_office_id_office")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiss_profile")),
    )
    op.create_index(op.f("ix_kiss_profile_office_id"), "kiss_profile", ["office_id"], unique=False)
    op.create_table(
        "kiss_annoyance",
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=True),
        sa.Column("topic_id", sa.Uuid(), nullable=True),
        sa.Column("reporter_id", sa.Uuid(), nullable=True),
        sa.Column("caretaker_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("at", moment(), nullable=False),
        sa.Column("done_at", moment(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state in ('open','taken','done')", name=op.f("ck_kiss_annoyance_state")
        ),
        sa.ForeignKeyConstraint(
            ["caretaker_id"], ["person.id"], name=op.f("fk_kiss_annoyance_caretaker_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_kiss_annoyance_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["reporter_id"], ["person.id"], name=op.f("fk_kiss_annoyance_reporter_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["kiss_topic.id"], name=op.f("fk_kiss_annoyance_topic_id_kiss_topic")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiss_annoyance")),
    )
    op.create_index(op.f("ix_kiss_annoyance_state"), "kiss_annoyance", ["state"], unique=False)
    op.create_table(
        "kiss_proposal",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("pattern", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("change", json(), nullable=False),
        sa.Column("effect", json(), nullable=False),
        sa.Column("begins", moment(), nullable=False),
        sa.Column("ends", moment(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("made_at", moment(), nullable=False),
        sa.Column("companion_id", sa.Uuid(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", moment(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("rule_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state in ('open','accepted','declined')", name=op.f("ck_kiss_proposal_state")
        ),
        sa.ForeignKeyConstraint(
            ["companion_id"], ["person.id"], name=op.f("fk_kiss_proposal_companion_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["person.id"], name=op.f("fk_kiss_proposal_decided_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["routing_rule.id"], name=op.f("fk_kiss_proposal_rule_id_routing_rule")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiss_proposal")),
        sa.UniqueConstraint("key", name=op.f("uq_kiss_proposal_key")),
    )
    op.create_index(op.f("ix_kiss_proposal_state"), "kiss_proposal", ["state"], unique=False)
    op.create_table(
        "kiss_proposal_voice",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("vote", sa.Integer(), nullable=False),
        sa.Column("comment", sa.String(), nullable=True),
        sa.Column("at", moment(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("vote in (-1, 0, 1)", name=op.f("ck_kiss_proposal_voice_vote")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_kiss_proposal_voice_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["kiss_proposal.id"],
            name=op.f("fk_kiss_proposal_voice_proposal_id_kiss_proposal"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiss_proposal_voice")),
        sa.UniqueConstraint(
            "proposal_id", "person_id", name=op.f("uq_kiss_proposal_voice_proposal_id_person_id")
        ),
    )


def downgrade() -> None:
    op.drop_table("kiss_proposal_voice")
    op.drop_table("kiss_proposal")
    op.drop_table("kiss_annoyance")
    op.drop_table("kiss_profile")
