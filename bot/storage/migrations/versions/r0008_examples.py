"""Edits that agents are shown as examples.

Revision 0008.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.columns import Instant, JsonText, Name, Whole
from bot.storage.security import protect

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "example",
        sa.Column("id", Name, sa.ForeignKey("draft.id"), nullable=False),
        sa.Column("ws", Name, nullable=False),
        sa.Column("run_id", Name, sa.ForeignKey("run.id"), nullable=False),
        sa.Column("playbook", Name, nullable=False),
        sa.Column("step", Name, nullable=False),
        sa.Column("agent", Name, nullable=False),
        sa.Column("action", Name, nullable=False),
        sa.Column("before_n", Whole, nullable=False),
        sa.Column("after_n", Whole, nullable=False),
        sa.Column("fields", JsonText(), nullable=False),
        sa.Column("by", Name, nullable=False),
        sa.Column("reason", Name, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("state", Name, nullable=False),
        sa.Column("changed_by", Name, nullable=False),
        sa.Column("changed_at", Instant(), nullable=True),
        sa.Column("shown", Whole, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_index("example_agent", "example", ["ws", "agent", "at"])
    if op.get_bind().dialect.name == "postgresql":
        protect(op.get_bind(), ("example",))
