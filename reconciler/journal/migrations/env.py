"""Run by alembic: bring the connection that `schema` hands over up to the wanted revision."""

from __future__ import annotations

from alembic import context

from reconciler.journal.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=context.config.attributes["version_table"],
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
