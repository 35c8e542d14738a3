"""Entries, and the endpoints that they hang from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "reconciler_entries",
        sa.Column("endpoint", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("run", sa.Text),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("state", sa.Text),
        sa.Column("service", sa.Text),
        sa.Column("task", sa.BigInteger),
        sa.Column("account", sa.Text),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("previous", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "reconciler_entries_by_subject", "reconciler_entries", ["endpoint", "kind", "subject", "seq"]
    )
    op.create_table(
        "reconciler_endpoints",
        sa.Column("endpoint", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("token", sa.BigInteger, nullable=False),
        sa.Column("owner", sa.Text),
        sa.Column("host", sa.Text),
        sa.Column("machine", sa.Text),
        sa.Column("pid", sa.BigInteger),
        sa.Column("started", sa.Text),
        sa.Column("since", sa.Text),
        sa.Column("until", sa.Text),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop both tables and the history in them."""
    op.drop_table("reconciler_endpoints")
    op.drop_table("reconciler_entries")
