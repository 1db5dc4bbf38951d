"""Anliegen (KISS): groups, topics, Anliegen and what is said about them, rules and decisions of routing"""

import sqlalchemy as sa
from alembic import op

from storage.migrations.column_types import json, moment

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "anliegen_contact",
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("mail", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anliegen_contact")),
    )
    op.create_index(op.f("ix_anliegen_contact_mail"), "anliegen_contact", ["mail"], unique=False)
    op.create_table(
        "anliegen_counter",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_anliegen_counter")),
    )
    op.create_table(
        "kiss_place",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=False),
        sa.Column("longitude", sa.Double(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiss_place")),
        sa.UniqueConstraint("name", name=op.f("uq_kiss_place_name")),
    )
    op.create_table(
        "routing_model",
        sa.Column("group", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("examples", sa.Integer(), nullable=False),
        sa.Column("classes", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("trained_at", moment(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_model")),
        sa.UniqueConstraint("group", name=op.f("uq_routing_model_group")),
    )
    op.create_table(
        "kiss_group",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("general", sa.Boolean(), nullable=False),
        sa.Column("coordination", sa.Boolean(), nullable=False),
        sa.Column("spreads", sa.Boolean(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("hours > 0", name=op.f("ck_kiss_group_hours")),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_kiss_group_office_id_office")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiss_group")),
        sa.UniqueConstraint("key", name=op.f("uq_kiss_group_key")),
    )
    op.create_index(op.f("ix_kiss_group_office_id"), "kiss_group", ["office_id"], unique=False)
    op.create_table(
        "routing_trial",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("content", json(), nullable=False),
        sa.Column("result", json(), nullable=True),
        sa.Column("asked_at", moment(), nullable=False),
        sa.Column("done_at", moment(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_routing_trial_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_trial")),
    )
    op.create_index(op.f("ix_routing_trial_asked_at"), "routing_trial", ["asked_at"], unique=False)
    op.create_index(
        op.f("ix_routing_trial_person_id"), "routing_trial", ["person_id"], unique=False
    )
    op.create_table(
        "kiss_group_member",
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["group_id"], ["kiss_group.id"], name=op.f("fk_kiss_group_member_group_id_kiss_group")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_kiss_group_member_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiss_group_member")),
    )
    op.create_index(
        op.f("ix_kiss_group_member_group_id"), "kiss_group_member", ["group_id"], unique=False
    )
    op.create_index(
        op.f("ix_kiss_group_member_person_id"), "kiss_group_member", ["person_id"], unique=False
    )
    op.create_table(
        "kiss_topic",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("keywords", json(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("four_eyes", sa.Boolean(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("hours > 0", name=op.f("ck_kiss_topic_hours")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["kiss_group.id"], name=op.f("fk_kiss_topic_group_id_kiss_group")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiss_topic")),
        sa.UniqueConstraint("key", name=op.f("uq_kiss_topic_key")),
    )
    op.create_table(
        "answer_template",
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("topic_id", sa.Uuid(), nullable=True),
        sa.Column("office_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_answer_template_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["kiss_topic.id"], name=op.f("fk_answer_template_topic_id_kiss_topic")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_template")),
    )
    op.create_table(
        "routing_rule",
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("conditions", json(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("topic_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["group_id"], ["kiss_group.id"], name=op.f("fk_routing_rule_group_id_kiss_group")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["office.id"], name=op.f("fk_routing_rule_owner_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["kiss_topic.id"], name=op.f("fk_routing_rule_topic_id_kiss_topic")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_rule")),
    )
    op.create_table(
        "anliegen",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("received_at", moment(), nullable=False),
        sa.Column("changed_at", moment(), nullable=False),
        sa.Column("topic_id", sa.Uuid(), nullable=True),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("since_holder", moment(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("protection", sa.String(), nullable=False),
        sa.Column("access", sa.String(), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("opened_by", sa.Uuid(), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("allowed", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("since", moment(), nullable=True),
        sa.Column("due_at", moment(), nullable=True),
        sa.Column("first_answer_at", moment(), nullable=True),
        sa.Column("closed_at", moment(), nullable=True),
        sa.Column("merged_into_id", sa.Uuid(), nullable=True),
        sa.Column("link_revision", sa.Integer(), nullable=False),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("published_at", moment(), nullable=True),
        sa.Column("vorgang_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["about_id"], ["person.id"], name=op.f("fk_anliegen_about_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["anliegen_contact.id"],
            name=op.f("fk_anliegen_contact_id_anliegen_contact"),
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["kiss_group.id"], name=op.f("fk_anliegen_group_id_kiss_group")
        ),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["anliegen.id"], name=op.f("fk_anliegen_merged_into_id_anliegen")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_anliegen_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["opened_by"], ["person.id"], name=op.f("fk_anliegen_opened_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_anliegen_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["kiss_topic.id"], name=op.f("fk_anliegen_topic_id_kiss_topic")
        ),
        sa.ForeignKeyConstraint(
            ["vorgang_id"], ["vorgang.id"], name=op.f("fk_anliegen_vorgang_id_vorgang")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anliegen")),
        sa.UniqueConstraint("year", "number", name=op.f("uq_anliegen_year_number")),
    )
    op.create_index(
        op.f("ix_anliegen_access_state_id"), "anliegen", ["access", "state", "id"], unique=False
    )
    op.create_index(op.f("ix_anliegen_contact_id"), "anliegen", ["contact_id"], unique=False)
    op.create_index(
        op.f("ix_anliegen_group_id_state"), "anliegen", ["group_id", "state"], unique=False
    )
    op.create_index(
        op.f("ix_anliegen_merged_into_id"), "anliegen", ["merged_into_id"], unique=False
    )
    op.create_index(
        op.f("ix_anliegen_person_id_state"), "anliegen", ["person_id", "state"], unique=False
    )
    op.create_index(op.f("ix_anliegen_received_at"), "anliegen", ["received_at"], unique=False)
    op.create_index(op.f("ix_anliegen_state_due_at"), "anliegen", ["state", "due_at"], unique=False)
    op.create_table(
        "anliegen_answering",
        sa.Column("anliegen_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("until", moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["anliegen_id"],
            ["anliegen.id"],
            name=op.f("fk_anliegen_answering_anliegen_id_anliegen"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_anliegen_answering_person_id_person")
        ),
        sa.PrimaryKeyConstraint("anliegen_id", "person_id", name=op.f("pk_anliegen_answering")),
    )
    op.create_table(
        "anliegen_band",
        sa.Column("anliegen_id", sa.Uuid(), nullable=False),
        sa.Column("band", sa.Integer(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["anliegen_id"], ["anliegen.id"], name=op.f("fk_anliegen_band_anliegen_id_anliegen")
        ),
        sa.PrimaryKeyConstraint("anliegen_id", "band", name=op.f("pk_anliegen_band")),
    )
    op.create_index(op.f("ix_anliegen_band_value"), "anliegen_band", ["value"], unique=False)
    op.create_table(
        "anliegen_contribution",
        sa.Column("anliegen_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("asked_at", moment(), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", moment(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["anliegen_id"],
            ["anliegen.id"],
            name=op.f("fk_anliegen_contribution_anliegen_id_anliegen"),
        ),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["person.id"], name=op.f("fk_anliegen_contribution_answered_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["person.id"], name=op.f("fk_anliegen_contribution_asked_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["kiss_group.id"],
            name=op.f("fk_anliegen_contribution_group_id_kiss_group"),
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_anliegen_contribution_office_id_office")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anliegen_contribution")),
    )
    op.create_index(
        op.f("ix_anliegen_contribution_anliegen_id"),
        "anliegen_contribution",
        ["anliegen_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_anliegen_contribution_group_id_answered_at"),
        "anliegen_contribution",
        ["group_id", "answered_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_anliegen_contribution_office_id"),
        "anliegen_contribution",
        ["office_id"],
        unique=False,
    )
    op.create_table(
        "anliegen_likeness",
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("reasons", json(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state in ('suggested','same','different')", name=op.f("ck_anliegen_likeness_state")
        ),
        sa.ForeignKeyConstraint(
            ["first_id"], ["anliegen.id"], name=op.f("fk_anliegen_likeness_first_id_anliegen")
        ),
        sa.ForeignKeyConstraint(
            ["second_id"], ["anliegen.id"], name=op.f("fk_anliegen_likeness_second_id_anliegen")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anliegen_likeness")),
        sa.UniqueConstraint(
            "first_id", "second_id", name=op.f("uq_anliegen_likeness_first_id_second_id")
        ),
    )
    op.create_index(
        op.f("ix_anliegen_likeness_second_id"), "anliegen_likeness", ["second_id"], unique=False
    )
    op.create_table(
        "anliegen_merge",
        sa.Column("anliegen_id", sa.Uuid(), nullable=False),
        sa.Column("into_id", sa.Uuid(), nullable=False),
        sa.Column("state_before", sa.String(), nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.Column("undone_at", moment(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["anliegen_id"], ["anliegen.id"], name=op.f("fk_anliegen_merge_anliegen_id_anliegen")
        ),
        sa.ForeignKeyConstraint(
            ["into_id"], ["anliegen.id"], name=op.f("fk_anliegen_merge_into_id_anliegen")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anliegen_merge")),
    )
    op.create_index(
        op.f("ix_anliegen_merge_anliegen_id"), "anliegen_merge", ["anliegen_id"], unique=False
    )
    op.create_index(op.f("ix_anliegen_merge_into_id"), "anliegen_merge", ["into_id"], unique=False)
    op.create_table(
        "anliegen_message",
        sa.Column("anliegen_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("released_by", sa.Uuid(), nullable=True),
        sa.Column("sender", sa.String(), nullable=True),
        sa.Column("trusted", sa.Boolean(), nullable=False),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("original", sa.String(), nullable=True),
        sa.Column("at", moment(), nullable=False),
        sa.Column("sent_at", moment(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind in ('incoming','answer','question','note')", name=op.f("ck_anliegen_message_kind")
        ),
        sa.CheckConstraint(
            "state in ('waiting','returned','sent','received')",
            name=op.f("ck_anliegen_message_state"),
        ),
        sa.ForeignKeyConstraint(
            ["anliegen_id"], ["anliegen.id"], name=op.f("fk_anliegen_message_anliegen_id_anliegen")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_anliegen_message_author_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["released_by"], ["person.id"], name=op.f("fk_anliegen_message_released_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anliegen_message")),
        sa.UniqueConstraint("key", name=op.f("uq_anliegen_message_key")),
    )
    op.create_index(
        op.f("ix_anliegen_message_anliegen_id_id"),
        "anliegen_message",
        ["anliegen_id", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_anliegen_message_message_id"), "anliegen_message", ["message_id"], unique=False
    )
    op.create_table(
        "anliegen_signature",
        sa.Column("anliegen_id", sa.Uuid(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["anliegen_id"],
            ["anliegen.id"],
            name=op.f("fk_anliegen_signature_anliegen_id_anliegen"),
        ),
        sa.PrimaryKeyConstraint("anliegen_id", name=op.f("pk_anliegen_signature")),
    )
    op.create_table(
        "anliegen_step",
        sa.Column("anliegen_id", sa.Uuid(), nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.Column("deed", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("topic_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["anliegen_id"], ["anliegen.id"], name=op.f("fk_anliegen_step_anliegen_id_anliegen")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["kiss_group.id"], name=op.f("fk_anliegen_step_group_id_kiss_group")
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["kiss_topic.id"], name=op.f("fk_anliegen_step_topic_id_kiss_topic")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anliegen_step")),
    )
    op.create_index(
        op.f("ix_anliegen_step_anliegen_id_id"),
        "anliegen_step",
        ["anliegen_id", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_anliegen_step_at"), "anliegen_step", ["at"], unique=False)
    op.create_table(
        "routing_decision",
        sa.Column("anliegen_id", sa.Uuid(), nullable=False),
        sa.Column("at", moment(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=True),
        sa.Column("model", sa.String(), nullable=True),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("topic_id", sa.Uuid(), nullable=True),
        sa.Column("probability", sa.Double(), nullable=True),
        sa.Column("suggestions", json(), nullable=False),
        sa.Column("because", json(), nullable=False),
        sa.Column("otherwise", json(), nullable=False),
        sa.Column("right_group_id", sa.Uuid(), nullable=True),
        sa.Column("right_topic_id", sa.Uuid(), nullable=True),
        sa.Column("corrected_at", moment(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["anliegen_id"], ["anliegen.id"], name=op.f("fk_routing_decision_anliegen_id_anliegen")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["kiss_group.id"], name=op.f("fk_routing_decision_group_id_kiss_group")
        ),
        sa.ForeignKeyConstraint(
            ["right_group_id"],
            ["kiss_group.id"],
            name=op.f("fk_routing_decision_right_group_id_kiss_group"),
        ),
        sa.ForeignKeyConstraint(
            ["right_topic_id"],
            ["kiss_topic.id"],
            name=op.f("fk_routing_decision_right_topic_id_kiss_topic"),
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["routing_rule.id"], name=op.f("fk_routing_decision_rule_id_routing_rule")
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["kiss_topic.id"], name=op.f("fk_routing_decision_topic_id_kiss_topic")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_decision")),
    )
    op.create_index(
        op.f("ix_routing_decision_anliegen_id_id"),
        "routing_decision",
        ["anliegen_id", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_routing_decision_at"), "routing_decision", ["at"], unique=False)
    op.create_table(
        "anliegen_file",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("shown_sha256", sa.String(), nullable=True),
        sa.Column("released_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["anliegen_message.id"],
            name=op.f("fk_anliegen_file_message_id_anliegen_message"),
        ),
        sa.ForeignKeyConstraint(
            ["released_by"], ["person.id"], name=op.f("fk_anliegen_file_released_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anliegen_file")),
        sa.UniqueConstraint(
            "message_id", "position", name=op.f("uq_anliegen_file_message_id_position")
        ),
    )
    op.create_index(op.f("ix_anliegen_file_sha256"), "anliegen_file", ["sha256"], unique=False)


def downgrade() -> None:
    op.drop_table("anliegen_file")
    op.drop_table("routing_decision")
    op.drop_table("anliegen_step")
    op.drop_table("anliegen_signature")
    op.drop_table("anliegen_message")
    op.drop_table("anliegen_merge")
    op.drop_table("anliegen_likeness")
    op.drop_table("anliegen_contribution")
    op.drop_table("anliegen_band")
    op.drop_table("anliegen_answering")
    op.drop_table("anliegen")
    op.drop_table("routing_rule")
    op.drop_table("answer_template")
    op.drop_table("kiss_topic")
    op.drop_table("kiss_group_member")
    op.drop_table("routing_trial")
    op.drop_table("kiss_group")
    op.drop_table("routing_model")
    op.drop_table("kiss_place")
    op.drop_table("anliegen_counter")
    op.drop_table("anliegen_contact")
