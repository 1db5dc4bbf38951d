"""Which of several merged Anliegen a message came by"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("anliegen_message") as table:
        table.add_column(sa.Column("via_id", sa.Uuid(), nullable=True))
        table.create_foreign_key(
            op.f("fk_anliegen_message_via_id_anliegen"), "anliegen", ["via_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("anliegen_message") as table:
        table.drop_column("via_id")
