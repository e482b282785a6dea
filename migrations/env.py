"""How Alembic reaches the database: over the connection of the store, inside its transaction, so that a migration happens whole or not at all."""

from __future__ import annotations

from alembic import context

from monitor.store.tables import Row

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Row.metadata,
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()
