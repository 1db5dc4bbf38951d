"""How exactly everybody sees where a published report is"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What is out already: faults stay where they are seen, of all others nobody looked at the place: it goes."""
    op.add_column("anliegen", sa.Column("published_where", sa.String(), nullable=True))
    anliegen = sa.table(
        "anliegen", sa.column("kind"), sa.column("published_at"), sa.column("published_where")
    )
    seen = sa.case((anliegen.c.kind == "fault", "exact"), else_="none")
    op.execute(
        anliegen.update().where(anliegen.c.published_at.is_not(None)).values(published_where=seen)
    )


def downgrade() -> None:
    op.drop_column("anliegen", "published_where")
