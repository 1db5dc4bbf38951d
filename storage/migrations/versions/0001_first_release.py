"""The tables of the first release"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SQLITE_CREATE = (
    """CREATE TABLE fulltext_entry (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        entry CHAR(32) NOT NULL UNIQUE,
        access TEXT NOT NULL,
        kind TEXT NOT NULL,
        day TEXT,
        facets TEXT NOT NULL,
        length INTEGER NOT NULL,
        forward BLOB NOT NULL
    )""",
    """CREATE TABLE fulltext_sequence (
        id INTEGER NOT NULL PRIMARY KEY,
        words BLOB NOT NULL
    )""",
    """CREATE VIRTUAL TABLE fulltext_tokens USING fts5(
        tokens, content='', detail=none, columnsize=0, tokenize="unicode61 remove_diacritics 0"
    )""",
    "CREATE VIRTUAL TABLE fulltext_vocabulary USING fts5vocab(fulltext_tokens, 'row')",
    """CREATE TABLE fulltext_statistics (
        token TEXT NOT NULL PRIMARY KEY,
        entries INTEGER NOT NULL
    ) WITHOUT ROWID""",
    """CREATE TABLE fulltext_corpus (
        id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
        entries INTEGER NOT NULL,
        mean_length REAL NOT NULL
    )""",
)
SQLITE_DROP = (
    "DROP TABLE fulltext_corpus",
    "DROP TABLE fulltext_statistics",
    "DROP TABLE fulltext_vocabulary",
    "DROP TABLE fulltext_tokens",
    "DROP TABLE fulltext_sequence",
    "DROP TABLE fulltext_entry",
)
POSTGRESQL_CREATE = (
    """CREATE TABLE fulltext_entry (
        id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        entry UUID NOT NULL UNIQUE,
        access TEXT NOT NULL,
        kind TEXT NOT NULL,
        day DATE,
        facets TEXT NOT NULL,
        length INTEGER NOT NULL,
        forward BYTEA NOT NULL
    )""",
    """CREATE TABLE fulltext_sequence (
        id BIGINT NOT NULL PRIMARY KEY,
        words BYTEA NOT NULL
    )""",
    """CREATE TABLE fulltext_tokens (
        id BIGINT NOT NULL PRIMARY KEY,
        tokens TSVECTOR NOT NULL
    )""",
    """CREATE INDEX ix_fulltext_tokens_tokens ON fulltext_tokens USING gin (tokens)
        WITH (gin_pending_list_limit = 512)""",
    """CREATE TABLE fulltext_statistics (
        token TEXT COLLATE "C" NOT NULL PRIMARY KEY,
        entries INTEGER NOT NULL
    )""",
    """CREATE TABLE fulltext_corpus (
        id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
        entries INTEGER NOT NULL,
        mean_length DOUBLE PRECISION NOT NULL
    )""",
    """CREATE FUNCTION fulltext_match(wanted tsquery, most integer) RETURNS SETOF bigint
        LANGUAGE plpgsql STABLE SET enable_seqscan = off SET jit = off AS $$
        BEGIN
            RETURN QUERY SELECT id FROM fulltext_tokens WHERE tokens @@ wanted LIMIT most;
        END
        $$""",
)
POSTGRESQL_DROP = (
    "DROP FUNCTION fulltext_match(tsquery, integer)",
    "DROP TABLE fulltext_corpus",
    "DROP TABLE fulltext_statistics",
    "DROP TABLE fulltext_tokens",
    "DROP TABLE fulltext_sequence",
    "DROP TABLE fulltext_entry",
)


def _create_fulltext() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE_CREATE if sqlite else POSTGRESQL_CREATE:
        op.get_bind().exec_driver_sql(statement)


def _drop_fulltext() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE_DROP if sqlite else POSTGRESQL_DROP:
        op.get_bind().exec_driver_sql(statement)


def upgrade() -> None:
    _create_fulltext()
    op.create_table(
        "blob",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("refs", sa.Integer(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("refs >= 0", name=op.f("ck_blob_refs")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blob")),
    )
    op.create_index(
        "ix_blob_released_at",
        "blob",
        ["released_at"],
        unique=False,
        postgresql_where=sa.text("refs = 0"),
    )

    op.create_table(
        "job",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column(
            "payload",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("run_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("lease", sa.String(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("repeat", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "state in ('waiting', 'running', 'done', 'failed')", name=op.f("ck_job_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("kind", "key", name=op.f("uq_job_kind_key")),
    )
    op.create_index(
        op.f("ix_job_kind_state_priority_id_run_after"),
        "job",
        ["kind", "state", "priority", "id", "run_after"],
        unique=False,
    )
    op.create_index(op.f("ix_job_state_lease_until"), "job", ["state", "lease_until"], unique=False)

    op.create_table(
        "journal_block",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_journal_block")),
    )
    op.create_table(
        "journal_entry",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("object_kind", sa.String(), nullable=False),
        sa.Column("object_id", sa.String(), nullable=False),
        sa.Column("details_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("chain", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_journal_entry")),
        sa.UniqueConstraint("id", name=op.f("uq_journal_entry_id")),
    )
    op.create_index(
        op.f("ix_journal_entry_object_kind_object_id_number"),
        "journal_entry",
        ["object_kind", "object_id", "number"],
        unique=False,
    )

    op.create_table(
        "journal_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("chain", sa.LargeBinary(length=32), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_head")),
    )
    op.create_table(
        "journal_pending",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("object_kind", sa.String(), nullable=False),
        sa.Column("object_id", sa.String(), nullable=False),
        sa.Column("details_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=True),
        sa.Column("details", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_pending")),
    )
    op.create_table(
        "mail",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("reply_to", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("key", name=op.f("uq_mail_key")),
    )
    op.create_table(
        "office",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("short", sa.String(), nullable=False),
        sa.Column("mailbox", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column(
            "keywords",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["office.id"], name=op.f("fk_office_parent_id_office")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office")),
        sa.UniqueConstraint("key", name=op.f("uq_office_key")),
    )
    op.create_table(
        "person",
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("salutation", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("room", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("login", name=op.f("uq_person_login")),
    )
    op.create_table(
        "process",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("machine", sa.String(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("beat", sa.DateTime(timezone=True), nullable=False),
        sa.Column("restarts", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process")),
        sa.UniqueConstraint("machine", "name", name=op.f("uq_process_machine_name")),
    )
    op.create_table(
        "run",
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("engine", sa.String(), nullable=False),
        sa.Column("flow_run", sa.Uuid(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.Column(
            "counts",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "log",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("started_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("cause in ('batch', 'schedule')", name=op.f("ck_run_cause")),
        sa.CheckConstraint(
            "state in ('running', 'done', 'findings', 'failed', 'crashed')",
            name=op.f("ck_run_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    op.create_index(
        op.f("ix_run_cause_subject_started_at"),
        "run",
        ["cause", "subject", "started_at"],
        unique=False,
    )
    op.create_index(op.f("ix_run_started_at"), "run", ["started_at"], unique=False)
    op.create_index(op.f("ix_run_state"), "run", ["state"], unique=False)

    op.create_table(
        "schedule",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("cron", sa.String(), nullable=False),
        sa.Column("default_cron", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.Column("next_run", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_schedule")),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("account_key", sa.String(), nullable=False),
        sa.Column("address_key", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    op.create_index(
        op.f("ix_sign_in_attempt_account_key_at"),
        "sign_in_attempt",
        ["account_key", "at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_sign_in_attempt_address_key_at"),
        "sign_in_attempt",
        ["address_key", "at"],
        unique=False,
    )

    op.create_table(
        "text_model",
        sa.Column("group", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("examples", sa.Integer(), nullable=False),
        sa.Column("classes", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("trained_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_model")),
    )
    op.create_index(
        op.f("ix_text_model_group_trained_at"), "text_model", ["group", "trained_at"], unique=False
    )

    op.create_table(
        "account",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_account_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_account")),
    )
    op.create_table(
        "class_grant",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("protection", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_class_grant_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_class_grant_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class_grant")),
    )
    op.create_index(op.f("ix_class_grant_person_id"), "class_grant", ["person_id"], unique=False)

    op.create_table(
        "draft",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column(
            "content",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_draft_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("person_id", "key", name=op.f("uq_draft_person_id_key")),
    )
    op.create_table(
        "journal_detail",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["number"],
            ["journal_entry.number"],
            name=op.f("fk_journal_detail_number_journal_entry"),
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_journal_detail")),
    )
    op.create_index(op.f("ix_journal_detail_sha256"), "journal_detail", ["sha256"], unique=False)

    op.create_table(
        "mail_attachment",
        sa.Column("mail_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mail_id"],
            ["mail.id"],
            name=op.f("fk_mail_attachment_mail_id_mail"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_attachment")),
        sa.UniqueConstraint(
            "mail_id", "position", name=op.f("uq_mail_attachment_mail_id_position")
        ),
    )
    op.create_table(
        "membership",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_membership_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_membership_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
    )
    op.create_index(
        op.f("ix_membership_person_id_office_id"),
        "membership",
        ["person_id", "office_id"],
        unique=False,
    )

    op.create_table(
        "plan_entry",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("leaf", sa.Boolean(), nullable=False),
        sa.Column(
            "keywords",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "kinds",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("office_id", sa.Uuid(), nullable=True),
        sa.Column("protection", sa.String(), nullable=False),
        sa.Column("retention_years", sa.Integer(), nullable=True),
        sa.Column("fate", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_plan_entry_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["plan_entry.id"], name=op.f("fk_plan_entry_parent_id_plan_entry")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_entry")),
    )
    op.create_index(op.f("ix_plan_entry_number"), "plan_entry", ["number"], unique=False)

    op.create_table(
        "role_grant",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_role_grant_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_role_grant_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
    )
    op.create_index(op.f("ix_role_grant_person_id"), "role_grant", ["person_id"], unique=False)

    op.create_table(
        "task",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("office_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("object_kind", sa.String(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("link", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_task_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_task_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sa.UniqueConstraint("key", name=op.f("uq_task_key")),
    )
    op.create_index(
        op.f("ix_task_office_id_role_done_at"),
        "task",
        ["office_id", "role", "done_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_task_person_id_done_at"), "task", ["person_id", "done_at"], unique=False
    )

    op.create_table(
        "web_session",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idle_minutes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_web_session_person_id_person")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_web_session")),
    )
    op.create_index(op.f("ix_web_session_expires_at"), "web_session", ["expires_at"], unique=False)
    op.create_index(op.f("ix_web_session_person_id"), "web_session", ["person_id"], unique=False)

    op.create_table(
        "akte",
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("plan_entry_id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("protection", sa.String(), nullable=False),
        sa.Column("access", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retain_until", sa.Date(), nullable=True),
        sa.Column("hold", sa.Boolean(), nullable=False),
        sa.Column("paper", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("state in ('open', 'closed')", name=op.f("ck_akte_state")),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_akte_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["plan_entry_id"], ["plan_entry.id"], name=op.f("fk_akte_plan_entry_id_plan_entry")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_akte")),
        sa.UniqueConstraint("reference", name=op.f("uq_akte_reference")),
    )
    op.create_index(op.f("ix_akte_access"), "akte", ["access"], unique=False)
    op.create_index(
        op.f("ix_akte_plan_entry_id_state"), "akte", ["plan_entry_id", "state"], unique=False
    )

    op.create_table(
        "reference_counter",
        sa.Column("plan_entry_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_entry_id"],
            ["plan_entry.id"],
            name=op.f("fk_reference_counter_plan_entry_id_plan_entry"),
        ),
        sa.PrimaryKeyConstraint("plan_entry_id", "year", name=op.f("pk_reference_counter")),
    )
    op.create_table(
        "vorgang",
        sa.Column("akte_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("state in ('open', 'closed')", name=op.f("ck_vorgang_state")),
        sa.ForeignKeyConstraint(["akte_id"], ["akte.id"], name=op.f("fk_vorgang_akte_id_akte")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vorgang")),
        sa.UniqueConstraint("akte_id", "number", name=op.f("uq_vorgang_akte_id_number")),
    )
    op.create_table(
        "document",
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("intake_key", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("batch", sa.Uuid(), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("uploader_id", sa.Uuid(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("office_id", sa.Uuid(), nullable=False),
        sa.Column("protection", sa.String(), nullable=False),
        sa.Column("access", sa.String(), nullable=False),
        sa.Column("akte_id", sa.Uuid(), nullable=True),
        sa.Column("vorgang_id", sa.Uuid(), nullable=True),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("filed_by", sa.Uuid(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("text_hash", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("sender", sa.String(), nullable=True),
        sa.Column("sender_kind", sa.String(), nullable=True),
        sa.Column("recipient", sa.String(), nullable=True),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("document_date", sa.Date(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column(
            "details",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("unopened_rule", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("reason_code", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state in ('received','reading','ready','filed','quarantined','unopened','discarded')",
            name=op.f("ck_document_state"),
        ),
        sa.ForeignKeyConstraint(["akte_id"], ["akte.id"], name=op.f("fk_document_akte_id_akte")),
        sa.ForeignKeyConstraint(
            ["filed_by"], ["person.id"], name=op.f("fk_document_filed_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["office_id"], ["office.id"], name=op.f("fk_document_office_id_office")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["document.id"], name=op.f("fk_document_parent_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["uploader_id"], ["person.id"], name=op.f("fk_document_uploader_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["vorgang_id"], ["vorgang.id"], name=op.f("fk_document_vorgang_id_vorgang")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    op.create_index(
        op.f("ix_document_access_state_id"), "document", ["access", "state", "id"], unique=False
    )
    op.create_index(op.f("ix_document_akte_id_id"), "document", ["akte_id", "id"], unique=False)
    op.create_index(op.f("ix_document_intake_key"), "document", ["intake_key"], unique=True)
    op.create_index(
        op.f("ix_document_office_id_filed_at"), "document", ["office_id", "filed_at"], unique=False
    )
    op.create_index(
        op.f("ix_document_office_id_received_at"),
        "document",
        ["office_id", "received_at"],
        unique=False,
    )
    op.create_index(op.f("ix_document_sender"), "document", ["sender"], unique=False)
    op.create_index(op.f("ix_document_sha256"), "document", ["sha256"], unique=False)
    op.create_index(op.f("ix_document_state_id"), "document", ["state", "id"], unique=False)
    op.create_index(op.f("ix_document_text_hash"), "document", ["text_hash"], unique=False)
    op.create_index(
        op.f("ix_document_vorgang_id_id"), "document", ["vorgang_id", "id"], unique=False
    )

    op.create_table(
        "analysis",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column(
            "suggestions",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("analysed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_analysis_document_id_document")
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_analysis")),
    )
    op.create_index(op.f("ix_analysis_version"), "analysis", ["version"], unique=False)

    op.create_table(
        "decision",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("suggested", sa.String(), nullable=True),
        sa.Column("chosen", sa.String(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_decision_document_id_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("document_id", "field", name=op.f("uq_decision_document_id_field")),
    )
    op.create_index(op.f("ix_decision_field_model"), "decision", ["field", "model"], unique=False)

    op.create_table(
        "document_link",
        sa.Column("from_id", sa.Uuid(), nullable=False),
        sa.Column("to_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["from_id"], ["document.id"], name=op.f("fk_document_link_from_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["to_id"], ["document.id"], name=op.f("fk_document_link_to_id_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_link")),
        sa.UniqueConstraint(
            "from_id", "to_id", "kind", name=op.f("uq_document_link_from_id_to_id_kind")
        ),
    )
    op.create_index(op.f("ix_document_link_to_id"), "document_link", ["to_id"], unique=False)

    op.create_table(
        "document_version",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_document_version_author_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_document_version_document_id_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_version")),
        sa.UniqueConstraint(
            "document_id", "number", name=op.f("uq_document_version_document_id_number")
        ),
    )
    op.create_table(
        "filing",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("from_vorgang_id", sa.Uuid(), nullable=True),
        sa.Column("to_vorgang_id", sa.Uuid(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["person.id"], name=op.f("fk_filing_actor_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_filing_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["from_vorgang_id"], ["vorgang.id"], name=op.f("fk_filing_from_vorgang_id_vorgang")
        ),
        sa.ForeignKeyConstraint(
            ["to_vorgang_id"], ["vorgang.id"], name=op.f("fk_filing_to_vorgang_id_vorgang")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing")),
    )
    op.create_index(op.f("ix_filing_document_id"), "filing", ["document_id"], unique=False)

    op.create_table(
        "reading",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_reading_document_id_document")
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_reading")),
    )


def downgrade() -> None:
    _drop_fulltext()
    op.drop_table("reading")

    op.drop_table("filing")
    op.drop_table("document_version")

    op.drop_table("document_link")

    op.drop_table("decision")

    op.drop_table("analysis")

    op.drop_table("document")
    op.drop_table("vorgang")
    op.drop_table("reference_counter")

    op.drop_table("akte")

    op.drop_table("web_session")

    op.drop_table("task")

    op.drop_table("role_grant")

    op.drop_table("plan_entry")

    op.drop_table("membership")
    op.drop_table("mail_attachment")

    op.drop_table("journal_detail")
    op.drop_table("draft")

    op.drop_table("class_grant")
    op.drop_table("account")

    op.drop_table("text_model")

    op.drop_table("sign_in_attempt")
    op.drop_table("schedule")

    op.drop_table("run")
    op.drop_table("process")
    op.drop_table("person")
    op.drop_table("office")
    op.drop_table("mail")
    op.drop_table("journal_pending")
    op.drop_table("journal_head")

    op.drop_table("journal_entry")
    op.drop_table("journal_block")

    op.drop_table("job")

    op.drop_table("blob")
