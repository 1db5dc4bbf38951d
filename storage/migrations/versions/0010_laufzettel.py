"""Laufzettel can be moved and taken back: what was before is kept; also for people without an office"""

import sqlalchemy as sa
from alembic import op

from storage.migrations.column_types import json

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    bind = op.get_bind()
    # SQLite makes the table of sheets anew and lets no row refer to it meanwhile, so the steps stand aside
    rows = _steps(bind)
    with op.batch_alter_table("laufzettel") as sheets:
        sheets.add_column(sa.Column("valid_to_before", sa.Date(), nullable=True))
        sheets.alter_column("office_id", existing_type=sa.Uuid(), nullable=True)
    with op.batch_alter_table("laufzettel_step") as steps:
        steps.add_column(sa.Column("ended", json(), nullable=True))
        steps.add_column(sa.Column("days", sa.Integer(), nullable=False))
    if rows:
        table = sa.Table("laufzettel_step", sa.MetaData(), autoload_with=bind)
        bind.execute(sa.insert(table), rows)


def _steps(bind: sa.Connection) -> list[dict[str, object]]:
    """All steps with the days they count from their sheet's day: what is due stays due when it is."""
    known = sa.MetaData()
    step = sa.Table("laufzettel_step", known, autoload_with=bind)
    sheet = sa.Table("laufzettel", known, autoload_with=bind)
    found = bind.execute(
        sa.select(step, sheet.c.day).join_from(step, sheet, sheet.c.id == step.c.laufzettel_id)
    )
    rows = [dict(row) for row in found.mappings()]
    for row in rows:
        row["days"] = (row["due_on"] - row.pop("day")).days
    bind.execute(sa.delete(step))
    return rows


def downgrade() -> None:
    op.drop_column("laufzettel_step", "days")
    op.drop_column("laufzettel_step", "ended")
    op.drop_column("laufzettel", "valid_to_before")
