"""What Slack said of the people here, kept for every process; whose turn it is to be asked.

Revision 0006.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.columns import Instant, JsonText, Name, Whole
from bot.storage.security import protect

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "reading",
        sa.Column("ws", Name, nullable=False),
        sa.Column("n", Whole, nullable=False),
        sa.Column("at", Instant(), nullable=True),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("data", JsonText(), nullable=False),
        sa.PrimaryKeyConstraint("ws"),
        sqlite_strict=True,
    )
    op.create_table(
        "turn",
        sa.Column("ws", Name, nullable=False),
        sa.Column("name", Name, nullable=False),
        sa.Column("n", Whole, nullable=False),
        sa.PrimaryKeyConstraint("ws", "name"),
        sqlite_strict=True,
    )
    if op.get_bind().dialect.name == "postgresql":
        protect(op.get_bind(), ("reading", "turn"))
