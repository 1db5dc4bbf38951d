"""What is known of mails nobody could read, logs that are handed in, the topic of a proposal, and how far was looked"""

import sqlalchemy as sa
from alembic import op

from storage.migrations.column_types import json, moment

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_OLD_LINK, _LINK = "/anliegen?post=unlesbar", "/ungelesen"
_FAILED = sa.text("state = 'failed'")


def upgrade() -> None:
    op.create_table(
        "kiss_log",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("original", sa.String(), nullable=True),
        sa.Column("columns", json(), nullable=False),
        sa.Column("offered", json(), nullable=True),
        sa.Column("handed_in_at", moment(), nullable=False),
        sa.Column("done_at", moment(), nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_kiss_log_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiss_log")),
    )
    op.create_index(op.f("ix_kiss_log_person_id"), "kiss_log", ["person_id"], unique=False)
    op.create_index(op.f("ix_kiss_log_handed_in_at"), "kiss_log", ["handed_in_at"], unique=False)
    op.create_table(
        "kiss_mail_mark",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("until", moment(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_kiss_mail_mark")),
    )
    for column in ("sender", "subject"):
        op.add_column("kiss_mail", sa.Column(column, sa.String(), nullable=True))
    for column in ("asked_at", "tried_at"):
        op.add_column("kiss_mail", sa.Column(column, moment(), nullable=True))
    with op.batch_alter_table("kiss_proposal") as table:
        table.add_column(sa.Column("topic_id", sa.Uuid(), nullable=True))
        table.create_foreign_key(
            op.f("fk_kiss_proposal_topic_id_kiss_topic"), "kiss_topic", ["topic_id"], ["id"]
        )
    op.create_index(
        op.f("ix_job_kind_finished_at"), "job", ["kind", "finished_at"], unique=False,
        sqlite_where=_FAILED, postgresql_where=_FAILED,
    )  # fmt: skip
    _lead(_OLD_LINK, _LINK)


def _lead(old: str, new: str) -> None:
    """Tasks that wait lead to where the page is."""
    task = sa.table("task", sa.column("link", sa.String()))
    op.execute(task.update().where(task.c.link == old).values(link=new))


def downgrade() -> None:
    _lead(_LINK, _OLD_LINK)
    op.drop_index(op.f("ix_job_kind_finished_at"), "job")
    with op.batch_alter_table("kiss_proposal") as table:
        table.drop_column("topic_id")
    for column in ("tried_at", "asked_at", "subject", "sender"):
        op.drop_column("kiss_mail", column)
    op.drop_table("kiss_mail_mark")
    op.drop_table("kiss_log")
