"""What people stated of pieces of work: the delegation matrix and the inventory.

Revision 0007.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.columns import Instant, JsonText, Name, Whole
from bot.storage.security import protect

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the table, empty."""
    op.create_table(
        "assessment",
        sa.Column("ws", Name, nullable=False),
        sa.Column("entry", Name, nullable=False),
        sa.Column("n", Whole, autoincrement=False, nullable=False),
        sa.Column("title", Name, nullable=False),
        sa.Column("by", Name, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("data", JsonText, nullable=False),
        sa.PrimaryKeyConstraint("ws", "entry", "n"),
        sqlite_strict=True,
    )
    if op.get_bind().dialect.name == "postgresql":
        protect(op.get_bind(), ("assessment",))
