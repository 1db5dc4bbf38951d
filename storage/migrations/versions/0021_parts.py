"""What was found inside a document is found by it without looking at all documents"""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_document_parent_id"), "document", ["parent_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_document_parent_id"), table_name="document")
