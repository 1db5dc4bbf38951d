"""What citizens let us publish, and what was published of it"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "anliegen",
        sa.Column("may_publish", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("anliegen", sa.Column("published_text", sa.String(), nullable=True))
    op.create_index(op.f("ix_anliegen_published_at"), "anliegen", ["published_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_anliegen_published_at"), "anliegen")
    for column in ("published_text", "may_publish"):
        op.drop_column("anliegen", column)
