"""Alembic's entry: runs the revisions on the connection that ``storage.migration`` hands over."""

from alembic import context

from storage.all_tables import load

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=load() if context.config.attributes.get("autogenerate") else None,
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
