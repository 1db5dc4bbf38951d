"""People of a directory: identities, state of the sync, and who gave a role"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "directory_identity",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_directory_identity_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_identity")),
        sa.UniqueConstraint("source", "key", name=op.f("uq_directory_identity_source_key")),
    )
    op.create_index("ix_directory_identity_person_id", "directory_identity", ["person_id"])
    op.create_table(
        "directory_state",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("server", sa.String(), nullable=False),
        sa.Column("cursor", sa.String(), nullable=False),
        sa.Column("full_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "result",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("refused", sa.String(), nullable=True),
        sa.Column("busy_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_directory_state")),
    )
    # What there is was given by hand, and everybody signed in with a local account.
    for table, column, value in (
        ("membership", "origin", "house"),
        ("role_grant", "origin", "house"),
        ("web_session", "source", "local"),
    ):
        op.add_column(table, sa.Column(column, sa.String(), server_default=value, nullable=False))


def downgrade() -> None:
    op.drop_column("web_session", "source")
    op.drop_column("role_grant", "origin")
    op.drop_column("membership", "origin")
    op.drop_table("directory_state")
    op.drop_table("directory_identity")
